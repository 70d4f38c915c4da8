"""What of kubeconfigs counts, and what is told of one that cannot be used."""

import os
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controller.kube.login.access import route_of
from agentrun_operator.controller.kube.login.errors import AccessError
from agentrun_operator.controller.kube.login.kubeconfig.credential import Credential, read_user
from agentrun_operator.controller.kube.login.kubeconfig.kubeconfig import load
from support.kubeconfigs import a_kubeconfig, written

SECRET = "s3cr3t-t0ken"


def loaded(*documents: dict[str, Any], folder: Path, context: str | None = None) -> tuple[str, str, str]:
    """The context, the server and who asks, of several files as in KUBECONFIG."""
    paths = [str(written(folder / f"{number}.yaml", document)) for number, document in enumerate(documents)]
    found = load(os.pathsep.join(paths), context)
    return found.name, route_of(found.cluster).server, read_user(found.user).authorization


ONE = a_kubeconfig({"token": "one"}, "one", "https://one.test")
TWO = a_kubeconfig({"token": "two"}, "two", "https://two.test")
NONE_CURRENT = {name: value for name, value in ONE.items() if name != "current-context"}
CONTEXTS_ALONE = {"contexts": ONE["contexts"], "current-context": "one"}
ANOTHER_ONE = a_kubeconfig({"token": "another"}, "one", "https://another.test")


@pytest.mark.parametrize(
    ("documents", "context", "expected"),
    [
        pytest.param([ONE], None, ("one", "https://one.test", "Bearer one"), id="a file alone"),
        pytest.param([ONE, TWO], None, ("one", "https://one.test", "Bearer one"), id="the first current context"),
        pytest.param([TWO, ONE], None, ("two", "https://two.test", "Bearer two"), id="the same, turned round"),
        pytest.param([ONE, TWO], "two", ("two", "https://two.test", "Bearer two"), id="a context of the second file"),
        pytest.param([NONE_CURRENT, TWO], None, ("two", "https://two.test", "Bearer two"), id="the first names none"),
        pytest.param(
            [ONE | {"current-context": ""}, TWO],
            None,
            ("two", "https://two.test", "Bearer two"),
            id="the first names an empty one",
        ),
        pytest.param(
            [ONE, ANOTHER_ONE], None, ("one", "https://one.test", "Bearer one"), id="the first of each name counts"
        ),
        pytest.param(
            [CONTEXTS_ALONE, ANOTHER_ONE],
            None,
            ("one", "https://another.test", "Bearer another"),
            id="a context that is made of two files",
        ),
        pytest.param([{}, ONE], None, ("one", "https://one.test", "Bearer one"), id="an empty file before it"),
    ],
)
def test_of_several_files_the_first_that_says_something_counts(
    documents: list[dict[str, Any]], context: str | None, expected: tuple[str, str, str], tmp_path: Path
):
    assert loaded(*documents, folder=tmp_path, context=context) == expected


def test_files_that_are_missing_and_empty_names_are_passed_over(tmp_path: Path):
    path = written(tmp_path / "config", ONE)
    assert load(os.pathsep.join(["", str(tmp_path / "none"), str(path)]), None).name == "one"


def test_files_are_named_from_the_folder_of_the_kubeconfig_that_names_them(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "token").write_text("from-a-file")
    path = written(tmp_path / "a" / "config", a_kubeconfig({"tokenFile": "token"}))
    assert read_user(load(str(path), None).user).authorization == "Bearer from-a-file"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", " \n\n"], ids=repr)
def test_what_surrounds_a_token_in_its_file_is_none_of_it(end: str, tmp_path: Path):
    (tmp_path / "token").write_text(f"the-token{end}")
    assert loaded(a_kubeconfig({"tokenFile": "token"}), folder=tmp_path)[2] == "Bearer the-token"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param({"token": "one\n"}, "Bearer one", id="a token with a line break"),
        pytest.param({"token": "one", "tokenFile": "token"}, "Bearer file", id="a token file goes before a token"),
        pytest.param({"token": "one", "tokenFile": "none"}, "Bearer one", id="a token where its file is gone"),
        pytest.param({"username": "me", "password": "you"}, "Basic bWU6eW91", id="a password"),
        pytest.param({"token": "one", "exec": {"command": "x"}}, "Bearer one", id="a token goes before a plugin"),
        pytest.param({"exec": {"command": "x"}}, "", id="a plugin, which is asked elsewhere"),
    ],
)
def test_who_asks_is_what_kubectl_takes(user: dict[str, Any], expected: str, tmp_path: Path):
    (tmp_path / "token").write_text("file\n")
    assert loaded(a_kubeconfig(user), folder=tmp_path)[2] == expected


@pytest.mark.parametrize(
    ("document", "said"),
    [
        pytest.param("", "no current context", id="empty"),
        pytest.param("\x00\x01", "is no YAML", id="no text"),
        pytest.param(f"users: [{{token: {SECRET}", "is no YAML near line 1", id="half"),
        pytest.param("x: &a [*a, 2001-99-99]", "is no YAML", id="a day that is none"),
        pytest.param("[" * 100_000, "is no YAML", id="too deep"),
        pytest.param(SECRET, "is no kubeconfig", id="a word"),
        pytest.param("current-context: one", "there is no context 'one'", id="a context that is missing"),
        pytest.param(a_kubeconfig() | {"users": None}, "there is no user 'one'", id="no users"),
        pytest.param(a_kubeconfig() | {"clusters": 7}, "there is no cluster 'one'", id="clusters that are a number"),
        pytest.param(a_kubeconfig(server=""), "server of the cluster is no", id="no server"),
        pytest.param(a_kubeconfig(server="one:6443"), "server of the cluster is no", id="a server without a scheme"),
        pytest.param(a_kubeconfig({"token": 7}), "token of the user is no text", id="a token that is a number"),
        pytest.param(a_kubeconfig({"token": f"{SECRET}\nx"}), "the user's token is no token", id="a broken token"),
        pytest.param(
            a_kubeconfig({"token": f"{SECRET}ü"}), "the user's token is no token", id="a token with an umlaut"
        ),
        pytest.param(a_kubeconfig({"tokenFile": "none"}), "none cannot be read (No such file", id="no token file"),
        pytest.param(a_kubeconfig({"tokenFile": "empty"}), "is empty", id="an empty token file"),
        pytest.param(a_kubeconfig({"tokenFile": "."}), "is no file", id="a token file that is a folder"),
        pytest.param(
            a_kubeconfig({"client-certificate-data": SECRET}),
            "client-certificate-data of the user is no base64",
            id="half",
        ),
        pytest.param(
            a_kubeconfig({"token": "x"}, **{"proxy-url": "socks5://me:s3cr3t-t0ken@proxy:1"}),
            "the proxy socks5://proxy:1 (proxy-url of the cluster) speaks SOCKS",
            id="a proxy that speaks SOCKS",
        ),
        pytest.param(
            a_kubeconfig({}, **{"insecure-skip-tls-verify": "yes"}),
            "neither true nor false",
            id="a flag that is a word",
        ),
    ],
)
def test_what_cannot_be_used_is_told_without_secrets(document: Any, said: str, tmp_path: Path):
    (tmp_path / "empty").touch()
    path = tmp_path / "config"
    if isinstance(document, str):
        path.write_text(document)
    else:
        written(path, document)
    with pytest.raises(AccessError) as caught:
        _used(path)
    assert said in str(caught.value)
    assert SECRET not in f"{caught.value!r}{caught.value}"


def _used(path: Path) -> Credential:
    found = load(str(path), None)
    route_of(found.cluster)
    return read_user(found.user)
