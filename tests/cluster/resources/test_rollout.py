"""What the API server takes and refuses of `spec.rollout`; what of it is stored, and how it is explained and shown."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agentrun_operator.controlplane import KubectlError
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.resources.crd import root_schema
from support.cluster import Kubectl, eventually
from support.endpoints import KIND, manifest

Block = dict[str, Any]

PROMPT: Block = {"name": "refund", "messages": [{"content": "How long can I return an item?"}]}
METRIC: Block = {"name": "errors", "query": 'sum(errors{version="$(version)"})', "max": "0.02"}
STEP_DEFAULTS: Block = {"bake": "5m", "approval": False}
ROLLOUT_DEFAULTS: Block = {"strategy": "Canary", "deadline": "1h", "onFailure": "Revert", "rollbackWindow": 3}
EMPTY: Block = ROLLOUT_DEFAULTS | {"steps": [{"weight": 10} | STEP_DEFAULTS, {"weight": 50} | STEP_DEFAULTS]}
PROBE_NAMES = ["are-0123456789abcdef-c", "are-fedcba9876543210-s"]

WHOLE: Block = {
    "strategy": "Canary",
    "steps": [
        {"weight": 0, "bake": "2m", "approval": False},
        {"weight": 5, "bake": "10m", "approval": False},
        {"weight": 25, "bake": "20m", "approval": True},
        {"weight": 100, "bake": "30m", "approval": False},
    ],
    "deadline": "1h",
    "onFailure": "Revert",
    "rollbackWindow": 3,
    "analysis": {
        "interval": "60s",
        "failureLimit": 1,
        "probes": {
            "interval": "5m",
            "repeat": 2,
            "minPassRate": 90,
            "timeout": "30s",
            "maxTokens": 1024,
            "againstStable": {"maxLatencyRatio": "1.5", "maxTokenRatio": "1.3", "maxPassRateDrop": 10},
            "prompts": [
                {
                    "name": "refund",
                    "required": True,
                    "messages": [{"role": "user", "content": "How long can I return an item?"}],
                    "expect": {
                        "contains": ["30 days"],
                        "notContains": ["I cannot"],
                        "maxLatency": "8s",
                        "maxTokens": 300,
                    },
                },
                {
                    "name": "order-lookup",
                    "required": False,
                    "messages": [{"role": "user", "content": "Where is order 42?"}],
                    "expect": {"toolCalls": ["lookup_order"]},
                },
            ],
        },
        "metrics": [
            {
                "name": "error-rate",
                "query": 'sum(rate(errors_total{version="$(version)"}[5m]))',
                "samplesQuery": 'sum(increase(requests_total{version="$(version)"}[5m]))',
                "minSamples": 20,
                "max": "0.02",
                "noData": "Hold",
            }
        ],
    },
}


def steps(*weights: int) -> list[Block]:
    return [{"weight": weight} for weight in weights]


def probes(**fields: Any) -> Block:
    """An analysis with one prompt; None takes a field away."""
    given = {"prompts": [PROMPT]} | fields
    return {"probes": {name: value for name, value in given.items() if value is not None}}


def prompt(**fields: Any) -> Block:
    return probes(prompts=[PROMPT | fields])


def metric(**fields: Any) -> Block:
    """An analysis with one metric; None takes a field away."""
    return {"metrics": [{name: value for name, value in (METRIC | fields).items() if value is not None}]}


def refused(id: str, *said: str, name: str = "chat", spec: Block | None = None, **rollout: Any) -> Any:  # noqa: A002 - pytest's own word
    return pytest.param(name, (spec or {}) | {"rollout": rollout}, said, id=id)


REFUSED = [
    refused("a word that is no strategy", "spec.rollout.strategy", '"Canary", "Immediate"', strategy="BlueGreen"),
    refused("no steps at all", "spec.rollout.steps", "at least 1", steps=[]),
    refused("21 steps", "spec.rollout.steps", "20", steps=steps(*range(1, 22))),
    refused("a step without a weight", "spec.rollout.steps[0].weight", "Required", steps=[{"bake": "1m"}]),
    refused("a weight of 101", "spec.rollout.steps[0].weight", "100", steps=steps(101)),
    refused("a negative weight", "spec.rollout.steps[0].weight", "0", steps=steps(-1)),
    refused("a weight twice", "spec.rollout.steps[1]", "Duplicate value", steps=steps(10, 10)),
    refused("weights that fall", "spec.rollout.steps", "must rise from step to step", steps=steps(50, 10)),
    refused("weights that fall at the end", "spec.rollout.steps", "must rise", steps=steps(5, 50, 100, 70)),
    refused("weight 0 by time alone", "spec.rollout.steps", "needs rollout.analysis.probes", steps=steps(0, 10)),
    refused(
        "weight 0 with metrics alone",
        "spec.rollout.steps",
        "needs rollout.analysis.probes",
        steps=steps(0, 10),
        analysis=metric(),
    ),
    refused(
        "weight 100 with a ratio to the stable version alone",
        "spec.rollout.steps",
        "weight 100",
        "a metric with min or max",
        steps=steps(10, 100),
        analysis=metric(max=None, maxRatioToStable="1.5"),
    ),
    refused("a bake of nothing", "spec.rollout.steps[0].bake", "at least 2", steps=[{"weight": 1, "bake": ""}]),
    refused("a bake without a unit", "spec.rollout.steps[0].bake", "match", steps=[{"weight": 1, "bake": "90"}]),
    refused("a bake in days", "spec.rollout.steps[0].bake", "match", steps=[{"weight": 1, "bake": "1d"}]),
    refused("a bake of half a minute", "spec.rollout.steps[0].bake", "match", steps=[{"weight": 1, "bake": "0.5m"}]),
    refused("a bake backwards", "spec.rollout.steps[0].bake", "match", steps=[{"weight": 1, "bake": "5m1h"}]),
    refused("a bake that is a number", "steps[0].bake", "must be of type string", steps=[{"weight": 1, "bake": 60}]),
    refused("an approval that is a word", "approval", "boolean", steps=[{"weight": 1, "approval": "yes"}]),
    refused("a misspelt field of a step", "steps[0].heft", "unknown field", steps=[{"weight": 1, "heft": 2}]),
    refused("a deadline of 59s", "spec.rollout.deadline", "1m at least", deadline="59s"),
    refused(
        "a deadline of one look at the metrics",
        "spec.rollout.deadline",
        "twice analysis.interval",
        deadline="119s",
        analysis=metric(),
    ),
    refused(
        "a deadline of one round of probes",
        "spec.rollout.deadline",
        "twice analysis.probes.interval",
        deadline="9m59s",
        analysis=probes(),
    ),
    refused("a word that is no onFailure", "spec.rollout.onFailure", '"Revert", "Hold"', onFailure="Ignore"),
    refused("a window of 11", "spec.rollout.rollbackWindow", "10", rollbackWindow=11),
    refused("a window below 0", "spec.rollout.rollbackWindow", "0", rollbackWindow=-1),
    refused("an analysis of nothing", "spec.rollout.analysis", "needs probes or metrics", analysis={}),
    refused("an analysis of no metrics", "spec.rollout.analysis", "probes or metrics", analysis={"metrics": []}),
    refused("an analysis of nothing with a step of 100", "needs probes or metrics", steps=steps(10, 100), analysis={}),
    refused(
        "metrics every 9 s", "spec.rollout.analysis.interval", "10s at least", analysis=metric() | {"interval": "9s"}
    ),
    refused("21 failures", "spec.rollout.analysis.failureLimit", "20", analysis=metric() | {"failureLimit": 21}),
    refused("probes every 9 s", "spec.rollout.analysis.probes.interval", "10s", analysis=probes(interval="9s")),
    refused("no repetition", "spec.rollout.analysis.probes.repeat", "1", analysis=probes(repeat=0)),
    refused("6 repetitions", "spec.rollout.analysis.probes.repeat", "5", analysis=probes(repeat=6)),
    refused("a pass rate of 0", "spec.rollout.analysis.probes.minPassRate", "1", analysis=probes(minPassRate=0)),
    refused("a pass rate of 101", "spec.rollout.analysis.probes.minPassRate", "100", analysis=probes(minPassRate=101)),
    refused("a time-out of 121 s", "spec.rollout.analysis.probes.timeout", "120s", analysis=probes(timeout="121s")),
    refused("a time-out of nothing", "spec.rollout.analysis.probes.timeout", "1s", analysis=probes(timeout="0s")),
    refused("no tokens", "spec.rollout.analysis.probes.maxTokens", "1", analysis=probes(maxTokens=0)),
    refused("probes without prompts", "analysis.probes.prompts", "Required", analysis=probes(prompts=None)),
    refused("no prompts", "spec.rollout.analysis.probes.prompts", "at least 1", analysis=probes(prompts=[])),
    refused(
        "21 prompts",
        "spec.rollout.analysis.probes.prompts",
        "20",
        analysis=probes(prompts=[PROMPT | {"name": f"p{number}"} for number in range(21)]),
    ),
    refused("a prompt twice", "prompts[1]", "Duplicate value", analysis=probes(prompts=[PROMPT, PROMPT])),
    refused("a prompt's name in capitals", "prompts[0].name", "match", analysis=prompt(name="Refund")),
    refused("a prompt without messages", "prompts[0].messages", "at least 1", analysis=prompt(messages=[])),
    refused(
        "9 messages", "prompts[0].messages", "8", analysis=prompt(messages=[{"content": f"{n}"} for n in range(9)])
    ),
    refused("a message of 2049", "messages[0].content", "2048", analysis=prompt(messages=[{"content": "x" * 2049}])),
    refused("an empty message", "messages[0].content", "at least 1", analysis=prompt(messages=[{"content": ""}])),
    refused(
        "a role that nobody has",
        "messages[0].role",
        '"system", "user", "assistant"',
        analysis=prompt(messages=[{"role": "tool", "content": "x"}]),
    ),
    refused(
        "11 texts to contain",
        "expect.contains",
        "10",
        analysis=prompt(expect={"contains": [f"{n}" for n in range(11)]}),
    ),
    refused(
        "11 texts not to contain",
        "expect.notContains",
        "10",
        analysis=prompt(expect={"notContains": [f"{n}" for n in range(11)]}),
    ),
    refused("a regular expression", "expect.matches", "unknown field", analysis=prompt(expect={"matches": "(a+)+"})),
    refused("a latency that is a number", "expect.maxLatency", "string", analysis=prompt(expect={"maxLatency": 8})),
    refused(
        "against the stable version by nothing",
        "spec.rollout.analysis.probes.againstStable",
        "needs maxLatencyRatio, maxTokenRatio or maxPassRateDrop",
        analysis=probes(againstStable={}),
    ),
    refused(
        "a ratio that is a number",
        "againstStable.maxLatencyRatio",
        "must be of type string",
        analysis=probes(againstStable={"maxLatencyRatio": 1.5}),
    ),
    refused(
        "a ratio with an exponent",
        "againstStable.maxTokenRatio",
        "match",
        analysis=probes(againstStable={"maxTokenRatio": "1e3"}),
    ),
    refused("a drop of 101", "maxPassRateDrop", "100", analysis=probes(againstStable={"maxPassRateDrop": 101})),
    refused(
        "11 metrics",
        "spec.rollout.analysis.metrics",
        "10",
        analysis={"metrics": [METRIC | {"name": f"m{number}"} for number in range(11)]},
    ),
    refused("a metric twice", "metrics[1]", "Duplicate value", analysis={"metrics": [METRIC, METRIC]}),
    refused("a metric without a limit", "metrics[0]", "needs min, max or maxRatioToStable", analysis=metric(max=None)),
    refused("a metric without a query", "metrics[0].query", "Required", analysis=metric(query=None)),
    refused(
        "a query of all versions", "metrics[0].query", "must contain $(version)", analysis=metric(query="sum(errors)")
    ),
    refused("a query of 1025", "metrics[0].query", "1024", analysis=metric(query="$(version)" + "x" * 1015)),
    refused(
        "samples without a least",
        "metrics[0].samplesQuery",
        "samplesQuery and minSamples belong together",
        analysis=metric(samplesQuery="sum(requests)"),
    ),
    refused(
        "a least without samples",
        "metrics[0]",
        "samplesQuery and minSamples belong together",
        analysis=metric(minSamples=20),
    ),
    refused("a limit that is a number", "metrics[0].max", "must be of type string", analysis=metric(max=0.02)),
    refused("a limit in percent", "metrics[0].max", "match", analysis=metric(max="2%")),
    refused("a word that is no noData", "noData", '"Hold", "Pass", "Fail"', analysis=metric(noData="Skip")),
    refused(
        "canaries by hand beside it",
        "spec.routing",
        "rollout and routing.versionWeights exclude each other",
        spec={"targetVersion": "3", "routing": {"versionWeights": [{"version": "4", "weight": 10}]}},
    ),
    *(
        refused(f"a probe's name {name[-1]}", "spec.endpointName", "reserved for probes", spec={"endpointName": name})
        for name in PROBE_NAMES
    ),
    *(
        refused(f"an object with a probe's name {name[-1]}", "spec.endpointName", "reserved for probes", name=name)
        for name in PROBE_NAMES
    ),
]


@pytest.mark.parametrize(("name", "spec", "said"), REFUSED)
def test_a_bad_rollout_is_refused_with_its_field_and_the_rule(
    shared: Kubectl, name: str, spec: Block, said: tuple[str, ...]
):
    with pytest.raises(KubectlError) as refusal:
        shared.apply(manifest(name, **spec))
    assert [text for text in said if text not in refusal.value.stderr] == [], refusal.value.stderr
    assert "no such key" not in refusal.value.stderr, "a rule that does not look whether a field is there"


@pytest.mark.parametrize("name", PROBE_NAMES)
def test_a_probes_name_is_refused_where_no_rollout_is_asked_for_too(shared: Kubectl, name: str):
    with pytest.raises(KubectlError, match="reserved for probes"):
        shared.apply(manifest(name))


def taken(id: str, name: str = "chat", spec: Block | None = None, **rollout: Any) -> Any:  # noqa: A002 - pytest's own word
    return pytest.param(name, (spec or {}) | {"rollout": rollout}, id=id)


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        taken("the least"),
        taken("everything", **WHOLE),
        taken("beside an empty routing", spec={"routing": {}}),
        taken("beside a routing of no canaries", spec={"routing": {"versionWeights": []}}),
        taken("beside LATEST", spec={"targetVersion": "LATEST"}),
        taken("at once", strategy="Immediate"),
        taken("all traffic, by time alone", steps=steps(10, 100)),
        taken("all traffic, by a metric of its own", steps=steps(10, 100), analysis=metric(maxRatioToStable="1.5")),
        taken(
            "all traffic, by probes beside a ratio",
            steps=steps(100),
            analysis=probes() | metric(max=None, maxRatioToStable="1"),
        ),
        taken("dark first", steps=steps(0, 5), analysis=probes()),
        taken("steps of 1 to 20", steps=steps(*range(1, 21))),
        taken("no bake", steps=[{"weight": 1, "bake": "0s"}]),
        taken("the longest bake", steps=[{"weight": 1, "bake": "9999h9999m99999s"}]),
        taken("the shortest deadline by time", deadline="1m"),
        taken("a deadline of two looks", deadline="2m", analysis=metric()),
        taken("a deadline of two rounds", deadline="10m", analysis=probes()),
        taken("limits at their edges", analysis=probes(repeat=5, minPassRate=1, timeout="120s", interval="10s")),
        taken("a metric between two limits", analysis=metric(min="0.5")),
        taken("a metric of 0", analysis=metric(max="0")),
        taken("a name nearly a probe's", name="are-0123456789abcdef-x"),
        taken("a name with too few digits", name="are-0123456789abcde-c"),
        taken("a probe's name beside an endpoint name", name=PROBE_NAMES[0], spec={"endpointName": "chat"}),
    ],
)
def test_a_good_rollout_is_taken_and_can_be_read_by_the_operator(kubectl: Kubectl, name: str, spec: Block):
    stored = kubectl.create(manifest(name, **spec))

    assert desired_of(stored).endpoint_name == spec.get("endpointName", name)


def test_an_empty_rollout_gets_a_whole_plan_by_time(kubectl: Kubectl):
    assert kubectl.create(manifest("chat", rollout={}))["spec"]["rollout"] == EMPTY


def test_what_is_said_of_a_rollout_is_kept_as_it_was_said(kubectl: Kubectl):
    assert kubectl.create(manifest("chat", rollout=WHOLE))["spec"]["rollout"] == WHOLE


def test_a_prompt_that_expects_nothing_has_nothing_added(kubectl: Kubectl):
    stored = kubectl.create(manifest("chat", rollout={"analysis": probes()}))["spec"]["rollout"]

    assert stored["analysis"]["probes"]["prompts"] == [
        PROMPT | {"required": False, "messages": [PROMPT["messages"][0] | {"role": "user"}]}
    ]


def test_a_rollout_may_come_change_and_go(kubectl: Kubectl):
    kubectl.create(manifest("chat", targetVersion="3", routing={"versionWeights": [{"version": "4", "weight": 10}]}))
    kubectl.patch(KIND, "chat", {"spec": {"targetVersion": "4", "routing": None, "rollout": {}}})
    kubectl.patch(KIND, "chat", {"spec": {"rollout": {"strategy": "Immediate"}}})
    literal = {"targetVersion": "4", "routing": {"versionWeights": [{"version": "5", "weight": 10}]}, "rollout": None}

    found = kubectl.patch(KIND, "chat", {"spec": literal})

    assert "rollout" not in found["spec"]
    assert found["metadata"]["generation"] == 4


def test_two_who_apply_prompts_do_not_take_away_each_others(kubectl: Kubectl):
    other = PROMPT | {"name": "order-lookup"}
    for manager, each in (("team-a", PROMPT), ("team-b", other)):
        text = json.dumps(
            manifest("chat", rollout={"analysis": probes(prompts=[each])}) | {"metadata": {"name": "chat"}}
        )
        kubectl("apply", "--server-side", f"--field-manager={manager}", "--filename=-", input=text)

    stored = (kubectl.get(KIND, "chat") or {})["spec"]["rollout"]["analysis"]["probes"]["prompts"]
    assert [each["name"] for each in stored] == ["refund", "order-lookup"]


def largest() -> Block:
    """A rollout of as much as the schema allows."""
    texts = ["x" * 254 + f"{number:02}" for number in range(10)]
    expect = {"contains": texts, "notContains": texts, "toolCalls": texts, "maxLatency": "9999h9999m99999s"}
    messages = [{"role": "assistant", "content": "x" * 2048}] * 8
    prompts = [
        {"name": f"{number:040}", "required": True, "messages": messages, "expect": expect} for number in range(20)
    ]
    against = {"maxLatencyRatio": "999999.999999", "maxTokenRatio": "999999.999999", "maxPassRateDrop": 100}
    query = "$(version)" + "x" * 1014
    limits = {"samplesQuery": query, "minSamples": 1000000, "min": "0", "max": "999999.999999", "maxRatioToStable": "1"}
    return {
        "steps": [{"weight": 5 * number, "bake": "9999h9999m99999s", "approval": True} for number in range(20)],
        "analysis": {
            "probes": {"prompts": prompts, "againstStable": against},
            "metrics": [{"name": f"{number:040}", "query": query} | limits for number in range(10)],
        },
    }


def test_the_largest_rollout_is_taken_by_server_side_apply(kubectl: Kubectl):
    text = json.dumps(manifest("chat", rollout=largest()), ensure_ascii=False)

    kubectl("apply", "--server-side", "--filename=-", input=text)

    assert len((kubectl.get(KIND, "chat") or {})["spec"]["rollout"]["analysis"]["probes"]["prompts"]) == 20


def explained(schema: Block, path: str) -> Iterator[Any]:
    """Each part of a schema by its path, with the texts of its fields."""
    fields = schema.get("items", schema).get("properties", {})
    if fields:
        yield pytest.param(path, [field["description"] for field in fields.values()], id=path)
    for name, field in fields.items():
        yield from explained(field, f"{path}.{name}")


PARTS: Any = root_schema()["properties"]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        each
        for part in ("spec", "status")
        for each in explained(PARTS[part]["properties"]["rollout"], f"{part}.rollout")
    ],
)
def test_every_field_of_a_rollout_is_explained(shared: Kubectl, path: str, texts: list[str]):
    def shown() -> str:
        try:
            return " ".join(shared("explain", f"agentruntimeendpoint.{path}").split())
        except KubectlError as error:
            if "couldn't find resource" in error.stderr:
                return ""
            raise

    said = eventually(shown, what="the schema is published")
    assert [text for text in texts if text not in said] == []
