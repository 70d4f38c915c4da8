"""What `diff` tells a terminal, a pipe, a program and a pull request."""

import json
from io import StringIO

import pytest

from agentrun_operator.plugin.commands.diff.change import Action, Change, Field, code_of, summary
from agentrun_operator.plugin.commands.diff.report import as_json, as_markdown, as_text
from agentrun_operator.plugin.screen.screen import Colour, Screen

CHANGES = [
    Change(
        Action.CREATE, (Field("targetVersion", None, "3"),), message="The endpoint chat of runtime bot", name="a/chat"
    ),
    Change(
        Action.UPDATE, (Field("description", "", "new"),), message="The endpoint sales of runtime bot", name="a/sales"
    ),
    Change(Action.BLOCKED, (), "AlreadyExists", "It exists already", name="a/orders"),
    Change(Action.NONE, message="AgentRun agrees with the spec", name="a/hr"),
    Change(Action.PRUNE, message="The endpoint old is deleted", name="a/old"),
]
TEXT = """\
+ a/chat  to create
    targetVersion: 3
    The endpoint chat of runtime bot
~ a/sales  to update
    description: "" → new
    The endpoint sales of runtime bot
! a/orders  blocked (AlreadyExists)
    It exists already
= a/hr  unchanged
- a/old  to prune
    The endpoint old is deleted
1 to create, 1 to update, 1 blocked, 1 unchanged, 1 to prune
"""
MARKDOWN = """\
### AgentRun endpoints: 1 to create, 1 to update, 1 blocked, 1 unchanged, 1 to prune

```diff
+ a/chat  to create
+   targetVersion: 3
#   The endpoint chat of runtime bot
! a/sales  to update
-   description: ""
+   description: new
#   The endpoint sales of runtime bot
! a/orders  blocked (AlreadyExists)
#   It exists already
- a/old  to prune
#   The endpoint old is deleted
```
"""
HOSTILE = Change(Action.BLOCKED, (), "Reason", "```\n@everyone \x1b[31m<script>", name="a/evil")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def shown(changes: list[Change], out: StringIO, **environment: str) -> str:
    screen = Screen(Colour.AUTO, quiet=False, environment=environment, out=out, err=StringIO())
    screen.show(as_text(changes))
    return out.getvalue()


def test_a_pipe_gets_words_and_signs_without_colours():
    assert shown(CHANGES, StringIO()) == TEXT


@pytest.mark.parametrize("columns", ["60", "80"])
def test_without_colours_a_terminal_gets_the_same(columns):
    assert shown(CHANGES, Terminal(), COLUMNS=columns, NO_COLOR="1", TERM="xterm") == TEXT


def test_a_terminal_gets_colours_beside_the_words():
    told = shown(CHANGES, Terminal(), COLUMNS="80", TERM="xterm-256color")
    assert "\x1b[32m+ a/chat  to create" in told


def test_a_program_gets_the_contract():
    found = json.loads(as_json(CHANGES[:2]))
    assert found == {
        "changes": [
            {
                "object": "a/chat",
                "action": "create",
                "fields": [{"path": "targetVersion", "from": None, "to": "3"}],
                "reason": "",
                "message": "The endpoint chat of runtime bot",
            },
            {
                "object": "a/sales",
                "action": "update",
                "fields": [{"path": "description", "from": "", "to": "new"}],
                "reason": "",
                "message": "The endpoint sales of runtime bot",
            },
        ],
        "summary": {"create": 1, "update": 1},
    }


def test_a_pull_request_gets_what_changes_and_the_numbers():
    assert as_markdown(CHANGES) == MARKDOWN


def test_no_text_of_somebody_else_ends_the_block_or_speaks_to_a_terminal():
    comment, text = as_markdown([HOSTILE]), shown([HOSTILE], Terminal(), NO_COLOR="1")
    assert [line for line in comment.splitlines() if line.startswith("```")] == ["```diff", "```"]
    assert "\x1b[31m" not in comment + text
    assert "\n@everyone" not in comment + text


def test_a_comment_is_no_longer_than_a_pull_request_takes():
    many = [change._replace(message="x" * 500) for change in CHANGES[:1] * 1000]
    assert len(as_markdown(many)) < 65_000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([CHANGES[3]], 0, id="unchanged"),
        pytest.param(CHANGES[:1], 1, id="a create"),
        pytest.param([CHANGES[2]], 1, id="blocked"),
        pytest.param([CHANGES[4]], 1, id="a prune"),
        pytest.param([*CHANGES, Change(Action.REFUSED)], 3, id="refused outranks"),
        pytest.param([*CHANGES, Change(Action.BLOCKED, untold=True)], 3, id="not told outranks"),
    ],
)
def test_the_exit_code_is_that_of_the_worst(changes, code):
    assert code_of(changes) == code


def test_the_summary_counts_what_there_is_alone():
    assert summary(CHANGES) == {"create": 1, "update": 1, "blocked": 1, "none": 1, "prune": 1}
