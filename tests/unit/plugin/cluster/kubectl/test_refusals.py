"""What kubectl v1.37 said on a real control plane, before servers that are none, and with kubeconfigs that are odd."""

import json
from pathlib import Path

import pytest

from agentrun_operator.plugin.cluster.kubectl.refusals import (
    LIMIT,
    ConflictError,
    ForbiddenError,
    InvalidError,
    KubeconfigError,
    LoginError,
    NoContextError,
    NoKindError,
    NotFoundError,
    OldKubectlError,
    RefusedError,
    UnreachableError,
    refusal_of,
)
from agentrun_operator.plugin.cluster.kubectl.rights import GET, LIST, PATCH
from agentrun_operator.plugin.exits import ExitCode, PluginError, UnknownError, UsageError

WORDS: dict[str, str] = json.loads(Path(__file__).with_name("kubectl_words.json").read_text())

TABLE = {
    "no kubeconfig": (KubeconfigError, "set KUBECONFIG, or --context"),
    "KUBECONFIG missing file": (KubeconfigError, "set KUBECONFIG, or --context"),
    "--kubeconfig missing": (UsageError, "--kubeconfig has to name a file that is there"),
    "context missing": (UsageError, "nope: `kubectl config get-contexts` lists"),
    "cluster missing in kubeconfig": (KubeconfigError, "kubectl knows no cluster"),
    "user missing in kubeconfig": (LoginError, "the context names no credentials"),
    "current-context missing": (UsageError, "gone: `kubectl config get-contexts` lists"),
    "bad yaml": (KubeconfigError, "correct the kubeconfig"),
    "not a config": (KubeconfigError, "correct the kubeconfig"),
    "kubeconfig is a dir": (KubeconfigError, "is a directory: correct the kubeconfig"),
    "ca file missing": (KubeconfigError, "names a file that cannot be read"),
    "token file missing": (KubeconfigError, "names a file that cannot be read"),
    "client cert missing": (KubeconfigError, "names a file that cannot be read"),
    "bad url": (KubeconfigError, "correct the kubeconfig"),
    "auth provider gone": (KubeconfigError, "write a kubeconfig anew"),
    "refused": (UnreachableError, "is this address right, the cluster up"),
    "no host": (UnreachableError, "no such host: is this address right"),
    "proxy refused": (UnreachableError, "is this address right"),
    "get: close": (UnreachableError, "EOF: is this address right"),
    "raw: close": (UnreachableError, "EOF: is this address right"),
    "get: hang": (UnreachableError, "is this address right"),
    "raw: hang": (UnreachableError, "is this address right"),
    "get: midway": (UnreachableError, "unexpected EOF: is this address right"),
    "raw: midway": (UnreachableError, "unexpected EOF: is this address right"),
    "get: 302": (UnreachableError, "is this address right"),
    "raw: 302": (UnreachableError, "is this address right"),
    "get: 429 ra": (UnreachableError, "deadline exceeded: is this address right"),
    "blackhole": (UnreachableError, "certificate authority and host"),
    "unknown authority": (UnreachableError, "certificate authority and host"),
    "name mismatch": (UnreachableError, "certificate authority and host"),
    "https to http": (UnreachableError, "https was asked where http is spoken"),
    "http to https": (UnreachableError, "is http asked where https is spoken?"),
    "get: 200 html": (UnreachableError, "a login page?"),
    "get: 200 json list": (UnreachableError, "a login page?"),
    "get: 429": (UnreachableError, "the cluster is not well, try again"),
    "raw: 429": (UnreachableError, "the cluster is not well, try again"),
    "raw: 429 ra": (UnreachableError, "the cluster is not well, try again"),
    "get: 500": (UnreachableError, "the cluster is not well, try again"),
    "raw: 500": (UnreachableError, "the cluster is not well, try again"),
    "get: 502 html": (UnreachableError, "the cluster is not well, try again"),
    "raw: 502 html": (UnreachableError, "the cluster is not well, try again"),
    "get: 503": (UnreachableError, "the cluster is not well, try again"),
    "raw: 503": (UnreachableError, "the cluster is not well, try again"),
    "get: 503 text": (UnreachableError, "the cluster is not well, try again"),
    "raw: 503 text": (UnreachableError, "the cluster is not well, try again"),
    "get: 504": (UnreachableError, "the cluster is not well, try again"),
    "raw: 504": (UnreachableError, "the cluster is not well, try again"),
    "exec missing": (LoginError, "install the login plugin"),
    "exec missing hint": (LoginError, "Install it from https://x: install the login plugin"),
    "exec fails": (LoginError, "login plugin failed: log in again"),
    "exec rubbish": (LoginError, "login plugin failed: log in again"),
    "get: 401 status": (LoginError, "is wrong, or has expired: log in again"),
    "raw: 401 status": (LoginError, "is wrong, or has expired: log in again"),
    "unauthorized": (LoginError, "is wrong, or has expired: log in again"),
    "unauthorized raw": (LoginError, "is wrong, or has expired: log in again"),
    "anonymous": (LoginError, "the context names no credentials"),
    "CRD missing": (NoKindError, "is the CRD installed? `kubectl agentrun check`"),
    "CRD missing raw": (NoKindError, "is the CRD installed? `kubectl agentrun check`"),
    "CRD missing apply": (NoKindError, "is the CRD installed? `kubectl agentrun check`"),
    "CRD missing apply client": (NoKindError, "is the CRD installed? `kubectl agentrun check`"),
    "CRD missing patch": (NoKindError, "is the CRD installed? `kubectl agentrun check`"),
    "forbidden": (ForbiddenError, f"to grant it: {GET.rule}"),
    "forbidden list": (ForbiddenError, f"to grant it: {LIST.rule}"),
    "forbidden raw": (ForbiddenError, f"to grant it: {LIST.rule}"),
    "forbidden apply": (ForbiddenError, f"to grant it: {GET.rule}"),
    "forbidden apply ss": (ForbiddenError, f"to grant it: {PATCH.rule}"),
    "impersonation forbidden": (ForbiddenError, "may this login act as --as says?"),
    "get: 403 html": (RefusedError, "<html>no</html>"),
    "raw: 403 html": (RefusedError, "<html>no</html>"),
    "webhook down": (RefusedError, "somebody's webhook is down"),
    "not found": (NotFoundError, '"chat" not found'),
    "not found patch": (NotFoundError, '"chat" not found'),
    "not found ns": (NotFoundError, 'namespaces "nowhere" not found'),
    "name dashes": (NotFoundError, '"-x" not found'),
    "unknown subresource": (NotFoundError, "not found"),
    "invalid": (InvalidError, 'Invalid value: "…": strict decoding error: unknown field "spec.nope"'),
    "invalid2": (InvalidError, 'The AgentRuntimeEndpoint "chat" is invalid: spec.targetVersion: Invalid value: "x"'),
    "invalid ssconflict": (InvalidError, "agentRuntimeRef is immutable"),
    "invalid patch": (InvalidError, "spec.targetVersion in body should match"),
    "policy patch": (InvalidError, "denied request: production needs a rollout"),
    "policy apply": (InvalidError, "denied request: production needs a rollout"),
    "invalid2 ss": (ConflictError, "other managers own these fields"),
    "conflict patch": (ConflictError, "the object has been modified"),
    "bad name": (UsageError, "name an object"),
    "name dash injected": (UsageError, "--kubeconfig has to name a file"),
    "bad selector": (UsageError, "correct the selector"),
    "bad selector2": (UsageError, "correct the selector"),
    "bad timeout": (UsageError, "Invalid timeout value"),
    "unknown flag": (OldKubectlError, "this kubectl is too old: update it"),
    "unknown flag -": (OldKubectlError, "this kubectl is too old: update it"),
    "unknown command": (OldKubectlError, "this kubectl is too old: update it"),
    "access": (UnknownError, "kubectl: error validating"),
}


def test_every_word_that_was_collected_is_in_the_table():
    assert TABLE.keys() == WORDS.keys()


@pytest.mark.parametrize("case", TABLE)
def test_the_words_of_kubectl_become_an_error_that_says_what_to_do(case):
    kind, told = TABLE[case]
    error = refusal_of(WORDS[case], GET)

    assert type(error) is kind
    assert told in str(error)


@pytest.mark.parametrize("case", WORDS)
def test_no_line_of_the_log_of_kubectl_is_shown_and_the_error_is_one_line(case):
    told = str(refusal_of(WORDS[case], GET))

    assert "memcache.go" not in told
    assert "\n" not in told
    assert not told.startswith(("error:", "Error", "Unable to connect"))


def test_words_that_nobody_knows_are_shown_as_they_are():
    error = refusal_of("error: something new\n", None)

    assert (error.code, str(error)) == (ExitCode.UNKNOWN, "kubectl: something new")


def test_a_kubectl_that_says_nothing_at_all_is_told_of():
    assert str(refusal_of("", None)) == "kubectl ended without a word"


def test_what_is_shown_has_an_end_however_much_there_is():
    log = (
        'E1130 23:00:11.966628    3436 memcache.go:381] "Couldn\'t get current server API group list" err="x"\n' * 1000
    )
    error = refusal_of(f"{log}error: {'no ' * 10_000}", None)

    assert str(error).startswith("kubectl: no no no")
    assert len(str(error)) <= LIMIT + 20


NO_RULES = (
    'error: error validating "STDIN": error validating data: Get "https://10.0.0.1/openapi/v2": dial tcp 10.0.0.1:443:'
    " connect: connection refused; if you choose to ignore these errors, turn validation off with --validate=false"
)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        pytest.param(NO_RULES, UnreachableError, id="the rules of the kind could not be asked for"),
        pytest.param("error: cannot locate context nope\n", UsageError, id="a context that is not there"),
        pytest.param("error: current-context must exist in order to minify\n", NoContextError, id="no context"),
        pytest.param(
            "Error from server (BadRequest): found ',', expected: identifier after ','", UsageError, id="a bad selector"
        ),
    ],
)
def test_what_is_no_refusal_of_an_object_is_not_told_as_one(told: str, error: type[PluginError]):
    found = refusal_of(told, GET)
    assert type(found) is error
    assert "--validate" not in str(found)


def test_warnings_do_not_hide_what_was_refused_however_many_there_are():
    warning = (
        "Warning: resource agentruntimeendpoints/{} is missing the annotation which is required by kubectl apply.\n"
    )
    refused = 'Error from server (Invalid): it is "no" good'
    error = refusal_of("".join(warning.format(number) for number in range(500)) + refused, GET)
    assert isinstance(error, InvalidError)
    assert "Warning" not in str(error)
    assert "Warning: the one" in str(refusal_of("Warning: the one", None)), "where nothing else was said"
