"""What importing the client costs, and what it leaves alone. Each case in an interpreter of its own."""

import subprocess
import sys
import textwrap

import pytest


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


NEEDLESS = ["kopf", "kubernetes", "aiohttp", "alibabacloud_credentials", "openai", "yaml", "httpx", "asyncio", "dotenv"]


@pytest.mark.parametrize("package", NEEDLESS)
def test_the_client_does_not_load_what_it_may_not_need(package):
    assert run(f"import sys, agentrun_operator.agentrun; print({package!r} in sys.modules)") == "False"


def test_the_client_loads_little_beside_the_packages_it_stands_on():
    """Modules are counted: how long they take says more about the machine."""
    code = """
        import sys
        import pydantic
        pydantic.create_model("Any")
        before = len(sys.modules)
        import agentrun_operator.agentrun
        print(len(sys.modules) - before)
    """
    assert int(run(code)) < 60


def test_the_models_load_with_pydantic_alone():
    code = """
        import importlib, sys, types
        from importlib.util import find_spec
        package = types.ModuleType("agentrun_operator.agentrun")  # itself without what it imports
        package.__path__ = [find_spec("agentrun_operator").submodule_search_locations[0] + "/agentrun"]
        sys.modules["agentrun_operator.agentrun"] = package
        importlib.import_module("agentrun_operator.agentrun.models")
        rooms = {name.split(".")[2] for name in sys.modules if name.startswith("agentrun_operator.agentrun.")}
        print(sorted(rooms), "httpx" in sys.modules)
    """
    assert run(code) == "['models'] False"


def test_without_the_extra_a_call_says_what_to_install():
    code = """
        import sys
        sys.modules["openai"] = None
        from agentrun_operator.agentrun import AgentRuntimeEndpoint, Config
        endpoint = AgentRuntimeEndpoint(agent_runtime_id="r", agent_runtime_endpoint_id="e")
        endpoint._names = ("runtime", "endpoint")
        config = Config(access_key_id="i", access_key_secret="s", account_id="1")
        try:
            endpoint.invoke_openai([], config=config)
        except ImportError as error:
            print(error)
    """
    assert run(code) == "invoke_openai needs the openai package: pip install 'agentrun-operator[openai]'"


def test_the_package_of_the_chain_does_not_log_on_its_own():
    code = """
        import logging, sys
        from agentrun_operator.agentrun.auth.chain import load_chain
        load_chain()
        logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
        logging.getLogger("credentials").exception("a made-up secret", exc_info=ValueError("x"))
        print(logging.getLogger("credentials").handlers)
    """
    assert run(code) == "[]"


def test_the_chain_finds_what_the_environment_has():
    code = """
        import asyncio, os
        os.environ.update(ALIBABA_CLOUD_ACCESS_KEY_ID="made-up-id", ALIBABA_CLOUD_ACCESS_KEY_SECRET="made-up-secret")
        from agentrun_operator.agentrun.auth.chain import default_chain
        print(default_chain().get() == asyncio.run(default_chain().get_async()), default_chain().get())
    """
    expected = (
        "True Credentials(access_key_id='made-up-id', access_key_secret=Secret('**********'), security_token=None)"
    )
    assert run(code) == expected


def test_the_chain_that_finds_nothing_says_where_it_looked():
    code = """
        import os
        for name in [name for name in os.environ if name.startswith("ALIBABA_CLOUD_")]:
            del os.environ[name]
        os.environ.update(ALIBABA_CLOUD_ECS_METADATA_DISABLED="true", HOME="/nonexistent")
        from agentrun_operator.agentrun import AgentRunError, Config
        from agentrun_operator.agentrun.auth.chain import credentials_for
        try:
            credentials_for(Config()).get()
        except AgentRunError as error:
            print(type(error).__name__, error)
    """
    said = run(code)
    assert said.startswith("CredentialsNotFoundError no credentials for AgentRun: set AGENTRUN_ACCESS_KEY_ID")
    assert "EnvironmentVariableCredentialsProvider" in said
