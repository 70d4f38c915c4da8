"""Endpoints as AgentRun may hold them, drawn: sensible ones, and ones that no manifest can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from agentrun_operator.agentrun import Endpoint, Runtime
from agentrun_operator.agentrun.odd import read_oddly
from agentrun_operator.plugin.remote.unowned import Remote

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Json = dict[str, Any]

RUNTIME_ID = "rt-1"
RUNTIME = Runtime(
    agent_runtime_id=RUNTIME_ID,
    agent_runtime_name="support-bot",
    agent_runtime_arn="acs:agentrun:cn-hangzhou:1234567890:runtimes/rt-1",
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "默认",
        "y",
        "null",
        "3",
        "1e3",
        "0o17",
        "2026-01-01",
        "a: b",
        "- a",
        "# no",
        "---",
        "\0",
        "\x1b[2J",
        "\u202e",
        "🚀 x",
        " a ",
    ]
)
NAMES = st.from_regex("[a-zA-Z][a-zA-Z0-9_-]{0,63}", fullmatch=True) | st.sampled_from(
    ["Default", "A" * 64, "y", "a_-"]
)
NUMBERS = st.integers(1, 12).map(str)
PERCENTS = st.integers(1, 24).map(lambda percent: percent / 100)


def _policies(texts: SearchStrategy[str]) -> SearchStrategy[list[Json]]:
    one = st.fixed_dictionaries(
        {"name": texts, "scheduleExpression": texts, "target": st.integers(0, 9)},
        optional={"startTime": TEXTS, "endTime": TEXTS, "timeZone": st.sampled_from(["Asia/Shanghai", "UTC"])},
    )
    return st.lists(one, unique_by=lambda policy: str(policy["name"]), max_size=3)


SENSIBLE: SearchStrategy[Json] = st.fixed_dictionaries(
    {
        "agentRuntimeEndpointName": NAMES,
        "targetVersion": NUMBERS | st.just("LATEST"),
        "status": st.sampled_from(["READY", "ACTIVE"]),
    },
    optional={
        "description": TEXTS,
        "routingConfiguration": st.fixed_dictionaries(
            {
                "versionWeights": st.lists(
                    st.fixed_dictionaries({"version": st.integers(13, 20).map(str), "weight": PERCENTS}),
                    unique_by=lambda weight: str(weight["version"]),
                    max_size=4,
                )
            }
        ),
        "scalingStatus": st.fixed_dictionaries(
            {"minInstances": st.integers(0, 5), "scheduledPolicies": _policies(TEXTS.filter(bool))}
        ),
        "disablePublicNetworkAccess": st.booleans(),
    },
)
"""What a manifest can say in full."""

_ODD_TEXTS = TEXTS | st.sampled_from(["", "x" * 300, "v3", "03", "LATEST", "3"])
_ODD_WEIGHTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "version": NUMBERS | _ODD_TEXTS,
            "weight": st.sampled_from([0, 0.004, 0.125, 0.3, 0.995, 1, 12.5, -1, 1e300, "ten"]),
        },
    ),
    max_size=4,
)
_ODD_NUMBERS = st.sampled_from([-1, 0, 2**31, 10**30, "ten", None])
ODD: SearchStrategy[Json] = st.fixed_dictionaries(
    {"agentRuntimeEndpointName": NAMES},
    optional={
        "targetVersion": _ODD_TEXTS | st.just({"a": 1}),
        "status": st.sampled_from(["READY", "CREATE_FAILED", "UPDATE_FAILED", "FAILED", "UPDATING", "STRANGE", ""]),
        "description": _ODD_TEXTS | st.sampled_from([3, None, ["x"]]),
        "routingConfiguration": st.fixed_dictionaries({"versionWeights": _ODD_WEIGHTS}) | st.just("none"),
        "scalingStatus": st.fixed_dictionaries(
            {},
            optional={
                "minInstances": _ODD_NUMBERS,
                "scheduledPolicies": st.lists(
                    st.fixed_dictionaries(
                        {}, optional={"name": _ODD_TEXTS, "scheduleExpression": _ODD_TEXTS, "target": _ODD_NUMBERS}
                    ),
                    max_size=3,
                )
                | st.just({}),
            },
        ),
        "disablePublicNetworkAccess": st.sampled_from([True, None, "perhaps"]),
    },
)
"""Whatever AgentRun may say of an endpoint."""


def a_remote(document: Json, runtime: Runtime = RUNTIME) -> Remote:
    """The endpoint that the client makes of what AgentRun said."""
    said: Json = {"agentRuntimeEndpointId": "ep-1", "agentRuntimeId": runtime.agent_runtime_id} | document
    return Remote(runtime, read_oddly(Endpoint, said, "request-1"))
