"""Decides when a runtime is looked at next, and how. Pure: a state in, a poll out, so that each rule is a row of a
table.

There are two kinds of looks. At rest everything is looked at once in a poll interval. What is in transition is looked
at sooner: by single endpoints or by a page of the list, whatever takes fewer calls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from agentrun_operator.controller.remote.polling.schedule import Step

if TYPE_CHECKING:
    from agentrun_operator.controller.remote.polling.schedule import PollSchedule

VERSIONS_EVERY = 10
"""Poll intervals between two looks at a runtime's versions: what LATEST stands for changes seldom."""


class What(Enum):
    """How to look."""

    EVERYTHING = auto()
    """The whole list at once; after that failed, its next page."""
    STEP = auto()
    """What is in transition."""
    VERSIONS = auto()
    """The runtime's versions."""


class Turn(Enum):
    """Whether the runtime has its turn among all of the account, for looks of one kind."""

    NONE = auto()
    WAITED_FOR = auto()
    GIVEN = auto()


@dataclass(frozen=True, slots=True)
class Poll:
    """The next look.

    Args:
        when: in seconds of the clock.
        what: how.
        step: the look at what is in transition.
        needs_turn: whether it is to wait for its turn first.
    """

    when: float
    what: What
    step: Step | None = None
    needs_turn: bool = False


@dataclass(frozen=True, slots=True)
class PollState:
    """All that the next look depends on. Times are in seconds of the clock.

    Args:
        due: when everything is to be looked at again.
        looked_at: when what is in transition was last looked at.
        versions_due: when the versions are to be looked at again.
        seen_at: since when everything has been looked at.
        moved_at: when anything changed last, or was asked to.
        sent_at: when the first change was sent that nobody has looked at; None if none was.
        pages: how many the list has.
        moving: the endpoints in transition, no more of them than the list has pages.
        reading: whether some pages of the list were read and others not yet.
        on_latest: whether anybody wants to know the newest version.
        page_by_page: whether the list failed, and is made up for page by page.
        refresh_failures: looks at everything that failed in a row.
        step_failures: looks at what is in transition that failed in a row.
        lost: whether AgentRun said that there is no such runtime, and nothing was seen of it since.
        rest_turn: whether it is this runtime's turn for a look at what rests.
        step_turn: whether it is its turn for one at what is in transition.
    """

    due: float
    looked_at: float
    versions_due: float
    seen_at: float
    moved_at: float
    sent_at: float | None = None
    pages: int = 0
    moving: tuple[str, ...] = ()
    reading: bool = False
    on_latest: bool = False
    page_by_page: bool = False
    refresh_failures: int = 0
    step_failures: int = 0
    lost: bool = False
    rest_turn: Turn = Turn.NONE
    step_turn: Turn = Turn.NONE

    @property
    def well(self) -> bool:
        """Whether the last look of each kind did not fail."""
        return not self.step_failures and not self.page_by_page

    def is_blind(self, schedule: PollSchedule, now: float) -> bool:
        """Whether everything was seen so long ago that it is to be looked at."""
        return self.lost or now - self.seen_at >= schedule.resting

    def stepped(self, now: float) -> PollState:
        """What is in transition was looked at, by this look or another."""
        return replace(self, looked_at=now, step_failures=0)

    def step_failed(self, now: float) -> PollState:
        """It could not be."""
        return replace(self, looked_at=now, step_failures=self.step_failures + 1)

    def refreshed(self, schedule: PollSchedule, now: float, jitter: float) -> PollState:
        """Everything was looked at, or the next page of it; `jitter` is a random number from 0 to 1."""
        page_by_page = self.page_by_page and self.is_blind(schedule, now)
        if page_by_page:
            due = now + schedule.following(Step(parts=self.pages), still=0.0)
        else:
            due = self.seen_at + schedule.at_rest(jitter)
        return replace(self, due=due, refresh_failures=0, page_by_page=page_by_page)

    def refresh_failed(self, schedule: PollSchedule, now: float) -> PollState:
        """It could not be."""
        failures = self.refresh_failures + 1
        return replace(self, due=now + schedule.failing(failures), refresh_failures=failures, page_by_page=True)


def next_poll(state: PollState, schedule: PollSchedule, now: float) -> Poll:
    """The next look at a runtime."""
    rest, step = _at_rest(state, schedule, now), _step(state)
    if step is None:
        return rest
    in_transition = _in_turn(Poll(_when(state, step, schedule), What.STEP, step), state.step_turn)
    if step.parts > 1 and state.reading and not state.step_failures:
        return in_transition  # a pass over all pages that goes well: at its end it stands for the look at everything
    return rest if rest.when <= max(now, in_transition.when) else in_transition


def _at_rest(state: PollState, schedule: PollSchedule, now: float) -> Poll:
    """The next look at what rests: each call waits for its turn."""
    if not state.is_blind(schedule, max(now, state.due)):
        return Poll(state.due, What.EVERYTHING)  # something else has shown it: there is nothing to ask for
    looks = [(state.due, What.EVERYTHING)]
    if state.on_latest and not state.lost:
        looks.append((state.versions_due, What.VERSIONS))
    when, what = min(looks, key=lambda look: look[0])
    return _in_turn(Poll(when, what), state.rest_turn)


def _in_turn(poll: Poll, turn: Turn) -> Poll:
    """The same look, once it is its turn."""
    if turn is Turn.WAITED_FOR:
        return replace(poll, when=math.inf)
    return replace(poll, needs_turn=turn is Turn.NONE)


def _step(state: PollState) -> Step | None:
    """How to look at what is in transition; None if nothing is, or the runtime itself is gone."""
    if state.lost or not state.moving:
        return None
    return Step(state.moving) if len(state.moving) < state.pages else Step(parts=state.pages)


def _when(state: PollState, step: Step, schedule: PollSchedule) -> float:
    """When to look at what is in transition."""
    if state.step_failures:
        return state.looked_at + schedule.failing(state.step_failures)
    # What a pass over pages has left is looked at when its next page would be: the last page showed others.
    pace = replace(step, parts=state.pages) if state.reading and not state.page_by_page else step
    when = state.looked_at + schedule.following(pace, still=max(state.looked_at - state.moved_at, 0.0))
    if state.sent_at is None or step.parts > 1:
        return when
    return max(when, state.sent_at + schedule.fast)  # it takes a moment, as changes do; a pass over pages goes on
