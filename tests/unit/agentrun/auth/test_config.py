"""Where AgentRun is and who calls: what wins, what is refused, what is shown."""

import copy
import os
import pickle
import traceback
from typing import Any

import pytest

from agentrun_operator.agentrun.api.errors import ConfigError
from agentrun_operator.agentrun.auth.config import Config
from agentrun_operator.agentrun.auth.secret import Secret

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


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"access_key_id": 5}, "access_key_id must be a string, not int"),
        ({"access_key_secret": b"pa55word"}, "access_key_secret must be a string, not bytes"),
        ({"token": ["pa55word"]}, "token must be a string, not list"),
        ({"account_id": True}, "account_id must be a string, not bool"),
        ({"account_id": 1.5}, "account_id must be a string, not float"),
        ({"region_id": 5}, "region_id must be a string, not int"),
        ({"control_endpoint": {}}, "control_endpoint must be a string, not dict"),
        ({"timeout": "10"}, "timeout must be a number of seconds above 0, not '10'"),
        ({"read_timeout": True}, "read_timeout must be a number of seconds above 0, not True"),
        ({"headers": "pa55word"}, "headers must be a dict of names and values, not str"),
        ({"headers": {"x-trace": 5}}, "the header 'x-trace' must be a string with a string, not int"),
        ({"headers": {5: "x"}}, "the header 5 must be a string with a string, not str"),
    ],
    ids=str,
)
def test_what_is_of_another_type_is_refused_by_name(settings: dict[str, Any], told: str):
    with pytest.raises(ConfigError) as caught:
        Config(**settings)
    assert str(caught.value) == told


def test_an_account_may_be_a_number():
    assert Config(account_id=1000000000000001).account_id == "1000000000000001"


A_SECRET = Secret("made-up-secret")


@pytest.mark.parametrize(
    ("earlier", "later", "found"),
    [
        pytest.param({"region_id": "a"}, {"region_id": "b"}, {"region_id": "b"}, id="the later wins"),
        pytest.param({"region_id": "a"}, {"timeout": 3}, {"region_id": "a", "timeout": 3.0}, id="the rest stays"),
        pytest.param({"account_id": "7"}, {"account_id": ""}, {"account_id": None}, id="an empty one is asked for"),
        pytest.param(
            {"access_key_id": "a", "access_key_secret": "s", "security_token": "t"},
            {"access_key_id": "b", "access_key_secret": A_SECRET},
            {"access_key_id": "b", "access_key_secret": A_SECRET, "security_token": None},
            id="another key has not the token of the first",
        ),
        pytest.param(
            {"access_key_id": "a", "security_token": A_SECRET},
            {"access_key_id": "a"},
            {"security_token": A_SECRET},
            id="the same key keeps its token",
        ),
        pytest.param(
            {"headers": {"X-One": "1", "x-two": "2"}},
            {"headers": {"x-one": "3"}},
            {"headers": {"x-two": "2", "x-one": "3"}},
            id="headers add up, whatever their case",
        ),
        pytest.param(
            {"control_endpoint": "gw-{region}.test"},
            {"region_id": "b"},
            {"control_endpoint": "https://gw-b.test"},
            id="an address follows the region",
        ),
    ],
)
def test_configs_are_merged(earlier: dict[str, Any], later: dict[str, Any], found: dict[str, Any]):
    merged = Config.with_configs(Config(**earlier), None, Config(**later))
    assert {name: getattr(merged, name) for name in found} == found
    updated = Config(**earlier)
    assert updated.update(Config(**later)) is updated
    assert vars(updated) == vars(merged)


def test_what_was_given_wins_over_the_environment_of_whoever_merges(monkeypatch):
    earlier = Config(region_id="cn-beijing")
    monkeypatch.setenv("AGENTRUN_REGION", "cn-shanghai")
    assert Config.with_configs(earlier, Config()).region_id == "cn-beijing"


@pytest.mark.parametrize("other", [{"region_id": "a"}, "cn-beijing", 5], ids=str)
def test_only_configs_are_merged(other: Any):
    with pytest.raises(TypeError, match="config must be a Config, not"):
        Config.with_configs(Config(), other)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_copy_is_not_changed_with_the_first(duplicate):
    config = Config(region_id="cn-beijing", headers={"x-one": "1"})
    copied = duplicate(config)
    assert vars(copied) == vars(config)
    config.update(Config(region_id="cn-shanghai", headers={"x-two": "2"}))
    assert (copied.region_id, copied.get_headers()) == ("cn-beijing", {"x-one": "1"})


def test_the_headers_that_are_read_are_a_copy():
    config = Config(headers={"x-one": "1"})
    config.get_headers()["x-two"] = "2"
    assert config.get_headers() == {"x-one": "1"}


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("get_access_key_id", ""),
        ("get_access_key_secret", ""),
        ("get_security_token", ""),
        ("get_token", None),
        ("get_region_id", "cn-hangzhou"),
        ("get_timeout", 10.0),
        ("get_read_timeout", 30.0),
        ("get_control_endpoint", "https://agentrun.cn-hangzhou.aliyuncs.com"),
        ("get_devs_endpoint", "https://devs.cn-hangzhou.aliyuncs.com"),
        ("get_bailian_endpoint", "https://bailian.cn-beijing.aliyuncs.com"),
        ("get_gpdb_endpoint", "gpdb.aliyuncs.com"),
        ("get_use_vpc_endpoint", False),
        ("get_headers", {}),
    ],
)
def test_what_was_not_given_is_read_as_the_default(name, without):
    assert getattr(Config(), name)() == without


def test_the_secrets_themselves_are_read():
    config = Config("made-up-id", **SECRETS)
    found = {"access_key_secret": config.get_access_key_secret(), "token": config.get_token()}
    assert found | {"security_token": config.get_security_token()} == SECRETS


def test_the_vpc_has_addresses_of_its_own():
    config = Config(region_id="cn-beijing", use_vpc_endpoint=True)
    assert config.get_bailian_endpoint() == "bailian-vpc.cn-beijing.aliyuncs.com"
    assert config.get_gpdb_endpoint() == "gpdb-vpc.cn-beijing.aliyuncs.com"
    assert config.get_ots_endpoint("x") == "https://x.cn-beijing.vpc.tablestore.aliyuncs.com"
    assert Config().get_ots_endpoint("x") == "https://x.cn-hangzhou.ots.aliyuncs.com"
    assert Config(region_id="mars").get_gpdb_endpoint() == "gpdb.mars.aliyuncs.com"


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("Yes", True), ("0", False), ("", False)])
def test_the_vpc_may_be_asked_for_by_a_variable(monkeypatch, word, meant):
    monkeypatch.setenv("AGENTRUN_KB_USE_VPC", word)
    assert Config().use_vpc_endpoint is meant
    assert Config(use_vpc_endpoint=not meant).use_vpc_endpoint is not meant


def test_another_environment_may_be_asked():
    assert Config(environment={"AGENTRUN_REGION": "cn-beijing"}).region_id == "cn-beijing"


def test_a_config_does_not_touch_the_environment():
    before = copy.deepcopy(dict(os.environ))
    Config(access_key_id="x", access_key_secret="y", region_id="z")
    assert dict(os.environ) == before
