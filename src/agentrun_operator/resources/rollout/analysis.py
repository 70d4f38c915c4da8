"""`spec.rollout.analysis`: the proof that a version asks for, by golden prompts and by queries of Prometheus."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from agentrun_operator.resources.part import ATOMIC, Part, list_map, rule, rules
from agentrun_operator.resources.rollout.fields import CheckName, Duration, Ratio, Words

WordList = Annotated[list[Words], Field(max_length=10, json_schema_extra=ATOMIC)]
Tokens = Annotated[int, Field(ge=1, le=100000)]
Query = Annotated[str, Field(min_length=1, max_length=1024)]


class Role(StrEnum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class NoData(StrEnum):
    """What a query without data means."""

    HOLD = "Hold"
    PASS = "Pass"  # noqa: S105 - no password
    FAIL = "Fail"


class Message(Part):
    """One message of a conversation."""

    role: Role = Role.USER
    """Who says it."""

    content: Annotated[str, Field(min_length=1, max_length=2048)]
    """What is said."""


class Expect(Part):
    """What the answer to a prompt has to be like. An answer without error is enough where nothing is asked for."""

    contains: WordList = []
    """Texts that must be in the answer, whatever their case and width."""

    not_contains: WordList = []
    """Texts that must not be in it, likewise."""

    tool_calls: WordList = []
    """Names of the tools that it must call for."""

    max_latency: Duration | None = None
    """The longest time until the whole answer is there, for example `8s`."""

    max_tokens: Tokens | None = None
    """The most tokens of the answer, as its `usage` tells."""


class Prompt(Part):
    """A golden prompt: a conversation, and what the answer has to be like."""

    name: CheckName
    """The prompt's name in the status, in events and in metrics."""

    required: bool = False
    """Whether one wrong answer fails the round, whatever `minPassRate` allows."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=8, json_schema_extra=ATOMIC)]
    """The conversation so far; its last message is to be answered."""

    expect: Annotated[Expect, Field(default_factory=Expect)]
    """What the answer has to be like."""


class AgainstStable(Part):
    """How far the new version may be behind the stable one, which is asked the same."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.maxLatencyRatio) || has(self.maxTokenRatio) || has(self.maxPassRateDrop)",
                "againstStable needs maxLatencyRatio, maxTokenRatio or maxPassRateDrop",
            )
        )
    )

    max_latency_ratio: Ratio | None = None
    """The most that its median latency may be of the stable one's, for example `"1.5"`."""

    max_token_ratio: Ratio | None = None
    """The most that its tokens may be of the stable one's."""

    max_pass_rate_drop: Annotated[int, Field(ge=0, le=100)] | None = None
    """How many percentage points its pass rate may be below the stable one's."""


class Probes(Part):
    """Golden prompts that are put to the new version itself, besides the traffic. Off unless asked for: probes act."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "duration(self.interval) >= duration('10s')", "probes.interval must be 10s at least", path=".interval"
            ),
            rule(
                "duration(self.timeout) >= duration('1s') && duration(self.timeout) <= duration('120s')",
                "probes.timeout must be from 1s to 120s",
                path=".timeout",
            ),
        )
    )

    interval: Duration = "5m"
    """How often all prompts are asked, besides once at the start and once at the end of each bake."""

    repeat: Annotated[int, Field(ge=1, le=5)] = 1
    """How often each prompt is asked in a round."""

    min_pass_rate: Annotated[int, Field(ge=1, le=100)] = 100
    """The percentage of all answers of a round that must be right."""

    timeout: Duration = "30s"
    """The longest time for one answer."""

    max_tokens: Tokens = 1024
    """The most tokens that an answer is asked to have."""

    against_stable: AgainstStable | None = None
    """Limits against the stable version, which is then asked the same."""

    prompts: Annotated[list[Prompt], Field(min_length=1, max_length=20, json_schema_extra=list_map("name"))]
    """The golden prompts."""


class Metric(Part):
    """A query of Prometheus, at the address that the operator was given, and what its value may be."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.min) || has(self.max) || has(self.maxRatioToStable)",
                "a metric needs min, max or maxRatioToStable",
            ),
            rule(
                "self.query.contains('$(version)')",
                "query must contain $(version), or it does not look at the new version",
                path=".query",
            ),
            rule(
                "has(self.samplesQuery) == has(self.minSamples)",
                "samplesQuery and minSamples belong together: give both or none",
                path=".samplesQuery",
            ),
        )
    )

    name: CheckName
    """The metric's name in the status, in events and in metrics."""

    query: Query
    """PromQL whose value is a scalar or a vector of one element. `$(version)`, `$(stable)`, `$(endpoint)`,
    `$(runtime)` and `$(weight)` are put in."""

    samples_query: Query | None = None
    """PromQL that tells how many samples the value rests on."""

    min_samples: Annotated[int, Field(ge=1, le=1000000)] | None = None
    """The least of them; below, there is no data."""

    min: Ratio | None = None
    """The least value that passes."""

    max: Ratio | None = None
    """The largest value that passes."""

    max_ratio_to_stable: Ratio | None = None
    """The most that the value may be of the stable version's by the same query."""

    no_data: NoData = NoData.HOLD
    """What it means that there is no data: `Hold`, `Pass` or `Fail`."""


class Analysis(Part):
    """The proof that each step asks for: two passing rounds of every check at the least."""

    model_config = ConfigDict(
        json_schema_extra=rules(
            rule(
                "has(self.probes) || (has(self.metrics) && size(self.metrics) > 0)",
                "analysis needs probes or metrics",
            ),
            rule(
                "duration(self.interval) >= duration('10s')",
                "analysis.interval must be 10s at least",
                path=".interval",
            ),
        )
    )

    interval: Duration = "60s"
    """How often the metrics are asked for."""

    failure_limit: Annotated[int, Field(ge=0, le=20)] = 1
    """How many failing rounds a step bears; one more fails the plan."""

    probes: Probes | None = None
    """Golden prompts that are put to the new version itself."""

    metrics: Annotated[list[Metric], Field(max_length=10, json_schema_extra=list_map("name"))] = []
    """Queries of Prometheus."""
