"""What AgentRun would be asked for: the operator's own decisions, followed to the first that has an effect there.

Pure: what the operator would write to the object on its way is written to a copy. What only the running operator
remembers (tries that failed, pauses, the proof of a rollout's step) counts as nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from agentrun_operator.agentrun.models import MOVING_STATES
from agentrun_operator.plugin.commands.diff.change import Action, Change, Field
from agentrun_operator.reconcile.actions import AddClaim, Confirm, Create, Delete, Record, Release, RemoveClaim, Update
from agentrun_operator.reconcile.attempts import Attempts
from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.decide import decide
from agentrun_operator.reconcile.desired import desired_of
from agentrun_operator.reconcile.history.entries import with_history_packed
from agentrun_operator.reconcile.input import Input
from agentrun_operator.reconcile.state.comparable import FIELDS, Comparable
from agentrun_operator.reconcile.state.delta import Delta, delta
from agentrun_operator.reconcile.state.observed import EndpointSeen
from agentrun_operator.reconcile.status.status import claimed_status, recorded_status, status_of
from agentrun_operator.resources.names import FINALIZER, LATEST, PAUSED
from agentrun_operator.resources.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from agentrun_operator.reconcile.decision import Decision
    from agentrun_operator.reconcile.rollout.memory import Memory
    from agentrun_operator.reconcile.state.observed import Observed

Body = dict[str, Any]

MAX_STEPS = 16
"""Decisions that are followed: several times what the longest way takes."""

UNDER_WAY = frozenset({Reason.CREATING, Reason.UPDATING, Reason.DELETING})

STANDING = frozenset({Reason.ROLLOUT_HELD, Reason.ROLLED_BACK})
"""What keeps a version from its rollout."""

UNSET = Comparable("", LATEST, (), 0, (), disable_public_network_access=False)
"""What an endpoint is like of which nothing was asked."""


class Look(NamedTuple):
    """What was seen of AgentRun for an object.

    Args:
        observed: what decisions go by.
        untold: whether a problem in it is one of looking, which the operator may not have.
    """

    observed: Observed
    untold: bool = False


class _Course(NamedTuple):
    """How far the decisions were followed.

    Args:
        body: the object, as the operator would have written to it.
        look: what would be seen of AgentRun.
        adopts: whether an endpoint is taken over on the way.
        begun: what is recorded of a rollout on the way; None if nothing is.
        notes: what comes before, for people.
    """

    body: Body
    look: Look
    adopts: bool = False
    begun: Memory | None = None
    notes: tuple[str, ...] = ()

    def given(self, now: datetime) -> Input:
        """The input of the next decision."""
        desired = desired_of(self.body)
        return Input(desired, self.look.observed, Attempts(desired.generation), now, time=now)

    def with_status(self, status: Body) -> _Course:
        """The same, with this status."""
        return self._replace(body=self.body | {"status": status})

    def seeing(self, endpoint: EndpointSeen | None, note: str) -> _Course:
        """The same, once AgentRun has another endpoint, or none."""
        observed = replace(self.look.observed, endpoint=endpoint, confirmed=True)
        return self._replace(look=self.look._replace(observed=observed), notes=(*self.notes, note))


def predicted(body: Body, look: Look, now: datetime) -> Change:
    """What would become of an object if it stood in the cluster like this.

    Args:
        body: the object, with the status and the metadata that the API server has or would give it.
        look: what was seen of AgentRun for it.
        now: the time of day.
    """
    if body["metadata"].get("deletionTimestamp"):
        gone = pruned(body, look, now)
        message = f"The object is being deleted, so no edit counts; apply again once it is gone. {gone.message}"
        return gone._replace(action=Action.BLOCKED, reason=gone.reason or Reason.DELETING.value, message=message)
    if _paused(body):
        return _while_paused(body, look, now)
    return _followed(_Course(_kept(body), look), now)


def _kept(body: Body) -> Body:
    """The object as decisions know it, with its history packed."""
    return dict(with_history_packed(body, {}))


def pruned(body: Body, look: Look, now: datetime) -> Change:
    """What would become of the endpoint of an object if that were deleted; for the arguments see `predicted`."""
    deleted = {"metadata": {"deletionTimestamp": timestamp(now)} | body["metadata"]}
    given = _Course(body | deleted, look).given(now)
    match decide(given):
        case decision if isinstance(decision.action, Delete):
            return Change(Action.PRUNE, message=f"The {given.where} is deleted")
        case decision if isinstance(decision.action, Release) and decision.action.orphaned:
            return Change(Action.PRUNE, message="Its endpoint stays in AgentRun (deletionPolicy Orphan, or Observe)")
        case decision if decision.verdict and decision.verdict.synced and not _is_gone(decision):
            said = decision.verdict.synced
            return Change(Action.PRUNE, reason=said.reason.value, message=said.message, untold=look.untold)
    if given.observed.endpoint is not None and given.ours and given.endpoint.state == "DELETING":
        return Change(Action.PRUNE, message=f"AgentRun is deleting the {given.where} already")
    return Change(Action.PRUNE, message="There is no endpoint of its own to delete")


def _is_gone(decision: Decision) -> bool:
    return isinstance(decision.action, Release)


def _paused(body: Body) -> bool:
    return bool((body["metadata"].get("annotations") or {}).get(PAUSED) == "true")


def _while_paused(body: Body, look: Look, now: datetime) -> Change:
    """Nothing is asked for; what would be, if it went on, is blocked."""
    annotations = {name: text for name, text in body["metadata"]["annotations"].items() if name != PAUSED}
    would = _followed(_Course(_kept(body) | {"metadata": body["metadata"] | {"annotations": annotations}}, look), now)
    if would.action is Action.NONE:
        return would
    said = would.message if would.action is Action.BLOCKED else f"it would be: {would.action.value}"
    message = f"{Reason.PAUSED.meaning} Without it, {said}"
    return would._replace(action=Action.BLOCKED, reason=Reason.PAUSED.value, message=message)


def _followed(course: _Course, now: datetime) -> Change:
    for _ in range(MAX_STEPS):
        given = course.given(now)
        after = _step(course, given, decide(given))
        if isinstance(after, Change):
            return after
        course = after
    message = f"{MAX_STEPS} decisions lead to no end, which is a defect of this program"
    return Change(Action.BLOCKED, message=message, untold=True)


def _step(course: _Course, given: Input, decision: Decision) -> _Course | Change:  # noqa: PLR0911 - one for each action
    match decision.action:
        case Confirm() if not given.observed.confirmed:
            return course._replace(look=course.look._replace(observed=replace(given.observed, confirmed=True)))
        case AddClaim() as added:
            return _claimed(course, given, added, decision)
        case RemoveClaim():
            return _marked(course, finalized=False).with_status(_without_claim(course.body))
        case Record(memory) if _may_record(given):
            status = recorded_status(given, memory, decision.verdict, course.body["status"])
            return course._replace(begun=memory).with_status(status)
        case Record(memory) if course.begun is None and _stays(given, memory):
            return course.with_status(recorded_status(given, memory, decision.verdict, course.body["status"]))
        case Create():
            return _told(course, given, Action.CREATE, _created(given.desired.comparable))
        case Update(found, drift, recovery):
            why = Reason.DRIFTED.value if drift else Reason.UPDATE_FAILED.value if recovery else ""
            return _told(course, given, Action.UPDATE, _changed(found), why)
        case Delete():
            return course.seeing(None, f"The {given.where}, which AgentRun could not make, is deleted first")
    return _passed(course, given, decision) or _rested(course, given, decision)


def _claimed(course: _Course, given: Input, added: AddClaim, decision: Decision) -> _Course:
    """After the finalizer and the claim, as `controller.worker.writing.claims` writes them."""
    if added.rollout is not None:
        given = given._replace(desired=given.desired.with_rollout(added.rollout))
        course = course._replace(begun=added.rollout)
    adopts = course.adopts or (added.claim.adopted and given.desired.current_claim != added.claim)
    status = claimed_status(given, added.claim, decision.verdict, course.body["status"])
    return _marked(course, finalized=True)._replace(adopts=adopts).with_status(status)


def _marked(course: _Course, *, finalized: bool) -> _Course:
    metadata = course.body["metadata"]
    others = [each for each in metadata.get("finalizers") or () if each != FINALIZER]
    marked = metadata | {"finalizers": [*others, *([FINALIZER] if finalized else [])]}
    return course._replace(body=course.body | {"metadata": marked})


def _without_claim(body: Body) -> Body:
    return {name: value for name, value in body["status"].items() if name != "claim"}


def _may_record(given: Input) -> bool:
    """Whether what is recorded follows from an edit or a request: a rollout goes on by itself, whatever is applied."""
    desired, memory = given.desired, given.desired.recorded.rollout
    edited = desired.recorded.observed_generation != desired.generation
    return edited or desired.request not in ("", memory.last_request) or not memory.running


def _stays(given: Input, memory: Memory) -> bool:
    """Whether a rollout keeps the share that it set: what differs from that was changed outside."""
    before = given.desired.recorded.rollout
    return memory != before and (memory.canary, memory.step, memory.weight) == (
        before.canary,
        before.step,
        before.weight,
    )


def _passed(course: _Course, given: Input, decision: Decision) -> _Course | None:
    """The course once what AgentRun is at has ended, or the status tells of a failure; None if nothing follows."""
    endpoint = given.observed.endpoint
    if endpoint is None or given.desired.observes or given.observed.rival:
        return None
    if endpoint.state == "DELETING":
        return course.seeing(None, "AgentRun is still deleting the endpoint that has the name; then")
    if endpoint.state in MOVING_STATES and not given.applied and given.delta:
        wire = endpoint.wire.model_copy(update={"status": "READY"})
        return _noted(course, given, decision).seeing(EndpointSeen.of(wire), "Once AgentRun has ended what it is at")
    if endpoint.state == "CREATE_FAILED":
        noted = _noted(course, given, decision)
        return noted if noted != course else None
    return None


def _noted(course: _Course, given: Input, decision: Decision) -> _Course:
    """The course once the status says what was decided."""
    if decision.verdict is None:
        return course
    return course.with_status(status_of(given, decision.verdict, course.body["status"]))


def _rested(course: _Course, given: Input, decision: Decision) -> Change:
    said = decision.verdict.synced if decision.verdict else None
    if problem := given.observed.problem:
        message = said.message if said else problem.message
        return Change(Action.BLOCKED, (), problem.reason.value, message, untold=course.look.untold)
    if said is not None and said.status != "True" and said.reason not in UNDER_WAY:
        return Change(Action.BLOCKED, _left(given), said.reason.value, said.message)
    if course.adopts:
        return _told(course, given, Action.ADOPT)
    if course.begun is not None and course.begun.running:
        return _told(course, given, Action.UPDATE)
    return _rolled(given, decision) or Change(Action.NONE, message=said.message if said else "")


def _rolled(given: Input, decision: Decision) -> Change | None:
    """What a rollout says of an object that rests; None if there is nothing to say."""
    said = decision.verdict.rolled_out if decision.verdict else None
    if said is None or given.desired.spec.target_version == given.desired.recorded.rollout.stable:
        return None
    action = Action.BLOCKED if said.reason in STANDING else Action.NONE
    return Change(action, reason=said.reason.value if action is Action.BLOCKED else "", message=said.message)


def _left(given: Input) -> tuple[Field, ...]:
    """What differs and is left so."""
    return _changed(given.delta) if given.observed.endpoint is not None and given.ours else ()


def _told(course: _Course, given: Input, action: Action, fields: tuple[Field, ...] = (), reason: str = "") -> Change:
    action = Action.ADOPT if course.adopts else action
    rollout = _of_rollout(given) if course.begun is not None and action is not Action.CREATE else ""
    told = (*course.notes, f"The {given.where}", rollout)
    return Change(action, fields, reason, ". ".join(text for text in told if text))


def _of_rollout(given: Input) -> str:
    memory, plan = given.desired.recorded.rollout, given.desired.plan
    if plan is None or not memory.running:
        return ""
    return (
        f"Rollout {memory.number}: version {memory.canary} gets {memory.weight}% in step {memory.step} of"
        f" {len(plan.steps)}, beside version {memory.stable}; the rest follows step by step"
    )


def _created(wanted: Comparable) -> tuple[Field, ...]:
    """The version, and what else is not as AgentRun has it unasked."""
    told = {"targetVersion": wanted.target_version} | {each.path: each.desired for each in delta(wanted, UNSET, None)}
    return tuple(Field(path, None, told[path]) for path in FIELDS if path in told)


def _changed(found: Delta) -> tuple[Field, ...]:
    return tuple(Field(each.path, each.observed, each.desired) for each in found)
