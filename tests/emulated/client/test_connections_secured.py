"""The connections of the operator's client over TLS, and through a proxy."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from agentrun_operator.agentrun.api.errors import NoAnswerError
from agentrun_operator.agentrun.api.operations import get_runtime
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.agentrun.http.retry import NO_RETRY
from support.agentrun import a_config, envelope


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of its own making for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AgentRun in a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path


class Service:
    """A server that answers every request, and keeps their first lines."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = envelope({"agentRuntimeId": "r1"})
        with suppress(ConnectionError, ssl.SSLError):
            while head := await reader.readline():
                self.asked.append(head)
                while await reader.readline() not in {b"\r\n", b""}:
                    pass
                writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


@asynccontextmanager
async def serving(service: Service, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async with await asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(10):
            while connections(server):  # noqa: ASYNC110 - the other side of a socket sets no event
                await asyncio.sleep(0)


def connections(server: asyncio.Server) -> int:
    """How many it has, those whose handshake fails among them: a loop that ends before them leaves their sockets."""
    return getattr(server, "_active_count", 0) or len(getattr(server, "_clients", ()))


async def asked_at(address: str, trusts: ssl.SSLContext | None = None) -> str | None:
    config = a_config(control_endpoint=address)
    async with AsyncClient(config, retry=NO_RETRY, connections=None, ssl_context=trusts) as client:
        return (await client.run(get_runtime("r1"))).agent_runtime_id


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_service_whose_certificate_is_trusted_is_called(tls: ssl.SSLContext, certificate: Path):
    service = Service()
    async with serving(service, tls) as port:
        trusts = ssl.create_default_context(cafile=certificate)
        assert await asked_at(f"https://127.0.0.1:{port}", trusts) == "r1"


async def test_a_service_that_cannot_prove_who_it_is_is_told_nothing(tls: ssl.SSLContext):
    service = Service()
    async with serving(service, tls) as port:
        with pytest.raises(NoAnswerError, match=r"(?i)certificate") as caught:
            await asked_at(f"https://127.0.0.1:{port}")
    assert not caught.value.may_have_arrived
    assert service.asked == []


async def test_a_certificate_of_another_host_is_not_trusted(tls: ssl.SSLContext, certificate: Path):
    service = Service()
    async with serving(service, tls) as port:
        with pytest.raises(NoAnswerError, match=r"(?i)certificate"):
            await asked_at(f"https://localhost:{port}", ssl.create_default_context(cafile=certificate))
    assert service.asked == []


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch):
    proxy = Service()
    async with serving(proxy) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        assert await asked_at("http://agentrun.test") == "r1"
    (line,) = proxy.asked
    assert line.startswith(b"GET http://agentrun.test/")
