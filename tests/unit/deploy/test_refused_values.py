"""Which values the schema refuses, and that the defaults are none of them."""

from typing import Any

import jsonschema
import pytest

from support import chart

Values = dict[str, Any]


def refused(values: Values) -> list[str]:
    """Where the schema finds fault with values, and how."""
    validator = jsonschema.Draft7Validator(chart.parsed_schema())
    return [
        f"{'/'.join(['', *map(str, error.absolute_path)])} {error.message}" for error in validator.iter_errors(values)
    ]


def test_the_defaults_are_accepted():
    assert refused(chart.defaults()) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"poll-interval": "5s"}, "poll-interval", id="a name that does not exist"),
        pytest.param({"agentrun": {"Region": "cn-beijing"}}, "Region", id="a name below that does not exist"),
        pytest.param({"workers": 0}, "/workers", id="no workers"),
        pytest.param({"workers": "32"}, "/workers", id="a text for a number"),
        pytest.param({"pollInterval": "soon"}, "/pollInterval", id="no duration"),
        pytest.param({"pollInterval": "5 s"}, "/pollInterval", id="a duration with a space"),
        pytest.param({"pollInterval": -5}, "/pollInterval", id="a negative duration"),
        pytest.param({"retryMax": "0s"}, "/retryMax", id="a duration of nothing"),
        pytest.param({"pollShare": 0}, "/pollShare", id="no looks at all"),
        pytest.param({"apiQps": 0}, "/apiQps", id="no calls at all"),
        pytest.param({"leaderElect": "yes"}, "/leaderElect", id="a text for a boolean"),
        pytest.param({"leaseName": ""}, "/leaseName", id="a Lease without a name"),
        pytest.param({"namespaces": "team-a"}, "/namespaces", id="a text for a list"),
        pytest.param({"namespaces": ["Team_A"]}, "/namespaces/0", id="no namespace's name"),
        pytest.param({"namespaces": ["a", "a"]}, "/namespaces", id="a namespace twice"),
        pytest.param({"ambientCredentialsNamespaces": "*"}, "/ambientCred", id="a text for the list of the fence"),
        pytest.param({"ambientCredentialsNamespaces": ["*", "a"]}, "/ambientCred", id="all and a name"),
        pytest.param({"ambientCredentialsNamespaces": ["a*"]}, "/ambientCred", id="a pattern of namespaces"),
        pytest.param({"rollouts": "pause"}, "/rollouts", id="no word for rollouts"),
        pytest.param({"probeConcurrency": 0}, "/probeConcurrency", id="no probes at all"),
        pytest.param({"probeCallsPerMinute": "60"}, "/probeCallsPerMinute", id="a text for the probes' pace"),
        pytest.param({"prometheusUrl": "prometheus:9090"}, "/prometheusUrl", id="no URL"),
        pytest.param({"prometheusUrl": "http://admin:secret@a"}, "/prometheusUrl", id="a password in a URL"),
        pytest.param({"prometheusTokenFile": "token"}, "/prometheusTokenFile", id="a file of no known folder"),
        pytest.param({"metricsNamespaces": ["*", "a"]}, "/metricsNamespaces", id="metrics for all and a name"),
        pytest.param({"logLevel": "loud"}, "/logLevel", id="no level"),
        pytest.param({"logFormat": "xml"}, "/logFormat", id="no format"),
        pytest.param({"healthAddress": ":0"}, "/healthAddress", id="a port that nobody could ask"),
        pytest.param({"healthAddress": ":65536"}, "/healthAddress", id="no port"),
        pytest.param({"healthAddress": "127.0.0.1:8080"}, "/healthAddress", id="an address that probes cannot reach"),
        pytest.param({"agentrun": {"region": "cn/hangzhou"}}, "/agentrun/region", id="no region"),
        pytest.param({"agentrun": {"accountId": 1000000000000001}}, "/agentrun/accountId", id="a number for an id"),
        pytest.param({"credentials": {"existingSecret": "No Name"}}, "/credentials", id="no Secret's name"),
        pytest.param({"credentials": {"rrsa": {"roleArn": "admin"}}}, "/credentials/rrsa/roleArn", id="no ARN"),
        pytest.param({"crds": {"keep": "true"}}, "/crds/keep", id="a text for keep"),
        pytest.param({"replicas": 0}, "/replicas", id="no replicas"),
        pytest.param({"image": {"digest": "sha256:abc"}}, "/image/digest", id="no digest"),
        pytest.param({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy", id="no pull policy"),
        pytest.param({"imagePullSecrets": ["registry"]}, "/imagePullSecrets/0", id="a pull secret's name alone"),
        pytest.param({"extraEnv": {"A": "b"}}, "/extraEnv", id="an object for a list"),
        pytest.param({"podLabels": {"tier": 1}}, "/podLabels/tier", id="a number for a label"),
        pytest.param({"terminationGracePeriodSeconds": 5}, "/terminationGrace", id="too short to end in"),
        pytest.param(
            {"podDisruptionBudget": {"maxUnavailable": 0}}, "/podDisruption", id="a budget that blocks drains"
        ),
        pytest.param({"service": {"port": 70000}}, "/service/port", id="no port of a Service"),
        pytest.param({"serviceMonitor": {"interval": "often"}}, "/serviceMonitor/interval", id="no interval"),
        pytest.param({"extraObjects": [{"kind": "ConfigMap"}]}, "/extraObjects/0", id="no object"),
    ],
)
def test_bad_values_are_refused_by_their_name(values: Values, said: str):
    (found,) = refused(values)

    assert said in found


@pytest.mark.parametrize("duration", ["60", 60, 0.5, "0.5", "90s", "10m", "1.5h", "250ms"])
def test_durations_are_seconds_or_have_a_unit(duration: object):
    assert refused({"pollInterval": duration}) == []
