"""`spec.connection`: what the API server takes of it and what it refuses; `refusals` says the same without one."""

from typing import Any

import pytest

from agentrun_operator.controlplane import KubectlError
from agentrun_operator.resources.refusals import refusals
from support.cluster import Kubectl
from support.endpoints import manifest

MAP = {"configMap": {"name": "chat-endpoint"}}


def keys(**found: str) -> dict[str, Any]:
    return MAP | {"keys": found}


def key(name: str) -> dict[str, Any]:
    return MAP | {"keys": {name: "{host}"}}


@pytest.mark.parametrize(
    "connection",
    [
        pytest.param(MAP, id="a ConfigMap"),
        pytest.param({"secret": {"name": "chat.binding-1"}}, id="a Secret"),
        pytest.param(MAP | {"secret": {"name": "chat-endpoint"}}, id="both, of one name"),
        pytest.param(
            keys(
                A="{publicUrl}",
                B="{openaiBaseUrl}",
                C="{openaiBaseUrlSigned}",
                D="{host}",
                E="{runtimeName}",
                F="{runtimeId}",
                G="{endpointName}",
                H="{region}",
            ),
            id="every placeholder",
        ),
        pytest.param(keys(A="x{host}y{region}\nz"), id="text around placeholders"),
        pytest.param(keys(A="{{{host}}}", B="{host}}}", C='{{"m": "{runtimeName}"}}'), id="literal braces, doubled"),
        pytest.param(key("a"), id="a key of one letter"),
        pytest.param(key(".env_x-y.Z9"), id="a key with a dot first"),
        pytest.param(key("x" * 253), id="a key of 253"),
        pytest.param(keys(A="{host}" + "x" * 250), id="a value of 256"),
        pytest.param(keys(**{f"K{number}": "{host}" for number in range(32)}), id="thirty-two keys"),
    ],
)
def test_a_good_connection_is_taken_as_it_was_said(kubectl: Kubectl, connection: dict[str, Any]):
    made = manifest("chat", connection=connection)

    assert kubectl.create(made)["spec"]["connection"] == connection
    assert refusals(made) == []


VALUE = "each value of connection.keys needs a placeholder"
KEY = "a key of connection.keys has 1 to 253"


@pytest.mark.parametrize(
    ("connection", "field", "said"),
    [
        pytest.param({}, "spec.connection", "needs configMap, secret or both", id="nothing"),
        pytest.param({"keys": {"A": "{host}"}}, "spec.connection", "needs configMap, secret or both", id="keys alone"),
        pytest.param({"configMap": {}}, "spec.connection.configMap.name", "name", id="no name"),
        pytest.param({"configMap": {"name": "A"}}, "spec.connection.configMap.name", "match", id="an upper-case name"),
        pytest.param({"secret": {"name": "a..b"}}, "spec.connection.secret.name", "match", id="an empty label"),
        pytest.param({"secret": {"name": "a/b"}}, "spec.connection.secret.name", "match", id="a way out of the path"),
        pytest.param({"secret": {"name": "x" * 254}}, "spec.connection.secret.name", "253", id="a name of 254"),
        pytest.param(MAP | {"keys": {}}, "spec.connection.keys", "at least 1", id="no keys"),
        pytest.param(
            keys(**{f"K{number}": "{host}" for number in range(33)}), "spec.connection.keys", "32", id="33 keys"
        ),
        pytest.param(keys(A="{host}" + "x" * 251), "spec.connection.keys.A", "256", id="a value of 257"),
        pytest.param(keys(A="text"), "spec.connection.keys", VALUE, id="a value without a placeholder"),
        pytest.param(keys(A=""), "spec.connection.keys", VALUE, id="an empty value"),
        pytest.param(keys(A="{{host}}"), "spec.connection.keys", VALUE, id="a placeholder that is a literal"),
        pytest.param(keys(A="{token}"), "spec.connection.keys", VALUE, id="an unknown placeholder"),
        pytest.param(keys(A="{host} {accessKeySecret}"), "spec.connection.keys", VALUE, id="a credential"),
        pytest.param(keys(A="{ host }"), "spec.connection.keys", VALUE, id="a placeholder with spaces"),
        pytest.param(keys(A="{host}{"), "spec.connection.keys", VALUE, id="a brace that is not doubled"),
        pytest.param(keys(A="{host}}"), "spec.connection.keys", VALUE, id="a closing brace that is not doubled"),
        pytest.param(key(""), "spec.connection.keys", KEY, id="an empty key"),
        pytest.param(key("."), "spec.connection.keys", KEY, id="the key ."),
        pytest.param(key(".."), "spec.connection.keys", KEY, id="the key .."),
        pytest.param(key("..a"), "spec.connection.keys", KEY, id="a key that begins with .."),
        pytest.param(key("a/b"), "spec.connection.keys", KEY, id="a key with a slash"),
        pytest.param(key("a\n"), "spec.connection.keys", KEY, id="a key with a line break"),
        pytest.param(key("x" * 254), "spec.connection.keys", KEY, id="a key of 254"),
    ],
)
def test_a_bad_connection_is_refused_with_the_field_and_the_rule(
    kubectl: Kubectl, connection: dict[str, Any], field: str, said: str
):
    made = manifest("chat", connection=connection)

    with pytest.raises(KubectlError) as refused:
        kubectl.create(made)

    assert field.rsplit(".", 1)[0] in str(refused.value)
    assert said in str(refused.value)
    told = refusals(made)
    assert len(told) == 1
    assert told[0].startswith(field)
