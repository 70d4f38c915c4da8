"""What the chart makes of values. Needs helm, and no cluster."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from agentrun_operator.controller.settings import ENV_PREFIX, Settings
from agentrun_operator.observation.operators import lease_name
from support.chart import CHART, README
from support.helm import Helm, Object, container, environment, of_kind, only, pod
from support.shards import SHARD_KEY

Values = dict[str, Any]

POLICY = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}


def test_the_chart_lints(templates: Helm):
    said = templates("lint", "--strict", str(CHART))

    assert "WARNING" not in said
    assert "0 chart(s) failed" in said


EVERY_SETTING = {
    "namespaces": ["team-a", "team-b"],
    "watchLabelSelector": " sharding.agentrun.alibabacloud.com/key in (blue, red) ",
    "workers": 3000000,
    "pollInterval": 61,
    "fastPollInterval": 0.5,
    "resyncInterval": "1.5h",
    "staleAfter": "2h",
    "retryMax": "90s",
    "apiQps": 0.25,
    "apiBurst": 7,
    "pollShare": 30,
    "leaderElect": False,
    "leaseName": "other",
    "leaseNamespace": "elsewhere",
    "leaseDuration": 30,
    "renewDeadline": "20000ms",
    "retryPeriod": "3",
    "healthAddress": "0.0.0.0:9090",
    "logLevel": "debug",
    "logFormat": "console",
    "ambientCredentialsNamespaces": ["team-a"],
    "rollouts": "hold",
    "probeConcurrency": 3,
    "probeCallsPerMinute": 1000000,
    "prometheusUrl": "https://prometheus.example/{namespace}",
    "prometheusTokenFile": "/etc/prometheus/token",
    "metricsNamespaces": ["*"],
}


def test_every_setting_reaches_the_operator(templates: Helm):
    given = environment(templates.template(CHART, EVERY_SETTING | {"replicas": 1}))

    texts = {name: given[f"{ENV_PREFIX}{name.upper()}"] for name in Settings.model_fields}
    read = Settings(**texts).model_dump()
    assert read == {
        "namespaces": ("team-a", "team-b"),
        "watch_label_selector": "sharding.agentrun.alibabacloud.com/key in (blue, red)",
        "workers": 3000000,
        "poll_interval": 61.0,
        "fast_poll_interval": 0.5,
        "resync_interval": 5400.0,
        "stale_after": 7200.0,
        "retry_max": 90.0,
        "api_qps": 0.25,
        "api_burst": 7,
        "poll_share": 30,
        "leader_elect": False,
        "lease_name": "other",
        "lease_namespace": "elsewhere",
        "lease_duration": 30.0,
        "renew_deadline": 20.0,
        "retry_period": 3.0,
        "health_address": "0.0.0.0:9090",
        "log_level": "debug",
        "log_format": "console",
        "ambient_credentials_namespaces": ("team-a",),
        "rollouts": "hold",
        "probe_concurrency": 3,
        "probe_calls_per_minute": 1000000,
        "prometheus_url": "https://prometheus.example/{namespace}",
        "prometheus_token_file": "/etc/prometheus/token",
        "metrics_namespaces": ("*",),
    }


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param({}, "*", id="by default all"),
        pytest.param({"watchLabelSelector": "a=b"}, "", id="by default nobody with a selector"),
        pytest.param(
            {"watchLabelSelector": "a=b", "ambientCredentialsNamespaces": ["*"]},
            "*",
            id="all with a selector, if asked",
        ),
        pytest.param({"ambientCredentialsNamespaces": []}, "", id="an empty list is nobody"),
        pytest.param({"ambientCredentialsNamespaces": None}, "", id="a value that was taken away is nobody"),
        pytest.param({"ambientCredentialsNamespaces": ["a", "b"]}, "a,b", id="names"),
    ],
)
def test_the_fence_around_the_operators_credentials_is_always_told(templates: Helm, given: Values, text: str):
    told = environment(templates.template(CHART, given))

    assert told["AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES"] == text


def test_no_service_adds_variables_that_look_like_settings(templates: Helm):
    assert pod(templates.template(CHART))["spec"]["enableServiceLinks"] is False


def test_the_addresses_of_agentrun_reach_the_operator(templates: Helm):
    addresses = {"region": "cn-beijing", "accountId": "1", "controlEndpoint": "a.{region}", "dataEndpoint": "b"}

    given = environment(templates.template(CHART, {"agentrun": addresses}))

    assert {
        name: value for name, value in given.items() if name.startswith("AGENTRUN_") and "OPERATOR" not in name
    } == {
        "AGENTRUN_REGION": "cn-beijing",
        "AGENTRUN_ACCOUNT_ID": "1",
        "AGENTRUN_CONTROL_ENDPOINT": "a.{region}",
        "AGENTRUN_DATA_ENDPOINT": "b",
    }


def test_the_health_port_is_that_of_the_health_address(templates: Helm):
    objects = templates.template(CHART, {"healthAddress": ":9090"})

    assert container(objects)["ports"] == [{"name": "health", "containerPort": 9090}]


def test_one_replica_without_a_lease_never_overlaps_with_the_next(templates: Helm):
    objects = templates.template(CHART, {"leaderElect": False, "replicas": 1})

    assert only(objects, "Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    assert of_kind(objects, "Role") == []


def test_named_namespaces_get_roles_and_the_operator_no_cluster_role(templates: Helm):
    objects = templates.template(CHART, {"namespaces": ["team-a", "team-b"]}, namespace="system")

    roles = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in of_kind(objects, "Role")}
    assert roles == {
        ("team-a", "system-agentrun-operator"),
        ("team-b", "system-agentrun-operator"),
        ("system", "agentrun-operator-lease"),
    }
    assert of_kind(objects, "ClusterRoleBinding") == []
    assert {each["metadata"]["name"] for each in of_kind(objects, "ClusterRole")} == {
        "system-agentrun-operator-view",
        "system-agentrun-operator-edit",
    }


def test_a_shard_takes_a_lease_of_its_own_which_its_role_names(templates: Helm):
    selector = f"{SHARD_KEY} in (blue, red)"

    objects = templates.template(CHART, {"watchLabelSelector": f" {selector} ", "leaseName": "mine"})

    rules = only(objects, "Role")["rules"]
    assert [rule.get("resourceNames") for rule in rules] == [None, [lease_name("mine", selector)]]
    assert only(objects, "Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    assert only(templates.template(CHART), "Deployment")["spec"]["strategy"]["type"] == "RollingUpdate"


def test_a_shard_of_named_namespaces_may_list_all_objects_and_nothing_more(templates: Helm):
    sharded = {"watchLabelSelector": "a=b", "rbac": {"aggregate": False}}

    named = templates.template(CHART, sharded | {"namespaces": ["team-a"]})

    assert only(named, "ClusterRole")["rules"] == [
        {"apiGroups": ["agentrun.alibabacloud.com"], "resources": ["agentruntimeendpoints"], "verbs": ["list"]}
    ]
    assert len(of_kind(templates.template(CHART, sharded), "ClusterRole")) == 1


def test_which_shard_an_object_belongs_to_is_guarded_with_a_selector_alone(templates: Helm):
    def policies(values: Values) -> list[str]:
        found = of_kind(templates.template(CHART, values), "ValidatingAdmissionPolicy")
        return [each["metadata"]["name"].rpartition("-")[2] for each in found]

    assert policies({}) == ["status"]
    assert policies({"watchLabelSelector": "a=b"}) == ["shard", "status"]
    assert policies({"watchLabelSelector": "a=b", "shardPolicy": {"enabled": False}}) == ["status"]


def test_the_status_is_guarded_where_the_operator_looks(templates: Helm):
    objects = templates.template(CHART, {"namespaces": ["team-a", "team-b"]}, namespace="system")

    selector = only(objects, "ValidatingAdmissionPolicyBinding")["spec"]["matchResources"]["namespaceSelector"]
    assert selector["matchExpressions"][0]["values"] == ["team-a", "team-b"]
    everywhere = only(templates.template(CHART), "ValidatingAdmissionPolicyBinding")
    assert "matchResources" not in everywhere["spec"]


GUARDED = {"policies": {"enabled": True}}


def test_guardrails_are_policies_and_nothing_else(templates: Helm):
    objects = templates.template(CHART, GUARDED | {"namespaces": ["team-a"]})
    without = templates.template(CHART, {"namespaces": ["team-a"]})

    def unchanged(found: list[Object]) -> list[Object]:
        return [each for each in found if each["kind"] not in POLICY | {"Deployment"}]

    assert unchanged(objects) == unchanged(without)
    assert len(of_kind(objects, "ValidatingAdmissionPolicy")) == len(list((CHART / "policies").iterdir())) + 1
    for binding in of_kind(objects, "ValidatingAdmissionPolicyBinding"):
        selector = binding["spec"]["matchResources"]["namespaceSelector"]
        assert selector["matchExpressions"][0]["values"] == ["team-a"]


def test_guardrails_pass_over_the_operator_and_those_that_are_named(templates: Helm):
    values = {"policies": {"enabled": True, "exempt": ["system:serviceaccount:other:operator"]}}

    policies = of_kind(templates.template(CHART, values, namespace="system"), "ValidatingAdmissionPolicy")

    accounts = '["system:serviceaccount:system:agentrun-operator","system:serviceaccount:other:operator"]'
    exempt = {str(each["spec"].get("matchConditions", [{}])[0].get("expression")) for each in policies}
    assert exempt == {f"!(request.userInfo.username in {accounts})", "None"}  # none for that of the status


@pytest.mark.parametrize(
    ("values", "region"),
    [
        pytest.param({}, "cn-hangzhou", id="the default"),
        pytest.param({"agentrun": {"region": "cn-beijing"}}, "cn-beijing", id="the operator's"),
    ],
)
def test_guardrails_and_the_operator_agree_on_the_region_of_objects_that_name_none(
    templates: Helm, values: Values, region: str
):
    objects = templates.template(CHART, GUARDED | values)

    (policy,) = (
        each for each in objects if each["metadata"]["name"].endswith("-regions") and "Binding" not in each["kind"]
    )
    assert f"orValue('{region}')" in str(policy["spec"]["variables"])
    assert environment(objects)["AGENTRUN_REGION"] == region


def test_secrets_can_be_narrowed_to_names(templates: Helm):
    objects = templates.template(CHART, {"rbac": {"secretNames": ["agentrun"], "aggregate": False}})

    (rule,) = (rule for rule in only(objects, "ClusterRole")["rules"] if rule["resources"] == ["secrets"])
    assert (rule["verbs"], rule["resourceNames"]) == (["get"], ["agentrun"])


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        pytest.param({"crds": {"enabled": False}}, {"CustomResourceDefinition"}, id="crds.enabled"),
        pytest.param({"rbac": {"aggregate": False, "create": False}}, {"ClusterRole", "Role"}, id="rbac.create"),
        pytest.param({"statusPolicy": {"enabled": False}}, POLICY, id="statusPolicy.enabled"),
        pytest.param({"serviceAccount": {"create": False}}, {"ServiceAccount"}, id="serviceAccount.create"),
        pytest.param({"podDisruptionBudget": {"enabled": False}}, {"PodDisruptionBudget"}, id="podDisruptionBudget"),
        pytest.param({"networkPolicy": {"enabled": False}}, {"NetworkPolicy"}, id="networkPolicy.enabled"),
        pytest.param({"service": {"enabled": False}}, {"Service"}, id="service.enabled"),
    ],
)
def test_a_part_can_be_left_out(templates: Helm, values: Values, kinds: set[str]):
    default = {each["kind"] for each in templates.template(CHART)}

    kept = {each["kind"] for each in templates.template(CHART, values)}

    assert kinds <= default
    assert not kinds & kept


def test_monitoring_is_left_out_by_default_and_embeds_its_files(templates: Helm):
    extras = {"ServiceMonitor", "PrometheusRule", "ConfigMap"}
    assert not extras & {each["kind"] for each in templates.template(CHART)}
    enabled = {"enabled": True, "labels": {"found": "by"}}

    objects = templates.template(CHART, dict.fromkeys(("serviceMonitor", "prometheusRule", "dashboard"), enabled))

    alerts = yaml.safe_load((CHART / "monitoring" / "alerts.yaml").read_text())
    assert only(objects, "PrometheusRule")["spec"] == alerts
    dashboard = (CHART / "monitoring" / "dashboard.json").read_text()
    assert only(objects, "ConfigMap")["data"] == {"agentrun-operator.json": dashboard.rstrip("\n")}
    labels = only(objects, "Service")["metadata"]["labels"]
    wanted = only(objects, "ServiceMonitor")["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= labels.items()
    assert {only(objects, kind)["metadata"]["labels"]["found"] for kind in extras} == {"by"}


@pytest.mark.parametrize(
    ("values", "look", "seen"),
    [
        pytest.param(
            {"image": {"digest": f"sha256:{'a' * 64}", "tag": "x"}},
            lambda pod: pod["spec"]["containers"][0]["image"].split("@")[1],
            f"sha256:{'a' * 64}",
            id="image.digest",
        ),
        pytest.param(
            {"image": {"tag": "x"}},
            lambda pod: pod["spec"]["containers"][0]["image"].split(":")[1],
            "x",
            id="image.tag",
        ),
        pytest.param(
            {"extraEnv": [{"name": "HTTPS_PROXY", "value": "proxy:3128"}]},
            lambda pod: pod["spec"]["containers"][0]["env"][-1],
            {"name": "HTTPS_PROXY", "value": "proxy:3128"},
            id="extraEnv",
        ),
        pytest.param(
            {"extraEnvFrom": [{"secretRef": {"name": "a"}}]},
            lambda pod: pod["spec"]["containers"][0]["envFrom"],
            [{"secretRef": {"name": "a"}}],
            id="extraEnvFrom",
        ),
        pytest.param(
            {"podAnnotations": {"a": "b"}}, lambda pod: pod["metadata"]["annotations"]["a"], "b", id="podAnnotations"
        ),
        pytest.param({"podLabels": {"a": "b"}}, lambda pod: pod["metadata"]["labels"]["a"], "b", id="podLabels"),
        pytest.param({"commonLabels": {"a": "b"}}, lambda pod: pod["metadata"]["labels"]["a"], "b", id="commonLabels"),
        pytest.param(
            {"nodeSelector": {"a": "b"}}, lambda pod: pod["spec"]["nodeSelector"], {"a": "b"}, id="nodeSelector"
        ),
        pytest.param(
            {"tolerations": [{"operator": "Exists"}]},
            lambda pod: pod["spec"]["tolerations"],
            [{"operator": "Exists"}],
            id="tolerations",
        ),
        pytest.param(
            {"affinity": {"nodeAffinity": {}}}, lambda pod: pod["spec"]["affinity"], {"nodeAffinity": {}}, id="affinity"
        ),
        pytest.param(
            {"imagePullSecrets": [{"name": "a"}]},
            lambda pod: pod["spec"]["imagePullSecrets"],
            [{"name": "a"}],
            id="imagePullSecrets",
        ),
        pytest.param(
            {"priorityClassName": "a"}, lambda pod: pod["spec"]["priorityClassName"], "a", id="priorityClassName"
        ),
        pytest.param(
            {"extraVolumes": [{"name": "a", "emptyDir": {}}], "extraVolumeMounts": [{"name": "a", "mountPath": "/a"}]},
            lambda pod: (pod["spec"]["volumes"], pod["spec"]["containers"][0]["volumeMounts"]),
            ([{"name": "a", "emptyDir": {}}], [{"name": "a", "mountPath": "/a"}]),
            id="extraVolumes",
        ),
        pytest.param(
            {"serviceAccount": {"create": False, "name": "mine"}},
            lambda pod: pod["spec"]["serviceAccountName"],
            "mine",
            id="serviceAccount.name",
        ),
        pytest.param(
            {"terminationGracePeriodSeconds": 60},
            lambda pod: pod["spec"]["terminationGracePeriodSeconds"],
            60,
            id="terminationGracePeriodSeconds",
        ),
    ],
)
def test_a_value_reaches_the_pods(templates: Helm, values: Values, look: Callable[[Object], Any], seen: object):
    assert look(pod(templates.template(CHART, values))) == seen


def test_extra_objects_may_use_templates(templates: Helm):
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-extra"}}

    objects = templates.template(CHART, {"extraObjects": [extra]}, name="mine")

    assert only(objects, "ConfigMap")["metadata"]["name"] == "mine-extra"


def test_releases_of_one_name_in_two_namespaces_do_not_share_cluster_wide_objects(templates: Helm):
    names = [
        {each["metadata"]["name"] for each in objects if each["kind"].startswith("ClusterRole")}
        for objects in (templates.template(CHART, namespace=namespace) for namespace in ("one", "two"))
    ]

    assert names[0].isdisjoint(names[1])


def test_the_notes_say_when_there_are_no_credentials_and_when_crds_go(templates: Helm):
    def notes(values: Values) -> str:
        flags = ("--dry-run=client", "--output=json", "--namespace=agentrun-operator")
        return str(yaml.safe_load(templates("install", "mine", str(CHART), *flags, values=values))["info"]["notes"])

    assert "given no credentials" in notes({})
    assert "given no credentials" not in notes({"credentials": {"rrsa": {"roleName": "a"}}})
    assert "delete every AgentRuntimeEndpoint" in notes({"crds": {"keep": False}})
    assert "of team-a, team-b" in notes({"namespaces": ["team-a", "team-b"]})


def test_the_readme_tells_where_the_crd_stays():
    assert "crds.keep" in README.read_text()
