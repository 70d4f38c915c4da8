"""The API server judges how label selectors are read here."""

from typing import Any

import pytest

from agentrun_operator.controlplane import KubectlError
from support.cluster import Kubectl
from support.selectors import LABELS, REFUSED, SELECTORS


@pytest.fixture
def labelled(kubectl: Kubectl) -> Kubectl:
    """A ConfigMap with each of the labels."""
    heads: list[dict[str, Any]] = [{"name": f"with-{at}", "labels": labels} for at, labels in enumerate(LABELS)]
    items = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": head} for head in heads]
    kubectl.apply({"apiVersion": "v1", "kind": "List", "items": items})
    return kubectl


def test_the_api_server_selects_the_same(labelled: Kubectl):
    told = {selector: selected(labelled, selector) for selector in SELECTORS}
    assert told == {
        selector: [at for at, labels in enumerate(LABELS) if labels in expected]
        for selector, expected in SELECTORS.items()
    }


def test_the_api_server_refuses_the_same(labelled: Kubectl):
    for text in REFUSED:
        with pytest.raises(KubectlError):
            selected(labelled, text)


def selected(kubectl: Kubectl, selector: str) -> list[int]:
    """The numbers of the ConfigMaps that are selected."""
    names = kubectl("get", "configmaps", f"--selector={selector}", "--output=name").split()
    found = (name.removeprefix("configmap/with-") for name in names)
    return sorted(int(number) for number in found if number.isdecimal())
