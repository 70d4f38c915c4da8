from collections import Counter
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings

from agentrun_operator.plugin.commands.importing.manifests.manifest import PAUSING
from agentrun_operator.printable import UNPRINTABLE
from agentrun_operator.resources.names import PAUSED
from support.emulator import Emulator
from support.plugin import Result
from support.remote_endpoints import ODD, SENSIBLE

UNSEEN = "Warning: No cluster tells which endpoints have objects, so all are imported: kubectl is not on the PATH"


def specs(told: Result) -> dict[str, Any]:
    return {each["metadata"]["name"]: each["spec"] for each in yaml.safe_load_all(told.out)}


def test_without_a_cluster_all_endpoints_of_all_runtimes_are_imported_and_it_says_so(emulator, plugin):
    first = emulator.add_runtime("support-bot", default_endpoint=True)
    emulator.add_runtime("sales-bot", default_endpoint=True)
    emulator.add_endpoint(first, "Chat_EU", targetVersion="3")
    told = plugin("import", "--all")
    assert told.code == 0
    assert UNSEEN in told.err
    assert specs(told).keys() == {"chat-eu", "support-bot-default", "sales-bot-default"}
    assert specs(told)["chat-eu"] == {
        "agentRuntimeRef": {"name": "support-bot"},
        "endpointName": "Chat_EU",
        "targetVersion": "3",
        "region": "cn-hangzhou",
        "adoptionPolicy": "Adopt",
        "deletionPolicy": "Orphan",
    }


def test_runtimes_are_named_by_name_or_id_and_only_they_are_read(emulator, plugin):
    first, second, third = (emulator.add_runtime(name, default_endpoint=True) for name in ("one", "two", "three"))
    emulator.forget_requests()
    told = plugin("import", "one", second, "--by-id")
    references = [spec["agentRuntimeRef"] for spec in specs(told).values()]
    assert told.code == 0
    assert sorted(references, key=str) == sorted([{"id": first}, {"id": second}], key=str)
    assert third not in {call.runtime_id for call in emulator.calls()}
    assert emulator.counts() == {"ListAgentRuntimes": 1, "ListAgentRuntimeEndpoints": 2}


def test_nothing_to_do_is_no_data(emulator, plugin):
    emulator.add_runtime("one")
    told = plugin("import", "--all")
    assert (told.code, told.out) == (0, "")
    assert told.err.endswith("Imported: 0\n")


def test_a_runtime_that_is_not_there_costs_the_exit_code_and_no_other(emulator, plugin):
    emulator.add_runtime("one", default_endpoint=True)
    told = plugin("import", "nope", "one")
    assert told.code == 1
    assert specs(told).keys() == {"default"}
    assert "Error: there is no runtime 'nope' in this account and region, by name or id\n" in told.err


def test_neither_a_runtime_nor_all_is_a_usage_error_and_so_are_both(emulator, plugin):
    assert plugin("import")[:2] == (2, "")
    assert plugin("import", "one", "--all")[:2] == (2, "")
    assert emulator.counts() == {}


def test_agentrun_out_of_reach_is_told_from_nothing_there(emulator, plugin):
    emulator.fault("ListAgentRuntimes", status=403, body={"code": "NoPermission", "message": "not you"})
    told = plugin("import", "--all")
    assert (told.code, told.out) == (3, "")
    assert "not you" in told.err


def test_a_runtime_that_does_not_tell_hides_no_other_and_outranks_a_failure(emulator, plugin):
    silent = emulator.add_runtime("silent", default_endpoint=True)
    emulator.add_runtime("one", default_endpoint=True)
    emulator.fault(
        "ListAgentRuntimeEndpoints", status=403, body={"code": "NoPermission", "message": "not this"}, runtimeId=silent
    )
    told = plugin("import", "--all")
    assert told.code == 3
    assert specs(told).keys() == {"default"}
    assert "Error: runtime silent: AgentRun: " in told.err


def test_an_endpoint_that_no_object_can_have_fails_alone(emulator, plugin):
    emulator.add_runtime("one")
    tell(emulator, {"agentRuntimeEndpointName": "默认"}, {"agentRuntimeEndpointName": "chat"})
    told = plugin("import", "one")
    assert told.code == 1
    assert specs(told).keys() == {"chat"}
    assert "Error: endpoint 默认 of runtime one: no object can have an endpoint of this name" in told.err


def tell(emulator: Emulator, *endpoints: dict[str, Any]) -> None:
    """Have the runtime tell of endpoints that the emulator would not make."""
    items = [{"agentRuntimeEndpointId": f"ep-{number}"} | each for number, each in enumerate(endpoints)]
    page = {"code": "SUCCESS", "data": {"items": items, "total": len(items)}}
    emulator.fault("ListAgentRuntimeEndpoints", status=200, body=page)


def test_probe_endpoints_are_passed_over_with_a_word(emulator, plugin):
    runtime = emulator.add_runtime("one")
    emulator.add_endpoint(runtime, "are-0123456789abcdef-c")
    told = plugin("import", "one")
    assert (told.code, told.out) == (0, "")
    assert "Passed over: endpoint are-0123456789abcdef-c of runtime one: belongs to a rollout's probes" in told.err


def test_warnings_alone_are_no_failure(emulator, plugin):
    runtime = emulator.add_runtime("one")
    weights = {"versionWeights": [{"version": "4", "weight": 0.125}]}
    emulator.add_endpoint(runtime, "chat", targetVersion="3", routingConfiguration=weights)
    told = plugin("import", "one")
    lost = "routing.versionWeights has 12.5% for '4' in AgentRun, 12% was written"
    assert told.code == 0
    assert f"Warning: endpoint chat of runtime one: {lost}\n" in told.err
    assert f"# Mind: {lost}\n" in told.out


def test_a_file_for_each_endpoint_is_never_written_over(emulator, plugin, tmp_path):
    runtime, folder = emulator.add_runtime("one", default_endpoint=True), tmp_path / "new" / "folder"
    emulator.add_endpoint(runtime, "chat")
    first = plugin("import", "one", "--output-dir", folder)
    assert (first.code, first.out) == (0, f"{folder}/default.yaml\n{folder}/chat.yaml\n")
    (folder / "chat.yaml").write_text("mine")
    second = plugin("import", "one", "--output-dir", folder)
    assert (second.code, second.out) == (1, f"{folder}/default.yaml\n")
    assert f"{folder}/chat.yaml is there and says something else" in second.err
    assert (folder / "chat.yaml").read_text() == "mine"


def test_objects_that_only_look_are_written_so(emulator, plugin):
    emulator.add_runtime("one", default_endpoint=True)
    told = plugin("import", "one", "--mode", "observe", "-n", "team-a")
    (manifest,) = yaml.safe_load_all(told.out)
    assert manifest["metadata"] == {"name": "default", "namespace": "team-a"}
    assert manifest["spec"]["managementPolicy"] == "Observe"


def test_a_region_that_agentrun_names_is_written_and_told(emulator, plugin):
    emulator.add_runtime("one", default_endpoint=True)
    told = plugin("import", "one", AGENTRUN_REGION="ap-southeast-1")
    assert specs(told)["default"]["region"] == "cn-hangzhou"
    assert "region is 'cn-hangzhou' by AgentRun's word, 'ap-southeast-1' was asked" in told.err


def test_quiet_leaves_what_one_has_to_know(emulator, plugin):
    runtime = emulator.add_runtime("one")
    emulator.add_endpoint(runtime, "are-0123456789abcdef-c")
    told = plugin("import", "one", "-q").err
    assert "Passed over" not in told
    assert "Imported" not in told
    assert UNSEEN in told


def test_progress_is_shown_on_a_terminal_alone(emulator, plugin):
    emulator.add_runtime("one", default_endpoint=True)
    assert "Reading" in plugin("import", "one", terminal=True).err
    assert "Reading" not in plugin("import", "one").err
    assert "Reading" not in plugin("import", "one", "--color", "always").err
    assert "Reading" not in plugin("import", "one", "-q", terminal=True).err
    assert "Reading" not in plugin("import", "one", terminal=True, TERM="dumb").err


HOSTILE = "\x1b[2J\x1b]0;x\x07\u202e---\nkind: Secret\r\n... &a *b !!python/none \0 \"'#" + "x" * 2**20


def test_hostile_texts_stay_texts_and_speak_to_no_terminal(emulator, plugin):
    emulator.add_runtime("evil")
    policies = {"scheduledPolicies": [{"name": HOSTILE[:80], "scheduleExpression": HOSTILE[:80], "target": 1}]}
    texts = dict.fromkeys(("description", "targetVersion", "status", "statusReason", "endpointPublicUrl"), HOSTILE)
    weights = {"versionWeights": [{"version": HOSTILE, "weight": 0.125}]}
    tell(
        emulator,
        {"agentRuntimeEndpointName": "chat", "scalingStatus": policies} | texts,
        {"agentRuntimeEndpointName": HOSTILE},
        {"agentRuntimeEndpointName": "third", "routingConfiguration": weights},
    )
    told = plugin("import", "--all", terminal=True, TERM="dumb")
    found = {each["metadata"]["name"]: each for each in yaml.safe_load_all(told.out)}
    assert told.code == 1
    assert found.keys() == {"chat", "third"}
    assert found["chat"]["spec"]["description"] == HOSTILE[:256]
    assert found["chat"]["spec"]["scaling"]["scheduledPolicies"][0]["name"] == HOSTILE[:80]
    assert found["chat"]["metadata"]["annotations"] == {PAUSED: "true"}
    assert UNPRINTABLE.findall((told.out + told.err).replace("\n", "")) == []
    assert len(told.err) < 10_000


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SENSIBLE | ODD)
def test_what_agentrun_holds_is_imported_as_it_is_or_said_to_be_paused(emulator, plugin, document):
    for each in emulator.runtimes():
        emulator.remove_runtime(each["agentRuntimeId"])
    runtime = emulator.add_runtime("one")
    fields = {name: value for name, value in document.items() if name != "agentRuntimeEndpointName"}
    endpoint = emulator.add_endpoint(runtime, document["agentRuntimeEndpointName"])
    emulator.patch_endpoint(endpoint, **fields)
    told = plugin("import", "one")
    (manifest,) = yaml.safe_load_all(told.out)
    assert told.code == 0
    assert (PAUSED in manifest["metadata"].get("annotations", {})) == (PAUSING in told.err)


def test_a_large_account_is_read_by_one_call_for_each_runtime(plugin, emulator):
    for number in range(130):
        emulator.add_endpoint(emulator.add_runtime(f"bot-{number}"), "chat")
    emulator.forget_requests()
    told = plugin("import", "--all")
    calls = Counter(call.action for call in emulator.calls())
    assert (told.code, told.out.count("kind: AgentRuntimeEndpoint")) == (0, 130)
    assert calls.pop("ListAgentRuntimeEndpoints") == 130
    assert calls.pop("ListAgentRuntimes") <= 3
    assert not calls
