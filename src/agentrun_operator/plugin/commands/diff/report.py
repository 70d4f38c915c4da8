"""Changes, told to a person, to a program, or to a pull request. Pure but for the screen's own colours.

Every text may be somebody else's: nothing of it speaks to a terminal, breaks a line or ends a block of Markdown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agentrun_operator.plugin.commands.diff.change import Action, Change, summary
from agentrun_operator.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

MARKS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.ADOPT: ("~", "cyan"),
    Action.PRUNE: ("-", "red"),
    Action.BLOCKED: ("!", "magenta"),
    Action.REFUSED: ("x", "red"),
    Action.NONE: ("=", "bright_black"),
}

WORDS = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.ADOPT: "to adopt",
    Action.PRUNE: "to prune",
    Action.BLOCKED: "blocked",
    Action.REFUSED: "refused",
    Action.NONE: "unchanged",
}

COMMENT = 60_000
"""Characters of Markdown: a comment on GitHub takes 65,536."""


def as_json(changes: Sequence[Change]) -> str:
    """The contract of programs: see docs/plugin.md."""
    found = {
        "changes": [
            {
                "object": change.name,
                "action": change.action.value,
                "fields": [{"path": each.path, "from": each.before, "to": each.after} for each in change.fields],
                "reason": change.reason,
                "message": change.message,
            }
            for change in changes
        ],
        "summary": summary(changes),
    }
    return json.dumps(found, indent=2)


def as_text(changes: Sequence[Change]) -> Text:
    """One block for each object, marked by a sign and a word; then how many there are of each."""
    from rich.text import Text  # noqa: PLC0415 - who asks for JSON goes without

    text = Text()
    for change in changes:
        mark, style = MARKS[change.action]
        text.append(f"{mark} {_headline(change)}\n", style)
        for each in change.fields:
            before = "" if each.before is None else f"{_shown(each.before)} → "
            text.append(f"    {printable(each.path)}: {before}{_shown(each.after)}\n")
        if change.message and change.action is not Action.NONE:
            text.append(f"    {printable(change.message)}\n", "bright_black")
    text.append(headline(changes))
    return text


def as_markdown(changes: Sequence[Change]) -> str:
    """A comment on a pull request: what is unchanged is counted, and not shown."""
    lines = [line for change in changes if change.action is not Action.NONE for line in _in_diff(change)]
    block = "\n".join(lines)
    if len(block) > COMMENT:
        block = f"{block[:COMMENT].rpartition(chr(10))[0]}\n# and more, which a comment does not take"
    body = f"\n\n```diff\n{block}\n```" if block else ""
    return f"### AgentRun endpoints: {headline(changes)}{body}\n"


def headline(changes: Sequence[Change]) -> str:
    """How many there are of each kind, in words."""
    told = [f"{count} {WORDS[Action(action)]}" for action, count in summary(changes).items()]
    return ", ".join(told) or "no object"


def _headline(change: Change) -> str:
    why = f" ({printable(change.reason)})" if change.reason else ""
    word = "cannot tell" if change.untold else WORDS[change.action]
    return f"{printable(change.name)}  {word}{why}"


def _shown(text: str) -> str:
    return printable(text) or '""'


def _in_diff(change: Change) -> Iterator[str]:
    """Each line begins with a sign, so that none can end the block."""
    sign = {Action.CREATE: "+", Action.PRUNE: "-"}.get(change.action, "!")
    yield f"{sign} {_headline(change)}"
    for each in change.fields:
        if each.before is not None:
            yield f"-   {printable(each.path)}: {_shown(each.before)}"
        yield f"+   {printable(each.path)}: {_shown(each.after)}"
    if change.message:
        yield f"#   {printable(change.message)}"
