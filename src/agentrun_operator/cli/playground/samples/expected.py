"""The samples, and what AgentRun should hold because of them.

Written down by hand: derived with the operator's own translation, a mistake in that would hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

KIND = "agentruntimeendpoint"
BUILT_IN = "Default"  # of a runtime; a sample looks at it, and nobody may change it
ROLLED = "orders"  # gets its new versions step by step
NAMES = ("built-in", "chat", "office-hours", ROLLED, "sales")

Fields = Mapping[str, Any]

CREATED: dict[str, Fields] = {
    "chat": {
        "description": "Where customers ask",
        "targetVersion": "3",
        "routingConfiguration": {"versionWeights": [{"version": "4", "weight": 0.1}]},
    },
    "office-hours": {"description": "", "targetVersion": "4", "scalingStatus": {"minInstances": 1}},
    ROLLED: {"description": "", "targetVersion": "1"},
    "sales": {"description": "", "targetVersion": "LATEST"},
    BUILT_IN: {"description": "默认"},
}

# What the update changes in the specs, by sample.
CHANGES: Mapping[str, Fields] = {
    "chat": {"description": "Where everybody asks", "targetVersion": "4", "routing": None},
    "office-hours": {"scaling": None},
}

UPDATED: Mapping[str, Fields] = CREATED | {
    "chat": {
        "description": "Where everybody asks",
        "targetVersion": "4",
        "routingConfiguration": {"versionWeights": []},
    },
    "office-hours": {"targetVersion": "4", "scalingStatus": None},
}

GOOD: Mapping[str, Fields] = {ROLLED: {"targetVersion": "2"}}
BAD: Mapping[str, Fields] = {ROLLED: {"targetVersion": "3"}}

PROMOTED: Mapping[str, Fields] = {
    **UPDATED,
    ROLLED: {"targetVersion": "2", "routingConfiguration": {"versionWeights": []}},
}

DELETED: Mapping[str, Fields] = {BUILT_IN: CREATED[BUILT_IN]}


def manifests() -> str:
    """All samples as one YAML text."""
    folder = resources.files(__package__)
    return "---\n".join((folder / f"{name}.yaml").read_text() for name in NAMES)


def differences(expected: Mapping[str, Fields], found: Mapping[str, Fields]) -> list[str]:
    """What is not as expected, in words; empty when all is.

    Args:
        expected: By endpoint, the fields that matter; of an object in a field, too, only those that are named.
        found: By endpoint, all fields.
    """
    unknown = [f"{name} is there" for name in sorted(found.keys() - expected.keys())]
    missing = [f"{name} is missing" for name in sorted(expected.keys() - found.keys())]
    wrong = [
        text
        for name in sorted(expected.keys() & found.keys())
        for text in _field_differences(name, expected[name], found[name])
    ]
    return unknown + missing + wrong


def _field_differences(path: str, expected: object, found: object) -> list[str]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return [text for key in expected for text in _field_differences(f"{path}.{key}", expected[key], found.get(key))]
    return [] if expected == found else [f"{path} is {found!r} instead of {expected!r}"]
