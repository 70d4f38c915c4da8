"""What the API server refuses of an AgentRuntimeEndpoint, found without one: its schema and its rules, in its words.

Rules are written in CEL beside their fields, for the API server. Here stands for each what it means in Python, by its
message; a test holds the two together. Rules about a change of an object need the one before, and are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import to_json

from agentrun_operator.resources import connection, names
from agentrun_operator.resources.crd import NAME_RULES
from agentrun_operator.resources.part import Part
from agentrun_operator.resources.rollout.fields import seconds
from agentrun_operator.resources.spec import Spec

RULES = "x-kubernetes-validations"
KEYS = "x-kubernetes-list-map-keys"

Json = Mapping[str, Any]


def refusals(manifest: Json) -> list[str]:
    """Why the API server would refuse an object, with the field's path; empty if it would take it.

    Args:
        manifest: the object, as a manifest has it.
    """
    written = cast("dict[str, Any]", _without_nulls(manifest.get("spec") or {}))
    try:
        spec = Spec.model_validate_json(to_json(written), strict=True)
    except ValidationError as error:
        return [f"{_path('spec', each['loc'])}: {each['msg']}" for each in error.errors(include_url=False)]
    return [*_unknown(Spec, written, "spec"), *_of_name(manifest, spec), *_of(spec, "spec")]


def _without_nulls(value: object) -> object:
    """The API server drops nulls before it looks."""
    if isinstance(value, dict):
        return {str(name): _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _path(start: str, parts: tuple[int | str, ...]) -> str:
    return start + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _unknown(model: type[Part], written: Json, path: str) -> Iterator[str]:
    """What kubectl refuses since there is no such field: a misspelt one would do nothing."""
    fields = {field.alias: name for name, field in model.model_fields.items()}
    yield from (f'{path}: unknown field "{path}.{name}"' for name in written if name not in fields)
    parsed = model.model_validate(written)
    for name, value in written.items():
        found = getattr(parsed, fields[name]) if name in fields else None
        for part, raw, where in _parts(found, value, f"{path}.{name}"):
            yield from _unknown(type(part), raw, where)


def _parts(found: object, written: object, path: str) -> Iterator[tuple[Part, Json, str]]:
    if isinstance(found, Part):
        yield found, cast("Json", written), path
    if isinstance(found, list):
        for index, (each, raw) in enumerate(zip(found, cast("list[object]", written), strict=True)):
            yield from _parts(each, raw, f"{path}[{index}]")


def _of_name(manifest: Json, spec: Spec) -> Iterator[str]:
    name = str((manifest.get("metadata") or {}).get("name") or "")
    remote = spec.endpoint_name or name
    needed, reserved, *_ = (str(cast("Json", rule)["message"]) for rule in cast("list[object]", NAME_RULES[RULES]))
    if not re.fullmatch(names.ENDPOINT_NAME_PATTERN, remote):
        yield f"spec.endpointName: {needed}"
    if re.fullmatch(names.PROBE_NAME_PATTERN, remote):
        yield f"spec.endpointName: {reserved}"


def _of(part: Part, path: str) -> Iterator[str]:
    """The rules of a part, of its fields, and of the parts in it."""
    yield from _broken(part.model_config.get("json_schema_extra"), part, path)
    for name, field in type(part).model_fields.items():
        value, where = getattr(part, name), f"{path}.{field.alias}"
        if value is not None:
            yield from _broken(field.json_schema_extra, value, where)
        values = value if isinstance(value, list) else [value]
        for index, each in enumerate(values):
            if isinstance(each, Part):
                yield from _of(each, f"{where}[{index}]" if isinstance(value, list) else where)


def _broken(extra: object, value: object, path: str) -> Iterator[str]:
    if not isinstance(extra, Mapping):
        return
    for rule in extra.get(RULES, ()):
        if "oldSelf" not in rule["rule"] and not HOLDS[rule["message"]](value):
            yield f"{path}{rule.get('fieldPath', '')}: {rule['message']}"
    for key in extra.get(KEYS, ()):
        yield from _twice(cast("list[Part]", value), key, path)


def _twice(parts: list[Part], key: str, path: str) -> Iterator[str]:
    seen = set()
    for index, part in enumerate(parts):
        value = part.model_dump(by_alias=True)[key]
        if value in seen:
            yield f"{path}[{index}]: Duplicate value: {key} {value}"
        seen.add(value)


def _rising(rollout: Any) -> bool:  # noqa: ANN401 - as the schema's rules, which are by name
    weights = [step.weight for step in rollout.steps]
    return weights == sorted(weights)


def _measurable_at_all(rollout: Any) -> bool:  # noqa: ANN401 - as above
    analysis = rollout.analysis
    if analysis is None or analysis.probes or all(step.weight != 100 for step in rollout.steps):  # noqa: PLR2004 - percent
        return True
    return any(metric.min is not None or metric.max is not None for metric in analysis.metrics)


def _two_rounds(interval: Callable[[Any], str | None]) -> Callable[[Any], bool]:
    def holds(rollout: Any) -> bool:  # noqa: ANN401 - as above
        found = interval(rollout.analysis) if rollout.analysis else None
        return found is None or seconds(rollout.deadline) >= 2 * seconds(found)

    return holds


HOLDS: Mapping[str, Callable[[Any], bool]] = {
    connection.NEEDS_ONE: lambda found: bool(found.config_map or found.secret),
    connection.BAD_KEY: connection.good_keys,
    connection.BAD_VALUE: connection.good_values,
    "agentRuntimeRef needs exactly one of id and name": lambda ref: (ref.id is None) != (ref.name is None),
    "the weights of routing.versionWeights must add up to 99 or less: targetVersion gets the rest": lambda weights: (
        sum(each.weight for each in weights) <= 99  # noqa: PLR2004 - as the message says
    ),
    "a version in routing.versionWeights must differ from targetVersion, which gets the rest": lambda spec: (
        not spec.routing or all(each.version != spec.target_version for each in spec.routing.version_weights)
    ),
    "rollout and routing.versionWeights exclude each other: with rollout the operator splits the traffic": (
        lambda spec: spec.rollout is None or not spec.routing or not spec.routing.version_weights
    ),
    "the weights of rollout.steps must rise from step to step": _rising,
    "a step of weight 0 gets no traffic: it needs rollout.analysis.probes": lambda rollout: (
        all(step.weight for step in rollout.steps) or bool(rollout.analysis and rollout.analysis.probes)
    ),
    "a step of weight 100 leaves the stable version nothing to be measured by: it needs"
    " rollout.analysis.probes, or a metric with min or max": _measurable_at_all,
    "rollout.deadline must be 1m at least": lambda rollout: seconds(rollout.deadline) >= 60,  # noqa: PLR2004 - 1m
    "rollout.deadline must be twice analysis.interval at least: a step needs two rounds": _two_rounds(
        lambda analysis: analysis.interval
    ),
    "rollout.deadline must be twice analysis.probes.interval at least: a step needs two rounds": _two_rounds(
        lambda analysis: analysis.probes and analysis.probes.interval
    ),
    "analysis needs probes or metrics": lambda analysis: bool(analysis.probes or analysis.metrics),
    "analysis.interval must be 10s at least": lambda analysis: seconds(analysis.interval) >= 10,  # noqa: PLR2004 - 10s
    "probes.interval must be 10s at least": lambda probes: seconds(probes.interval) >= 10,  # noqa: PLR2004 - 10s
    "probes.timeout must be from 1s to 120s": lambda probes: 1 <= seconds(probes.timeout) <= 120,  # noqa: PLR2004 - 120s
    "againstStable needs maxLatencyRatio, maxTokenRatio or maxPassRateDrop": lambda limits: any(
        each is not None for each in (limits.max_latency_ratio, limits.max_token_ratio, limits.max_pass_rate_drop)
    ),
    "a metric needs min, max or maxRatioToStable": lambda metric: any(
        each is not None for each in (metric.min, metric.max, metric.max_ratio_to_stable)
    ),
    "query must contain $(version), or it does not look at the new version": lambda metric: (
        "$(version)" in metric.query
    ),
    "samplesQuery and minSamples belong together: give both or none": lambda metric: (
        (metric.samples_query is None) == (metric.min_samples is None)
    ),
}
"""What each rule of the schema means, by its message."""
