"""Why kubectl did not do what it was asked for: its words on standard error, sorted by what follows from them. Pure.

The words are those of real ones, collected on a control plane (tests/unit/plugin/cluster/kubectl/kubectl_words.json).
What is sorted says what to do; what is not is shown as it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.plugin.exits import PluginError, UnknownError, UsageError

LOG = re.compile(r"^[EWIF]\d{4} \d\d:\d\d:\d\d.*?(?:err=<\n.*?\n >\n?|\n|\Z)", re.MULTILINE | re.DOTALL)
"""A line of kubectl's own log, or a block: what it tells stands once more at the end, in words for people."""

SAID = re.compile(r"Error from server(?: \((?P<word>\w+)\))?: (?P<text>.*)", re.DOTALL)
DOING = re.compile(r"^error when (?:\w+ \"[^\"]*\"|retrieving .*?from server for: \"[^\"]*\"): ", re.DOTALL)
"""What kubectl was doing when the server said so; the caller knows that."""

LACKING = re.compile(r'cannot (?P<verb>\w+) resource "(?P<resource>[\w./-]+)" in API group "(?P<group>[\w.-]*)"')
"""The right that is lacking, in the server's words."""

TRIED = re.compile(r'for: "[^"]*": error when \w+ "[^"]*": (?P<text>.*)', re.DOTALL)
"""An apply shows its whole patch before it says what the API server said."""

UNDESCRIBED = re.compile(
    r'The (?:request|\S+ "[^"]*") is invalid: '
    r"|error: (from \S+: cannot use generate name|error (validating (?![^\n]*(failed to|Get \"http))|parsing ))"
)
"""Refusals that kubectl tells without saying that they are the server's; not that it could not ask for the rules."""

ADVICE = re.compile(
    r" - did you specify the right host or port\?|; if you choose to ignore these errors, turn validation off.*"
    r"|\nPlease review the fields above.*",
    re.DOTALL,
)
"""What kubectl advises: flags of its own commands, or what we say better."""

LONG_VALUE = re.compile(r"Invalid value: \"(?:[^\"\\]|\\.){200,}\"")
"""A whole object, quoted in front of what is wrong with it."""

FRAME = re.compile(r"^(?:error: |Unable to connect to the server: |Error in configuration: ?)", re.IGNORECASE)
"""What kubectl puts before an error of its own."""

LIMIT = 2000
"""Characters of what the cluster said that are shown."""


class RefusedError(UnknownError):
    """The API server said no: forbidden, invalid, a webhook or a policy."""


class ForbiddenError(RefusedError):
    """The caller may not; `right` is what is lacking, where it is known.

    Args:
        message: for a person, with the rule that would grant it.
        right: what is lacking.
    """

    def __init__(self, message: str, right: Right | None = None) -> None:
        super().__init__(message)
        self.right = right


class InvalidError(RefusedError):
    """The API server does not take this object."""


class ConflictError(RefusedError):
    """Somebody else changed the object in between."""


class NotFoundError(RefusedError):
    """There is no such object."""


class NoKindError(RefusedError):
    """The cluster does not know the kind: the CRD is not installed."""


class UnreachableError(UnknownError):
    """Nobody answered, or nobody who is a Kubernetes API server."""


class LoginError(UnknownError):
    """The cluster does not know the caller, or the way to log in failed."""


class OldKubectlError(UnknownError):
    """This kubectl does not know a flag that is needed."""


class KubeconfigError(UnknownError):
    """The kubeconfig cannot be used as it is."""


class NoContextError(KubeconfigError):
    """There is no kubeconfig, or it names no context, as in a Pod."""


class Sort(NamedTuple):
    """What some words of kubectl's mean.

    Args:
        words: how they are known.
        error: what they are an error of.
        remedy: what to do about it.
    """

    words: str
    error: type[PluginError]
    remedy: str


WORDS: dict[str, type[RefusedError]] = {
    "Invalid": InvalidError,
    "BadRequest": InvalidError,
    "Conflict": ConflictError,
    "NotFound": NotFoundError,
    "AlreadyExists": ConflictError,
}

CONTEXTS = "`kubectl config get-contexts` lists those that there are"
LOG_IN = "log in again, and try `kubectl get --raw /version` in a terminal"
NO_CRD = "is the CRD installed? `{check}` tells"
TRY = "is this address right, the cluster up, and the VPN or proxy there? Try `kubectl cluster-info`"
TRUST = "the kubeconfig has to name this cluster's own certificate authority and host"

AGAIN = "the cluster is not well, try again"

SORTS = (
    Sort(r"\(Forbidden\): unknown$", ForbiddenError, "the cluster tells nothing: may this login act as --as says?"),
    Sort(r"the server could not find the requested resource", NoKindError, NO_CRD),
    Sort(
        r"match label selector|unable to parse requirement|found '.*', expected: ", UsageError, "correct the selector"
    ),
    Sort(r"rejected our request for an unknown reason", UnreachableError, "is http asked where https is spoken?"),
    Sort(r"\(InternalError\): .*failed calling webhook", RefusedError, "somebody's webhook is down"),
    Sort(r"\((?:TooManyRequests|InternalError|ServiceUnavailable|Timeout|ServerTimeout)\)", UnreachableError, AGAIN),
)
"""Tried in this order, on what the API server said, with its word for it in front."""

OWN_SORTS = (
    Sort(r"unknown (?:shorthand )?flag|unknown command", OldKubectlError, "this kubectl is too old: update it"),
    Sort(r"doesn't have a resource type|no matches for kind", NoKindError, NO_CRD),
    Sort(r"Apply failed with \d+ conflict", ConflictError, "other managers own these fields"),
    Sort(
        r"context was not found|context .* does not exist|no context exists|cannot locate context", UsageError, CONTEXTS
    ),
    Sort(r"^error: stat .*no such file", UsageError, "--kubeconfig has to name a file that is there"),
    Sort(r"current-context must exist", NoContextError, f"set KUBECONFIG, or --context; {CONTEXTS}"),
    Sort(r"invalid argument|Invalid timeout value", UsageError, "see --help"),
    Sort(
        r"specify a resource type as a separate argument|resource name may not be empty", UsageError, "name an object"
    ),
    Sort(r"error loading config file|host must be a URL", KubeconfigError, "correct the kubeconfig"),
    Sort(
        r"unable to read|^error: open .*no such file",
        KubeconfigError,
        "the kubeconfig names a file that cannot be read",
    ),
    Sort(r"auth plugin has been removed", KubeconfigError, "write a kubeconfig anew with your provider's own tool"),
    Sort(r"executable .* not found", LoginError, "install the login plugin that the kubeconfig names"),
    Sort(r"getting credentials", LoginError, f"the kubeconfig's login plugin failed: {LOG_IN}"),
    Sort(r"You must be logged in", LoginError, f"the token or certificate is wrong, or has expired: {LOG_IN}"),
    Sort(r"^error: EOF$", LoginError, f"the context names no credentials that kubectl has; {CONTEXTS}"),
    Sort(r"localhost:8080 was refused", KubeconfigError, "kubectl knows no cluster: set KUBECONFIG, or --context"),
    Sort(r"x509|certificate", UnreachableError, TRUST),
    Sort(r"first record does not look like a TLS handshake", UnreachableError, "https was asked where http is spoken"),
    Sort(r"invalid character|cannot unmarshal", UnreachableError, "no API server answers there, but a login page?"),
    Sort(
        r"refused|no such host|timed? ?out|deadline|EOF|reset|no route|unreachable|proxyconnect|canceled",
        UnreachableError,
        TRY,
    ),
)
"""Tried in this order, on kubectl's own words."""


def refusal_of(told: str, right: Right | None, check: str = "kubectl agentrun check") -> PluginError:
    """The error that kubectl's own words stand for.

    Args:
        told: what it wrote to standard error.
        right: what the caller needed; one that kubectl names itself counts first.
        check: the command that looks at the installation of this very cluster.
    """
    text = _spoken(told)
    if UNDESCRIBED.match(text):
        return InvalidError(text.removeprefix("error: "))
    said = SAID.search(text)
    sort = next((each for each in (SORTS if said else OWN_SORTS) if re.search(each.words, text, re.MULTILINE)), None)
    shown = _reason(said["text"]) if said else FRAME.sub("", text).strip()
    shown = shown.replace("\n", "; ")
    if sort is not None:
        return sort.error(f"{shown}: {sort.remedy.format(check=check)}")
    if said is None:
        return UnknownError(f"kubectl: {shown}" if shown else "kubectl ended without a word")
    if said["word"] == "Forbidden" and "is forbidden: User " in shown:
        named = LACKING.search(shown)
        right = Right(**named.groupdict()) if named else right
        return ForbiddenError(f"{shown}; to grant it: {right.rule}" if right else shown, right)
    return WORDS.get(said["word"], RefusedError)(shown)


def _spoken(told: str) -> str:
    """What of it is for people: each line once, without the log and without whole objects; warnings, of which there
    may be one for each object, only where there is nothing else.
    """
    text = LONG_VALUE.sub('Invalid value: "…"', LOG.sub("", told))
    text = ADVICE.sub("", text)
    lines = list(dict.fromkeys(filter(None, (line.rstrip() for line in text.strip().splitlines()))))
    return "\n".join([line for line in lines if not line.startswith("Warning: ")] or lines)[:LIMIT]


def _reason(said: str) -> str:
    """What the server said, without what kubectl was doing and what it wanted to send."""
    tried = TRIED.search(said)
    return DOING.sub("", tried["text"] if tried else said)
