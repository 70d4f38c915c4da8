from collections.abc import Callable, Sequence

import httpx
import pytest

from agentrun_operator.agentrun import NO_RETRY, Client, Runtime
from agentrun_operator.plugin.commands.importing.reading import chosen, endpoints_of
from agentrun_operator.plugin.remote.account import Account
from support.agentrun import a_config, envelope, failure


def a_runtime(runtime_id: str | None, name: str) -> Runtime:
    return Runtime(agent_runtime_id=runtime_id, agent_runtime_name=name)


SUPPORT, SALES, TWIN = a_runtime("rt-1", "support-bot"), a_runtime("rt-2", "sales"), a_runtime("rt-3", "sales")
NAMED_AS_AN_ID = a_runtime("rt-4", "rt-1")
ALL = [SUPPORT, SALES, TWIN, NAMED_AS_AN_ID]

CHOSEN = {
    "by name": (["support-bot"], [SUPPORT]),
    "by id": (["rt-2"], [SALES]),
    "by an id that is another's name": (["rt-1"], [SUPPORT]),
    "once, however often it is named": (["rt-1", "support-bot", "rt-1"], [SUPPORT]),
    "in the order asked for": (["rt-3", "rt-2"], [TWIN, SALES]),
}


@pytest.mark.parametrize(("asked", "runtimes"), CHOSEN.values(), ids=CHOSEN.keys())
def test_a_runtime_is_chosen(asked, runtimes):
    assert chosen(ALL, asked) == (runtimes, [])


def test_one_that_is_not_there_hides_no_other():
    assert chosen(ALL, ["nope", "rt-1", "nope"]) == (
        [SUPPORT],
        ["there is no runtime 'nope' in this account and region, by name or id"],
    )


def test_a_name_of_several_is_refused_with_their_ids():
    assert chosen(ALL, ["sales"]) == ([], ["2 runtimes are called 'sales'; name one by its id: rt-2, rt-3"])


class Service:
    """Tells the endpoints of some runtimes only; `asked` are the ids of those that were asked for."""

    def __init__(self, *silent: str) -> None:
        self.asked: list[str] = []
        self._silent = silent

    def answer(self, request: httpx.Request) -> httpx.Response:
        runtime_id = request.url.path.split("/")[-2]
        self.asked.append(runtime_id)
        if runtime_id in self._silent:
            return httpx.Response(403, content=failure("NoPermission", "not you"))
        endpoint = {"agentRuntimeEndpointId": "ep-1", "agentRuntimeEndpointName": "chat"}
        return httpx.Response(200, content=envelope({"items": [endpoint], "total": 1}))


def read(
    service: Service, runtimes: Sequence[Runtime], progress: Callable[[str], None] = lambda _: None
) -> tuple[list[Runtime], list[str]]:
    with Client(a_config(), retry=NO_RETRY, transport=httpx.MockTransport(service.answer)) as client:
        found = endpoints_of(Account(client), runtimes, progress)
    return [each.runtime for each in found.remotes], found.untold


def test_a_runtime_that_does_not_tell_hides_no_other():
    runtimes, (untold,) = read(Service("rt-2"), ALL)
    assert runtimes == [SUPPORT, TWIN, NAMED_AS_AN_ID]
    assert untold.startswith("runtime sales: AgentRun: ")
    assert "not you" in untold


def test_nobody_waits_for_a_thousand_runtimes_that_do_not_tell():
    service, runtimes = Service(*map(str, range(1000))), [a_runtime(str(number), "x") for number in range(1000)]
    _, untold = read(service, runtimes)
    assert service.asked == ["0", "1", "2"]
    assert untold[-1] == "gave up after 3 in a row: 997 runtimes were not read"


def test_one_that_tells_in_between_keeps_the_reading_going():
    service, silent = Service("0", "1", "3", "4"), [a_runtime(str(number), "x") for number in range(6)]
    assert read(service, silent)[0] == [silent[2], silent[5]]
    assert len(service.asked) == 6


def test_a_runtime_without_an_id_is_told_and_not_asked_for():
    service = Service()
    assert read(service, [a_runtime(None, "odd"), SUPPORT]) == (
        [SUPPORT],
        ["runtime odd: AgentRun tells no id of it"],
    )


def test_each_runtime_is_asked_for_once_and_told_of():
    service = Service()
    told: list[str] = []
    read(service, [SUPPORT, SALES], told.append)
    assert service.asked == ["rt-1", "rt-2"]
    assert told == ["Reading runtime 1 of 2: support-bot", "Reading runtime 2 of 2: sales"]


def test_a_hostile_name_of_a_runtime_is_one_short_line():
    odd = a_runtime("rt-1", "\x1b[2J\nError: x" + "y" * 2**20)
    _, (untold,) = read(Service("rt-1"), [odd])
    assert untold.isprintable()
    assert len(untold) < 400
