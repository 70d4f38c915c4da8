"""`rollout plan` and `rollout simulate`: what a plan means, and how it would go, by production's own decisions."""

import sys

import pytest
import yaml
from typer.testing import CliRunner

from agentrun_operator.cli.main import application, main
from agentrun_operator.cli.rollout.forecast import forecast
from agentrun_operator.cli.rollout.manifest import Manifest
from agentrun_operator.cli.rollout.rehearsal import rehearse
from agentrun_operator.reconcile.rollout.plan import block_digest, plan_of
from agentrun_operator.resources.rollout.plan import Rollout

PROMPT = {"name": "refund", "messages": [{"content": "How?"}]}
METRIC = {"name": "errors", "query": 'x{version="$(version)"}', "max": "0.02"}
PROBED = {"analysis": {"probes": {"prompts": [PROMPT], "repeat": 2}}}
WHOLE = {
    "steps": [
        {"weight": 0, "bake": "2m"},
        {"weight": 5, "bake": "10m"},
        {"weight": 25, "bake": "20m", "approval": True},
        {"weight": 100, "bake": "30m"},
    ],
    "analysis": {"probes": {"prompts": [PROMPT], "repeat": 2}, "metrics": [METRIC]},
}


@pytest.fixture
def manifest(tmp_path):
    def write(rollout, version="4", **spec):
        known = {"agentRuntimeRef": {"name": "bot"}, "targetVersion": version, "rollout": rollout}
        path = tmp_path / "are.yaml"
        path.write_text(
            yaml.safe_dump({"kind": "AgentRuntimeEndpoint", "metadata": {"name": "bot"}, "spec": known | spec})
        )
        return str(path)

    return write


def invoke(*args: str) -> str:
    result = CliRunner().invoke(application(), ["rollout", *args])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_plan_shows_its_steps_its_end_its_cost_and_how_soon_a_bad_version_is_gone(manifest):
    shown = invoke("plan", "-f", manifest(WHOLE))
    assert "3     25%     20m       yes       32m         probes each 5m, metrics each 1m" in shown
    assert "Earliest end:    1h2m;" in shown
    assert "Time-out:        longer than 5h2m" in shown
    assert "Probes:          at most 63 calls and 64512 tokens" in shown
    assert "within 1m20s by metrics" in shown
    assert "after 1h without proof" in shown


def test_a_plan_by_time_alone_says_that_nobody_looks(manifest):
    shown = invoke("plan", "-f", manifest({}))
    assert "none: by time alone" in shown
    assert "nobody looks" in shown


def test_an_immediate_plan_has_no_steps(manifest):
    assert "gets all traffic at once" in invoke("plan", "-f", manifest({"strategy": "Immediate"}))


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"steps": [{"weight": 5, "bake": "0s"}, {"weight": 50, "bake": "1m"}], **PROBED},
        {"steps": [{"weight": 0, "bake": "7m"}, {"weight": 100, "bake": "30s"}], **PROBED},
        {"analysis": {"metrics": [METRIC], "interval": "4m"}},
        {**WHOLE, "steps": [{"weight": 0, "bake": "2m"}, {"weight": 5, "bake": "1h"}]},
    ],
)
def test_the_earliest_end_is_that_of_a_life_in_which_all_goes_well(block):
    rollout = Rollout.model_validate(block)
    expected = forecast(rollout, plan_of(rollout, block_digest(block)))
    life = rehearse(Manifest("bot", "4", rollout, block), bad_from=None, no_data=0, crash=False, seed=1)
    took = (life.happenings[-1].at - life.happenings[0].at).total_seconds()
    puts_at_the_most = 20 * (len(rollout.steps) + 1)
    assert expected.earliest <= took <= expected.earliest + puts_at_the_most


def test_a_good_version_is_promoted(manifest):
    shown = invoke("simulate", "-f", manifest(WHOLE))
    for word in ("RolloutStarted", "RolloutStepped", "AwaitingApproval", "RolloutApproved", "RolloutPromoted"):
        assert word in shown
    assert "Outcome: promoted: version 4 has all traffic" in shown


def test_a_bad_version_is_taken_back(manifest):
    shown = invoke("simulate", "-f", manifest(WHOLE), "--bad-from", "25")
    assert "PUT       3: 75%, 4: 25%" in shown
    assert "Outcome: taken back (AnalysisFailed): version 3 has all traffic" in shown


def test_a_version_that_says_nothing_is_taken_back_at_the_deadline(manifest):
    shown = invoke("simulate", "-f", manifest(WHOLE), "--no-data", "1000")
    assert "Outcome: taken back (DeadlineExceeded): version 3 has all traffic" in shown


def test_a_few_rounds_without_data_only_take_longer(manifest):
    assert "Outcome: promoted" in invoke("simulate", "-f", manifest(WHOLE), "--no-data", "3")


@pytest.mark.parametrize("seed", range(5))
def test_an_operator_that_dies_now_and_then_comes_to_the_same_end(manifest, seed):
    good = invoke("simulate", "-f", manifest(WHOLE), "--crash", "--seed", str(seed))
    assert "crash     the operator dies" in good
    assert "Outcome: promoted" in good
    assert "Outcome: taken back" in invoke(
        "simulate", "-f", manifest(WHOLE), "--crash", "--seed", str(seed), "--bad-from", "5"
    )


def test_the_same_seed_is_the_same_life(manifest):
    path = manifest(WHOLE)
    one, other, third = (invoke("simulate", "-f", path, "--crash", "--seed", seed) for seed in ("1", "1", "2"))
    assert one == other != third


def test_what_is_held_is_shown_as_far_as_it_goes(manifest):
    shown = invoke("simulate", "-f", manifest({**WHOLE, "onFailure": "Hold"}), "--bad-from", "5")
    assert "Outcome: not over yet: Held (AnalysisFailed), version 4 at 5%" in shown


def test_latest_goes_from_one_number_to_the_next(manifest):
    assert "version 2 has all traffic" in invoke("simulate", "-f", manifest(WHOLE, version="LATEST"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"kind: [", "this is no YAML in line"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"", "0 objects of kind AgentRuntimeEndpoint"),
        (b"kind: AgentRuntimeEndpoint\n---\nkind: AgentRuntimeEndpoint\n", "2 objects of kind"),
        (b"kind: AgentRuntimeEndpoint\nspec: 5\n", "have to be objects"),
        (b"kind: AgentRuntimeEndpoint\nspec: {agentRuntimeRef: {name: bot}}\nmetadata: {name: bot}", "no spec.rollout"),
        (b"kind: AgentRuntimeEndpoint\nspec: {rollout: {steps: []}}", "the API server would refuse this:"),
        (b"[" * 100_000, "more than 64 levels"),
        (b"a: &a [1]\nb: [" + b"*a," * 50 + b"]", "more than 20 aliases"),
        (b"# " + b"x" * (5 << 20), "more than 4 MiB"),
    ],
)
def test_a_file_that_is_none_of_ours_is_told_of_and_the_exit_code_is_2(monkeypatch, capsys, tmp_path, content, why):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["agentrun-operator", "rollout", "simulate", "-f", str(path)])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    told = capsys.readouterr().err
    assert why in told
    assert "Traceback" not in told


def test_a_file_that_is_not_there_is_told_of(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["agentrun-operator", "rollout", "plan", "-f", "/nowhere.yaml"])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    assert "No such file" in capsys.readouterr().err
