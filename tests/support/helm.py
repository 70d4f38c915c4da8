"""Runs helm against one cluster, or none, untouched by what else this machine's user has set up."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""A chart has a large CustomResourceDefinition: Python alone reads it for longer than helm takes."""


class HelmError(Exception):
    """Helm ended with an exit code; the message is what it said."""


@dataclass(frozen=True)
class Helm:
    """Helm with its settings.

    Args:
        program: The program.
        home: A folder for its cache and settings.
        kubeconfig: Which cluster to talk to; None: none.
    """

    program: Path
    home: Path
    kubeconfig: Path | None = None

    def __call__(self, *args: str, values: Mapping[str, Any] | None = None) -> str:
        """Any command; returns what it printed.

        Args:
            args: The command and its arguments.
            values: Values for the chart.

        Raises:
            HelmError: It failed.
        """
        with_values = [] if values is None else ["--values=-"]
        folders = {f"HELM_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
        finished = subprocess.run(  # noqa: S603 - the helm that was found or built
            [self.program, *args, *with_values],
            input=json.dumps(values),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
            env={**os.environ, **folders, "KUBECONFIG": str(self.kubeconfig or os.devnull)},
        )
        if finished.returncode:
            raise HelmError(finished.stderr.strip())
        return finished.stdout

    def template(
        self, chart: Path, values: Mapping[str, Any] | None = None, name: str = "agentrun-operator", namespace: str = ""
    ) -> list[Object]:
        """The objects that a chart makes of values."""
        rendered = self("template", name, str(chart), f"--namespace={namespace or name}", values=values or {})
        return [each for each in yaml.load_all(rendered, _LOADER) if each]

    def apply(self, chart: Path, name: str, namespace: str, values: Mapping[str, Any] | None = None) -> str:
        """Install a release, or upgrade it. Waits for nothing: no Pod ever runs here."""
        flags = ("--install", f"--namespace={namespace}", "--create-namespace")
        return self("upgrade", name, str(chart), *flags, values=values or {})


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    """Those of a kind."""
    return [each for each in objects if each["kind"] == kind]


def only(objects: list[Object], kind: str) -> Object:
    """The only one of a kind."""
    (found,) = of_kind(objects, kind)
    return found


def pod(objects: list[Object]) -> Object:
    """The template of the only Deployment's Pods."""
    found: Object = only(objects, "Deployment")["spec"]["template"]
    return found


def container(objects: list[Object]) -> Object:
    """The only container of the only Deployment."""
    (found,) = pod(objects)["spec"]["containers"]
    return dict(found)


def environment(objects: list[Object]) -> dict[str, Any]:
    """That container's environment: texts, and references where there is no text."""
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container(objects)["env"]}
