from agentrun_operator.agentrun import Config
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET


def test_settings_may_be_given_by_position(sample):
    assert sample.by_position() == ("made-up-id", "made-up-secret", "made-up-token", "1000000000000001")


def test_an_account_may_be_a_number(sample):
    assert sample.account_as_number() == "https://1000000000000001.agentrun-data.cn-hangzhou.aliyuncs.com"


def test_the_later_config_wins_and_headers_add_up(sample):
    assert sample.merged() == {
        "key": ("over", "base-secret"),
        "region": "cn-shanghai",
        "timeout": 200,
        "headers": {"x-base": "1", "x-over": "2"},
    }


def test_a_config_with_one_setting_resets_no_other(sample):
    """The official SDK lets the later one's defaults win: no account, cn-hangzhou, the public address."""
    assert sample.merged_with_one_setting() == ("7", "cn-beijing", "http://gateway.test", "made-up-token")


def test_a_config_is_changed_in_place(sample):
    assert sample.updated() == (True, "cn-shanghai")


def test_addresses_are_told(sample):
    assert sample.addresses() == (
        "https://agentrun.cn-hangzhou.aliyuncs.com",
        "https://7.agentrun-data.cn-hangzhou.aliyuncs.com",
        "https://devs.test",
        "https://bailian.cn-beijing.aliyuncs.com",
        True,
    )


def test_an_account_that_is_not_known_is_told(sample):
    assert "account id is not set" in sample.without_account()


def test_an_object_keeps_what_it_was_set(sample, monkeypatch, emulator, server, runtime_id):
    """The official SDK falls back to the environment for all but `invoke_openai`."""
    endpoint_id = emulator.add_endpoint(runtime_id, "chat")
    config = Config(ACCESS_KEY_ID, ACCESS_KEY_SECRET, control_endpoint=server.url)
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AGENTRUN_CONTROL_ENDPOINT", "http://127.0.0.1:9")
    assert sample.kept(runtime_id, endpoint_id, config) == "READY"
