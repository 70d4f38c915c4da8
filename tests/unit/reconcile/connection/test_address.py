"""The addresses that follow from the public URL, whatever AgentRun tells there."""

import pytest

from agentrun_operator.agentrun.models.data_plane import signed_url
from agentrun_operator.reconcile.connection.address import address_of

HOST = "https://1234.agentrun-data.cn-hangzhou.aliyuncs.com"
CHAT = "/agent-runtimes/bot/endpoints/chat"


@pytest.mark.parametrize(
    ("public_url", "base"),
    [
        pytest.param(f"{HOST}{CHAT}/invocations", f"{HOST}{CHAT}", id="one that goes on to /invocations"),
        pytest.param(f"{HOST}{CHAT}/invocations/", f"{HOST}{CHAT}", id="with a slash at its end"),
        pytest.param(f"{HOST}{CHAT}", f"{HOST}{CHAT}", id="one that does not"),
        pytest.param(f"{HOST}{CHAT}/", f"{HOST}{CHAT}", id="that ends with a slash"),
        pytest.param(f"{HOST}{CHAT}/invocations/openai/v1", f"{HOST}{CHAT}", id="one that goes on"),
        pytest.param(
            f"{HOST}/agent-runtimes/endpoints/endpoints/invocations",
            f"{HOST}/agent-runtimes/endpoints/endpoints/invocations",
            id="an endpoint that is called invocations",
        ),
        pytest.param("https://a.test", "https://a.test", id="a domain of one's own"),
        pytest.param("https://a.test/x/invocations", "https://a.test/x", id="a domain of one's own with a path"),
        pytest.param("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x", id="a port"),
        pytest.param("https://a.test/x?y=1#z", "https://a.test/x", id="a query, which is no part of a base"),
    ],
)
def test_the_base_for_openai_is_the_url_up_to_invocations(public_url: str, base: str):
    found = address_of(public_url)

    assert found is not None
    assert found.public_url == public_url
    assert found.openai_base_url == f"{base}/invocations/openai/v1"


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        pytest.param(HOST, "https://1234-ram.agentrun-data.cn-hangzhou.aliyuncs.com", id="the account's host"),
        pytest.param(
            "https://1234-ram.agentrun-data.cn-hangzhou.aliyuncs.com/x",
            "https://1234-ram.agentrun-data.cn-hangzhou.aliyuncs.com/x",
            id="one that has it already",
        ),
        pytest.param("https://a.test/x", "https://a.test/x", id="a domain of one's own"),
    ],
)
def test_signed_calls_go_to_the_accounts_ram_host(url: str, signed: str):
    assert signed_url(url) == signed
    found = address_of(url)
    assert found is not None
    assert found.openai_base_url_signed.startswith(signed.removesuffix("/x"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"{HOST}{CHAT}", HOST.removeprefix("https://")),
        ("http://[::1]:80/", "::1"),
        ("http://127.0.0.1:80", "127.0.0.1"),
    ],
)
def test_the_host_is_a_name_or_an_address_without_a_port(url: str, host: str):
    found = address_of(url)
    assert found is not None
    assert found.host == host


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="an empty one"),
        pytest.param("chat", id="no URL"),
        pytest.param("ftp://a.test/x", id="another scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://user:password@a.test/x", id="credentials in it"),
        pytest.param("https://a.test/x\nLD_PRELOAD=y", id="a line break"),
        pytest.param("https://a.test/ x", id="a space"),
        pytest.param("https://a.test/%zz", id="a broken escape"),
        pytest.param("https://a.test:99999/x", id="a port that there is not"),
        pytest.param("https://[::1/x", id="half an address"),
        pytest.param("https://-a.test/x", id="no host name"),
        pytest.param("https://a.test/" + "x" * 1024, id="an endless one"),
        pytest.param("https://例え.test/x", id="letters that no URI has"),
    ],
)
def test_what_makes_no_sense_as_a_url_is_none(url: str | None):
    assert address_of(url) is None
