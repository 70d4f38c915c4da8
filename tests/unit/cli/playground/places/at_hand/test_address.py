import pytest

from agentrun_operator.cli.playground.places.at_hand.address import why_not_local


@pytest.mark.parametrize(
    "server",
    [
        pytest.param("https://127.0.0.1:6443", id="kind"),
        pytest.param("https://127.8.8.8:1", id="any of the loopback network"),
        pytest.param("https://[::1]:6443", id="IPv6"),
        pytest.param("https://localhost:6443", id="by name"),
        pytest.param("https://0.0.0.0:43219", id="k3d"),
        pytest.param("http://LOCALHOST:8080", id="in capitals"),
    ],
)
def test_a_loopback_address_is_this_machine(server):
    assert why_not_local({"server": server}) == ""


@pytest.mark.parametrize(
    "server",
    [
        pytest.param("https://192.168.49.2:8443", id="minikube, or any company's production"),
        pytest.param("https://10.0.0.1", id="private"),
        pytest.param("https://1.2.3.4", id="public"),
        pytest.param("https://[fd00::1]:6443", id="private, IPv6"),
        pytest.param("https://prod.example.com", id="by name"),
        pytest.param("https://localhost.example.com", id="a name that begins so"),
        pytest.param("https://127.0.0.1.example.com", id="a name that looks like an address"),
        pytest.param("https://localhost@evil.example.com", id="a user of that name"),
        pytest.param("https://2130706433", id="a number"),
        pytest.param("https://[::1", id="odd"),
        pytest.param("", id="none"),
        pytest.param(None, id="no text"),
    ],
)
def test_any_other_address_may_be_anywhere(server):
    assert "is not an address of this machine alone" in why_not_local({"server": server})


@pytest.mark.parametrize("field", ["proxy-url", "tls-server-name"])
def test_a_loopback_address_that_leads_elsewhere_is_no_local_one(field):
    told = why_not_local({"server": "https://127.0.0.1:6443", field: "prod.example.com"})
    assert told == f"https://127.0.0.1:6443 is reached by {field} prod.example.com"
