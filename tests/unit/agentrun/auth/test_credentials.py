"""Who calls: what a Config holds, and what is refused before it can be quoted by somebody else."""

import asyncio

import pytest

from agentrun_operator.agentrun.api.errors import CredentialsNotFoundError
from agentrun_operator.agentrun.auth.chain import ChainCredentials, credentials_for
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.credentials import Credentials, StaticCredentials, configured_credentials
from agentrun_operator.agentrun.auth.secret import Secret


def test_a_config_with_a_key_is_its_own_provider():
    provider = credentials_for(Config(access_key_id="i", access_key_secret="s", security_token="t"))
    assert provider.get() == Credentials("i", Secret("s"), Secret("t")) == asyncio.run(provider.get_async())


def test_a_config_without_a_key_leaves_it_to_the_default_chain():
    assert configured_credentials(Config()) is None
    assert isinstance(credentials_for(Config()), ChainCredentials)


def test_there_is_one_default_chain():
    assert credentials_for(Config()) is credentials_for(Config())


@pytest.mark.parametrize(
    ("half", "missing"), [({"access_key_id": "i"}, "no secret"), ({"access_key_secret": "s3cret"}, "no ID")]
)
def test_half_a_key_is_no_reason_to_go_on_as_somebody_else(half, missing):
    with pytest.raises(CredentialsNotFoundError, match=missing) as caught:
        credentials_for(Config(**half))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "parts",
    [
        ("", "s", None),
        ("i", "", None),
        ("i", "s", ""),
        ("i d", "s", None),
        ("i", "s3cr\net", None),
        ("i", "s", "t\x00"),
    ],
    ids=["no id", "no secret", "an empty token", "a space", "a line break", "a control character"],
)
def test_what_no_header_can_carry_is_refused_without_being_quoted(parts):
    id_, secret, token = parts
    with pytest.raises(CredentialsNotFoundError) as caught:
        Credentials(id_, Secret(secret), None if token is None else Secret(token))
    assert "s3cr" not in str(caught.value)


def test_a_static_provider_is_made_of_strings():
    assert StaticCredentials.of("i", " s\n", "t").get() == Credentials("i", Secret("s"), Secret("t"))


def test_credentials_show_no_secret():
    shown = repr(StaticCredentials.of("made-up-id", "s3cret", "t0ken"))
    assert "made-up-id" in shown
    assert "s3cret" not in shown
    assert "t0ken" not in shown
