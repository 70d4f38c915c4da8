"""AgentRuntimeEndpoints for tests on a cluster: manifests, and what their status says."""

from typing import Any

from support.cluster import Kubectl, condition

KIND = "agentruntimeendpoints.agentrun.alibabacloud.com"
GROUP = "agentrun.alibabacloud.com"

Object = dict[str, Any]


def manifest(name: str, runtime: str = "support-bot", annotations: dict[str, str] | None = None, **spec: Any) -> Object:
    """An object in the manifest's notation; the fields of the spec in camelCase."""
    return {
        "apiVersion": f"{GROUP}/v1alpha1",
        "kind": "AgentRuntimeEndpoint",
        "metadata": {"name": name, "annotations": annotations or {}},
        "spec": {"agentRuntimeRef": {"name": runtime}} | spec,
    }


class Endpoints:
    """The objects of one namespace."""

    def __init__(self, kubectl: Kubectl) -> None:
        self.kubectl = kubectl

    def apply(
        self, name: str, runtime: str = "support-bot", annotations: dict[str, str] | None = None, **spec: Any
    ) -> None:
        self.kubectl.apply(manifest(name, runtime, annotations, **spec))

    def change(self, name: str, **spec: Any) -> None:
        """Change fields of the spec; None removes one."""
        self.kubectl.patch(KIND, name, {"spec": spec})

    def annotate(self, name: str, **annotations: str | None) -> None:
        """Set our annotations by their short names, underscores for dashes; None removes one."""
        named = {f"{GROUP}/{short.replace('_', '-')}": value for short, value in annotations.items()}
        self.kubectl.patch(KIND, name, {"metadata": {"annotations": named}})

    def get(self, name: str) -> Object:
        found = self.kubectl.get(KIND, name)
        if found is None:
            raise AssertionError(f"there is no {name}")
        return found

    def delete(self, name: str) -> None:
        self.kubectl.delete(KIND, name)

    def wait_gone(self, name: str, within: float = 15.0) -> None:
        self.kubectl.wait_gone(KIND, name, within)

    def wait_ready(self, name: str, within: float = 15.0) -> Object:
        """Until it is Ready for its present generation."""

        def ready(found: Object) -> bool:
            return (
                found["status"]["observedGeneration"] == found["metadata"]["generation"]
                and says(found, "Ready") == "True"
            )

        return self.kubectl.wait_for(KIND, name, ready, within)

    def wait_reason(self, name: str, reason: str, kind: str = "Ready", within: float = 15.0) -> Object:
        """Until a condition gives this reason for the present generation."""

        def given(found: Object) -> bool:
            told = condition(found, kind)
            current = found["status"]["observedGeneration"] == found["metadata"]["generation"]
            return current and told is not None and told["reason"] == reason

        return self.kubectl.wait_for(KIND, name, given, within)

    def wait_status(self, name: str, within: float = 15.0, **fields: Any) -> Object:
        """Until the status has these values."""
        return self.kubectl.wait_for(
            KIND, name, lambda found: {field: found["status"].get(field) for field in fields} == fields, within
        )

    def events(self, name: str) -> list[str]:
        """The reasons of the object's events, in the order in which they were posted."""
        found = [event for event in self.kubectl.list("events") if event["involvedObject"]["name"] == name]
        return [event["reason"] for event in sorted(found, key=lambda event: event["eventTime"] or "")]


def says(found: Object, kind: str) -> str:
    """The status of a condition; empty if there is no such condition."""
    told = condition(found, kind)
    return told["status"] if told else ""
