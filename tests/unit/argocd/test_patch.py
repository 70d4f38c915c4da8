"""The patch for Argo CD's own ConfigMap holds the very scripts that the other tests run."""

import yaml

from agentrun_operator.resources.names import GROUP, KIND
from support.argocd import ACTIONS, ARGO_CD, PATCH, install_form

(WRITTEN,) = yaml.safe_load_all(PATCH.read_text())
HEALTH, SCRIPTS = (f"resource.customizations.{what}.{GROUP}_{KIND}" for what in ("health", "actions"))


def test_it_is_what_make_generate_writes():
    assert PATCH.read_text() == install_form()


def test_it_holds_the_script_of_the_health():
    assert WRITTEN["data"][HEALTH] == (ARGO_CD / "health.lua").read_text()


def test_it_holds_the_scripts_of_the_actions():
    actions = yaml.safe_load(WRITTEN["data"][SCRIPTS])

    assert actions["discovery.lua"] == (ARGO_CD / "actions" / "discovery.lua").read_text()
    assert {each["name"]: each["action.lua"] for each in actions["definitions"]} == {
        action: (ARGO_CD / "actions" / action / "action.lua").read_text() for action in ACTIONS
    }


def test_it_changes_nothing_else():
    assert WRITTEN["data"].keys() == {HEALTH, SCRIPTS}
