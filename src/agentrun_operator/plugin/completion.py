"""What may follow the words so far, as kubectl asks `kubectl_complete-agentrun` for it.

A candidate a line, a tab before what it means, and last how the shell is to go on, as cobra's `__complete` does.
Whatever goes wrong, nothing is suggested and nothing is said: somebody is typing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperOption

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection, Kubectl
from agentrun_operator.plugin.cluster.kubectl.rights import ENDPOINTS
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PATIENCE = 2.0
"""Seconds that kubectl may take beyond that, and AgentRun in all: whoever types waits for it."""

QUICK = "2s"
"""For one answer of the cluster."""

MOST = 500
"""Candidates that are printed."""

OF_CLUSTER = {"namespace": "namespaces", "name": ENDPOINTS, "names": ENDPOINTS}
"""Parameters whose words are names of objects, by kind."""

OF_AGENTRUN = frozenset({"runtimes"})
"""Parameters whose words are names of runtimes."""

FILES = frozenset({"kubeconfig", "filename", "file", "output_dir"})


class Directive(IntEnum):
    """How the shell goes on: cobra's ShellCompDirective."""

    FILES = 0
    """By files, where there is no candidate."""

    NOTHING_ELSE = 4
    """By the candidates alone."""


def completed(root: Any, words: Sequence[str]) -> str:  # noqa: ANN401 - typer's own
    """What may stand for the last of the words, as kubectl reads it.

    Args:
        root: all commands.
        words: those behind `kubectl agentrun`; the last one is being typed, and may be empty.
    """
    try:
        found, directive = _found(root, list(words[:-1]), words[-1] if words else "")
    except Exception:  # noqa: BLE001 - somebody is typing, and wants no errors
        found, directive = [], Directive.NOTHING_ELSE
    lines = [_line(*each) for each in found[:MOST]]
    return "".join(f"{line}\n" for line in [*lines, f":{directive:d}"])


def _line(word: str, meaning: str) -> str:
    return f"{printable(word)}\t{printable(meaning)}" if meaning else printable(word)


Candidates = list[tuple[str, str]]


def _found(root: Any, before: list[str], word: str) -> tuple[Candidates, Directive]:  # noqa: ANN401 - typer's own
    command, path = root, []
    while before and hasattr(command, "commands") and before[0] in command.commands:
        command = command.commands[before[0]]
        path.append(before.pop(0))
    if hasattr(command, "commands"):
        return _starting(word, _commands(command) if not before else []), Directive.NOTHING_ELSE
    if path == ["help"]:
        return _starting(word, _commands(root)), Directive.NOTHING_ELSE
    return _of_command(command, before, word)


def _commands(group: Any) -> Candidates:  # noqa: ANN401 - typer's own
    return [(name, each.get_short_help_str()) for name, each in group.commands.items() if not each.hidden]


def _of_command(command: Any, before: list[str], word: str) -> tuple[Candidates, Directive]:  # noqa: ANN401 - see above
    options = {name: each for each in command.params if isinstance(each, TyperOption) for name in each.opts}
    flag, _, typed = word.partition("=")
    if "=" in word and flag in options:
        found, directive = _values(options[flag], typed, before, options)
        return [(f"{flag}={value}", meaning) for value, meaning in found], directive
    if before and before[-1] in options and not options[before[-1]].is_flag:
        return _values(options[before[-1]], word, before[:-1], options)
    if word.startswith("-"):
        return _starting(word, [(name, each.help or "") for name, each in options.items()]), Directive.NOTHING_ELSE
    argument = next((each for each in command.params if isinstance(each, TyperArgument)), None)
    if argument is None:
        return [], Directive.NOTHING_ELSE
    given = _given(before, options)[1]
    if given and argument.nargs == 1:
        return [], Directive.NOTHING_ELSE
    found, directive = _values(argument, word, before, options)
    return [each for each in found if each[0] not in given], directive


def _values(
    parameter: Any,  # noqa: ANN401 - typer's own
    word: str,
    before: list[str],
    options: dict[str, Any],
) -> tuple[Candidates, Directive]:
    choices = parameter.type_descriptor.choices if parameter.type_descriptor.is_choice else None
    if choices:
        return _starting(word, [(str(getattr(each, "value", each)), "") for each in choices]), Directive.NOTHING_ELSE
    name = parameter.name or ""
    if name in FILES:
        return [], Directive.FILES
    if name in OF_AGENTRUN:
        from agentrun_operator.plugin.remote.names import runtime_names  # noqa: PLC0415 - HTTP is slow to load

        return _starting(word, [(each, "") for each in runtime_names(PATIENCE)]), Directive.NOTHING_ELSE
    kubectl = Kubectl(_connection(_given(before, options)[0]), PATIENCE)
    if name == "context":
        told = kubectl.text(["config", "get-contexts", "--output=name"])
    elif name in OF_CLUSTER:
        told = _names(kubectl, OF_CLUSTER[name], everywhere=name == "namespace")
    else:
        return [], Directive.NOTHING_ELSE
    return _starting(word, [(each, "") for each in sorted(told.split())]), Directive.NOTHING_ELSE


def _names(kubectl: Kubectl, kind: str, *, everywhere: bool) -> str:
    """The names of the objects of a kind, with blanks between them."""
    where = [f"--namespace={kubectl.connection.namespace}"] if kubectl.connection.namespace and not everywhere else []
    return kubectl.text(["get", *where, "--output=jsonpath={.items[*].metadata.name}", "--", kind])


def _starting(word: str, candidates: Iterable[tuple[str, str]]) -> Candidates:
    return [each for each in candidates if each[0].startswith(word)]


def _given(before: list[str], options: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The values of the flags that were typed, by their parameters' names, and the words that are no flags."""
    flags: dict[str, str] = {}
    others: list[str] = []
    words = iter(before)
    for word in words:
        flag, equals, value = word.partition("=")
        option = options.get(flag)
        if option is None:
            others += [] if word.startswith("-") else [word]
        elif not option.is_flag:
            flags[option.name] = value if equals else next(words, "")
    return flags, others


def _connection(flags: dict[str, str]) -> Connection:
    given = {"namespace": "namespace", "context": "context", "kubeconfig": "kubeconfig", "as_": "user"}
    return Connection(**{ours: flags.get(name, "") for name, ours in given.items()}, request_timeout=QUICK)
