"""What `rollout status` and `rollout explain` show, by columns, in pipes and without colours."""

from textwrap import dedent

import pytest
from rich.text import Text

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection
from agentrun_operator.plugin.commands.rollout.explained import explained
from agentrun_operator.plugin.commands.rollout.view import view
from agentrun_operator.plugin.rollouts.outside import situation_of
from agentrun_operator.plugin.screen.screen import UNBOUNDED, Colour, Screen
from support.plugin import Pipe
from support.rolling_objects import AT_REST, BACK, BY_TIME, FIRST, NOW, WAITING, Object, a_rolling, an_object

AGAIN = Connection().again
SAID = 'Version 4 has 25% in step 2 of 3 and waits for the annotation `rollout` to be "approve 7 25"'
PROVED = WAITING | {
    "checks": [
        {"name": "refund", "verdict": "Fail", "value": "3/4", "limit": "4/4", "stable": "4/4"},
        {"name": "\x1b[2Jorders", "verdict": "Pass", "value": "4/4"},
    ],
    "probeEndpoints": [{"role": "canary", "version": "4", "id": "ep-9"}, {"role": "stable", "version": "3"}],
    "failures": 1,
}


def shown(lines: list[Text], columns: int, **environment: str) -> str:
    """What a terminal of so many columns gets."""
    pipe = Pipe(terminal=True)
    screen = Screen(Colour.AUTO, quiet=False, environment={"COLUMNS": str(columns)} | environment, out=pipe, err=Pipe())
    for line in lines:
        screen.show(line)
    return pipe.written()


def status(record: Object, columns: int, said: str = "") -> str:
    return _unbold(shown(view(a_rolling(record), NOW, said, columns, AGAIN), columns, NO_COLOR="1"))


def _unbold(text: str) -> str:
    """Who wants no colours may get bold letters."""
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "")


def test_a_gate_that_waits_at_80_columns():
    assert status(PROVED, 80, SAID) == dedent(
        """\
        team-a/chat  rollout 7: version 3 → 4

          [#####---------------]  version 4 25%, version 3 75%

          STEP  SHARE  BAKE  APPROVAL  STATE
          1     5%     10m   -         done
          2     25%    20m   yes       here: AwaitingApproval
          3     100%   30m   -         to come

        Phase     AwaitingApproval
        Told      Version 4 has 25% in step 2 of 3 and waits for the annotation
                  `rollout` to be "approve 7 25"
        Bake      over, after 20m
        Proof     by probes; the deadline's clock stands at 1h
        Failures  1 of this step, which bears 1
        Checks    Fail refund 3/4, limit 4/4, stable 4/4
                  Pass \\x1b[2Jorders 4/4
        Probes    canary version 4: ep-9
                  stable version 3: to be made
        Before    version 2
        Next      kubectl agentrun rollout approve chat
        """
    )


def test_a_step_that_bakes_at_60_columns():
    assert status(FIRST, 60, "Version 4 has 5% in step 1 of 3, beside version 3") == dedent(
        """\
        team-a/chat  rollout 7: version 3 → 4

          [#-------------------]  version 4 5%, version 3 95%

          STEP  SHARE  BAKE  APPROVAL  STATE
          1     5%     10m   -         here: Progressing
          2     25%    20m   yes       to come
          3     100%   30m   -         to come

        Phase     Progressing
        Told      Version 4 has 5% in step 1 of 3, beside version 3
        Bake      5m left of 10m
        Proof     by probes; 20m left of the deadline
        Failures  0 of this step, which bears 1
        Before    version 2
        """
    )


def test_one_that_was_taken_back_says_how_it_begins_again():
    assert status(BACK, 60).endswith(
        dedent(
            """\
            Phase     RolledBack, Aborted
            Failed    this plan was given up: it begins again by
                      `rollout retry`, or by an edit
            Before    version 2
            Answered  abort 7
            Next      kubectl agentrun rollout retry chat, or another
                      targetVersion
            """
        )
    )


def test_at_rest_the_stable_version_has_all():
    text = status(AT_REST, 80)
    assert text.startswith("team-a/chat  no rollout is under way; the last was rollout 7\n")
    assert "[--------------------]  version 3 100%" in text


def test_a_request_that_is_not_answered_is_shown():
    found = view(a_rolling(FIRST, asked="abort 7"), NOW, "", 80, AGAIN)
    assert "Request   abort 7 (not answered)" in [line.plain for line in found]


@pytest.mark.parametrize("record", [WAITING, FIRST, BACK, AT_REST, {}], ids=["waits", "bakes", "back", "rest", "new"])
@pytest.mark.parametrize("columns", [60, 80])
def test_no_line_is_longer_than_the_screen(record: Object, columns: int):
    rolling = a_rolling(record)
    given = situation_of(rolling, an_object(record)["status"], NOW)
    lines = [*view(rolling, NOW, SAID, columns, AGAIN), *explained(rolling, given, columns)]
    assert [line.plain for line in lines if len(line.plain) > columns] == []


def test_a_pipe_gets_whole_lines_without_colours():
    lines = view(a_rolling(WAITING), NOW, SAID, UNBOUNDED, AGAIN)
    pipe = Pipe()
    screen = Screen(Colour.AUTO, quiet=False, environment={}, out=pipe, err=Pipe())
    for line in lines:
        screen.show(line)
    assert f"Told      {SAID}\n" in pipe.written()
    assert "\x1b" not in pipe.written()


def test_a_terminal_gets_colours_unless_somebody_does_not_want_them():
    lines = view(a_rolling(WAITING), NOW, SAID, 80, AGAIN)
    assert "\x1b[32m#####" in shown(lines, 80, TERM="xterm")
    assert "\x1b" not in _unbold(shown(lines, 80, TERM="xterm", NO_COLOR="1"))


def test_an_explanation_at_80_columns():
    found = an_object(WAITING, BY_TIME)
    rolling = a_rolling(WAITING, BY_TIME)
    lines = explained(rolling, situation_of(rolling, found["status"], NOW), 80)
    assert "\n".join(line.plain for line in lines) == dedent(
        """\
        team-a/chat  3→4 25% (2/3)

        Row       awaiting: the step wants an approval, and there is none
        Says      AwaitingApproval
        Silent    the rows before it: paused, unreachable, aborted, taken_back,
                  analysis_failed, deadline_exceeded, goal_unknown, failed_before,
                  arrived, at_once, begun, edited, frozen, unsettled, settled_now, held,
                  unproved

        Goal      version 4
        Recorded  AwaitingApproval; version 3 75%, version 4 25%
        AgentRun  serves; the split is as recorded
        Plan      as recorded
        Bake      over
        Proof     none asked for: by time alone
        Deadline  its clock stands, at 1h
        Request   none; last answered: none

        What would change that:
          targetVersion is 3 again → taken_back
              Rollout 7: version 4 was taken back from 25%, and version 3 gets all
              traffic: the spec wants the stable version again. Open sessions may stay
              on version 4 until they are idle
          `approve 7 25` → next_step
              Rollout 7: version 4 at 25% was approved; Rollout 7, step 3: version 4
              gets all traffic
          `promote 7` → at_once
              Version 4 gets all traffic; it was version 3 before
          `abort 7` → aborted
              Rollout 7: version 4 was taken back from 25%, and version 3 gets all
              traffic: Aborted. Open sessions may stay on version 4 until they are idle
          `hold 7` → held
              Rollout 7: version 4 stays at 25%: Requested

        Unknown   how many rounds passed or failed since the record was written, and
                  which versions are published: that is in the operator's memory, and
                  the record tells of it only where it changed something"""
    )
