"""Where AgentRun is and who calls: what wins, what is refused, what is shown."""

import copy
import os
import pickle
import traceback
from typing import Any

import pytest

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.config import Config

SECRETS: dict[str, Any] = {
    "access_key_secret": "s3cret-made-up",
    "security_token": "t0ken-made-up",
    "token": "b3arer-made-up",
}


@pytest.mark.parametrize(
    ("field", "given", "environment", "value"),
    [
        ("access_key_id", "given", {"AGENTRUN_ACCESS_KEY_ID": "own", "ALIBABA_CLOUD_ACCESS_KEY_ID": "cloud"}, "given"),
        ("access_key_id", None, {"AGENTRUN_ACCESS_KEY_ID": "own", "ALIBABA_CLOUD_ACCESS_KEY_ID": "cloud"}, "own"),
        ("access_key_id", None, {"ALIBABA_CLOUD_ACCESS_KEY_ID": "cloud"}, "cloud"),
        ("access_key_id", None, {"AGENTRUN_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_ID": "cloud"}, "cloud"),
        ("access_key_id", None, {"AGENTRUN_ACCESS_KEY_ID": " own\n"}, "own"),
        ("access_key_id", None, {}, None),
        ("account_id", "7", {"AGENTRUN_ACCOUNT_ID": "8"}, "7"),
        ("account_id", None, {"AGENTRUN_ACCOUNT_ID": "8", "FC_ACCOUNT_ID": "9"}, "8"),
        ("account_id", None, {"FC_ACCOUNT_ID": "9"}, "9"),
        ("account_id", None, {}, None),
        ("region_id", "cn-beijing", {"AGENTRUN_REGION": "cn-shanghai"}, "cn-beijing"),
        ("region_id", None, {"AGENTRUN_REGION": "cn-shanghai", "FC_REGION": "cn-shenzhen"}, "cn-shanghai"),
        ("region_id", None, {"FC_REGION": "cn-shenzhen"}, "cn-shenzhen"),
        ("region_id", None, {}, "cn-hangzhou"),
        ("region_id", "mars-north-1", {}, "mars-north-1"),
        ("control_endpoint", None, {}, "https://agentrun.cn-hangzhou.aliyuncs.com"),
        ("control_endpoint", None, {"AGENTRUN_REGION": "cn-beijing"}, "https://agentrun.cn-beijing.aliyuncs.com"),
        ("control_endpoint", None, {"AGENTRUN_CONTROL_ENDPOINT": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"),
        ("control_endpoint", "127.0.0.1:8080", {}, "https://127.0.0.1:8080"),
        ("control_endpoint", "agentrun-vpc.{region}.aliyuncs.com", {}, "https://agentrun-vpc.cn-hangzhou.aliyuncs.com"),
        ("control_endpoint", "https://gateway.test/agentrun/", {}, "https://gateway.test/agentrun"),
        ("control_endpoint", "http://[::1]:8080", {}, "http://[::1]:8080"),
        ("data_endpoint", None, {}, None),
        ("data_endpoint", None, {"AGENTRUN_DATA_ENDPOINT": "http://127.0.0.1:9090"}, "http://127.0.0.1:9090"),
        ("data_endpoint", "1.agentrun-data.{region}.test", {}, "https://1.agentrun-data.cn-hangzhou.test"),
    ],
)
def test_a_given_value_wins_over_the_environment_and_that_over_the_default(
    monkeypatch, field, given, environment, value
):
    for name, setting in environment.items():
        monkeypatch.setenv(name, setting)
    assert getattr(Config(**{field: given}), field) == value


@pytest.mark.parametrize(
    ("given", "environment", "secret", "token"),
    [
        pytest.param({}, {}, None, None, id="nothing"),
        pytest.param({"access_key_secret": "g"}, {"AGENTRUN_ACCESS_KEY_SECRET": "a"}, "g", None, id="given"),
        pytest.param(
            {}, {"AGENTRUN_ACCESS_KEY_SECRET": "a", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "c"}, "a", None, id="own"
        ),
        pytest.param({}, {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "c"}, "c", None, id="the cloud's"),
        pytest.param({"security_token": "g"}, {"AGENTRUN_SECURITY_TOKEN": "a"}, None, "g", id="a given token"),
        pytest.param({}, {"ALIBABA_CLOUD_SECURITY_TOKEN": "c"}, None, "c", id="the cloud's token"),
        pytest.param(
            {}, {"AGENTRUN_SECURITY_TOKEN": "a", "ALIBABA_CLOUD_SECURITY_TOKEN": "c"}, None, "a", id="own token"
        ),
        pytest.param(
            {"access_key_id": " "}, {"AGENTRUN_SECURITY_TOKEN": "a"}, None, "a", id="white space is no given key"
        ),
        pytest.param(
            {"access_key_id": "g"}, {"AGENTRUN_SECURITY_TOKEN": "a"}, None, None, id="a given key has no other token"
        ),
        pytest.param(
            {},
            {"AGENTRUN_ACCESS_KEY_ID": "a", "ALIBABA_CLOUD_SECURITY_TOKEN": "c"},
            None,
            None,
            id="the own key has not the token of the function that it runs in",
        ),
        pytest.param(
            {},
            {"ALIBABA_CLOUD_ACCESS_KEY_ID": "c", "ALIBABA_CLOUD_SECURITY_TOKEN": "c"},
            None,
            "c",
            id="the cloud's key has the cloud's token",
        ),
    ],
)
def test_secrets_are_found_likewise_and_a_token_stays_with_its_key(monkeypatch, given, environment, secret, token):
    for name, setting in environment.items():
        monkeypatch.setenv(name, setting)
    config = Config(**given)
    found = [each and each.reveal() for each in (config.access_key_secret, config.security_token)]
    assert found == [secret, token]


def test_the_environment_is_read_when_a_config_is_made(monkeypatch):
    before = Config()
    monkeypatch.setenv("AGENTRUN_REGION", "cn-beijing")
    assert (before.region_id, Config().region_id) == ("cn-hangzhou", "cn-beijing")


@pytest.mark.parametrize(
    ("settings", "timeouts"),
    [
        ({}, (10.0, 30.0, 600.0)),
        ({"timeout": 3}, (3.0, 30.0, 600.0)),
        ({"read_timeout": 90}, (10.0, 90.0, 90.0)),
    ],
)
def test_timeouts_are_seconds(settings, timeouts):
    config = Config(**settings)
    assert (config.timeout, config.read_timeout, config.data_read_timeout) == timeouts


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"read_timeout": -1}, "read_timeout"),
        ({"read_timeout": float("inf")}, "read_timeout"),
        ({"region_id": "evil.test/"}, "region_id"),
        ({"region_id": "a" * 64}, "region_id"),
        ({"account_id": "1@evil.test"}, "account_id"),
        ({"control_endpoint": "ftp://agentrun.test"}, "control_endpoint"),
        ({"control_endpoint": "https://"}, "control_endpoint"),
        ({"control_endpoint": "https://user:pa55word@agentrun.test"}, "control_endpoint"),
        ({"control_endpoint": "https://agentrun.test?x=1"}, "control_endpoint"),
        ({"control_endpoint": "https://agentrun.test:port"}, "control_endpoint"),
        ({"control_endpoint": "https://agentrun.test:0"}, "control_endpoint"),
        ({"control_endpoint": "https://{zone}.agentrun.test"}, "control_endpoint"),
        ({"control_endpoint": "agentrun test"}, "control_endpoint"),
        ({"data_endpoint": "http://["}, "data_endpoint"),
        ({"headers": {"x bad": "1"}}, "x bad"),
        ({"headers": {"x-bad": "pa55word\n"}}, "x-bad"),
        ({"headers": {"x-bad": "pa55wörd"}}, "x-bad"),
    ],
)
def test_what_cannot_work_is_refused_by_name(settings, named):
    with pytest.raises(ConfigError, match=named) as caught:
        Config(**settings)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("show", [repr, str, lambda config: f"{config}"], ids=["repr", "str", "f-string"])
def test_a_config_shows_no_secret(show):
    shown = show(Config(**SECRETS, headers={"x-api-key": "h3ader-made-up"}))
    assert not [secret for secret in (*SECRETS.values(), "h3ader-made-up") if secret in shown]


def test_a_config_shows_what_helps():
    shown = repr(Config(access_key_id="made-up-id", region_id="cn-beijing", headers={"x-api-key": "made-up"}))
    assert "made-up-id" in shown
    assert "cn-beijing" in shown
    assert "x-api-key" in shown


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("settings", [SECRETS, {"headers": {"x-api-key": "h3ader-made-up"}}, {}])
def test_a_config_is_not_pickled(settings, protocol):
    with pytest.raises(TypeError, match="not pickled") as caught:
        pickle.dumps(Config(**settings), protocol)
    assert "made-up" not in "".join(traceback.format_exception(caught.value))


def test_settings_are_by_keyword_only():
    with pytest.raises(TypeError):
        Config("made-up-id")  # type: ignore[call-arg]


def test_a_config_does_not_touch_the_environment():
    before = copy.deepcopy(dict(os.environ))
    Config(access_key_id="x", access_key_secret="y", region_id="z")
    assert dict(os.environ) == before
