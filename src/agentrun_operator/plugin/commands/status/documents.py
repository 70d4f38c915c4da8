"""Objects as kubectl writes them, in JSON or YAML. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agentrun_operator.printable import UNPRINTABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentrun_operator.plugin.cluster.kubectl.kubectl import Object


def document(objects: Sequence[Object], *, one: bool) -> Object:
    """What kubectl shows: the object that was asked for by name, else a list.

    Args:
        objects: the objects; the managers of their fields are left out.
        one: whether one object was asked for, by its name.
    """
    items = [_bare(each) for each in objects]
    if one and items:
        return items[0]
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}


def as_json(thing: Object) -> str:
    """JSON that says the same to a program and nothing to a terminal."""
    text = json.dumps(thing, indent=4, sort_keys=True, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def as_yaml(thing: Object) -> str:
    """YAML, likewise."""
    import yaml  # noqa: PLC0415 - few ask for it

    text: str = yaml.safe_dump(thing, allow_unicode=True, width=10**6)
    if UNPRINTABLE.search(text.replace("\n", "")):
        text = yaml.safe_dump(thing, allow_unicode=False, width=10**6)
    return text


def _bare(thing: Object) -> Object:
    metadata = {name: value for name, value in thing.get("metadata", {}).items() if name != "managedFields"}
    return thing | {"metadata": metadata}
