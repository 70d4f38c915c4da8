"""Merge what is set in several places, and read it."""

from __future__ import annotations

from agentrun.agent_runtime import AgentRuntimeEndpoint
from agentrun.utils.config import Config


def by_position():
    config = Config("made-up-id", "made-up-secret", "made-up-token", "1000000000000001")
    return (
        config.get_access_key_id(),
        config.get_access_key_secret(),
        config.get_security_token(),
        config.get_account_id(),
    )


def account_as_number():
    config = Config(account_id=1000000000000001)
    return config.get_data_endpoint()


def merged():
    base = Config(access_key_id="base", access_key_secret="base-secret", headers={"x-base": "1"}, timeout=30)
    over = Config(access_key_id="over", region_id="cn-shanghai", headers={"x-over": "2"}, timeout=200)
    both = Config.with_configs(base, None, over)
    return {
        "key": (both.get_access_key_id(), both.get_access_key_secret()),
        "region": both.get_region_id(),
        "timeout": both.get_timeout(),
        "headers": both.get_headers(),
    }


def merged_with_one_setting():
    base = Config(account_id="7", region_id="cn-beijing", control_endpoint="http://gateway.test")
    both = Config.with_configs(base, Config(token="made-up-token"))
    return both.get_account_id(), both.get_region_id(), both.get_control_endpoint(), both.get_token()


def updated():
    config = Config(region_id="cn-beijing")
    same = config.update(Config(region_id="cn-shanghai"), None)
    return same is config, config.get_region_id()


def addresses():
    config = Config(account_id="7", devs_endpoint="https://devs.test", use_vpc_endpoint=True)
    return (
        config.get_control_endpoint(),
        config.get_data_endpoint(),
        config.get_devs_endpoint(),
        config.get_bailian_endpoint(),
        config.get_use_vpc_endpoint(),
    )


def without_account():
    try:
        return Config(account_id="").get_account_id()
    except ValueError as error:
        return str(error)


def kept(runtime_id, endpoint_id, config):
    endpoint = AgentRuntimeEndpoint(agent_runtime_id=runtime_id, agent_runtime_endpoint_id=endpoint_id)
    return endpoint.set_config(config).refresh(config).status
