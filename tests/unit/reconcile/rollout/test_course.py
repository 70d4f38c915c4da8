"""The table of progressive delivery, row by row: what is recorded next, and why."""

from agentrun_operator.reconcile.rollout.memory import Cause, Check, Memory, Phase
from agentrun_operator.reconcile.rollout.plan import PlanStep
from agentrun_operator.reconcile.rollout.proof.evidence import Evidence
from agentrun_operator.reconcile.rollout.situation import Goal, Seen
from agentrun_operator.reconcile.state.comparable import Weight
from agentrun_operator.resources.names import LATEST
from support.rollout_situations import (
    AT_25,
    BAKING,
    BY_TIME,
    EDITED,
    GATED,
    HOLDS,
    PLAIN,
    PLAN,
    PROVED,
    PUBLISHED,
    RESTING,
    ROLLING,
    STANDING,
    STEPS,
    UNPROVED,
    a_situation,
    ago,
    decided,
    each,
    row,
)

BAKES, BAKES_PROVED = STANDING._replace(settled_at=BAKING), PROVED._replace(since=BAKING)
LAST, LAST_PROVED = STANDING._replace(step=3, weight=100), PROVED._replace(step=3)
FOUR = Goal("4", latest=True, published=PUBLISHED)
FIVE = Goal("5", latest=True, published=PUBLISHED)
OVER = ROLLING._replace(proved_by=ago(1))
FAILED = RESTING._replace(number=7, phase=Phase.ROLLED_BACK, cause=Cause.ANALYSIS_FAILED, failed_plan=PLAN.id("4"))
WAITING = STANDING._replace(phase=Phase.AWAITING_APPROVAL)
UNSETTLED = ", settled_at=None"
REPLACED = "number=8, canary=5, plan=<block of 5>, step=1, weight=5, settled_at=None"
BEGUN = "canary=4, plan=<block of 4>, step=1, weight=5, phase=Progressing"
ENDED = "canary=-, plan=-, step=0, weight=0, settled_at=None"
BAD = Check("refund", "Fail", "3/4", "4/4")
GOOD = Check("orders", "Pass")

FIRST = [
    row(
        "failing rounds",
        a_situation(evidence=PROVED._replace(failing=1)),
        records="step=3, weight=100, settled_at=None",
        because="one failing round is borne, and the table goes on: what steps forward counts anew",
    ),
    row(
        "failing rounds that are too many by far",
        a_situation(HOLDS, (STANDING), evidence=PROVED._replace(failing=9)),
        records="failures=2, phase=Held, cause=AnalysisFailed",
        because="what is counted without end is written without end",
    ),
    row(
        "failing rounds of another step",
        a_situation(memory=ROLLING._replace(settled_at=BAKING), evidence=PROVED._replace(step=1, failing=9)),
        records="",
        because="a late answer says nothing of this step",
    ),
    row(
        "no stable version, and an endpoint that serves the goal",
        a_situation(memory=Memory(), goal="3", seen=PLAIN),
        records="stable=3",
        because="what is served is what is stable",
    ),
    row(
        "no stable version, and an endpoint that serves another",
        a_situation(memory=Memory(), seen=PLAIN),
        records=f"number=1, stable=3, {BEGUN}",
        because="the same record that names the stable version begins: nothing comes in between",
    ),
    row(
        "no stable version and no endpoint",
        a_situation(memory=Memory(), seen=None),
        records="stable=4",
        because="a new endpoint is made with the goal: nobody has a session to lose",
    ),
    row(
        "a canary made by hand that is the goal",
        a_situation(memory=Memory(), seen=Seen("3", (Weight("4", 20),))),
        records="number=1, stable=3, canary=4, plan=<block of 4>, step=2, weight=25, phase=Progressing",
        because="it keeps its share, and goes to the first step that is not below it",
    ),
    row(
        "a canary made by hand, above every step",
        a_situation(PLAN._replace(steps=STEPS[:2]), Memory(), seen=Seen("3", (Weight("4", 60),))),
        records="number=1, stable=3, canary=4, plan=<block of 4>, step=2, weight=60, phase=Progressing",
        because="it keeps its share at the last step",
    ),
    row(
        "a canary made by hand while the goal is unknown",
        a_situation(memory=Memory(), goal=None, seen=AT_25),
        records="phase=Held, cause=VersionUnknown",
        because="to name a stable version alone would take the canary away",
    ),
    row(
        "a canary made by hand during a freeze",
        a_situation(memory=Memory(), seen=AT_25, frozen=True),
        records="phase=Held, cause=Frozen",
        because="to name a stable version alone would take the canary away",
    ),
    row(
        "two canaries made by hand",
        a_situation(memory=Memory(), seen=Seen("3", (Weight("2", 10), Weight("4", 10)))),
        records="number=1, stable=3, canary=4, plan=<block of 4>, step=2, weight=25, phase=Progressing",
        because="the goal keeps its share and the other makes room in the same PUT",
    ),
    row(
        "a canary made by hand that the spec does not want",
        a_situation(memory=Memory(), goal="3", seen=AT_25),
        records="stable=3",
        because="the goal has all traffic",
    ),
    row(
        "an endpoint that follows LATEST",
        a_situation(memory=Memory(), goal=FOUR, seen=Seen(LATEST)),
        records=f"number=1, stable=LATEST, {BEGUN}",
        because="the word is what is served until the first promotion pins it",
    ),
    row(
        "a target that is not published any more, without a canary",
        a_situation(memory=Memory(), seen=Seen("9")),
        records="stable=9, phase=Held, cause=VersionUnknown",
        because="a revert would lead nowhere",
    ),
    row(
        "no stable version, no endpoint and no goal",
        a_situation(memory=Memory(), goal=None, seen=None),
        records="phase=Held, cause=VersionUnknown",
        because="nobody knows what to make",
    ),
    row(
        "a lost status",
        a_situation(memory=Memory(), seen=AT_25, request="approve 41 25"),
        records="number=42, stable=3, canary=4, plan=<block of 4>, step=2, weight=25, phase=Progressing",
        because="the annotation may name a number that was used; and the canary keeps its share",
    ),
]

ENDINGS = [
    row(
        "abort",
        a_situation(request="abort 7"),
        records=f"{ENDED}, phase=RolledBack, cause=Aborted, failed_plan=<block of 4>, last_request=abort 7",
        because="a person had enough, and the plan is not to begin again by itself",
    ),
    row(
        "abort of another rollout",
        a_situation(
            memory=STANDING._replace(settled_at=BAKING), request="abort 6", evidence=PROVED._replace(since=BAKING)
        ),
        records="",
        because="it was meant for that one",
    ),
    row(
        "abort that was answered",
        a_situation(memory=STANDING._replace(last_request="abort 7", settled_at=BAKING), request="abort 7"),
        records="",
        because="one request is answered once",
    ),
    row(
        "the goal taken back",
        a_situation(goal="3", evidence=UNPROVED),
        records=f"{ENDED}, phase=None",
        because="nothing failed, so that the version may be tried again",
    ),
    row(
        "the goal taken back of what failed just now",
        a_situation(goal="3", evidence=PROVED._replace(failing=2)),
        records=f"{ENDED}, phase=None",
        because="that it is not wanted comes before whether it is good",
    ),
    row(
        "the goal taken back during a freeze",
        a_situation(goal="3", frozen=True),
        records=f"{ENDED}, phase=None",
        because="a revert goes on whatever is frozen",
    ),
    row(
        "more failing rounds than are borne",
        a_situation(evidence=PROVED._replace(failing=2, checks=(BAD, GOOD))),
        records=f"{ENDED}, phase=RolledBack, cause=AnalysisFailed, failed_plan=<block of 4>, checks=refund",
        because="it fails before any gate is asked, and what failed stays to be read",
    ),
    row(
        "failed while it waits for approval",
        a_situation(GATED, WAITING, evidence=PROVED._replace(failing=2)),
        records=f"{ENDED}, phase=RolledBack, cause=AnalysisFailed, failed_plan=<block of 4>",
        because="failure comes before gates",
    ),
    row(
        "failed while held",
        a_situation(memory=STANDING._replace(held=True, phase=Phase.HELD), evidence=PROVED._replace(failing=2)),
        records=f"{ENDED}, held=False, phase=RolledBack, cause=AnalysisFailed, failed_plan=<block of 4>",
        because="a hold stops steps and keeps the protection",
    ),
    row(
        "failed during a freeze",
        a_situation(memory=STANDING._replace(phase=Phase.HELD), frozen=True, evidence=PROVED._replace(failing=2)),
        records=f"{ENDED}, phase=RolledBack, cause=AnalysisFailed, failed_plan=<block of 4>",
        because="a freeze stops steps and keeps the protection",
    ),
    row(
        "failed while somebody changed the endpoint, which is reported alone",
        a_situation(drifted=True, seen=PLAIN, evidence=PROVED._replace(failing=2)),
        records=f"{ENDED}, phase=RolledBack, cause=AnalysisFailed, failed_plan=<block of 4>",
        because="failures still revert",
    ),
    row(
        "too long without proof",
        a_situation(memory=OVER, evidence=UNPROVED._replace(passed=0, passed_at=None)),
        records=f"{ENDED}, phase=RolledBack, cause=DeadlineExceeded, failed_plan=<block of 4>",
        because="no data is never a pass, and not for ever nothing",
    ),
    row(
        "too long without being settled",
        a_situation(memory=OVER._replace(settled_at=None), seen=PLAIN, not_converging=True, evidence=Evidence()),
        records=f"{ENDED[: -len(UNSETTLED)]}, phase=RolledBack, cause=DeadlineExceeded, failed_plan=<block of 4>",
        because="a step that AgentRun does not take ends too",
    ),
    row(
        "too long, but a round passed meanwhile",
        a_situation(memory=OVER, evidence=UNPROVED),
        records="",
        because="the clock runs from each passing round",
    ),
    row(
        "too long under onFailure Hold",
        a_situation(HOLDS, (OVER), evidence=UNPROVED._replace(passed=0, passed_at=None)),
        records="phase=Held, cause=DeadlineExceeded",
        because="it stays where it is, and somebody is told",
    ),
    row(
        "too long, by time alone, once settled",
        a_situation(BY_TIME, (OVER._replace(settled_at=BAKING))),
        records="",
        because="without analysis only unsettled time counts",
    ),
]

BEGINNINGS = [
    row(
        "an unknown goal",
        a_situation(goal=None),
        records="phase=Held, cause=VersionUnknown",
        because="nobody knows whether it is still wanted",
    ),
    row(
        "an unknown goal, and a drift",
        a_situation(goal=None, seen=PLAIN),
        records="settled_at=None, phase=Held, cause=VersionUnknown",
        because="what was proved before the drift proves nothing after it",
    ),
    row(
        "an unknown goal at rest",
        a_situation(memory=RESTING, goal=None, seen=PLAIN),
        records="phase=Held, cause=VersionUnknown",
        because="a number that is not published is told of",
    ),
    row(
        "an unknown goal after a revert",
        a_situation(memory=FAILED, goal=None, seen=PLAIN),
        records="",
        because="why it was taken back stays told",
    ),
    row(
        "a plan that failed",
        a_situation(memory=FAILED, seen=PLAIN),
        records="",
        because="it does not begin again by itself",
    ),
    row(
        "a plan that failed, under way again by a goal edited to and fro",
        a_situation(memory=ROLLING._replace(canary="5", failed_plan=PLAN.id("4"))),
        records=f"{ENDED}, phase=RolledBack",
        because="the other version is not wanted any more, and this one failed",
    ),
    row(
        "a plan that failed, retried",
        a_situation(memory=FAILED, seen=PLAIN, request="retry 7"),
        records=f"number=8, {BEGUN}, cause=None, failed_plan=-, last_request=retry 7",
        because="a person asked for it",
    ),
    row(
        "a plan that failed, retried during a freeze",
        a_situation(memory=FAILED, seen=PLAIN, request="retry 7", frozen=True),
        records="",
        because="nothing begins in a freeze, and why it was taken back stays told",
    ),
    row(
        "a plan that failed, promoted",
        a_situation(memory=FAILED, seen=PLAIN, request="promote 7"),
        records="stable=4, history=3+2+1, phase=None, cause=None, failed_plan=-, last_request=promote 7",
        because="a person asked for it",
    ),
    row(
        "a retry of a plan that was edited since",
        a_situation(EDITED, FAILED, seen=PLAIN, request="retry 7"),
        records="number=8, canary=4, plan=<edited of 4>, step=1, weight=5, phase=Progressing, cause=None",
        because="the edit is a new try by itself, and the request was about another",
    ),
    row(
        "a promotion of a failed plan whose goal was edited since",
        a_situation(memory=FAILED, goal="5", seen=PLAIN, request="promote 7"),
        records="number=8, canary=5, plan=<block of 5>, step=1, weight=5, phase=Progressing, cause=None",
        because="the request was about version 4",
    ),
    row(
        "an edited goal after a failure",
        a_situation(memory=FAILED, goal="5", seen=PLAIN),
        records="number=8, canary=5, plan=<block of 5>, step=1, weight=5, phase=Progressing, cause=None",
        because="another version is a new try; that the former one failed is remembered until one is promoted",
    ),
    row(
        "a failed plan of another form",
        a_situation(memory=FAILED._replace(failed_plan="0:abc"), seen=PLAIN),
        records="failed_plan=<block of 4>",
        because="an upgrade is no edit",
    ),
    row(
        "a plan of another form, under way",
        a_situation(memory=STANDING._replace(plan="0:abc", failed_plan="0:def", settled_at=BAKING)),
        records="plan=<block of 4>, failed_plan=-",
        because="an upgrade is no edit, and what runs has not failed",
    ),
    row(
        "the stable version is wanted",
        a_situation(memory=RESTING, goal="3", seen=PLAIN),
        records="",
        because="there is nothing to do",
    ),
    row(
        "the stable version is wanted after a failure",
        a_situation(memory=FAILED, goal="3", seen=PLAIN),
        records="phase=None, cause=None, failed_plan=-",
        because="the goal was edited: the version may be tried again",
    ),
    row(
        "Immediate",
        a_situation(PLAN._replace(immediate=True), RESTING, seen=PLAIN),
        records="stable=4, history=3+2+1",
        because="this generation skips the steps",
    ),
    row(
        "Immediate during a freeze",
        a_situation(PLAN._replace(immediate=True), RESTING, seen=PLAIN, frozen=True),
        records="phase=Held, cause=Frozen",
        because="nothing goes forward in a freeze",
    ),
    row(
        "promoted by a person",
        a_situation(memory=ROLLING._replace(held=True), request="promote 7", evidence=UNPROVED),
        records=f"stable=4, history=3+2+1, {ENDED}, held=False, phase=None, last_request=promote 7",
        because="the rest is skipped, also of a rollout that is held",
    ),
    row(
        "promoted by a person during a freeze",
        a_situation(request="promote 7", frozen=True),
        records="phase=Held, cause=Frozen",
        because="it waits until the freeze is over",
    ),
    row(
        "promoted by a person while the goal was edited",
        a_situation(goal="5", request="promote 7"),
        records="number=8, canary=5, plan=<block of 5>, step=1, weight=5, settled_at=None",
        because="the request was about version 4",
    ),
    row(
        "back to a version that was stable",
        a_situation(memory=RESTING, goal="2", seen=PLAIN),
        records="stable=2, history=3+1",
        because="going back needs no steps",
    ),
    row(
        "back to a version that was stable, during a freeze",
        a_situation(memory=RESTING, goal="2", seen=PLAIN, frozen=True),
        records="stable=2, history=3+1",
        because="reverts go on",
    ),
    row(
        "back to a version that was stable too long ago",
        a_situation(PLAN._replace(rollback_window=1), RESTING, goal="1", seen=PLAIN),
        records="number=7, canary=1, plan=<block of 1>, step=1, weight=5, phase=Progressing",
        because="the window is one version wide",
    ),
    row(
        "a new version",
        a_situation(memory=RESTING, seen=PLAIN),
        records=f"number=7, {BEGUN}",
        because="it begins at the first step",
    ),
    row(
        "a new version while AgentRun still shows the one that was taken back",
        a_situation(memory=RESTING, seen=Seen("3", (Weight("4", 50),))),
        records=f"number=7, {BEGUN}",
        because="after the first rollout a share on the wire is no share by hand",
    ),
    row(
        "a new version during a freeze",
        a_situation(memory=RESTING, seen=PLAIN, frozen=True),
        records="phase=Held, cause=Frozen",
        because="no rollout begins",
    ),
    row(
        "a new version while stable does not exist",
        a_situation(memory=RESTING, goal=Goal("4", published=frozenset({"4"})), seen=PLAIN),
        records="phase=Held, cause=VersionUnknown",
        because="a revert would lead nowhere",
    ),
    row(
        "a new version in the middle of a rollout",
        a_situation(goal="5"),
        records="number=8, canary=5, plan=<block of 5>, step=1, weight=5, settled_at=None",
        because="it takes the other's place in one PUT, and stable stays",
    ),
    row(
        "a new version in the middle of a rollout that is held",
        a_situation(memory=STANDING._replace(held=True, phase=Phase.HELD, cause=Cause.REQUESTED), goal="5"),
        records=f"{REPLACED}, phase=Progressing, cause=None",
        because="the hold is remembered: only resume, abort or promotion lifts it",
    ),
    row(
        "a new version in the middle of a rollout, during a freeze",
        a_situation(memory=STANDING, goal="5", frozen=True),
        records="phase=Held, cause=Frozen",
        because="none is replaced",
    ),
    row(
        "a newer version under LATEST",
        a_situation(memory=STANDING._replace(settled_at=BAKING), goal=FIVE, evidence=PROVED._replace(since=BAKING)),
        records="",
        because="the one under way ends first",
    ),
    row(
        "a newer version under LATEST, afterwards",
        a_situation(memory=RESTING, goal=FIVE, seen=PLAIN),
        records="number=7, canary=5, plan=<block of 5>, step=1, weight=5, phase=Progressing",
        because="the newest has its turn, those between are skipped",
    ),
    row(
        "an edited block",
        a_situation(EDITED._replace(steps=(STEPS[0], PlanStep(50, 1, approval=False)))),
        records="number=8, plan=<edited of 4>, weight=50, settled_at=None",
        because="the first step whose weight is not below the present one, and proof anew",
    ),
    row(
        "an edited block whose steps are all below",
        a_situation(EDITED._replace(steps=STEPS[:1])),
        records="number=8, plan=<edited of 4>, step=1, settled_at=None",
        because="the share does not fall",
    ),
    row(
        "an edited block during a freeze",
        a_situation(EDITED, STANDING, frozen=True),
        records="phase=Held, cause=Frozen",
        because="an edit is a step forward too",
    ),
]

GOING_ON = [
    row(
        "not there yet",
        a_situation(seen=AT_25._replace(updating=True, serves=False)),
        records="settled_at=None",
        because="AgentRun is at it",
    ),
    row(
        "drift that is changed back",
        a_situation(seen=PLAIN),
        records="settled_at=None",
        because="proof begins anew",
    ),
    row(
        "drift that is reported",
        a_situation(seen=PLAIN, drifted=True),
        records="settled_at=None, phase=Held, cause=Drifted",
        because="it is left, and nothing goes on meanwhile",
    ),
    row(
        "drift elsewhere that is reported",
        a_situation(drifted=True),
        records="phase=Held, cause=Drifted",
        because="what is served is not what was asked for",
    ),
    row(
        "not converging",
        a_situation(memory=ROLLING._replace(settled_at=None), seen=PLAIN, not_converging=True),
        records="phase=Held, cause=NotConverging",
        because="the deadline ends that",
    ),
    row(
        "no endpoint any more",
        a_situation(seen=None),
        records="settled_at=None",
        because="it is made anew, and proved anew",
    ),
    row(
        "settled",
        a_situation(memory=ROLLING._replace(settled_at=None)),
        records="settled_at=+0s",
        because="from now on it bakes",
    ),
    row(
        "held by a person",
        a_situation(request="hold 7"),
        records="held=True, phase=Held, cause=Requested, last_request=hold 7",
        because="it is proved and goes no further",
    ),
    row(
        "still held after other requests",
        a_situation(
            memory=STANDING._replace(held=True, phase=Phase.HELD, cause=Cause.REQUESTED, last_request="hold 7"),
            request="retry 7",
        ),
        records="",
        because="no other verb lifts a hold",
    ),
    row(
        "resumed",
        a_situation(
            memory=STANDING._replace(held=True, phase=Phase.HELD, cause=Cause.REQUESTED, settled_at=BAKING),
            request="resume 7",
            evidence=PROVED._replace(since=BAKING),
        ),
        records="held=False, phase=Progressing, cause=None, last_request=resume 7",
        because="it goes on where it was",
    ),
    row(
        "held by a freeze",
        a_situation(memory=STANDING, frozen=True),
        records="phase=Held, cause=Frozen",
        because="no step forward",
    ),
    row(
        "bakes",
        a_situation(memory=BAKES, evidence=BAKES_PROVED),
        records="",
        because="proof alone is not enough",
    ),
    row(
        "one passing round",
        a_situation(evidence=UNPROVED),
        records="",
        because="two are asked for",
    ),
    row(
        "no round at all",
        a_situation(evidence=PROVED._replace(number=0)),
        records="",
        because="no data is no pass: the evidence is another rollout's",
    ),
    row(
        "proof from before a drift",
        a_situation(evidence=PROVED._replace(since=BAKING)),
        records="",
        because="it was proved under another settling",
    ),
    row(
        "the last round said nothing",
        a_situation(evidence=PROVED._replace(inconclusive=Cause.NO_DATA)),
        records="phase=Held, cause=NoData",
        because="no data is never a pass",
    ),
    row(
        "a verdict that changes",
        a_situation(evidence=UNPROVED._replace(checks=(BAD, GOOD))),
        records="checks=refund+orders",
        because="it is shown once it says something else",
    ),
    row(
        "a verdict that stays, with other numbers",
        a_situation(
            memory=ROLLING._replace(checks=(GOOD,)), evidence=UNPROVED._replace(checks=(GOOD._replace(value="9/9"),))
        ),
        records="",
        because="or each round would be a write",
    ),
    row(
        "wants approval",
        a_situation(GATED, (STANDING)),
        records="phase=AwaitingApproval",
        because="a person has to agree",
    ),
    row(
        "wants approval, and one stands already",
        a_situation(GATED, (STANDING), request="approve 7 25"),
        records="phase=AwaitingApproval, last_request=approve 7 25",
        because="nobody had seen the step wait: it is recorded so that it never counts, a restart or not",
    ),
    row(
        "an approval that stood before",
        a_situation(GATED, WAITING._replace(last_request="approve 7 25"), request="approve 7 25"),
        records="",
        because="it opens nothing, however often it is looked at",
    ),
    row(
        "an approval that stood before, taken away",
        a_situation(GATED, WAITING._replace(last_request="approve 7 25")),
        records="last_request=-",
        because="set again, it is a new one",
    ),
    row(
        "approved",
        a_situation(GATED, WAITING, request="approve 7 25"),
        records="step=3, weight=100, settled_at=None, phase=Progressing, last_request=approve 7 25",
        because="the record that takes the step names the approval",
    ),
    row(
        "approved, for another weight",
        a_situation(GATED, WAITING, request="approve 7 5"),
        records="",
        because="it was meant for another step",
    ),
    row(
        "approved, for another rollout",
        a_situation(GATED, WAITING, request="approve 6 25"),
        records="",
        because="it was meant for another rollout",
    ),
    row(
        "approved, without a weight",
        a_situation(GATED, WAITING, request="approve 7"),
        records="",
        because="an approval opens one gate",
    ),
    row(
        "the last step",
        a_situation(memory=LAST, seen=Seen("4"), evidence=LAST_PROVED),
        records=f"stable=4, history=3+2+1, {ENDED}, phase=None",
        because="it is promoted, and the wire stays as it is",
    ),
    row(
        "the last step, below 100",
        a_situation(PLAN._replace(steps=STEPS[:2]), STANDING),
        records=f"stable=4, history=3+2+1, {ENDED}, phase=None",
        because="what stands last is followed by promotion",
    ),
    row(
        "the last step, from LATEST",
        a_situation(
            memory=STANDING._replace(stable=LATEST, step=3, weight=100),
            seen=Seen("4"),
            evidence=PROVED._replace(step=3),
        ),
        records=f"stable=4, {ENDED}, phase=None",
        because="the word is no version to go back to",
    ),
    row(
        "the next step",
        a_situation(memory=STANDING._replace(checks=(BAD, GOOD), failures=1)),
        records="step=3, weight=100, settled_at=None, failures=0, checks=orders",
        because="proved and baked; what failed in a step is not said of the next",
    ),
    row(
        "the next step of a share that is above it",
        a_situation(
            PLAN._replace(steps=(STEPS[0], STEPS[1], PlanStep(50, 1, approval=False))),
            STANDING._replace(weight=60),
            seen=Seen("3", (Weight("4", 60),)),
        ),
        records="step=3, settled_at=None",
        because="the share does not fall",
    ),
    row(
        "the next step by time alone",
        a_situation(BY_TIME, (ROLLING), evidence=PROVED._replace(number=0)),
        records="step=3, weight=100, settled_at=None",
        because="the plan asks for no proof",
    ),
]

AWAY = [
    row(
        "AgentRun unreachable",
        a_situation(blind=True, seen=None, evidence=PROVED._replace(failing=9)),
        records="",
        because="not the canary's fault: no step, no revert, no rounds counted",
    ),
    row(
        "AgentRun unreachable, and aborted",
        a_situation(blind=True, seen=None, request="abort 7"),
        records="",
        because="no revert: it is answered once AgentRun is there again",
    ),
    row(
        "AgentRun unreachable, and held",
        a_situation(blind=True, seen=None, request="hold 7"),
        records="held=True, last_request=hold 7",
        because="a hold needs nobody",
    ),
    row(
        "AgentRun unreachable at first sight",
        a_situation(memory=Memory(), blind=True, seen=None),
        records="",
        because="that nothing is seen is not that nothing is there",
    ),
    row(
        "paused",
        a_situation(paused=True, evidence=PROVED._replace(failing=9)),
        records="settled_at=None, phase=Held, cause=Requested",
        because="no write at all, so no revert; and all is proved anew afterwards",
    ),
    row(
        "paused at rest",
        a_situation(memory=RESTING, paused=True),
        records="",
        because="nothing begins",
    ),
]


@each(FIRST)
def test_what_is_news_in_any_case(row):
    assert decided(row) == row.records, row.because


@each(ENDINGS)
def test_what_ends_a_rollout(row):
    assert decided(row) == row.records, row.because


@each(BEGINNINGS)
def test_what_is_rolled_out(row):
    assert (
        decided(row).replace(row.given.plan.id("4") if row.given.plan.digest == "other" else "OTHER", "OTHER")
        == row.records
    ), row.because


@each(GOING_ON)
def test_how_a_rollout_goes_on(row):
    assert decided(row) == row.records, row.because


@each(AWAY)
def test_what_nobody_can_help(row):
    assert decided(row) == row.records, row.because
