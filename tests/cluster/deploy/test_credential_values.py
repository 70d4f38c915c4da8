"""The ways to give the operator its own credentials, in values. Needs helm, and no cluster."""

from support.chart import CHART
from support.helm import Helm, container, environment, of_kind, only, pod

ROLE_ARN = "acs:ram::1000000000000001:role/agentrun"
OIDC_ARN = "acs:ram::1000000000000001:oidc-provider/ack"
KEYS = {"accessKeyId": "ak", "accessKeySecret": "sk"}


def test_an_access_key_in_the_values_becomes_a_secret_and_another_one_new_pods(templates: Helm):
    objects = templates.template(CHART, {"credentials": KEYS | {"securityToken": "st"}})
    others = templates.template(CHART, {"credentials": KEYS | {"accessKeySecret": "other"}})

    secret = only(objects, "Secret")
    assert secret["data"] == {"accessKeyId": "YWs=", "accessKeySecret": "c2s=", "securityToken": "c3Q="}
    reference = environment(objects)["AGENTRUN_ACCESS_KEY_SECRET"]["secretKeyRef"]
    assert reference == {"name": secret["metadata"]["name"], "key": "accessKeySecret"}
    assert pod(objects)["metadata"]["annotations"] != pod(others)["metadata"]["annotations"]


def test_an_existing_secret_is_referred_to_and_none_is_made(templates: Helm):
    objects = templates.template(CHART, {"credentials": {"existingSecret": "mine"}})

    assert of_kind(objects, "Secret") == []
    assert {
        name: (value["secretKeyRef"]["name"], value["secretKeyRef"]["key"], value["secretKeyRef"].get("optional"))
        for name, value in environment(objects).items()
        if "secretKeyRef" in value
    } == {
        "AGENTRUN_ACCESS_KEY_ID": ("mine", "accessKeyId", None),
        "AGENTRUN_ACCESS_KEY_SECRET": ("mine", "accessKeySecret", None),
        "AGENTRUN_SECURITY_TOKEN": ("mine", "securityToken", True),
        "AGENTRUN_ACCOUNT_ID": ("mine", "accountId", True),
    }


def test_rrsa_by_the_webhook_names_the_role_and_asks_for_injection(templates: Helm):
    values = {"credentials": {"rrsa": {"roleName": "agentrun"}}, "serviceAccount": {"annotations": {"own": "one"}}}

    objects = templates.template(CHART, values)

    annotations = only(objects, "ServiceAccount")["metadata"]["annotations"]
    assert annotations == {"pod-identity.alibabacloud.com/role-name": "agentrun", "own": "one"}
    assert pod(objects)["metadata"]["labels"]["pod-identity.alibabacloud.com/injection"] == "on"


def test_rrsa_without_the_webhook_brings_the_token_and_the_variables(templates: Helm):
    rrsa = {"roleArn": ROLE_ARN, "oidcProviderArn": OIDC_ARN}

    objects = templates.template(CHART, {"credentials": {"rrsa": rrsa}})

    given = environment(objects)
    (mount,) = container(objects)["volumeMounts"]
    (volume,) = pod(objects)["spec"]["volumes"]
    (source,) = volume["projected"]["sources"]
    assert given["ALIBABA_CLOUD_ROLE_ARN"] == ROLE_ARN
    assert given["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"] == OIDC_ARN
    assert given["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] == f"{mount['mountPath']}/{source['serviceAccountToken']['path']}"
    assert source["serviceAccountToken"]["audience"] == "sts.aliyuncs.com"
    assert mount["name"] == volume["name"]
