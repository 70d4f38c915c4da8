"""The table of rights in docs/plugin.md, as data: what each command takes, and what one right less costs."""

import re
from pathlib import Path
from typing import NamedTuple

from agentrun_operator.plugin.cluster.kubectl.rights import Right
from agentrun_operator.resources.names import GROUP, PLURAL
from support.robots import Grant

DOCUMENT = Path(__file__).parents[2] / "docs" / "plugin.md"
ROW = re.compile(r"^\|(?P<commands>[^|]*)\|(?P<rights>[^|]*)\|(?P<code>[^|]*)\|(?P<costs>[^|]*)\|$", re.MULTILINE)
RIGHTS = re.compile(r"(?P<verbs>[\w, ]+?) (?P<kind>[a-z][a-z0-9.]+)(?P<where>, in .*)?")
QUOTED = re.compile(r"`([^`]+)`")


class Loss(NamedTuple):
    """What it costs not to have a right.

    Args:
        code: The exit code; None: the same as with it.
        shows: Whether something is shown all the same.
        silent: Whether nothing is said of it.
    """

    code: int | None
    shows: bool
    silent: bool


Needed = dict[Grant, Loss]


def documented() -> dict[str, Needed]:
    """The rights that each command takes, by the command's name in the document."""
    section = DOCUMENT.read_text().partition("\n## Rights\n")[2].partition("\nWhat asks AgentRun itself")[0]
    found: dict[str, Needed] = {}
    commands: list[str] = []
    for row in list(ROW.finditer(section))[2:]:
        cells = {name: text.strip() for name, text in row.groupdict().items()}
        commands = QUOTED.findall(cells["commands"]) or commands
        for command in commands:
            found.setdefault(command, {}).update(_needed(cells, found))
    return found


def _needed(cells: dict[str, str], known: dict[str, Needed]) -> Needed:
    if other := re.fullmatch("as `(.+)`", cells["rights"]):
        return known[other[1]]
    if cells["rights"] == "none":
        return {}
    told = RIGHTS.fullmatch(cells["rights"])
    if told is None:
        raise AssertionError(f"nobody can read {cells['rights']!r}")
    code = None if cells["code"].startswith("the same") else int(cells["code"])
    loss = Loss(code, bool(cells["costs"]), cells["code"].endswith("no word"))
    resource, _, group = told["kind"].partition(".")
    group = GROUP if resource == PLURAL else group
    everywhere = told["where"] == ", in all namespaces"
    return {Grant(Right(verb, resource, group), everywhere): loss for verb in re.split(", | and ", told["verbs"])}
