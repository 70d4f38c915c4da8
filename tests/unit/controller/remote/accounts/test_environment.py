"""What of AgentRun's settings ends the start, and what is only warned of."""

import logging
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.http.client import default_ssl_context
from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.remote.accounts.environment import check


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has certificate authorities of its own."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "AGENTRUN_CONTROL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    default_ssl_context.cache_clear()
    yield
    default_ssl_context.cache_clear()


def authorities(folder: Path, kind: str) -> Path:
    path = folder / kind
    match kind:
        case "empty":
            path.touch()
        case "garbage":
            path.write_text("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n")
        case "folder":
            path.mkdir()
        case "good":
            path.write_bytes(Path(certifi.where()).read_bytes())
    return path


@pytest.mark.parametrize("kind", ["missing", "empty", "garbage", "folder"])
def test_authorities_that_cannot_be_read_end_the_start_in_one_line(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = authorities(tmp_path, kind)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(StartError) as refused:
        check(Config())
    assert f"SSL_CERT_FILE={path}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_a_folder_of_authorities_that_is_none_ends_the_start(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_DIR", str(authorities(tmp_path, kind)))
    with pytest.raises(StartError, match="SSL_CERT_DIR="):
        check(Config())


def test_authorities_that_can_be_read_and_the_usual_ones_are_no_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    check(Config())
    default_ssl_context.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities(tmp_path, "good")))
    check(Config())
    assert caplog.records == []


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("http://127.0.0.1:8081", False),
        ("http://127.9.9.9", False),
        ("http://localhost:8081", False),
        ("http://[::1]:8081", False),
        ("http://agentrun.example.com", True),
        ("http://10.0.0.1:8081", True),
        ("http://localhost.example.com", True),
        ("http://0.0.0.0", True),
        ("agentrun.example.com", False),
    ],
)
def test_a_plain_address_elsewhere_is_warned_of_and_needs_no_authorities(
    address: str,
    warned: bool,  # noqa: FBT001 - a row
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    if "://" in address:
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    with caplog.at_level(logging.WARNING):
        check(Config(control_endpoint=address))
    assert [each.levelname for each in caplog.records] == ["WARNING"] * warned
    assert all(address in each.getMessage() for each in caplog.records)
