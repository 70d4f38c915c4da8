"""The way to the API server stays open, whatever becomes of the files and the programs that lead there."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from agentrun_operator.controller.kube.login import login as module
from agentrun_operator.controller.kube.login.access import Access
from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import load
from agentrun_operator.controller.kube.login.login import Login
from support.kubeconfigs import Plugin, a_kubeconfig, written
from support.patience import stretched

pytestmark = pytest.mark.filterwarnings("ignore:The test function")


@dataclass
class World:
    """A kubeconfig, the login that reads it, and a server that knows some tokens."""

    folder: Path
    known: set[str] = field(default_factory=lambda: {"known-token"})
    at: float = 0.0

    def __post_init__(self) -> None:
        self.path = self.folder / "config"
        started = datetime(2030, 1, 1, tzinfo=UTC)
        source = partial(load, str(self.path), "one")
        self.login = Login(source, clock=lambda: self.at, now=lambda: started + timedelta(seconds=self.at))

    @property
    def token(self) -> str:
        return self.login.access.credential.authorization.removeprefix("Bearer ")

    async def is_answered(self) -> bool:
        """Whether a request is answered, as the client sends it: once more after a refusal."""
        for _ in range(2):
            access = self.login.access
            if self.token in self.known:
                self.login.accept(access)
                return True
            if not await self._renewed(access):
                return False
        return self.token in self.known

    async def _renewed(self, access: Access) -> bool:
        keeping = asyncio.create_task(self.login.keep())
        try:
            return await self.login.renewed(access)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


KNOWN = a_kubeconfig()
TEXT = yaml.safe_dump(KNOWN)
CLUSTERS_LAST = yaml.safe_dump({name: KNOWN[name] for name in ("contexts", "users", "clusters")}, sort_keys=False)


def gone(path: Path) -> None:
    path.unlink(missing_ok=True)


def with_text(text: str | bytes) -> Callable[[Path], None]:
    return lambda path: _put(path, text if isinstance(text, bytes) else text.encode(errors="replace"))


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def like(what: object, path: tuple[str | int, ...], value: object) -> object:
    """The same, with another value at a place."""
    if not path:
        return value
    first, *rest = path
    if isinstance(what, list):
        return [like(each, tuple(rest), value) if number == first else each for number, each in enumerate(what)]
    assert isinstance(what, dict)
    return what | {first: like(what[first], tuple(rest), value)}


PLACES = [
    ("clusters",),
    ("clusters", 0),
    ("clusters", 0, "name"),
    ("clusters", 0, "cluster"),
    ("clusters", 0, "cluster", "server"),
    ("contexts",),
    ("contexts", 0),
    ("contexts", 0, "name"),
    ("contexts", 0, "context"),
    ("contexts", 0, "context", "cluster"),
    ("contexts", 0, "context", "user"),
    ("users",),
    ("users", 0),
    ("users", 0, "name"),
    ("users", 0, "user"),
    ("users", 0, "user", "token"),
]
odd_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
ways_to_spoil = st.one_of(
    st.just(gone),
    st.integers(0, len(TEXT)).map(lambda end: with_text(TEXT[:end])),
    st.integers(0, len(CLUSTERS_LAST)).map(lambda end: with_text(CLUSTERS_LAST[:end])),
    st.binary(max_size=60).map(with_text),
    st.text(max_size=60).map(with_text),
    odd_values.map(lambda value: with_text(yaml.safe_dump(value))),
    st.tuples(st.sampled_from(PLACES), odd_values).map(lambda drawn: with_text(yaml.safe_dump(like(KNOWN, *drawn)))),
)


@given(spoilt=st.lists(ways_to_spoil, min_size=1, max_size=5))
@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_becomes_of_a_kubeconfig_what_is_known_stays_in_use(spoilt: list[Callable[[Path], None]]):
    async def play() -> None:
        with TemporaryDirectory() as folder:
            world = World(Path(folder))
            written(world.path, KNOWN)
            await world.login.look()
            route = world.login.access.route
            assert await world.is_answered()
            for spoil in spoilt:
                spoil(world.path)
                world.at += 3600
                await world.login.look()
                assert world.login.access.route == route
                assert await world.is_answered()
            written(world.path, a_kubeconfig({"token": "new"}))
            world.known = {"new"}
            world.at += 3600
            await world.login.look()
            assert await world.is_answered()
            assert world.token == "new"

    asyncio.run(play())


@given(spoilt=ways_to_spoil, looks=st.integers(2, 6))
@how(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_problem_is_told_once_however_often_it_is_met(spoilt: Callable[[Path], None], looks: int):
    async def play() -> list[str]:
        with TemporaryDirectory() as folder:
            world = World(Path(folder))
            written(world.path, KNOWN)
            await world.login.look()
            spoilt(world.path)
            for _ in range(looks):
                world.at += 60
                await world.login.look()
            return []

    with told() as lines:
        asyncio.run(play())
    assert len(lines) <= 2, "one of the kubeconfig, and one of who asks"
    assert len(set(lines)) == len(lines)


class told(logging.Handler):  # noqa: N801 - reads as what it is
    """The warnings while it is open."""

    def __enter__(self) -> list[str]:
        self.lines: list[str] = []
        logging.getLogger("agentrun_operator").addHandler(self)
        return self.lines

    def __exit__(self, *_: object) -> None:
        logging.getLogger("agentrun_operator").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            self.lines.append(record.getMessage())


async def test_the_first_look_has_nothing_to_fall_back_on(world: World):
    with pytest.raises(AccessError, match="there is no such file"):
        await world.login.look()


async def test_a_problem_and_its_end_are_told_once_each(world: World, caplog: pytest.LogCaptureFixture):
    written(world.path, KNOWN)
    await world.login.look()
    gone(world.path)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await world.login.look()
        written(world.path, KNOWN)
        for _ in range(3):
            await world.login.look()
    problem, end = (each.getMessage() for each in caplog.records)
    assert problem == (
        "The kubeconfig cannot be renewed: there is no such file. What is known stays in use, and it is tried again"
    )
    assert end == "The kubeconfig can be renewed again"


async def test_a_token_that_was_written_by_half_is_left_for_the_one_before(
    world: World, caplog: pytest.LogCaptureFixture
):
    written(world.path, KNOWN)
    await world.login.look()
    assert await world.is_answered()
    for _ in range(3):
        written(world.path, a_kubeconfig({"token": "known-to"}))
        world.at += 60
        await world.login.look()
        assert await world.is_answered()
        assert world.token == "known-token"
    assert len(warnings(caplog)) == 1
    assert "401" in warnings(caplog)[0]


async def test_another_cluster_is_not_followed_and_gets_no_token_of_this_one(
    world: World, caplog: pytest.LogCaptureFixture
):
    written(world.path, KNOWN)
    await world.login.look()
    written(world.path, a_kubeconfig({"token": "of-another"}, server="https://another.test"))
    await world.login.look()
    assert (world.login.access.route.server, world.token) == ("https://one.test:6443", "known-token")
    assert "restart the operator" in warnings(caplog)[0]


async def test_a_user_who_says_nothing_any_more_is_no_reason_to_ask_as_nobody(world: World):
    written(world.path, KNOWN)
    await world.login.look()
    written(world.path, like(KNOWN, ("users", 0, "user"), {}))  # type: ignore[arg-type]
    await world.login.look()
    assert world.token == "known-token"


async def test_a_plugin_is_asked_again_before_what_it_gave_ends_and_not_sooner(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="first", expirationTimestamp="2030-01-01T00:10:00Z")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    for world.at in (60, 120, 479):
        await world.login.look()
    assert (world.token, plugin.runs) == ("first", 1)
    plugin.gives(token="second", expirationTimestamp="2030-01-01T00:20:00Z")
    world.at = 481
    await world.login.look()
    assert (world.token, plugin.runs) == ("second", 2)


async def test_a_plugin_is_asked_though_the_kubeconfig_that_names_it_is_gone(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="first", expirationTimestamp="2030-01-01T00:10:00Z")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    gone(world.path)
    plugin.gives(token="second")
    world.at = 590
    await world.login.look()
    assert world.token == "second"


async def test_a_plugin_that_fails_is_asked_again_and_what_it_gave_stays_in_use(
    world: World, caplog: pytest.LogCaptureFixture
):
    plugin = Plugin(world.folder)
    plugin.gives(token="first", expirationTimestamp="2030-01-01T00:10:00Z")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    plugin.does("date +%N >&2; exit 1")
    for world.at in (500, 505, 515):
        await world.login.look()
        assert world.token == "first"
    assert len(warnings(caplog)) == 1
    plugin.gives(token="second")
    await world.login.look()
    assert world.token == "second"


@pytest.mark.parametrize("end", ["2029-12-31T00:00:00Z", "", "soon"], ids=["over", "none", "odd"])
async def test_what_ends_nobody_knows_when_is_used_until_it_is_refused(end: str, world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="known-token", expirationTimestamp=end)
    written(world.path, a_kubeconfig(plugin.user))
    for _ in range(3):
        world.at += 3600
        await world.login.look()
        assert await world.is_answered()
    assert plugin.runs == 1
    plugin.gives(token="second")
    world.known = {"second"}
    assert await world.is_answered()
    assert plugin.runs == 2


async def test_a_refusal_that_nothing_helps_against_asks_the_plugin_less_and_less_often(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="unknown")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    for _ in range(120):
        assert not await world.is_answered()
        world.at += 1
    assert 4 <= plugin.runs <= 7


async def test_many_that_are_refused_at_once_ask_the_plugin_once(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="first")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    plugin.gives(token="second")
    refused = world.login.access
    async with kept(world.login):
        assert await asyncio.gather(*(world.login.renewed(refused) for _ in range(20))) == [True] * 20
    assert plugin.runs == 2


async def test_a_plugin_that_fails_when_a_credential_was_refused_is_asked_again_whoever_asks_the_server(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="known-token")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    world.known = {"second"}
    plugin.does("exit 1")
    assert not await world.is_answered()
    plugin.gives(token="second")
    await world.login.look()
    assert (world.token, plugin.runs) == ("second", 3)
    await world.login.look()
    assert plugin.runs == 3


async def test_many_that_are_refused_at_once_are_one_refusal(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="unknown")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    refused = world.login.access
    async with kept(world.login):
        assert await asyncio.gather(*(world.login.renewed(refused) for _ in range(20))) == [False] * 20
    world.at += module.FIRST_RETRY
    assert not await world.is_answered()
    assert plugin.runs == 3


async def test_a_user_who_has_a_token_now_has_no_plugin_that_is_to_be_asked(world: World):
    plugin = Plugin(world.folder)
    plugin.gives(token="first", expirationTimestamp="2030-01-01T00:10:00Z")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    written(world.path, KNOWN)
    await world.login.look()
    world.at = 3600
    with counted(world.login) as looks:
        async with kept(world.login):
            await asyncio.sleep(0.2)
    assert looks == []
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    assert plugin.runs == 2, "what it gave before has ended"


@contextmanager
def counted(login: Login) -> Iterator[list[bool]]:
    """The looks that begin meanwhile."""
    looks: list[bool] = []
    look = login.look

    async def noted(*, renew: bool = False) -> None:
        looks.append(renew)
        await look(renew=renew)

    login.look = noted  # type: ignore[method-assign]
    try:
        yield looks
    finally:
        login.look = look  # type: ignore[method-assign]


async def test_a_plugin_that_hangs_stops_nobody(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PATIENCE", stretched(0.2))
    plugin = Plugin(world.folder)
    plugin.gives(token="known-token", expirationTimestamp="2030-01-01T00:00:10Z")
    written(world.path, a_kubeconfig(plugin.user))
    await world.login.look()
    plugin.does("sleep 1000")
    world.at = 9
    async with kept(world.login):
        while plugin.runs < 2:  # noqa: ASYNC110 - the other side is a program
            await asyncio.sleep(0.01)
        assert world.token == "known-token"
        async with asyncio.timeout(stretched(10)):
            assert not await world.login.renewed(world.login.access)


@asynccontextmanager
async def kept(login: Login) -> AsyncIterator[None]:
    keeping = asyncio.create_task(login.keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
