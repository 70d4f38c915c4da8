"""What a check makes of what it sees."""

import io
import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentrun_operator.plugin.cluster.installed import Installed
from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, NoKindError
from agentrun_operator.plugin.commands.check import crd, operator
from agentrun_operator.plugin.commands.check.finding import Finding, Standing, UntoldError, WrongError, looked, show
from agentrun_operator.plugin.commands.check.objects import looked_after, named_secrets
from agentrun_operator.plugin.exits import ExitCode
from agentrun_operator.plugin.flags import Format
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.resources.crd import root_schema
from agentrun_operator.resources.names import WATCH_SELECTOR

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OK, TOLD, WRONG, UNKNOWN = (Finding(mark, "part", "as it is") for mark in Standing)


def a_schema() -> Any:
    """One's own to change."""
    return deepcopy(root_schema())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def screen(out: io.StringIO, width: int = 80, colour: Colour = Colour.NEVER) -> Screen:
    return Screen(colour, quiet=False, environment={"COLUMNS": str(width)}, out=out, err=io.StringIO())


def ended(findings: list[Finding], output: Format = Format.TEXT) -> tuple[ExitCode, str]:
    out = Terminal()
    try:
        show(screen(out), findings, output)
    except (WrongError, UntoldError) as error:
        return error.code, out.getvalue()
    return ExitCode.DONE, out.getvalue()


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        pytest.param([OK, OK], 0, id="all is well"),
        pytest.param([OK, TOLD], 0, id="what is only told"),
        pytest.param([OK, WRONG, TOLD], 1, id="something is wrong"),
        pytest.param([OK, UNKNOWN], 3, id="something could not be told"),
        pytest.param([WRONG, UNKNOWN, OK], 3, id="that outranks what is wrong"),
    ],
)
def test_the_exit_code_is_that_of_the_worst(findings, code):
    assert ended(findings)[0] == code


def test_a_word_stands_beside_each_sign_and_a_long_text_is_broken_under_its_beginning():
    long = Finding(Standing.WRONG, "operator", "the operator has stopped; " * 4)

    assert ended([OK, long])[1] == (
        "✓ ok     part      as it is\n"
        "✗ wrong  operator  the operator has stopped; the operator has stopped; the\n"
        "                   operator has stopped; the operator has stopped;\n"
    )


def test_the_sign_and_its_word_alone_are_coloured():
    out = Terminal()
    with pytest.raises(WrongError):
        show(screen(out, colour=Colour.ALWAYS), [WRONG], Format.TEXT)

    assert out.getvalue() == "\x1b[31m✗ wrong\x1b[0m  part  as it is\n"


def test_that_the_crd_is_missing_is_wrong_once_and_costs_no_certainty():
    def part() -> list[Finding]:
        raise NoKindError("the cluster does not know it")

    assert ended(looked("objects", part))[0] == 0


def test_a_text_of_the_cluster_cannot_speak_to_the_terminal():
    assert "\x1b" not in ended([Finding(Standing.OK, "objects", "\x1b[2J\nfaked")])[1]


def test_as_json_there_is_an_object_with_the_findings():
    assert json.loads(ended([WRONG], Format.JSON)[1]) == {
        "findings": [{"mark": "wrong", "about": "part", "text": "as it is"}]
    }


def test_a_part_that_is_forbidden_costs_that_part_and_says_so():
    def part() -> list[Finding]:
        raise ForbiddenError("you may not; to grant it: {…}")

    assert looked("operator", part) == [
        Finding(Standing.UNKNOWN, "operator", "not shown: you may not; to grant it: {…}")
    ]


def a_lease(age: float = 5, **spec: object) -> dict[str, Any]:
    renewed = (NOW - timedelta(seconds=age)).isoformat().replace("+00:00", "Z")
    usual = {"holderIdentity": "pod-1", "renewTime": renewed, "leaseDurationSeconds": 15}
    return {"metadata": {"name": "agentrun-operator"}, "spec": usual | spec}


@pytest.mark.parametrize(
    ("lease", "mark", "told"),
    [
        pytest.param(a_lease(), Standing.OK, "held and renewed by pod-1", id="fresh"),
        pytest.param(a_lease(44), Standing.OK, "held", id="clocks are apart a little"),
        pytest.param(a_lease(-20), Standing.OK, "held", id="the clock of the operator goes before"),
        pytest.param(a_lease(3600), Standing.WRONG, "pod-1 was not renewed for 1:00:00", id="nobody renews it"),
        pytest.param(a_lease(holderIdentity=""), Standing.WRONG, "has no holder", id="given back"),
        pytest.param(a_lease(renewTime=None), Standing.WRONG, "never renewed", id="never renewed"),
        pytest.param(a_lease(renewTime="odd"), Standing.WRONG, "never renewed", id="an odd time"),
        pytest.param({"metadata": {"name": "x"}}, Standing.WRONG, "has no holder", id="empty"),
    ],
)
def test_a_lease_tells_whether_an_operator_leads(lease, mark, told):
    found = operator.lease(lease, NOW)

    assert found.mark is mark
    assert told in found.text


def test_a_lease_is_named_with_its_selector():
    lease = a_lease()
    lease["metadata"] = {"name": "x", "annotations": {WATCH_SELECTOR: "team=a"}}

    assert "Lease x (team=a) is held" in operator.lease(lease, NOW).text


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        pytest.param({"name": "agentrun-operator"}, True, id="the usual name"),
        pytest.param({"name": "x", "labels": {"app.kubernetes.io/name": "agentrun-operator"}}, True, id="the label"),
        pytest.param({"name": "x", "annotations": {WATCH_SELECTOR: ""}}, True, id="the annotation"),
        pytest.param({"name": "kube-scheduler"}, False, id="another's"),
    ],
)
def test_our_leases_are_known_among_others(head, ours):
    assert bool(operator.ours([{"metadata": head}])) is ours


@pytest.mark.parametrize(
    ("found", "mark"),
    [
        pytest.param(Installed("x", "1.2.3", 1), Standing.OK, id="as new as this program"),
        pytest.param(Installed("x", "1.2.0", 1), Standing.TOLD, id="skewed"),
        pytest.param(Installed("x", "", 2), Standing.OK, id="it does not tell"),
        pytest.param(Installed("x", "1.2.3", 0), Standing.WRONG, id="nothing is ready"),
    ],
)
def test_a_deployment_tells_what_runs(found, mark):
    assert operator.deployment(found, "1.2.3").mark is mark


def test_the_crd_of_this_program_is_as_new_as_this_program():
    assert crd.compared(root_schema(), a_schema()).mark is Standing.OK


def test_a_crd_without_a_field_is_older():
    older = a_schema()
    del older["properties"]["spec"]["properties"]["rollout"]

    found = crd.compared(root_schema(), older)
    assert (found.mark, "older than this program: it lacks spec.rollout, spec.rollout.analysis" in found.text) == (
        Standing.WRONG,
        True,
    )


def test_a_crd_with_a_field_more_is_newer_and_that_is_only_told():
    newer = a_schema()
    newer["properties"]["status"]["properties"]["mood"] = {"type": "string"}

    found = crd.compared(root_schema(), newer)
    assert (found.mark, "newer than this program: it has status.mood too" in found.text) == (Standing.TOLD, True)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"pattern": "^x$"}, id="a pattern"),
        pytest.param({"x-kubernetes-validations": [{"rule": "false"}]}, id="a rule"),
        pytest.param({"default": "1"}, id="a default"),
    ],
)
def test_a_crd_with_another_rule_is_of_another_version(change):
    other = a_schema()
    other["properties"]["spec"]["properties"]["targetVersion"] |= change

    found = crd.compared(root_schema(), other)
    assert (found.mark, "spec.targetVersion differ" in found.text) == (Standing.WRONG, True)


def an_object(age: float, **more: object) -> dict[str, Any]:
    created = (NOW - timedelta(seconds=age)).isoformat().replace("+00:00", "Z")
    return {"metadata": {"namespace": "team", "name": "chat", "creationTimestamp": created}, "spec": {}} | more


@pytest.mark.parametrize(
    ("found", "mark"),
    [
        pytest.param(an_object(299), Standing.OK, id="new"),
        pytest.param(an_object(301), Standing.WRONG, id="nobody looked for five minutes"),
        pytest.param(
            an_object(301, status={"observedGeneration": -1}), Standing.WRONG, id="what the schema itself sets"
        ),
        pytest.param(an_object(301, status={"conditions": [{"type": "Ready"}]}), Standing.OK, id="somebody told"),
    ],
)
def test_an_object_that_nobody_looks_after_is_found(found, mark):
    seen = looked_after([found], "namespace team", NOW)

    assert (seen.mark, "team/chat" in seen.text) == (mark, mark is Standing.WRONG)


def test_the_secrets_that_objects_name_are_known_by_namespace():
    keyed = an_object(0, spec={"credentialsSecretRef": {"name": "keys"}})

    assert named_secrets([keyed, keyed, an_object(0)]) == {"team": {"keys"}}
