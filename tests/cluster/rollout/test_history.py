"""The history of an object with a rollout: an entry for each goal, closed by what became of it, and none for a step."""

from support.endpoints import Object
from support.rollouts import RolloutStage

QUICK_STEPS = {"steps": [{"weight": 20, "bake": "1s"}, {"weight": 60, "bake": "1s"}]}
APPROVED = {"steps": [{"weight": 20, "bake": "1s", "approval": True}]}


def told(found: Object) -> list[str]:
    """The history as `2: 4 open`, newest first."""
    return [
        f"{each['generation']}: {each['spec']['targetVersion']} {each.get('result', 'open')}"
        for each in found["status"].get("history", ())
    ]


def test_a_version_that_is_promoted_is_one_entry_however_many_steps_it_took(stage: RolloutStage):
    assert told(stage.make("promoted", rollout=QUICK_STEPS)) == ["1: 3 Ready"]
    stage.endpoints.change("promoted", targetVersion="4")
    assert told(stage.wait("promoted", "RollingOut")) == ["2: 4 open", "1: 3 Ready"]
    found = stage.wait("promoted", "RolledOut")
    assert told(found) == ["2: 4 Ready", "1: 3 Ready"]
    assert all("routing" not in each["spec"] for each in found["status"]["history"])


def test_a_version_that_is_taken_back_failed(stage: RolloutStage):
    stage.make("reverted", rollout=APPROVED)
    stage.endpoints.change("reverted", targetVersion="4")
    assert told(stage.wait("reverted", "AwaitingApproval")) == ["2: 4 open", "1: 3 Ready"]
    stage.endpoints.annotate("reverted", rollout="abort 1")
    assert told(stage.wait("reverted", "RolledBack")) == ["2: 4 Failed", "1: 3 Ready"]
    stage.endpoints.annotate("reverted", rollout="retry 1")
    stage.wait("reverted", "AwaitingApproval")
    stage.endpoints.annotate("reverted", rollout="promote 2")
    assert told(stage.wait("reverted", "RolledOut")) == ["2: 4 Ready", "1: 3 Ready"]


def test_a_version_that_another_takes_the_place_of_is_superseded(stage: RolloutStage):
    stage.make("replaced", rollout=APPROVED)
    stage.endpoints.change("replaced", targetVersion="4")
    stage.wait("replaced", "AwaitingApproval")
    stage.endpoints.change("replaced", targetVersion="2")
    found = stage.wait("replaced", "AwaitingApproval")
    assert told(found) == ["3: 2 open", "2: 4 Superseded", "1: 3 Ready"]
    stage.endpoints.change("replaced", targetVersion="3")
    found = stage.wait("replaced", "RolledOut")
    assert told(found) == ["4: 3 Ready", "3: 2 Superseded", "2: 4 Superseded", "1: 3 Ready"]
