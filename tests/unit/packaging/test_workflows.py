"""What the workflows may do, and what runs in them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

GITHUB = Path(__file__).parents[3] / ".github"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((GITHUB / "workflows").glob("*.yml"))}
JOBS = [pytest.param(job, id=f"{name} {key}") for name, flow in WORKFLOWS.items() for key, job in flow["jobs"].items()]

FLOATING = ("docker/setup-qemu-action", "docker/setup-buildx-action", "docker/build-push-action")
"""Actions that run images which nobody has pinned."""


def used(job: dict[str, Any]) -> list[str]:
    """The actions of a job."""
    return [step["uses"] for step in job.get("steps", ()) if "uses" in step]


@pytest.mark.parametrize("job", JOBS)
def test_every_action_is_pinned_by_commit(job: dict[str, Any]):
    assert [action for action in used(job) if not re.search(r"@[0-9a-f]{40}$", action)] == []


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_runs_images_which_float_may_write_nothing(job: dict[str, Any]):
    if any(action.startswith(FLOATING) for action in used(job)):
        assert job["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_job_has_the_permissions_that_it_names_and_no_others(workflow: str):
    assert WORKFLOWS[workflow]["permissions"] == {}


def test_each_week_the_image_is_built_on_the_present_base_and_scanned():
    flow = WORKFLOWS["image-scan"]
    (job,) = flow["jobs"].values()

    assert re.fullmatch(r"\d+ \d+ \* \* \d", flow[True]["schedule"][0]["cron"])  # YAML reads `on` as true
    assert any("--pull --no-cache" in step.get("run", "") for step in job["steps"])
    assert any(action.startswith("anchore/scan-action@") for action in used(job))


def test_what_is_pinned_is_kept_up_to_date():
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text())["updates"]

    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip", "docker"}
