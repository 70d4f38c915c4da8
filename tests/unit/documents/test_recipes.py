"""The recipes speak of this resource as it is: its names, and the fields of its status."""

import re
from typing import Any

import pytest

from agentrun_operator.resources.crd import crd
from agentrun_operator.resources.names import API_VERSION, GROUP, KIND, PLURAL, VERSION
from support.recipes import RECIPES, documents, endpoint_of_crossplane, endpoint_of_kro, manifest, settings

SCHEMA: Any = crd()
STATUS = SCHEMA["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]
NAMED = re.compile(r"\bstatus\.(\w+)", re.IGNORECASE)
OTHERS = {"url"}
"""Fields of the status of other objects in a recipe."""


def test_every_block_is_yaml_and_says_what_it_is():
    found = documents()
    assert len(found) == 16
    assert all(isinstance(each, dict) for each in found)


def test_the_fields_of_the_status_that_are_named_are_there():
    named = set(NAMED.findall(RECIPES.read_text())) - OTHERS
    assert named >= {"publicUrl", "observedGeneration", "conditions"}
    assert named <= STATUS.keys()


@pytest.mark.parametrize(
    "endpoint",
    [
        endpoint_of_kro(manifest("Agent", "kro.run")),
        endpoint_of_crossplane(manifest("Agent", "platform.example.com")),
    ],
    ids=["kro", "crossplane"],
)
def test_what_a_tool_makes_is_the_endpoint_that_was_asked_for(endpoint: Any):
    assert (endpoint["apiVersion"], endpoint["kind"]) == (API_VERSION, KIND)
    assert endpoint["metadata"]["name"] == "chat"
    assert endpoint["spec"] == {"agentRuntimeRef": {"name": "support-bot"}, "targetVersion": "3"}


def test_rights_and_settings_name_the_resource():
    rules = [rule for each in documents() if each.get("kind") == "ClusterRole" for rule in each["rules"]]
    rules += settings("sources")["rbac"]["additionalPermissions"]
    ours = [rule for rule in rules if rule["apiGroups"] == [GROUP]]
    assert len(ours) == 3
    assert all(rule["resources"] == [PLURAL] for rule in ours)
    (backstage,) = settings("kubernetes")["kubernetes"]["customResources"]
    assert backstage == {"group": GROUP, "apiVersion": VERSION, "plural": PLURAL}
    assert f"--unstructured-resource={PLURAL}.{VERSION}.{GROUP}" in settings("sources")["extraArgs"]
    (flux,) = manifest("Kustomization")["spec"]["healthCheckExprs"]
    assert (flux["apiVersion"], flux["kind"]) == (API_VERSION, KIND)


def test_what_backstage_shows_bears_the_name_of_its_entity():
    key = "backstage.io/kubernetes-id"
    entity, endpoint = manifest("Component"), manifest(KIND)
    assert entity["metadata"]["annotations"][key] == endpoint["metadata"]["labels"][key] == entity["metadata"]["name"]
