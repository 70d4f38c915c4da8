"""The manifests of docs/recipes.md, by kind and by tool."""

import re
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

RECIPES = Path(__file__).parents[2] / "docs" / "recipes.md"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Object]:
    """Each YAML document, in their order; files of a tool's own settings too."""
    return [found for block in _BLOCK.findall(RECIPES.read_text()) for found in yaml.safe_load_all(block)]


def manifest(kind: str, group: str = "") -> Object:
    """The one manifest of a kind, of a group if there are several."""
    (found,) = (each for each in documents() if each.get("kind") == kind and str(each["apiVersion"]).startswith(group))
    return found


def settings(key: str) -> Object:
    """The settings of a tool that have this key, and are no manifest."""
    (found,) = (each for each in documents() if "kind" not in each and key in each)
    return found


def endpoint_of_kro(instance: Object) -> Object:
    """The endpoint that kro makes of an instance: plain references alone, as the recipe has them."""
    resources = manifest("ResourceGraphDefinition")["spec"]["resources"]
    (template,) = (each["template"] for each in resources if each["id"] == "endpoint")

    def value(found: re.Match[str]) -> str:
        return str(_at({"schema": instance}, found[1]))

    text = re.sub(r"\$\{([\w.]+)\}", value, yaml.safe_dump(template, default_style='"'))
    made: Object = yaml.safe_load(text)
    return made


def endpoint_of_crossplane(composite: Object) -> Object:
    """The endpoint that Crossplane composes: the base with what is patched into it."""
    (resource,) = manifest("Composition")["spec"]["pipeline"][0]["input"]["resources"]
    made: Object = resource["base"]
    for patch in resource["patches"]:
        if patch["type"] == "FromCompositeFieldPath":
            *above, last = patch["toFieldPath"].split(".")
            place = made
            for name in above:
                place = place.setdefault(name, {})
            place[last] = _at(composite, patch["fromFieldPath"])
    return made


def _at(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = found[name]
    return found
