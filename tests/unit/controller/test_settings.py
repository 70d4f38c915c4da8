from typing import Any

import pytest

from agentrun_operator.controller.errors import StartError
from agentrun_operator.controller.settings import ENV_PREFIX, Settings, load

DEFAULTS: dict[str, Any] = {
    "namespaces": (),
    "watch_label_selector": "",
    "workers": 32,
    "poll_interval": 60.0,
    "fast_poll_interval": 1.0,
    "resync_interval": 600.0,
    "stale_after": 300.0,
    "retry_max": 300.0,
    "api_qps": 20.0,
    "api_burst": 40,
    "poll_share": 25,
    "leader_elect": True,
    "lease_name": "agentrun-operator",
    "lease_namespace": "",
    "lease_duration": 15.0,
    "renew_deadline": 10.0,
    "retry_period": 2.0,
    "health_address": ":8080",
    "log_level": "info",
    "log_format": "",
    "ambient_credentials_namespaces": ("*",),
    "rollouts": "run",
    "probe_concurrency": 8,
    "probe_calls_per_minute": 60,
    "prometheus_url": "",
    "prometheus_token_file": "",
    "metrics_namespaces": (),
}
"""The contract: every setting of `run`, and what it is when nobody says."""

DURATIONS = (
    "poll_interval",
    "fast_poll_interval",
    "resync_interval",
    "stale_after",
    "retry_max",
    "lease_duration",
    "renew_deadline",
    "retry_period",
)


def flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def test_every_setting_has_the_default_that_is_documented():
    assert load().model_dump() == DEFAULTS


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_setting_tells_what_it_is(name: str):
    assert Settings.model_fields[name].description


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        pytest.param("poll_interval", "60", 60.0, id="a number is seconds"),
        pytest.param("poll_interval", "90s", 90.0, id="seconds"),
        pytest.param("poll_interval", "10m", 600.0, id="minutes"),
        pytest.param("stale_after", "1h", 3600.0, id="hours"),
        pytest.param("fast_poll_interval", "500ms", 0.5, id="milliseconds"),
        pytest.param("fast_poll_interval", "1.5s", 1.5, id="a fraction"),
        pytest.param("poll_interval", " 90s ", 90.0, id="white space around it"),
        pytest.param("namespaces", "team-a,team-b", ("team-a", "team-b"), id="a list by commas"),
        pytest.param("namespaces", " team-a , ,team-b,", ("team-a", "team-b"), id="a careless list"),
        pytest.param("namespaces", "team-a,team-b,team-a", ("team-a", "team-b"), id="one that is named twice"),
        pytest.param("namespaces", "", (), id="an empty list is all"),
        pytest.param("watch_label_selector", " a=b, c ", "a=b, c", id="a selector"),
        pytest.param("leader_elect", "false", False, id="a switch"),
        pytest.param("workers", "8", 8, id="a whole number"),
        pytest.param("api_qps", "0.5", 0.5, id="a number"),
        pytest.param("health_address", "127.0.0.1:0", "127.0.0.1:0", id="an address"),
        pytest.param("health_address", "[::1]:8080", "[::1]:8080", id="an address of IPv6"),
        pytest.param("log_level", "debug", "debug", id="a word"),
        pytest.param("rollouts", "hold", "hold", id="a freeze"),
        pytest.param("prometheus_url", "http://prometheus:9090", "http://prometheus:9090", id="a URL"),
        pytest.param(
            "prometheus_url", "https://a/{namespace}/x", "https://a/{namespace}/x", id="a path with namespaces"
        ),
        pytest.param(
            "prometheus_url", "http://p.{namespace}:9090", "http://p.{namespace}:9090", id="hosts by namespace"
        ),
        pytest.param("prometheus_token_file", "/var/run/token", "/var/run/token", id="a file"),
        pytest.param("metrics_namespaces", "team-a, team-b", ("team-a", "team-b"), id="a fence by commas"),
        pytest.param("metrics_namespaces", " , ", (), id="a fence around nobody"),
    ],
)
def test_a_text_becomes_a_value_whether_by_flag_or_by_environment(
    name: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
):
    assert getattr(load(**{name: text}), name) == value
    monkeypatch.setenv(f"{ENV_PREFIX}{name.upper()}", text)
    assert getattr(load(), name) == value


def test_a_flag_wins_over_the_environment_and_that_over_the_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTRUN_OPERATOR_WORKERS", "7")
    assert load().workers == 7
    assert load(workers="9").workers == 9


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTRUN_OPERATOR_WORKERS", "")
    assert load().workers == 32


BAD: list[tuple[str, str, str]] = [
    *((name, text, "duration") for name in DURATIONS for text in ("-1", "soon", "1d", "10 m", "inf", "nan", "")),
    *((name, "0", "greater than 0") for name in DURATIONS),
    ("poll_interval", "9" * 400, "finite"),
    ("workers", "0", "greater than or equal to 1"),
    ("workers", "-3", "greater than or equal to 1"),
    ("workers", "many", "integer"),
    ("workers", "1.5", "integer"),
    ("poll_share", "0", "greater than or equal to 1"),
    ("poll_share", "101", "less than or equal to 100"),
    ("api_qps", "0", "greater than 0"),
    ("api_qps", "-1", "greater than 0"),
    ("api_qps", "inf", "finite"),
    ("api_qps", "nan", "finite"),
    ("api_burst", "0", "greater than or equal to 1"),
    ("leader_elect", "perhaps", "boolean"),
    ("health_address", "8080", "HOST:PORT"),
    ("health_address", ":http", "HOST:PORT"),
    ("health_address", ":65536", "65535"),
    ("health_address", ":", "HOST:PORT"),
    ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
    ("log_format", "xml", "'console' or 'json'"),
    ("lease_name", "", "at least 1"),
    ("lease_name", "No Name", "a name in Kubernetes"),
    ("lease_namespace", "../kube-system", "a name in Kubernetes"),
    ("namespaces", "team-a,Team_B", "a name in Kubernetes"),
    ("namespaces", ",", "it names none"),
    ("namespaces", "  ", "it names none"),
    ("watch_label_selector", "key=a b", "is no part of a label selector"),
    ("watch_label_selector", "key in (a", "is no part of a label selector"),
    ("watch_label_selector", "a" * 1025, "at most 1024 characters"),
    ("ambient_credentials_namespaces", "-a", "a name in Kubernetes"),
    ("ambient_credentials_namespaces", "*,team-a", "give it alone"),
    ("ambient_credentials_namespaces", "*,*", "give it alone"),
    ("ambient_credentials_namespaces", "team-*", "a name in Kubernetes"),
    ("ambient_credentials_namespaces", "**", "a name in Kubernetes"),
    ("rollouts", "pause", "'run' or 'hold'"),
    ("probe_concurrency", "0", "greater than or equal to 1"),
    ("probe_calls_per_minute", "0", "greater than or equal to 1"),
    ("probe_calls_per_minute", "many", "integer"),
    ("metrics_namespaces", "*,team-a", "give it alone"),
    ("metrics_namespaces", "team-*", "a name in Kubernetes"),
    ("prometheus_url", "prometheus:9090", "http://HOST or https://HOST"),
    ("prometheus_url", "ftp://prometheus", "http://HOST or https://HOST"),
    ("prometheus_url", "http://", "http://HOST or https://HOST"),
    ("prometheus_url", "http://a/x?y=z", "nothing more"),
    ("prometheus_url", "http://a/x#y", "nothing more"),
    ("prometheus_url", "http://a/x y\n", "nothing more"),
    ("prometheus_url", "http://a:port", "could not be cast"),
    ("prometheus_url", "http://a:65536", "out of range"),
    ("prometheus_url", "http://a:0", "http://HOST or https://HOST"),
    ("prometheus_url", "http://a/{name}", "only {namespace} can be filled in"),
    ("prometheus_url", "http://a/{namespace", "only {namespace} can be filled in"),
]


@pytest.mark.parametrize(("name", "text", "says"), [pytest.param(*bad, id=f"{bad[0]}={bad[1][:9]}") for bad in BAD])
def test_a_bad_value_is_refused_by_one_line_that_names_the_flag_the_variable_and_what_is_wrong(
    name: str, text: str, says: str
):
    with pytest.raises(StartError) as refused:
        load(**{name: text})
    told = str(refused.value)
    assert told.startswith("Bad settings: ")
    assert f"{flag(name)} (or {ENV_PREFIX}{name.upper()})" in told
    assert says in told
    assert "\n" not in told
    assert refused.value.__cause__ is None


def test_a_bad_variable_is_refused_as_a_bad_flag_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTRUN_OPERATOR_WORKERS", "none")
    with pytest.raises(StartError, match=r"--workers \(or AGENTRUN_OPERATOR_WORKERS\) is 'none'"):
        load()


def test_every_bad_value_is_told_not_only_the_first():
    with pytest.raises(StartError) as refused:
        load(workers="0", api_qps="-1")
    assert "--workers" in str(refused.value)
    assert "--api-qps" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        pytest.param({"renew_deadline": "15"}, ("lease-duration", "renew-deadline"), id="deadline = duration"),
        pytest.param({"lease_duration": "9"}, ("lease-duration", "renew-deadline"), id="duration below the deadline"),
        pytest.param({"retry_period": "9"}, ("renew-deadline", "retry-period"), id="retries too far apart"),
        pytest.param({"lease_duration": "15.5"}, ("lease-duration",), id="no whole seconds"),
        pytest.param({"metrics_namespaces": "*"}, ("metrics-namespaces", "prometheus-url"), id="all may ask nobody"),
        pytest.param(
            {"metrics_namespaces": "*", "prometheus_url": "http://a"},
            ("metrics-namespaces *", "{namespace} into prometheus-url"),
            id="all may ask for the metrics of all",
        ),
        pytest.param(
            {"fast_poll_interval": "61"}, ("fast-poll-interval", "poll-interval"), id="fast is slower than at rest"
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused_by_their_names(given: dict[str, str], names: tuple[str, ...]):
    with pytest.raises(StartError) as refused:
        load(**given)
    assert all(name in str(refused.value) for name in names)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"metrics_namespaces": "*", "prometheus_url": "http://a/{namespace}"}, id="each in its own"),
        pytest.param({"metrics_namespaces": "a,b", "prometheus_url": "http://a"}, id="names beside one for all"),
        pytest.param({"metrics_namespaces": "a"}, id="a name, before there is a Prometheus"),
        pytest.param({"prometheus_url": "http://a"}, id="a Prometheus for nobody yet"),
    ],
)
def test_a_fence_around_the_metrics_that_holds_is_taken(given: dict[str, str]):
    assert load(**given).metrics_namespaces == tuple(filter(None, given.get("metrics_namespaces", "").split(",")))


@pytest.mark.parametrize("url", ["http://admin:s3cret@prometheus", "https://s3cret@p/{namespace}", "x://a:s3cret@b"])
def test_a_password_in_an_address_is_refused_and_not_shown(url: str):
    with pytest.raises(StartError, match="prometheus-url") as refused:
        load(prometheus_url=url)
    assert "s3cret" not in str(refused.value)


def test_a_setting_that_does_not_exist_is_refused():
    with pytest.raises(StartError, match="--wrokers"):
        load(wrokers="8")


def test_settings_do_not_change_once_they_are_read():
    with pytest.raises(ValueError, match="frozen"):
        setattr(load(), "workers", 5)  # noqa: B010 - what the type checker would not let through


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        pytest.param("*", ("*",), id="all, in a word"),
        pytest.param(" *, ", ("*",), id="all, carelessly"),
        pytest.param("team-a, team-b", ("team-a", "team-b"), id="names"),
        pytest.param("", (), id="empty is none"),
        pytest.param("  ", (), id="blank is none"),
        pytest.param(",", (), id="a comma alone is none"),
        pytest.param(" , ,\t", (), id="white space and commas are none"),
    ],
)
@pytest.mark.parametrize("variable", ["AGENTRUN_OPERATOR_{}", "agentrun_operator_{}"])
def test_the_operators_own_credentials_are_for_those_that_are_named_and_for_nobody_where_nobody_is(
    text: str, allowed: tuple[str, ...], variable: str, monkeypatch: pytest.MonkeyPatch
):
    assert load(ambient_credentials_namespaces=text).ambient_credentials_namespaces == allowed
    monkeypatch.setenv(variable.format("AMBIENT_CREDENTIALS_NAMESPACES"), text)
    assert load().ambient_credentials_namespaces == allowed


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        pytest.param({}, (), id="by default nobody"),
        pytest.param({"ambient_credentials_namespaces": "*"}, ("*",), id="all, if asked"),
        pytest.param({"watch_label_selector": " "}, ("*",), id="a blank selector is none"),
    ],
)
def test_with_a_selector_the_operators_own_credentials_are_for_nobody_unless_they_are_given(
    given: dict[str, str], allowed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    assert load(**({"watch_label_selector": "a=b"} | given)).ambient_credentials_namespaces == allowed
    monkeypatch.setenv("AGENTRUN_OPERATOR_WATCH_LABEL_SELECTOR", given.pop("watch_label_selector", "a=b"))
    assert load(**given).ambient_credentials_namespaces == allowed


def test_a_flag_opens_what_an_empty_variable_closes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES", "")
    assert load(ambient_credentials_namespaces="team-a").ambient_credentials_namespaces == ("team-a",)


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("AGENTRUN_OPERATOR_AMBIENT_CREDENTIAL_NAMESPACES", "AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES"),
        ("AGENTRUN_OPERATOR_AMBIENT-CREDENTIALS-NAMESPACES", "AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES"),
        ("AGENTRUN_OPERATOR_AMBIENT_NAMESPACES", "AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES"),
        ("agentrun_operator_namespace", "AGENTRUN_OPERATOR_NAMESPACES"),
        ("AGENTRUN_OPERATOR_QPS", "AGENTRUN_OPERATOR_API_QPS"),
        ("AGENTRUN_OPERATOR_SUPPORT", ""),
        ("AGENTRUN_OPERATOR_", ""),
    ],
)
@pytest.mark.parametrize("text", ["team-a", ""])
def test_a_variable_that_is_no_setting_stops_the_start_and_names_the_nearest(
    variable: str, nearest: str, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, text)
    with pytest.raises(StartError) as refused:
        load()
    told = str(refused.value)
    assert variable.upper() in told
    assert f"(the nearest setting is {nearest}" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "variable",
    [
        *("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_METRICS", "PORT", "PORT_8080_TCP", "PORT_8080_TCP_PROTO"),
        *("PORT_8080_TCP_PORT", "PORT_8080_TCP_ADDR", "METRICS_SERVICE_HOST", "METRICS_PORT_8080_UDP_ADDR"),
    ],
)
def test_what_kubernetes_says_of_a_service_is_passed_over(variable: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(f"AGENTRUN_OPERATOR_{variable}", "tcp://10.0.0.1:8080")
    assert load().model_dump() == DEFAULTS
