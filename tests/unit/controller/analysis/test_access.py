"""By which way an account's endpoints are asked: its own, by its own key, whatever the operator's environment says."""

import httpx
import pytest

from agentrun_operator.agentrun import ConfigError
from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.secret import Secret
from agentrun_operator.agentrun.endpoint.chat.probing import Question
from agentrun_operator.agentrun.http.client import AsyncClient
from agentrun_operator.controller.analysis.access import payer_of, prober_for
from agentrun_operator.controller.keys import AccountKey
from agentrun_operator.controller.remote.accounts.account import Account
from agentrun_operator.controller.remote.accounts.secret_credentials import SecretCredentials
from agentrun_operator.observation.secret_data import Found
from support.agentrun import a_config
from support.controller_time import clock

KEY = AccountKey("shop", "key", "cn-shanghai")


async def read() -> Found:
    return Found(Credentials("tenants-id", Secret("tenants-secret")), "")


@pytest.fixture
async def account(request: pytest.FixtureRequest):
    secret = SecretCredentials(read, clock)
    await secret.refresh(0.0)
    said = getattr(request, "param", "")
    made = Account(
        KEY, AsyncClient(a_config()), secret, lambda *_: pytest.fail("polled"), clock=clock, said=lambda: said
    )
    yield made
    await made.client.aclose()


async def asked(account: Account) -> httpx.Request:
    """The request that a question to an account's endpoint makes."""
    seen = []

    async def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404)

    prober = prober_for(account, 1)
    prober._wire = httpx.MockTransport(answer)
    async with prober:
        await prober.ask("bot", "are-1", Question([("user", "?")], 10, 5.0))
    (request,) = seen
    return request


@pytest.fixture(autouse=True)
def _the_operators_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTRUN_ACCOUNT_ID", "999")
    monkeypatch.setenv("FC_ACCOUNT_ID", "999")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "operators-id")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "operators-secret")


async def test_the_account_that_agentrun_named_is_asked_by_its_own_key(account: Account):
    account.owner.saw("111", "cn-shanghai")
    request = await asked(account)
    assert request.url.host == "111-ram.agentrun-data.cn-shanghai.aliyuncs.com"
    assert "Credential=tenants-id/" in request.headers["agentrun-authorization"]


@pytest.mark.parametrize("account", ["222"], indirect=True)
async def test_before_that_the_one_that_its_owner_says(account: Account):
    assert (await asked(account)).url.host.startswith("222-ram.")
    account.owner.saw("111", "cn-shanghai")
    assert (await asked(account)).url.host.startswith("111-ram.")


async def test_where_nobody_knows_the_account_the_operators_own_is_not_asked(account: Account):
    with pytest.raises(ConfigError):
        prober_for(account, 1)


async def test_an_address_that_the_operator_was_given_needs_no_account(account: Account, monkeypatch):
    monkeypatch.setenv("AGENTRUN_DATA_ENDPOINT", "http://data.example")
    assert (await asked(account)).url.host == "data.example"


async def test_calls_count_against_the_account_once_it_is_known(account: Account):
    assert payer_of(account) == KEY
    account.owner.saw("111", "cn-shanghai")
    assert payer_of(account) == "111"
