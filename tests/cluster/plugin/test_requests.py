"""`reconcile`, `pause` and `resume`, on a real control plane: the operator answers, and the exit code says how."""

from support.cluster import condition
from support.emulator import Emulator
from support.endpoints import GROUP, Endpoints
from support.operator import Operator
from support.plugin import Plugin

REQUESTED = f"{GROUP}/reconcile-requested-at"
PAUSED = f"{GROUP}/paused"


def annotation(endpoints: Endpoints, name: str, key: str) -> str | None:
    return (endpoints.get(name)["metadata"].get("annotations") or {}).get(key)


def test_a_reconcile_waits_for_its_own_answer(plugin: Plugin, operator: Operator, endpoints: Endpoints):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    told = plugin("reconcile", "chat")
    found = endpoints.get("chat")
    assert (told.code, told.err) == (0, "")
    assert told.out.endswith("chat: Ready (Available): The endpoint serves version LATEST.\n")
    assert found["status"]["lastHandledReconcileAt"] == found["metadata"]["annotations"][REQUESTED]


def test_all_are_reconciled_and_the_worst_one_counts(plugin: Plugin, operator: Operator, endpoints: Endpoints):
    endpoints.apply("chat")
    endpoints.wait_ready("chat")
    endpoints.apply("held", annotations={PAUSED: "true"})
    endpoints.apply("twin", endpointName="chat")
    endpoints.wait_reason("twin", "Conflict")

    told = plugin("reconcile", "nope", "held", "twin", "chat")

    assert told.code == 1
    assert sorted(line.split(": ")[0].partition("/")[2] for line in told.out.splitlines()) == ["chat", "twin"]
    assert "Stalled (Conflict)" in told.out
    assert "held: it is paused" in told.err
    assert "there is no AgentRuntimeEndpoint nope" in told.err
    assert annotation(endpoints, "held", REQUESTED) is None


def test_what_nobody_answers_is_over_in_time(plugin: Plugin, endpoints: Endpoints):
    endpoints.apply("chat")
    told = plugin("reconcile", "chat", "--timeout=0s")
    assert (told.code, "not settled after 0s" in told.out) == (3, True)


def test_a_pause_stops_writes_and_a_resume_waits_for_them(
    plugin: Plugin, operator: Operator, endpoints: Endpoints, emulator: Emulator
):
    endpoints.apply("chat", description="one")
    endpoints.wait_ready("chat")
    assert plugin("pause", "chat").out.endswith("chat: paused\n")
    assert plugin("pause", "chat").out.endswith("chat: was paused already\n")
    endpoints.change("chat", description="two")
    endpoints.wait_reason("chat", "Paused", "Synced")

    told = plugin("resume", "chat")

    assert told.code == 0
    assert (emulator.endpoint("chat") or {})["description"] == "two"
    assert (condition(endpoints.get("chat"), "Synced") or {})["status"] == "True"


def test_all_with_a_label_are_paused_and_no_others(plugin: Plugin, endpoints: Endpoints):
    for name, labels in (("a", {"app": "shop"}), ("b", {"app": "shop"}), ("c", {})):
        endpoints.apply(name)
        endpoints.kubectl.patch(
            "agentruntimeendpoints.agentrun.alibabacloud.com", name, {"metadata": {"labels": labels}}
        )
    assert plugin("pause", "--all", "-l", "app=shop").code == 0
    assert [annotation(endpoints, name, PAUSED) for name in "abc"] == ["true", "true", None]


def test_each_row_of_the_exit_codes(plugin: Plugin, endpoints: Endpoints):
    endpoints.apply("chat")
    codes = {
        "pause": 2,
        "pause --all chat": 2,
        "pause chat -l app=shop": 2,
        "pause nope": 1,
        "pause nope chat": 1,
        "pause --all -l app=none": 0,
        "resume chat --timeout=x": 2,
        "resume chat --timeout=0s": 3,
        "resume nope chat --timeout=0s": 3,
        "resume nope": 1,
        "reconcile": 2,
        "reconcile nope": 1,
    }
    assert {line: plugin(*line.split()).code for line in codes} == codes


def test_a_patch_that_comes_second_is_judged_and_sent_again(plugin: Plugin, endpoints: Endpoints, tmp_path):
    """kubectl itself, before which somebody else's edit comes each time that it patches, three times in all."""
    endpoints.apply("chat")
    real, count = plugin.environment["PATH"].split(":")[0] + "/kubectl", tmp_path / "count"
    shim = tmp_path / "kubectl"
    shim.write_text(
        f"""#!/bin/sh
case "$1" in patch)
  n=$(wc -c 2>/dev/null < {count} || echo 0)
  if [ "$n" -lt 3 ]; then
    printf . >> {count}
    {real} label agentruntimeendpoints chat "edited=$n" --overwrite >/dev/null
  fi;;
esac
exec {real} "$@"
"""
    )
    shim.chmod(0o755)
    told = plugin("pause", "chat", PATH=f"{tmp_path}:{plugin.environment['PATH']}")
    assert (told.code, told.err, count.read_text()) == (0, "", "...")
    assert annotation(endpoints, "chat", PAUSED) == "true"
