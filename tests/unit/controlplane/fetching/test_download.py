import http.client
import io
import urllib.error
import urllib.request

import pytest

from agentrun_operator.controlplane.fetching.download import Redirects


def redirected(begun: str, to: str) -> str:
    request = urllib.request.Request(begun)  # noqa: S310 - nothing is opened
    followed = Redirects().redirect_request(request, io.BytesIO(), 302, "Found", http.client.HTTPMessage(), to)
    assert followed
    return followed.full_url


@pytest.mark.parametrize(
    ("begun", "to"),
    [
        ("https://published.example.com/a", "https://storage.example.com/b"),
        ("http://mirror.example.com/a", "http://mirror.example.com/b"),
        ("http://mirror.example.com/a", "https://mirror.example.com/b"),
    ],
)
def test_a_redirect_is_followed(begun, to):
    assert redirected(begun, to) == to


@pytest.mark.parametrize("to", ["http://storage.example.com/b", "httpss://x", "ftp://x"])
def test_nobody_leads_from_tls_to_no_tls(to):
    with pytest.raises(urllib.error.URLError, match="it redirects from https to"):
        redirected("https://published.example.com/a", to)
