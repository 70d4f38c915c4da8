"""The server: it comes, goes, comes back, and hangs up."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest

from agentrun_operator.emulator import PLAYGROUND, EmulatorServer, serve
from support.cluster import eventually
from support.emulator import Emulator
from support.patience import stretched

SERVE = "import logging; logging.basicConfig(level='INFO', format='%(message)s'); "
SERVE += "from agentrun_operator.emulator import serve; serve(port=0)"


def names_of_runtimes(http: httpx.Client) -> list[str]:
    return sorted(item["name"] for item in http.get("/_emulator/runtimes").json()["items"])


def test_it_starts_with_its_seeds_on_a_free_port_of_this_machine():
    with EmulatorServer(seeds=PLAYGROUND) as one, EmulatorServer() as other:
        assert one.port != other.port
        assert one.url == f"http://127.0.0.1:{one.port}"
        with httpx.Client(base_url=one.url, trust_env=False) as http:
            assert names_of_runtimes(http) == ["order-bot", "sales-bot", "support-bot"]
        with httpx.Client(base_url=other.url, trust_env=False) as http:
            assert names_of_runtimes(http) == []


def test_it_is_unreachable_while_stopped_and_comes_back_as_it_was(
    server: EmulatorServer, emulator: Emulator, http: httpx.Client
):
    emulator.add_runtime("sales-bot")
    server.stop()
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            http.get("/_emulator/runtimes")
    server.start()
    assert names_of_runtimes(http) == ["sales-bot"]


def test_stopping_and_starting_twice_is_once(server: EmulatorServer, http: httpx.Client):
    server.start()
    server.stop()
    server.stop()
    server.start()
    server.start()
    assert names_of_runtimes(http) == []


def test_nobody_takes_its_port_while_it_is_stopped(server: EmulatorServer):
    server.stop()
    with socket.socket() as thief, pytest.raises(OSError, match="in use"):
        thief.bind(("127.0.0.1", server.port))


def test_its_port_is_free_once_it_is_closed():
    with EmulatorServer() as server:
        pass
    with socket.socket() as next_one:
        next_one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        next_one.bind(("127.0.0.1", server.port))


def test_stopping_cuts_the_calls_that_hang(server: EmulatorServer, emulator: Emulator, runtime_id: str):
    emulator.fault(hang=600)
    lost: list[Exception] = []

    def call() -> None:
        try:
            httpx.get(f"{server.url}/2025-09-10/agents/runtimes/{runtime_id}", timeout=30, trust_env=False)
        except httpx.TransportError as error:
            lost.append(error)

    calls = [threading.Thread(target=call) for _ in range(3)]
    for thread in calls:
        thread.start()
    eventually(lambda: emulator.counts().get("GetAgentRuntime") == len(calls))
    server.stop()
    for thread in calls:
        thread.join()
    assert len(lost) == len(calls)
    assert not any(isinstance(error, httpx.TimeoutException) for error in lost)


def test_stopping_cuts_idle_connections(server: EmulatorServer):
    with socket.create_connection(("127.0.0.1", server.port)) as idle:
        idle.sendall(b"GET /_emulator/runtimes HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while b'"total":0}' not in answer:
            answer += idle.recv(65536)
        server.stop()
        idle.settimeout(5)
        assert idle.recv(65536) == b""


def test_stopping_cuts_connections_that_are_just_being_accepted(server: EmulatorServer):
    over = threading.Event()
    forgotten: list[TimeoutError] = []

    def connect_and_wait() -> None:
        while not over.is_set():
            try:
                with contextlib.suppress(ConnectionError), socket.socket() as caller:
                    caller.settimeout(10)
                    caller.connect(("127.0.0.1", server.port))
                    caller.recv(1)
            except TimeoutError as error:
                forgotten.append(error)

    callers = [threading.Thread(target=connect_and_wait) for _ in range(3)]
    for thread in callers:
        thread.start()
    for _ in range(100):
        server.stop()
        server.start()
    over.set()
    server.stop()
    for thread in callers:
        thread.join()
    assert not forgotten


def test_a_peer_is_who_it_is_whatever_it_says(server: EmulatorServer, http: httpx.Client):
    response = http.get("/_emulator/requests", headers={"X-Forwarded-For": "192.0.2.1"})
    assert response.status_code == 200


@pytest.fixture
def served() -> Iterator[subprocess.Popen[str]]:
    """`serve` in a process of its own."""
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and program
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process
        process.kill()


def url_of(process: subprocess.Popen[str]) -> str:
    ready = process.stdout.readline() if process.stdout else ""
    assert ready.startswith("AgentRun emulator ready at http://127.0.0.1:"), ready
    return ready.split()[-1]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_command_serves_the_playground_and_ends_without_a_word(
    served: subprocess.Popen[str], number: signal.Signals, code: int
):
    url = url_of(served)
    with httpx.Client(base_url=url, trust_env=False) as http:
        assert names_of_runtimes(http) == ["order-bot", "sales-bot", "support-bot"]
        served.send_signal(number)
        rest, _ = served.communicate(timeout=stretched(10))
    assert (served.returncode, rest) == (code, "")


def test_a_command_ends_though_calls_hang(served: subprocess.Popen[str]):
    emulator = Emulator(url_of(served))
    emulator.fault(hang=600)
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as hanging:
        hanging.sendall(b"GET /2025-09-10/agents/runtimes HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually(lambda: "ListAgentRuntimes" in emulator.counts())
        served.send_signal(signal.SIGINT)
        assert served.communicate(timeout=stretched(10))[0] == ""
    emulator.close()


def test_a_port_that_is_taken_is_an_error(server: EmulatorServer):
    with pytest.raises(OSError, match="in use"):
        serve(port=server.port)
