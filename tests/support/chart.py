"""The chart's files: what its values are and say, and what is made of them.

Run as a program it writes all that is generated (`make generate`); tests compare.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from rich.console import Console

from agentrun_operator.controlplane.finding.helm import find_helm
from agentrun_operator.controlplane.progress import progress_on
from support.helm import Helm, Object

ROOT = Path(__file__).parents[2]
CRD = ROOT / "crds" / "agentrun.alibabacloud.com_agentruntimeendpoints.yaml"
CHART = ROOT / "deploy" / "chart" / "agentrun-operator"
CHART_CRD = CHART / "files" / CRD.name
README = CHART / "README.md"
SCHEMA = CHART / "values.schema.json"
INSTALL = ROOT / "deploy" / "manifests" / "install.yaml"
POLICIES = ROOT / "deploy" / "policies"

NAME = NAMESPACE = "agentrun-operator"
SECRET = "agentrun-credentials"
BEGIN, END = "<!-- values: begin -->\n", "<!-- values: end -->\n"
POLICY_HEAD = "# Made from the chart by `make generate`: see docs/guardrails.md.\n"
HELMS_OWN = ("helm.sh/", "app.kubernetes.io/managed-by")


@dataclass(frozen=True)
class Value:
    """A value of the chart, as values.yaml documents it."""

    path: tuple[str, ...]
    default: Any
    text: str


def defaults() -> Object:
    """values.yaml."""
    found: Object = yaml.safe_load((CHART / "values.yaml").read_text())
    return found


def parsed_schema() -> Object:
    """values.schema.json."""
    found: Object = json.loads(SCHEMA.read_text())
    return found


def documented_values() -> list[Value]:
    """Every documented value, in the file's order."""
    text, values = (CHART / "values.yaml").read_text(), defaults()
    return [Value(path, _at(values, path), said) for path, said in _comments(text)]


def _comments(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each key that has a comment right above it, by its path, with the comment in one line."""
    path: list[str] = []
    said: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            said.append(stripped.removeprefix("#").strip())
            continue
        if not stripped or stripped.startswith("-"):
            said = []
            continue
        path[(len(line) - len(stripped)) // 2 :] = [stripped.split(":")[0]]
        if said:
            yield tuple(path), " ".join(said)
        said = []


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        values = values[name]
    return values


def table() -> str:
    """The values as a table of Markdown; a group of values has a row for each."""
    documented = documented_values()
    groups = {value.path[:depth] for value in documented for depth in range(1, len(value.path))}
    rows = [_row(value) for value in documented if value.path not in groups]
    return "".join(["| value | default | meaning |\n|---|---|---|\n", *rows])


def _row(value: Value) -> str:
    return f"| `{'.'.join(value.path)}` | `{json.dumps(value.default)}` | {value.text} |\n"


def readme() -> str:
    """README.md with the table as it must be."""
    head, _, rest = README.read_text().partition(BEGIN)
    return f"{head}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


def schema() -> str:
    """values.schema.json with the descriptions as they must be."""
    found = parsed_schema()
    for value in documented_values():
        place = found
        for name in value.path:
            place = place["properties"][name]
        place["description"] = value.text
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def install_manifest(helm: Helm) -> str:
    """deploy/manifests/install.yaml as it must be: what the chart makes of its defaults, with a namespace."""
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": restricted}}
    objects = helm.template(CHART, {"credentials": {"existingSecret": SECRET}}, NAME, NAMESPACE)
    kept = yaml.safe_dump_all([namespace, *map(_without_helm, objects)], sort_keys=False, width=120)
    return (
        f"# Made from the chart by `make generate`. The Pods wait for the Secret {SECRET}: see docs/install.md.\n{kept}"
    )


def policy_manifests(helm: Helm) -> dict[str, str]:
    """The files of deploy/policies as they must be, by name: what the chart makes with policies.enabled, one for each
    policy, as the chart writes it.
    """
    told = ("--show-only=templates/policies.yaml", f"--namespace={NAMESPACE}")
    rendered = helm("template", NAME, str(CHART), *told, values={"policies": {"enabled": True}})
    lines = [
        line for line in rendered.splitlines(keepends=True) if not line.strip().startswith(("# Source", *HELMS_OWN))
    ]
    found: dict[str, str] = {}
    for document in "".join(lines).split("---\n")[1:]:
        name = f"{yaml.safe_load(document)['metadata']['name'].removeprefix(f'{NAME}-')}.yaml"
        found[name] = f"{found[name]}---\n" if name in found else POLICY_HEAD
        found[name] += f"{document.rstrip()}\n"
    return found


def _without_helm(found: Object) -> Object:
    """The object without what only Helm reads."""
    metadata = dict(found["metadata"])
    for part in ("labels", "annotations"):
        kept = {key: text for key, text in metadata.pop(part, {}).items() if not key.startswith(HELMS_OWN)}
        metadata |= {part: kept} if kept else {}
    return found | {"metadata": metadata}


def main() -> None:
    """Write what is generated."""
    CHART_CRD.write_bytes(CRD.read_bytes())
    SCHEMA.write_text(schema())
    README.write_text(readme())
    with progress_on(Console(stderr=True)) as progress:
        program = find_helm(os.environ, progress)
    with TemporaryDirectory() as home:
        helm = Helm(program, Path(home))
        INSTALL.write_text(install_manifest(helm))
        for name, text in policy_manifests(helm).items():
            (POLICIES / name).write_text(text)


if __name__ == "__main__":
    main()
