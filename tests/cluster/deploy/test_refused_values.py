"""Values that only together cannot work are refused. Needs helm, and no cluster."""

from typing import Any

import pytest

from support.chart import CHART
from support.helm import Helm, HelmError

Values = dict[str, Any]

ROLE_ARN = "acs:ram::1000000000000001:role/agentrun"


def test_helm_heeds_the_schema(templates: Helm):
    with pytest.raises(HelmError, match="don't meet the specifications of the schema") as refused:
        templates.template(CHART, {"workers": 0, "agentrun": {"Region": "cn-beijing"}})

    assert "/workers" in str(refused.value)
    assert "'Region' not allowed" in str(refused.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(
            {"credentials": {"existingSecret": "a", "rrsa": {"roleName": "b"}}},
            "give one of existingSecret, rrsa.roleName",
            id="two ways to give credentials",
        ),
        pytest.param({"credentials": {"accessKeyId": "ak"}}, "belong together", id="half of an access key"),
        pytest.param({"credentials": {"securityToken": "t"}}, "belongs to an accessKeyId", id="a token alone"),
        pytest.param({"credentials": {"rrsa": {"roleArn": ROLE_ARN}}}, "belong together", id="half of RRSA"),
        pytest.param({"leaderElect": False}, "one replica only", id="two replicas without a leader"),
        pytest.param({"metricsNamespaces": ["*"]}, "put {namespace} into prometheusUrl", id="all may ask nobody"),
        pytest.param(
            {"metricsNamespaces": ["*"], "prometheusUrl": "http://prometheus:9090"},
            "every namespace read the metrics of all others",
            id="all may ask for the metrics of all",
        ),
        pytest.param(
            {"serviceMonitor": {"enabled": True}, "service": {"enabled": False}},
            "needs service.enabled",
            id="a ServiceMonitor without a Service",
        ),
        pytest.param(
            {"policies": {"enabled": True}, "extraEnv": [{"name": "AGENTRUN_REGION", "value": "cn-beijing"}]},
            "the region is agentrun.region",
            id="a region that the policies do not know",
        ),
    ],
)
def test_values_that_do_not_go_together_are_refused(templates: Helm, values: Values, said: str):
    with pytest.raises(HelmError, match=said):
        templates.template(CHART, values)


def test_policies_are_refused_where_kubernetes_has_none(templates: Helm):
    asked = ("template", "mine", str(CHART), "--kube-version=1.29.0")
    assert "ValidatingAdmissionPolicy" not in templates(*asked)

    with pytest.raises(HelmError, match=r"policies.enabled needs Kubernetes 1.30 or newer"):
        templates(*asked, values={"policies": {"enabled": True}})
