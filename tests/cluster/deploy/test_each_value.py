"""No value is for show: another one than the default makes other objects. Needs helm, and no cluster."""

from typing import Any

import pytest

from support.chart import CHART, documented_values
from support.helm import Helm, Object

Values = dict[str, Any]

ROLE_ARN = "acs:ram::1000000000000001:role/{}"
OIDC_ARN = "acs:ram::1000000000000001:oidc-provider/{}"

OTHERS: Values = {
    "namespaces": ["team-a"],
    "watchLabelSelector": "a=b",
    "workers": 7,
    "pollInterval": "61s",
    "fastPollInterval": "2s",
    "resyncInterval": "11m",
    "staleAfter": "6m",
    "retryMax": "6m",
    "apiQps": 21,
    "apiBurst": 41,
    "pollShare": 26,
    "leaderElect": False,
    "leaseName": "other",
    "leaseNamespace": "other",
    "leaseDuration": "16s",
    "renewDeadline": "11s",
    "retryPeriod": "3s",
    "healthAddress": ":9090",
    "logLevel": "debug",
    "logFormat": "console",
    "ambientCredentialsNamespaces": ["team-a"],
    "rollouts": "hold",
    "probeConcurrency": 9,
    "probeCallsPerMinute": 61,
    "prometheusUrl": "http://other",
    "prometheusTokenFile": "/other",
    "metricsNamespaces": ["team-a"],
    "agentrun.region": "cn-beijing",
    "agentrun.accountId": "1",
    "agentrun.controlEndpoint": "other",
    "agentrun.dataEndpoint": "other",
    "credentials.existingSecret": "other",
    "credentials.accessKeyId": "other",
    "credentials.accessKeySecret": "other",
    "credentials.securityToken": "other",
    "credentials.rrsa.roleName": "other",
    "credentials.rrsa.roleArn": ROLE_ARN.format("other"),
    "credentials.rrsa.oidcProviderArn": OIDC_ARN.format("other"),
    "crds.enabled": False,
    "crds.keep": False,
    "rbac.create": False,
    "rbac.aggregate": False,
    "rbac.secrets": False,
    "rbac.secretNames": ["other"],
    "rbac.connectionConfigMaps": True,
    "rbac.connectionSecrets": True,
    "statusPolicy.enabled": False,
    "statusPolicy.writers": ["other"],
    "policies.enabled": True,
    "policies.exempt": ["other"],
    "shardPolicy.enabled": False,
    "serviceAccount.create": False,
    "serviceAccount.name": "other",
    "serviceAccount.annotations": {"a": "b"},
    "replicas": 3,
    "image.repository": "other",
    "image.tag": "other",
    "image.digest": f"sha256:{'a' * 64}",
    "image.pullPolicy": "Always",
    "imagePullSecrets": [{"name": "other"}],
    "nameOverride": "other",
    "fullnameOverride": "other",
    "commonLabels": {"a": "b"},
    "podLabels": {"a": "b"},
    "podAnnotations": {"a": "b"},
    "annotations": {"a": "b"},
    "extraEnv": [{"name": "A", "value": "b"}],
    "extraEnvFrom": [{"secretRef": {"name": "other"}}],
    "extraVolumes": [{"name": "other", "emptyDir": {}}],
    "extraVolumeMounts": [{"name": "other", "mountPath": "/other"}],
    "resources": {"limits": {"memory": "1Gi"}},
    "podSecurityContext": {"runAsUser": 1},
    "securityContext": {"runAsUser": 1},
    "terminationGracePeriodSeconds": 31,
    "livenessProbe": {"periodSeconds": 11},
    "readinessProbe": {"periodSeconds": 11},
    "nodeSelector": {"a": "b"},
    "tolerations": [{"operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "topologySpreadConstraints": [],
    "priorityClassName": "other",
    "revisionHistoryLimit": 4,
    "podDisruptionBudget.enabled": False,
    "podDisruptionBudget.maxUnavailable": "50%",
    "networkPolicy.enabled": False,
    "networkPolicy.from": [{"podSelector": {}}],
    "networkPolicy.egress": [{"ports": [{"port": 443}]}],
    "service.enabled": False,
    "service.port": 9090,
    "service.annotations": {"a": "b"},
    "serviceMonitor.enabled": True,
    "serviceMonitor.labels": {"a": "b"},
    "serviceMonitor.interval": "10s",
    "prometheusRule.enabled": True,
    "prometheusRule.labels": {"a": "b"},
    "dashboard.enabled": True,
    "dashboard.labels": {"a": "b"},
    "dashboard.annotations": {"a": "b"},
    "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}}],
}

KEYS = {"credentials.accessKeyId": "ak", "credentials.accessKeySecret": "sk"}
ARNS = {
    "credentials.rrsa.roleArn": ROLE_ARN.format("agentrun"),
    "credentials.rrsa.oidcProviderArn": OIDC_ARN.format("ack"),
}
# What a value needs around it, to mean something or to be accepted.
AROUND: dict[str, Values] = {
    "leaderElect": {"replicas": 1},
    "credentials.accessKey": KEYS,
    "credentials.securityToken": KEYS,
    "credentials.rrsa.roleArn": ARNS,
    "credentials.rrsa.oidcProviderArn": ARNS,
    "policies.": {"policies.enabled": True},
    "shardPolicy.": {"watchLabelSelector": "a=b"},
    "serviceMonitor.": {"serviceMonitor.enabled": True},
    "prometheusRule.": {"prometheusRule.enabled": True},
    "dashboard.": {"dashboard.enabled": True},
}
# These are what others need around them.
BY_THEMSELVES = ("policies.enabled", "serviceMonitor.enabled", "prometheusRule.enabled", "dashboard.enabled")


def nested(values: Values) -> Values:
    """Values by their paths, as values.yaml nests them."""
    found: Values = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        place = found
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    return found


def around(path: str) -> Values:
    needed = (values for prefix, values in AROUND.items() if path.startswith(prefix) and path not in BY_THEMSELVES)
    return next(needed, {})


def test_every_value_has_another():
    documented = {".".join(value.path) for value in documented_values()}
    groups = {path.rsplit(".", 1)[0] for path in OTHERS if "." in path}

    assert documented - groups == OTHERS.keys()


@pytest.fixture(scope="module")
def usual_objects(templates: Helm) -> list[Object]:
    return templates.template(CHART)


@pytest.mark.parametrize("path", OTHERS)
def test_another_value_makes_other_objects(templates: Helm, usual_objects: list[Object], path: str):
    needed = around(path)
    usual = templates.template(CHART, nested(needed)) if needed else usual_objects

    assert templates.template(CHART, nested(needed | {path: OTHERS[path]})) != usual
