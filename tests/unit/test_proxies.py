"""Which proxy is asked, by the rules that kubectl has (golang.org/x/net/http/httpproxy)."""

import pytest

from agentrun_operator.proxies import ProxyError, http_proxy, proxy_for, proxy_of

HTTPS = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("no_proxy", "url", "asked"),
    [
        pytest.param("", "https://10.1.2.3:6443", True, id="nothing is excepted"),
        pytest.param("10.0.0.0/8", "https://10.1.2.3:6443", False, id="a network"),
        pytest.param("10.1.2.0/24", "https://10.1.3.3", True, id="another network"),
        pytest.param("10.1.2.9/8", "https://10.200.0.1", False, id="a network by one of its addresses"),
        pytest.param("10.0.0.0/8", "https://api.test", True, id="a network has no names"),
        pytest.param("fd00::/8", "https://[fd00::1]:6443", False, id="a network of IPv6"),
        pytest.param("10.0.0.0/8", "https://[fd00::1]:6443", True, id="a network of the other family"),
        pytest.param("10.0.0.0/99", "https://10.1.2.3", True, id="a network that is none"),
        pytest.param("example.com, 10.0.0.0/8 ,", "https://10.1.2.3", False, id="one of several, with blanks"),
        pytest.param("10.1.2.3", "https://10.1.2.3:6443", False, id="an address"),
        pytest.param("10.1.2.3:6443", "https://10.1.2.3:6443", False, id="an address with its port"),
        pytest.param("10.1.2.3:443", "https://10.1.2.3", False, id="the port that the scheme stands for"),
        pytest.param("10.1.2.3:443", "https://10.1.2.3:6443", True, id="another port"),
        pytest.param("[fd00::1]:6443", "https://[fd00::1]:6443", False, id="IPv6 with a port"),
        pytest.param("fd00::1", "https://[fd00:0::1]:6443", False, id="IPv6 written in another way"),
        pytest.param("example.com", "https://example.com", False, id="a domain"),
        pytest.param("example.com", "https://API.Example.com", False, id="a domain below it, in capitals"),
        pytest.param("example.com", "https://notexample.com", True, id="a domain that ends like it"),
        pytest.param(".example.com", "https://api.example.com", False, id="domains below"),
        pytest.param(".example.com", "https://example.com", True, id="domains below, and not itself"),
        pytest.param("*.example.com", "https://api.example.com", False, id="a star below"),
        pytest.param("example.com:6443", "https://api.example.com", True, id="a domain with another port"),
        pytest.param("*", "https://example.com", False, id="everything"),
        pytest.param("", "https://localhost:6443", False, id="this machine by name"),
        pytest.param("", "https://127.8.9.1:6443", False, id="this machine by address"),
        pytest.param("", "https://[::1]:6443", False, id="this machine by IPv6"),
        pytest.param("", "http://10.1.2.3", False, id="another scheme's variable"),
    ],
)
def test_what_no_proxy_lists_is_asked_itself(no_proxy: str, url: str, asked: bool):  # noqa: FBT001 - a row
    assert bool(proxy_for(url, environ=HTTPS | {"NO_PROXY": no_proxy})) == asked


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        pytest.param({}, "https://x.test", None, id="none"),
        pytest.param({"HTTPS_PROXY": ""}, "https://x.test", None, id="an empty one"),
        pytest.param({"https_proxy": "http://p:1"}, "https://x.test", "http://p:1", id="in small letters"),
        pytest.param({"HTTP_PROXY": "http://p:1"}, "http://x.test", "http://p:1", id="of the plain scheme"),
        pytest.param({"HTTPS_PROXY": "p:1"}, "https://x.test", "http://p:1", id="without a scheme"),
        pytest.param(
            {"HTTPS_PROXY": "https://[fd00::1]"}, "https://x.test", "https://[fd00::1]", id="IPv6, without a port"
        ),
        pytest.param(
            {"HTTPS_PROXY": "http://p:1", "https_proxy": "q:2"}, "https://x.test", "http://p:1", id="both forms"
        ),
        pytest.param({"ALL_PROXY": "http://p:1"}, "https://x.test", None, id="one that nobody asked for"),
        pytest.param(
            {"HTTPS_PROXY": "p:1", "no_proxy": "x.test"}, "https://x.test", None, id="no_proxy in small letters"
        ),
    ],
)
def test_the_variable_of_the_scheme_names_the_proxy(environ: dict[str, str], url: str, expected: str | None):
    found = proxy_for(url, environ=environ)
    assert (found.url if found else None) == expected


def test_another_variable_counts_where_it_is_asked_for_and_that_of_the_scheme_is_not_set():
    assert (
        str(proxy_for("https://x.test", "ALL_PROXY", environ={"all_proxy": "p:1"}))
        == "the proxy http://p:1 (all_proxy)"
    )
    assert str(proxy_for("https://x.test", "ALL_PROXY", environ=HTTPS | {"ALL_PROXY": "p:1"})).endswith("(HTTPS_PROXY)")


def test_a_password_goes_to_the_proxy_and_nowhere_else():
    proxy = proxy_of("http://me:s3cr%3At@proxy:3128", "HTTPS_PROXY")
    assert (proxy.user, proxy.password) == ("me", "s3cr:t")
    assert proxy.headers == {"Proxy-Authorization": "Basic bWU6czNjcjp0"}
    assert "s3cr" not in f"{proxy}{proxy!r}{proxy.url}"


@pytest.mark.parametrize(
    "value", ["http://", "http://me:s3cret@p:x", "ftp://me:s3cret@p:1", "http://[s3cret", "http://a\nb"]
)
def test_what_is_no_proxy_is_told_by_the_setting_and_without_its_value(value: str):
    with pytest.raises(ProxyError, match="HTTPS_PROXY is no URL of a proxy") as caught:
        proxy_of(value, "HTTPS_PROXY")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
def test_one_that_speaks_socks_is_told_with_what_to_do(scheme: str):
    with pytest.raises(ProxyError, match=r"speaks SOCKS.*http://.*NO_PROXY") as caught:
        http_proxy(proxy_of(f"{scheme}://me:s3cret@p:1", "HTTPS_PROXY"))
    assert f"the proxy {scheme}://p:1 (HTTPS_PROXY)" in str(caught.value)
    assert "s3cret" not in str(caught.value)
