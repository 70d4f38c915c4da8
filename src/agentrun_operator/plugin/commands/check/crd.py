"""Whether the CRD is there and as new as this program, by the schema that the API server publishes to everybody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from agentrun_operator.plugin.cluster.kubectl.refusals import NoKindError
from agentrun_operator.plugin.commands.check.finding import Finding, Standing
from agentrun_operator.resources.crd import root_schema
from agentrun_operator.resources.names import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Kubectl

OPENAPI = f"/openapi/v3/apis/{API_VERSION}"
RULES = frozenset({"type", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "maxItems", "default"})
MOST = 5
"""Fields that are named."""

APPLY = "install this version's CRD: `agentrun-operator crd | kubectl apply --server-side -f -`, or upgrade the chart"


def findings(kubectl: Kubectl) -> list[Finding]:
    """How the CRD stands.

    Raises:
        UnknownError: the cluster does not tell.
    """
    from agentrun_operator.plugin.cluster.kubectl.rights import GET  # noqa: PLC0415 - for its word alone

    try:
        published = kubectl.raw(OPENAPI, GET)
    except NoKindError:
        return [Finding(Standing.WRONG, "crd", f"the cluster does not know {KIND}: {APPLY}")]
    schemas = published.get("components", {}).get("schemas", {})
    schema = next((each for name, each in schemas.items() if name.endswith(f".{KIND}")), None)
    if schema is None:
        return [Finding(Standing.WRONG, "crd", f"the cluster serves no {KIND} in {API_VERSION}: {APPLY}")]
    return [compared(root_schema(), schema)]


def compared(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Finding:
    """How the CRD of the cluster stands to this program's.

    Args:
        ours: the schema that belongs to this program.
        theirs: the schema that the cluster has.
    """
    mine, other = dict(_fields(ours)), dict(_fields(theirs))
    if missing := sorted(mine.keys() - other.keys()):
        return Finding(Standing.WRONG, "crd", f"older than this program: it lacks {_some(missing)}; {APPLY}")
    if more := sorted(other.keys() - mine.keys()):
        return Finding(Standing.TOLD, "crd", f"newer than this program: it has {_some(more)} too; update this program")
    if changed := sorted(path for path, rules in mine.items() if other[path] != rules):
        return Finding(Standing.WRONG, "crd", f"of another version than this program: {_some(changed)} differ; {APPLY}")
    return Finding(Standing.OK, "crd", f"{API_VERSION}, as this program has it")


def _fields(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Each field below spec and status by its path, with what it is held to."""
    for name, below in (schema.get("properties") or {}).items():
        if path or name in {"spec", "status"}:
            here = f"{path}.{name}" if path else name
            yield here, _rules(below)
            yield from _fields(below, here)
            yield from _fields(below.get("items") or {}, f"{here}[]")


def _rules(schema: Mapping[str, Any]) -> str:
    kept = {name: schema[name] for name in sorted(RULES & schema.keys())}
    rules = [each.get("rule") for each in schema.get("x-kubernetes-validations") or []]
    return json.dumps([kept, rules], sort_keys=True)


def _some(paths: list[str]) -> str:
    rest = len(paths) - MOST
    return ", ".join(paths[:MOST]) + (f" and {rest} more" if rest > 0 else "")
