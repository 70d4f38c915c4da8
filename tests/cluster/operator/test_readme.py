"""The README's manifest does what the README says."""

import re
from pathlib import Path

import pytest

from support.cluster import Kubectl
from support.emulator import Emulator
from support.endpoints import Endpoints
from support.operator import Operator

README = Path(__file__).parents[3] / "README.md"


@pytest.mark.usefixtures("operator")
def test_the_manifest_of_the_readme_becomes_ready(endpoints: Endpoints, emulator: Emulator, kubectl: Kubectl):
    manifest = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert manifest is not None

    kubectl.apply(manifest[1])
    kubectl("wait", "--for=condition=Ready", "agentruntimeendpoint/chat", "--timeout=120s")

    assert (emulator.endpoint("chat") or {})["targetVersion"] == "3"


def test_the_readme_names_only_settings_that_exist(stopped_operator: Operator):
    annotations = set(re.findall(r"agentrun\.alibabacloud\.com/[\w-]+", README.read_text()))

    assert annotations == {
        f"agentrun.alibabacloud.com/{name}" for name in ("v1alpha1", "paused", "reconcile-requested-at")
    }
