import pytest

from agentrun_operator.plugin.commands.importing.screening import screened, titled
from support.remote_endpoints import RUNTIME, a_remote


def told(*documents: dict[str, str]) -> tuple[list[str], list[str], list[str]]:
    found = screened([a_remote(document) for document in documents])
    return [each.name for each in found.importable], found.passed, found.failed


def named(name: str) -> dict[str, str]:
    return {"agentRuntimeEndpointName": name}


def test_usual_ones_are_imported_the_services_own_default_too():
    assert told(named("chat"), named("Default")) == (["chat", "Default"], [], [])


PASSED = {
    "a probe's": (named("are-0123456789abcdef-c"), "belongs to a rollout's probes"),
    "a stable version's probe's": (named("are-0123456789abcdef-s"), "belongs to a rollout's probes"),
    "on its way out": (named("chat") | {"status": "DELETING"}, "is being deleted"),
}


@pytest.mark.parametrize(("document", "why"), PASSED.values(), ids=PASSED.keys())
def test_an_endpoint_is_passed_over_that_is(document, why):
    name = document["agentRuntimeEndpointName"]
    assert told(document, named("other")) == (["other"], [f"endpoint {name} of runtime support-bot: {why}"], [])


@pytest.mark.parametrize("name", ["1st", "默认", "a b", "a\n", "a" * 65, "-a", "are-0123456789abcdef-c\n"], ids=repr)
def test_a_name_that_no_object_can_have_fails_that_endpoint_alone(name):
    importable, passed, (failed,) = told(named(name), named("other"))
    assert (importable, passed) == (["other"], [])
    assert "no object can have an endpoint of this name; a name is a letter" in failed


def test_an_endpoint_without_a_name_fails_and_is_known_by_its_id():
    assert told({})[2] == [
        "endpoint without a name (ep-1) of runtime support-bot: AgentRun does not tell its name",
    ]


def test_two_of_a_name_fail_since_nobody_knows_which_is_meant():
    assert told(named("chat"), named("chat"), named("other"))[::2] == (
        ["other"],
        ["endpoint chat of runtime support-bot: AgentRun tells of 2 endpoints of this name"] * 2,
    )


def test_a_title_is_one_short_line_whatever_the_names():
    runtime = RUNTIME.model_copy(update={"agent_runtime_name": "\x1b[2J" + "y" * 2**20})
    title = titled(a_remote(named("a\nError: b" + "x" * 2**20), runtime))
    assert title.startswith("endpoint a\\nError: bxxx")
    assert title.isprintable()
    assert len(title) < 200
