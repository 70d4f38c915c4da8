import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from contextvars import Context
from typing import Any

import httpx
import pytest
from respx import MockRouter

from agentrun_operator.agentrun.api import operations
from agentrun_operator.agentrun.api.errors import ThrottledError
from agentrun_operator.controller.concurrency.limits import UNPROVEN_SHARE
from agentrun_operator.controller.concurrency.queue.workqueue import WorkQueue
from agentrun_operator.controller.concurrency.rate_limiter import AdaptiveRateLimiter
from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.informer.informer import Informer
from agentrun_operator.controller.informer.store.ownership_index import OwnershipIndex
from agentrun_operator.controller.informer.store.store import Store
from agentrun_operator.controller.keys import ObjectKey
from agentrun_operator.controller.remote.accounts.account import Account
from agentrun_operator.controller.remote.accounts.factory import SECRET_GOOD_FOR, AccountContext
from agentrun_operator.controller.remote.accounts.pool import MISSING_FOR, AccountPool
from agentrun_operator.controller.settings import Settings
from agentrun_operator.controller.telemetry.logs import reconcile_id
from agentrun_operator.controller.telemetry.metrics import Metrics
from agentrun_operator.observation.problems import ProblemError
from agentrun_operator.reconcile.state.observed import Problem
from agentrun_operator.resources.reasons import Reason
from support.controller import body, desired, key
from support.controller_server import MemoryServer, Weather
from support.controller_time import clock, settle

pytestmark = [
    pytest.mark.usefixtures("no_leaks"),
    pytest.mark.respx(using="httpx"),  # below that, the operator has connections of its own
]

SECRET_PATH = "/api/v1/namespaces/team-a/secrets/aliyun"
NAMED: dict[str, Any] = {"credentialsSecretRef": {"name": "aliyun"}}
OTHER_NAMED: dict[str, Any] = {"credentialsSecretRef": {"name": "aliyun-2"}}
DELETED = "2026-11-22T10:00:00Z"
CHAT, OTHER = key("chat"), key("other")


class World:
    """Accounts, and the Secrets that they are made of."""

    def __init__(self, **settings: Any) -> None:
        self.kube = MemoryServer()
        context = AccountContext(
            Settings(**settings),
            self.kube,
            Metrics(),
            may_write=lambda: True,
            enqueue=lambda _: None,
            clock=clock,
            jitter=lambda: 0.5,
        )
        self.accounts = AccountPool(context)

    def put_secret(self, access_key_id: str = "key-1", name: str = "aliyun", key_secret: str = "") -> None:
        key_secret = key_secret or access_key_id.replace("key", "secret")
        values = {"accessKeyId": access_key_id, "accessKeySecret": key_secret}
        encoded = {each: base64.b64encode(value.encode()).decode() for each, value in values.items()}
        self.kube.put_secret("team-a", name, encoded)

    async def account_for(self, of: ObjectKey = CHAT, **fields: Any) -> Account:
        return await self.accounts.account_for(of, desired(of.name, namespace=of.namespace, **fields))

    async def limit_of(self, account: Account) -> AdaptiveRateLimiter:
        """The limit of an account whose credentials AgentRun has accepted."""
        limiters = self.accounts._limiters
        limits = limiters.limits
        caller = limiters.caller(account.key, account.secret, account.owner.account)
        limits.accepted(await limits.acquire(caller), 0.1)
        return limiters.of(account)

    async def refused(self, of: ObjectKey = CHAT, **fields: Any) -> Problem:
        with pytest.raises(ProblemError) as caught:
            await self.account_for(of, **fields)
        return caught.value.problem

    def access_key(self, account: Account) -> str:
        assert account.secret is not None
        return account.secret.get().access_key_id


@pytest.fixture
async def world(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "ambient-key")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "ambient-secret")
    world = World()
    yield world
    await world.accounts.aclose()


# Whose credentials


async def test_objects_without_a_secret_share_the_operators_own_account(world: World):
    first = await world.account_for(CHAT)
    assert await world.account_for(key("chat", "team-b")) is first
    assert first.secret is None
    assert world.kube.asked == []


async def test_objects_of_one_secret_share_an_account_and_one_read_of_it(world: World):
    world.put_secret()
    accounts = await asyncio.gather(*(world.account_for(key(f"o{number}"), **NAMED) for number in range(30)))
    assert len({id(account) for account in accounts}) == 1
    assert world.kube.asked == [("GET", SECRET_PATH)]
    assert world.access_key(accounts[0]) == "key-1"


async def test_another_region_is_another_account(world: World):
    assert await world.account_for(CHAT) is not await world.account_for(OTHER, region="cn-beijing")


@pytest.fixture
async def one_address(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An operator whose address of AgentRun is the same for every region, as inside a VPC."""
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "ambient-key")
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_SECRET", "ambient-secret")
    monkeypatch.setenv("AGENTRUN_CONTROL_ENDPOINT", "agentrun-vpc.cn-hangzhou.aliyuncs.com")
    world = World()
    yield world
    await world.accounts.aclose()


@pytest.mark.parametrize("secret", [{}, NAMED], ids=["the operator's own credentials", "a Secret's"])
async def test_an_address_without_region_serves_the_operators_own_region_and_no_other(
    one_address: World, secret: dict[str, Any]
):
    one_address.put_secret()
    problem = await one_address.refused(region="cn-beijing", **secret)
    assert (problem.reason, problem.definite) == (Reason.REGION_NOT_SERVED, True)
    assert "serves cn-hangzhou and not cn-beijing" in problem.message
    own = await one_address.account_for(CHAT, **secret)
    assert await one_address.account_for(OTHER, region="cn-hangzhou", **secret) is own
    assert len(list(one_address.accounts)) == 1


async def test_the_same_secret_name_in_another_namespace_is_another_secret(world: World):
    world.put_secret()
    await world.account_for(CHAT, **NAMED)
    problem = await world.refused(key("chat", "team-b"), **NAMED)
    assert "team-b/aliyun" in problem.message


async def test_a_namespace_that_may_not_use_the_operators_credentials_is_told_what_to_do(no_leaks: None):
    world = World(ambient_credentials_namespaces=("team-b",))
    problem = await world.refused(CHAT)
    assert problem.reason is Reason.CREDENTIALS_NOT_ALLOWED
    assert problem.definite
    assert "credentialsSecretRef" in problem.message
    assert (await world.account_for(key("chat", "team-b"))).secret is None
    await world.accounts.aclose()


async def test_nobody_may_use_the_operators_credentials_where_nobody_is_named(no_leaks: None):
    world = World(ambient_credentials_namespaces=())
    problem = await world.refused(CHAT)
    assert problem.reason is Reason.CREDENTIALS_NOT_ALLOWED
    await world.accounts.aclose()


async def test_an_object_that_may_use_no_credentials_any_more_lets_go_of_its_account(no_leaks: None):
    world = World(ambient_credentials_namespaces=("team-b",))
    world.put_secret()
    account = await world.account_for(CHAT, **NAMED)
    account.use(CHAT, "runtime-1", "chat", latest=False)
    await world.refused(CHAT)
    assert list(world.accounts) == []
    assert account.polled == {}
    await world.accounts.aclose()


async def test_half_of_an_access_key_in_the_environment_is_a_problem_of_objects_not_a_defect(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "ambient-key")
    world = World()
    problem = await world.refused(CHAT)
    assert problem.reason is Reason.CREDENTIALS_NOT_FOUND
    assert "AGENTRUN_ACCESS_KEY_SECRET" in problem.message
    world.put_secret()
    assert world.access_key(await world.account_for(CHAT, **NAMED)) == "key-1"
    await world.accounts.aclose()


async def test_an_operator_without_credentials_of_its_own_says_so_once_and_goes_on(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("AGENTRUN_ACCESS_KEY_ID", "ambient-key")
    await World().accounts.try_own_credentials()
    (told,) = caplog.messages
    assert told.startswith("Only objects with credentialsSecretRef can be worked on: ")


async def test_an_operator_with_credentials_of_its_own_says_nothing(world: World, caplog: pytest.LogCaptureFixture):
    await world.accounts.try_own_credentials()
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("variable", "value"), [("AGENTRUN_REGION", "cn/hangzhou"), ("AGENTRUN_CONTROL_ENDPOINT", "ftp://x")]
)
def test_an_environment_that_cannot_work_ends_the_start_with_one_line(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, value)

    async def make() -> None:
        World()

    with pytest.raises(StartError, match="Bad settings of AgentRun") as caught:
        asyncio.run(make())
    assert "\n" not in str(caught.value)


# Secrets that change


async def test_a_secret_is_not_read_at_every_pass(world: World):
    world.put_secret()
    for _ in range(10):
        await world.account_for(CHAT, **NAMED)
        await asyncio.sleep(1)
    assert len(world.kube.asked) == 1


async def test_a_rotated_secret_is_picked_up(world: World):
    world.put_secret("key-1")
    account = await world.account_for(CHAT, **NAMED)
    world.put_secret("key-2")
    await asyncio.sleep(SECRET_GOOD_FOR + 1)
    assert await world.account_for(CHAT, **NAMED) is account
    assert world.access_key(account) == "key-2"


async def test_a_rotated_secret_is_picked_up_by_the_looks_at_rest_too(respx_mock: MockRouter):
    looks = respx_mock.route().mock(return_value=httpx.Response(500))
    world = World(poll_interval=5.0)
    world.put_secret("key-1")
    account = await world.account_for(CHAT, **NAMED)
    account.use(CHAT, "runtime-1", "chat", latest=False)
    world.put_secret("key-2")
    await asyncio.sleep(SECRET_GOOD_FOR - 1)
    assert looks.called
    assert world.access_key(account) == "key-1"
    await asyncio.sleep(7)
    assert world.access_key(account) == "key-2"
    await world.accounts.aclose()


async def test_a_missing_secret_is_found_soon_after_it_was_made_and_asked_for_by_one(world: World):
    for _ in range(10):
        problem = await world.refused(CHAT, **NAMED)
        assert problem.reason is Reason.CREDENTIALS_NOT_FOUND
        assert problem.definite
    assert len(world.kube.asked) == 1
    world.put_secret()
    await asyncio.sleep(MISSING_FOR + 0.1)
    assert world.access_key(await world.account_for(CHAT, **NAMED)) == "key-1"


@pytest.mark.parametrize(
    ("deleted", "weather", "goes_on"),
    [
        pytest.param("", None, False, id="alive, the Secret is gone: the owner took it away"),
        pytest.param(DELETED, None, True, id="being deleted, the Secret went first: the last good ones serve"),
        pytest.param("", Weather(status=403, refused=True), False, id="alive, reading is forbidden"),
        pytest.param(DELETED, Weather(status=403, refused=True), True, id="being deleted, reading is forbidden"),
        pytest.param("", Weather(status=500, refused=True), True, id="alive, Kubernetes fails to answer"),
        pytest.param(DELETED, Weather(status=500, refused=True), True, id="being deleted, Kubernetes fails"),
    ],
)
async def test_when_the_last_good_credentials_serve(
    world: World, deleted: str, weather: Weather | None, *, goes_on: bool
):
    world.put_secret()
    await world.account_for(CHAT, **NAMED)
    if weather is None:
        world.kube.remove(SECRET_PATH)
    else:
        world.kube.weather = lambda _method, _path: weather
    await asyncio.sleep(SECRET_GOOD_FOR + 1)
    if goes_on:
        assert world.access_key(await world.account_for(CHAT, deleted=deleted, **NAMED)) == "key-1"
    else:
        assert (await world.refused(CHAT, deleted=deleted, **NAMED)).reason is Reason.CREDENTIALS_NOT_FOUND


@pytest.mark.parametrize("deleted", ["", DELETED])
async def test_credentials_that_were_never_read_serve_nobody(world: World, deleted: str):
    world.kube.weather = lambda _method, _path: Weather(status=500, refused=True)
    problem = await world.refused(CHAT, deleted=deleted, **NAMED)
    assert not problem.definite


async def test_the_last_good_credentials_stay_as_long_as_an_object_uses_them(world: World):
    world.put_secret()
    await world.account_for(CHAT, **NAMED)
    await world.account_for(OTHER, **NAMED)
    world.kube.remove(SECRET_PATH)
    world.accounts.release(OTHER)
    await asyncio.sleep(3600)
    assert world.access_key(await world.account_for(CHAT, deleted=DELETED, **NAMED)) == "key-1"
    world.accounts.release(CHAT)
    await world.refused(CHAT, deleted=DELETED, **NAMED)


# Coming and going


async def test_an_account_without_objects_is_closed_with_all_that_belongs_to_it(world: World):
    world.put_secret()
    account = await world.account_for(CHAT, **NAMED)
    account.use(CHAT, "runtime-1", "chat", latest=True)
    task = account.polled["runtime-1"].task
    world.accounts.release(CHAT)
    await settle()
    assert task.cancelled()
    assert account.client._http.is_closed
    assert list(world.accounts) == []
    assert not world.accounts._closing


async def test_the_operators_own_account_is_closed_like_any_other_and_made_again(world: World):
    first = await world.account_for(CHAT)
    world.accounts.release(CHAT)
    await settle()
    assert first.client._http.is_closed
    second = await world.account_for(CHAT)
    assert second is not first
    assert not second.client._http.is_closed


async def test_an_account_stays_while_one_object_uses_it(world: World):
    world.put_secret()
    account = await world.account_for(CHAT, **NAMED)
    await world.account_for(OTHER, **NAMED)
    world.accounts.release(CHAT)
    await settle()
    assert list(world.accounts) == [account]
    assert not account.client._http.is_closed


async def test_an_object_that_names_another_secret_leaves_its_first_account(world: World):
    world.put_secret()
    world.put_secret("key-2", "aliyun-2")
    first = await world.account_for(CHAT, **NAMED)
    first.use(CHAT, "runtime-1", "chat", latest=False)
    second = await world.account_for(CHAT, **OTHER_NAMED)
    await settle()
    assert list(world.accounts) == [second]
    assert first.polled == {}
    assert first.client._http.is_closed


async def test_releasing_an_unknown_object_is_no_error(world: World):
    world.accounts.release(CHAT)


async def test_closing_everything_ends_every_task(world: World):
    world.put_secret()
    for name in ("a", "b"):
        (await world.account_for(key(name), **NAMED)).use(key(name), f"runtime-{name}", name, latest=False)
    (await world.account_for(key("c"))).use(key("c"), "runtime-c", "c", latest=False)
    polls = [polled.task for account in world.accounts for polled in account.polled.values()]
    await world.accounts.aclose()
    assert len(polls) == 3
    assert all(poll.done() for poll in polls)


async def test_a_thousand_objects_that_came_and_went_leave_nothing_behind(world: World):
    for number in range(1000):
        name = f"o{number}"
        world.put_secret(f"key-{number}", f"secret-{number}")
        account = await world.account_for(key(name), credentialsSecretRef={"name": f"secret-{number}"})
        account.use(key(name), f"runtime-{number}", name, latest=False)
        assert len([*world.accounts.rates()]) == 1
        world.accounts.release(key(name))
    await settle()
    assert list(world.accounts) == []
    assert world.accounts._of == {}
    assert len(world.accounts._limiters.limits) <= 2
    assert not world.accounts._closing


async def test_an_object_that_goes_in_the_middle_of_its_pass_leaves_no_account_and_no_poller_behind(world: World):
    store = Store()
    queue: WorkQueue[ObjectKey] = WorkQueue(lambda _: ("team-a", "lane"), 1, jitter=lambda: 0.5, clock=clock)
    informer = Informer(
        store, OwnershipIndex(store, "cn-hangzhou"), queue, world.accounts.release, overwritten=lambda _: None
    )
    world.put_secret()
    informer.on_event("ADDED", body("chat", **NAMED))
    await queue.get()
    account = await world.account_for(CHAT, **NAMED)
    informer.on_event("DELETED", body("chat", **NAMED))
    account.use(CHAT, "runtime-1", "chat", latest=False)
    task = account.polled["runtime-1"].task
    queue.done(CHAT)
    await settle()
    assert task.cancelled()
    assert list(world.accounts) == []
    assert account.client._http.is_closed


# Rate limits


async def test_two_secrets_with_one_access_key_share_its_rate_limit(world: World):
    world.put_secret("key-1", "aliyun")
    world.put_secret("key-1", "aliyun-2")
    world.put_secret("key-3", "aliyun-3")
    first = await world.account_for(key("a"), **NAMED)
    second = await world.account_for(key("b"), **OTHER_NAMED)
    third = await world.account_for(key("c"), credentialsSecretRef={"name": "aliyun-3"})
    limits = [await world.limit_of(each) for each in (first, second, third)]
    assert limits[0] is limits[1]
    assert limits[2] is not limits[0]


async def test_a_secret_with_the_operators_own_key_shares_the_operators_limit(world: World):
    world.put_secret("ambient-key")
    mine, own = await world.account_for(CHAT, **NAMED), await world.account_for(OTHER)
    assert await world.limit_of(mine) is await world.limit_of(own)


async def test_a_secret_that_only_claims_the_operators_own_key_does_not_share_the_operators_limit(world: World):
    world.put_secret("ambient-key", key_secret="wrong")
    claims, own = await world.account_for(CHAT, **NAMED), await world.account_for(OTHER)
    limit = await world.limit_of(own)
    assert world.accounts._limiters.of(claims) is not limit
    assert world.accounts._limiters.of(claims).rate == 20.0 / UNPROVEN_SHARE


async def test_two_keys_of_one_account_share_its_limit_once_agentrun_named_it(world: World):
    world.put_secret("key-1", "aliyun")
    world.put_secret("key-2", "aliyun-2")
    first, second = await world.account_for(key("a"), **NAMED), await world.account_for(key("b"), **OTHER_NAMED)
    assert await world.limit_of(first) is not await world.limit_of(second)
    for account in (first, second):
        account.owner.saw("1234567890", "cn-hangzhou")
    assert await world.limit_of(first) is await world.limit_of(second)


async def test_a_key_that_is_replaced_is_of_no_account_until_agentrun_names_it(world: World):
    world.put_secret("key-1", "aliyun")
    account = await world.account_for(key("a"), **NAMED)
    account.owner.saw("1234567890", "cn-hangzhou")
    account.owner.saw("another", "cn-hangzhou")  # one answer that says otherwise moves no call to another limit
    assert account.owner.account == "1234567890"
    world.put_secret("key-2", "aliyun")
    await asyncio.sleep(SECRET_GOOD_FOR + 1)
    await world.account_for(key("a"), **NAMED)
    assert account.owner.account == ""


async def test_regions_that_lead_to_one_address_share_a_limit(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTRUN_CONTROL_ENDPOINT", "https://agentrun.example.com")
    here, there = await world.account_for(CHAT), await world.account_for(OTHER, region="cn-beijing")
    assert await world.limit_of(here) is await world.limit_of(there)


async def test_each_region_of_an_account_has_a_limit_of_its_own(world: World):
    here, there = await world.account_for(CHAT), await world.account_for(OTHER, region="cn-beijing")
    assert world.accounts._limiters.of(here) is not world.accounts._limiters.of(there)
    assert await world.limit_of(here) is not await world.limit_of(there)


async def test_limits_of_keys_that_were_rotated_away_are_forgotten(world: World):
    for number in range(100):
        world.put_secret(f"key-{number}")
        account = await world.account_for(CHAT, **NAMED)
        world.accounts._limiters.of(account)
        await asyncio.sleep(SECRET_GOOD_FOR + 1)
    assert len(world.accounts._limiters.limits) <= 2


async def test_the_present_limits_are_told_by_region_and_source_without_the_key(world: World):
    world.put_secret()
    mine = await world.account_for(CHAT, **NAMED)
    await world.limit_of(await world.account_for(OTHER))
    limit = await world.limit_of(mine)
    for _ in range(10):
        limit.throttled()
    assert dict(world.accounts.rates()) == {
        "cn-hangzhou team-a/aliyun": 5.0,
        "cn-hangzhou the operator's own credentials": 20.0,
    }


async def test_how_agentrun_answers_and_how_long_it_takes_lowers_the_limit(world: World, respx_mock: MockRouter):
    slow = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if "agentRuntimeName=slow" in str(request.url):
            await slow.wait()
        if "agentRuntimeName=fine" in str(request.url):
            return httpx.Response(200, json={"code": "SUCCESS", "data": {"items": [], "total": 0}})
        return httpx.Response(429, json={"code": "Throttling.User", "message": "too many"})

    respx_mock.route().mock(side_effect=answer)
    account = await world.account_for(CHAT)
    limiter = await world.limit_of(account)

    async def call(name: str) -> None:
        with suppress(ThrottledError):
            await account.client.run(operations.list_runtimes(name))

    sent_before = asyncio.create_task(call("slow"))
    await settle()
    await asyncio.gather(*(call("refused") for _ in range(5)))
    assert limiter.rate == 5.0
    slow.set()
    await sent_before
    for _ in range(20):
        await call("fine")
    assert limiter.rate == 5.0
    await asyncio.gather(*(call("refused") for _ in range(5)))
    assert limiter.rate < 5.0


async def test_a_poll_does_not_go_on_under_the_name_of_the_reconcile_that_began_it(
    world: World, respx_mock: MockRouter
):
    seen: list[str] = []

    def listed(_: httpx.Request) -> httpx.Response:
        seen.append(reconcile_id.get())
        return httpx.Response(200, json={"code": "SUCCESS", "data": {"items": [], "total": 0}})

    respx_mock.get(path__regex=r"/endpoints$").mock(side_effect=listed)
    account = await world.account_for()

    def reconciling() -> None:
        reconcile_id.set("1f3a9c2e")
        account.use(CHAT, "runtime-1", "chat", latest=False)

    Context().run(reconciling)
    await asyncio.sleep(61)
    assert set(seen) == {""}
