"""The patch for Argo CD's own ConfigMap holds the very scripts that the other tests run."""

import yaml

from agentrun_operator.reconcile.rollout.request import Verb
from agentrun_operator.resources.names import GROUP, KIND
from support.argocd import ARGO_CD

(PATCH,) = yaml.safe_load_all((ARGO_CD / "argocd-cm.yaml").read_text())
HEALTH, ACTIONS = (f"resource.customizations.{what}.{GROUP}_{KIND}" for what in ("health", "actions"))


def test_the_patch_holds_the_script_of_the_health():
    assert PATCH["data"][HEALTH] == (ARGO_CD / "health.lua").read_text()


def test_the_patch_holds_the_scripts_of_the_actions():
    actions = yaml.safe_load(PATCH["data"][ACTIONS])

    assert actions["discovery.lua"] == (ARGO_CD / "actions" / "discovery.lua").read_text()
    assert {each["name"]: each["action.lua"] for each in actions["definitions"]} == {
        verb.value: (ARGO_CD / "actions" / verb / "action.lua").read_text() for verb in Verb
    }


def test_the_patch_changes_nothing_else():
    assert PATCH["data"].keys() == {HEALTH, ACTIONS}
