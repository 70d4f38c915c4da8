from agentrun_operator.cli.playground.stage import operator_environment


def test_the_operator_is_led_to_the_emulator_and_away_from_real_accounts():
    mine = {
        "PATH": "/bin",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "real",
        "AGENTRUN_SECURITY_TOKEN": "real",
        "AGENTRUN_DATA_ENDPOINT": "https://real",
        "FC_ACCOUNT_ID": "real",
        "AGENTRUN_OPERATOR_NAMESPACES": "elsewhere",
    }
    environ = operator_environment(mine, "http://127.0.0.1:1", "127.0.0.1:2", {})
    assert environ["PATH"] == "/bin"
    assert environ["AGENTRUN_CONTROL_ENDPOINT"] == "http://127.0.0.1:1"
    assert environ["AGENTRUN_ACCESS_KEY_ID"] == "emulator-ak"
    assert environ["AGENTRUN_OPERATOR_HEALTH_ADDRESS"] == "127.0.0.1:2"
    assert environ["AGENTRUN_DATA_ENDPOINT"] == "http://127.0.0.1:1"
    assert not {"AGENTRUN_OPERATOR_NAMESPACES", "AGENTRUN_SECURITY_TOKEN"} & environ.keys()
    assert "real" not in environ.values()


def test_the_operator_reaches_a_cluster_as_kubectl_does_and_works_in_one_namespace():
    mine = {"HTTPS_PROXY": "http://proxy:1", "no_proxy": "10.0.0.0/8"}
    environ = operator_environment(mine, "http://127.0.0.1:1", "127.0.0.1:2", {"AGENTRUN_OPERATOR_NAMESPACES": "ours"})
    assert environ["HTTPS_PROXY"] == "http://proxy:1"
    assert environ["NO_PROXY"] == environ["no_proxy"] == "10.0.0.0/8,127.0.0.1"
    assert environ["AGENTRUN_OPERATOR_NAMESPACES"] == "ours"
