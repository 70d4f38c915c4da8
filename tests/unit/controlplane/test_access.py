import base64
import json
from pathlib import Path

import pytest

from agentrun_operator.controlplane.access import P256_ORDER, User, default_users, kubeconfig, signing_key, token_file

ADMIN = User("admin", ("system:masters",), token="s3cret")
READER = User("reader", ("readers", "guests"), token="t0ken")


def test_a_user_is_a_line_of_token_name_uid_and_groups():
    assert token_file([ADMIN, READER]) == 's3cret,admin,admin,system:masters\nt0ken,reader,reader,"readers,guests"\n'


def test_the_first_user_is_the_kubeconfigs_current_context():
    config = json.loads(kubeconfig("https://127.0.0.1:1", Path("/ca.crt"), [READER, ADMIN]))
    assert config["current-context"] == "reader"
    assert [context["context"]["user"] for context in config["contexts"]] == ["reader", "admin"]
    assert {user["name"]: user["user"]["token"] for user in config["users"]} == {"reader": "t0ken", "admin": "s3cret"}
    assert config["clusters"][0]["cluster"] == {"server": "https://127.0.0.1:1", "certificate-authority": "/ca.crt"}


def test_a_token_does_not_show():
    assert "s3cret" not in repr(ADMIN)


def test_no_two_control_planes_share_a_token():
    tokens = [user.token for user in (*default_users(), *default_users())]
    assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("drawn", [0, P256_ORDER - 2], ids=["smallest", "largest"])
def test_a_signing_key_is_a_number_of_the_curve_in_an_ec_private_key(drawn):
    first, *body, last = signing_key(lambda _: drawn).splitlines()
    der = base64.b64decode("".join(body))
    assert (first, last) == ("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----")
    assert der[1] == len(der) - 2
    assert 0 < int.from_bytes(der[7:39], "big") < P256_ORDER
    assert int.from_bytes(der[7:39], "big") == drawn + 1
