import pytest
from prometheus_client import Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from agentrun_operator.agentrun.api.errors import (
    CredentialsRejectedError,
    HTTPError,
    NoAnswerError,
    ServiceUnavailableError,
    ThrottledError,
)
from agentrun_operator.agentrun.api.protocol import Request
from agentrun_operator.agentrun.http.transport import Attempt, attempt_of
from agentrun_operator.controller.collector import ManagerCollector
from agentrun_operator.controller.telemetry.metrics import Metrics

OF_THE_PROCESS = ("process_", "python_")


def ours(metrics: Metrics | None = None) -> list[Metric]:
    metrics = metrics or Metrics(ManagerCollector(lambda: None))
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return [family for family in families if not family.name.startswith(OF_THE_PROCESS)]


def value(metrics: Metrics, sample: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(sample, labels)
    return 0.0 if found is None else found


def test_every_metric_is_named_for_the_operator_and_says_what_it_is():
    families = ours()
    assert len(families) >= 15
    for family in families:
        assert family.name.startswith("agentrun_"), family.name
        assert len(family.documentation) > len(family.name) / 2, family.name


def test_times_are_in_seconds_by_name():
    histograms = [family.name for family in ours() if family.type == "histogram"]
    assert histograms
    assert all(name.endswith("_seconds") for name in histograms)


def test_two_operators_in_one_process_count_apart():
    first, second = Metrics(), Metrics()
    first.leader.set(1)
    assert value(first, "agentrun_leader") == 1
    assert value(second, "agentrun_leader") == 0


@pytest.mark.parametrize("code", ["SUCCESS", "Throttling.User"])
def test_every_attempt_of_a_call_is_counted_and_timed(code: str):
    metrics = Metrics()
    metrics.attempt(Attempt("GetAgentRuntime", code, 200, 0.03, throttled=False))
    assert value(metrics, "agentrun_remote_calls_total", action="GetAgentRuntime", code=code) == 1
    assert value(metrics, "agentrun_remote_seconds_count", action="GetAgentRuntime") == 1
    assert value(metrics, "agentrun_remote_seconds_bucket", action="GetAgentRuntime", le="0.025") == 0
    assert value(metrics, "agentrun_remote_seconds_bucket", action="GetAgentRuntime", le="0.05") == 1


@pytest.mark.parametrize(
    ("sample", "label", "words"),
    [
        pytest.param("drift_total", "handling", {"corrected", "reported", "recreated"}, id="drift"),
        pytest.param("rollout_ends_total", "outcome", {"promoted", "reverted", "replaced", "dropped"}, id="ends"),
        pytest.param("probe_seconds_count", "version_role", {"canary", "stable"}, id="times of probes"),
        pytest.param("probe_answers_total", "verdict", {"Pass", "Fail", "Inconclusive"}, id="answers to probes"),
    ],
)
def test_what_may_be_counted_is_there_from_the_start(sample: str, label: str, words: set[str]):
    """One that appears with its first event has no increase to be alerted of."""
    samples = [each for family in ours() for each in family.samples if each.name == f"agentrun_{sample}"]
    assert {each.labels[label] for each in samples} == words
    assert {each.value for each in samples} == {0}


def test_the_tokens_of_probes_are_there_from_the_start():
    assert Metrics().registry.get_sample_value("agentrun_probe_tokens_total") == 0


def test_codes_that_nobody_knows_are_counted_together():
    metrics = Metrics()
    for number in range(1000):
        metrics.attempt(Attempt("GetAgentRuntime", f"Evil.{number}", 400, 0.03, throttled=False))
    assert value(metrics, "agentrun_remote_calls_total", action="GetAgentRuntime", code="other") == 1000
    (calls,) = (family for family in ours(metrics) if family.name == "agentrun_remote_calls")
    assert len({sample.labels["code"] for sample in calls.samples}) == 1


def test_a_way_of_throttling_that_nobody_knows_is_still_throttling():
    metrics = Metrics()
    metrics.attempt(Attempt("GetAgentRuntime", "Throttling.Weekend", 400, 0.03, throttled=True))
    assert value(metrics, "agentrun_remote_calls_total", action="GetAgentRuntime", code="Throttling") == 1


@pytest.mark.parametrize("error", [NoAnswerError, ThrottledError, ServiceUnavailableError, CredentialsRejectedError])
def test_an_error_without_a_code_of_the_service_is_counted_by_its_own_name(error: type[HTTPError]):
    metrics = Metrics()
    metrics.attempt(attempt := attempt_of(Request("GetAgentRuntime", "GET"), error(), 0.1))
    assert value(metrics, "agentrun_remote_calls_total", action="GetAgentRuntime", code=attempt.code) == 1


def test_the_text_is_what_prometheus_reads():
    text = generate_latest(Metrics().registry).decode()
    assert "# HELP agentrun_leader" in text
    assert "# TYPE agentrun_leader gauge" in text


def test_counters_of_what_people_are_alerted_of_are_there_before_it_happens():
    told = generate_latest(Metrics().registry).decode()
    assert 'agentrun_reconciles_total{outcome="error"} 0.0' in told
    assert 'agentrun_drift_total{handling="reported"} 0.0' in told
