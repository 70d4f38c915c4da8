"""Judges a round of golden prompts: all answers of the new version, beside those of the stable one. Pure.

What is not known counts for the new version when it is to be failed, and against it when it is to be passed: so a round
fails only by what is certain, and passes only if everything is. Names and numbers go out, nothing else comes in.
"""

from __future__ import annotations

from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.reconcile.rollout.memory import Cause, Check
from agentrun_operator.reconcile.rollout.proof.expectation import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agentrun_operator.reconcile.rollout.proof.expectation import Judged
    from agentrun_operator.resources.rollout.analysis import AgainstStable, Probes, Prompt

PERCENT = 100

SHORTEST = 0.001
"""Seconds: no latency is taken for less, since everything is many times nothing."""


class Verdict(StrEnum):
    """What a check, or a round, says."""

    PASS = "Pass"  # noqa: S105 - no password
    FAIL = "Fail"
    INCONCLUSIVE = "Inconclusive"


class Pair(NamedTuple):
    """One question, and what both versions answered.

    Args:
        prompt: the prompt's name.
        canary: what the new version answered.
        stable: what the stable one did; None if it was not asked, or could not be.
    """

    prompt: str
    canary: Judged
    stable: Judged | None = None


class RoundVerdict(NamedTuple):
    """What a round says.

    Args:
        verdict: of all its checks.
        checks: what each says.
        cause: why it says nothing; None if it does.
        told: the same for people.
        wants_control: whether a control is missing.
    """

    verdict: Verdict
    checks: tuple[Check, ...] = ()
    cause: Cause | None = None
    told: str = ""
    wants_control: bool = False


class _Tally(NamedTuple):
    """Answers counted: the certain ones, and those that nobody knows."""

    right: int
    unknown: int
    asked: int

    @property
    def wrong(self) -> int:
        return self.asked - self.right - self.unknown

    @property
    def at_most(self) -> float:
        """Percent that are right if the unknown ones are."""
        return PERCENT * (self.right + self.unknown) / self.asked

    @property
    def at_least(self) -> float:
        return PERCENT * self.right / self.asked

    def __str__(self) -> str:
        return f"{self.right}/{self.asked}"


def judge_round(probes: Probes, pairs: Sequence[Pair]) -> RoundVerdict:
    """What a round says.

    Args:
        probes: what was asked for.
        pairs: every question of the round, each prompt as often as it was asked.
    """
    pairs = [pair._replace(canary=_blamed(pair)) for pair in pairs]
    rate = _rate_check(probes, pairs)
    checks = (
        *(_prompt_check(prompt, pairs, rate) for prompt in probes.prompts),
        rate,
        *(_against(probes.against_stable, pairs) if probes.against_stable else ()),
    )
    verdict = overall(checks)
    if verdict is not Verdict.INCONCLUSIVE:
        return RoundVerdict(verdict, checks)
    wants_control = any(pair.canary.outcome is Outcome.BROKEN and pair.stable is None for pair in pairs)
    cause, told = _why(pairs)
    return RoundVerdict(verdict, checks, cause, told, wants_control)


def overall(checks: Iterable[Check]) -> Verdict:
    """What checks say together: one that fails goes before one that says nothing."""
    found = {check.verdict for check in checks}
    return next((each for each in (Verdict.FAIL, Verdict.INCONCLUSIVE) if each in found), Verdict.PASS)


def _blamed(pair: Pair) -> Judged:
    """What the new version's answer counts as: one that failed by transport is wrong where the stable one's did not."""
    fell = pair.canary.outcome is Outcome.BROKEN and pair.stable is not None and pair.stable.answered
    return pair.canary._replace(outcome=Outcome.WRONG) if fell else pair.canary


def _tally(answers: Sequence[Judged]) -> _Tally:
    right = sum(each.outcome is Outcome.RIGHT for each in answers)
    wrong = sum(each.outcome is Outcome.WRONG for each in answers)
    return _Tally(right, len(answers) - right - wrong, len(answers))


def _stables(pairs: Sequence[Pair]) -> list[Judged]:
    return [pair.stable for pair in pairs if pair.stable]


def _prompt_check(prompt: Prompt, pairs: Sequence[Pair], rate: Check) -> Check:
    theirs = [pair for pair in pairs if pair.prompt == prompt.name]
    tally, stables = _tally([pair.canary for pair in theirs]), _stables(theirs)
    failed = tally.wrong and (prompt.required or rate.verdict == Verdict.FAIL)
    verdict = Verdict.FAIL if failed else Verdict.INCONCLUSIVE if tally.unknown else Verdict.PASS
    limit = f"{tally.asked}/{tally.asked}" if prompt.required else ""
    stable = str(_tally(stables)) if len(stables) == len(theirs) else ""
    return Check(prompt.name, verdict, str(tally), limit, stable)


def _rate_check(probes: Probes, pairs: Sequence[Pair]) -> Check:
    tally, stables = _tally([pair.canary for pair in pairs]), _stables(pairs)
    failed, unknown = tally.at_most < probes.min_pass_rate, tally.unknown > 0
    verdict = Verdict.FAIL if failed else Verdict.INCONCLUSIVE if unknown else Verdict.PASS
    stable = f"{_tally(stables).at_least:.0f}%" if len(stables) == len(pairs) else ""
    return Check("minPassRate", verdict, f"{tally.at_least:.0f}%", f"{probes.min_pass_rate}%", stable)


def _against(limits: AgainstStable, pairs: Sequence[Pair]) -> Iterable[Check]:
    canaries, stables = [pair.canary for pair in pairs], _stables(pairs)
    if limits.max_latency_ratio:
        times = [[each.seconds for each in those if each.answered] for those in (canaries, stables)]
        yield _latency_check(limits.max_latency_ratio, *times)
    if limits.max_token_ratio:
        tokens = [[each.tokens for each in those if each.answered] for those in (canaries, stables)]
        yield _token_check(limits.max_token_ratio, *tokens)
    if limits.max_pass_rate_drop is not None:
        yield _drop_check(limits.max_pass_rate_drop, canaries, stables, len(pairs))


def _latency_check(limit: str, canary: Sequence[float], stable: Sequence[float]) -> Check:
    name = "maxLatencyRatio"
    if not canary or not stable:
        return Check(name, Verdict.INCONCLUSIVE, limit=limit)
    mine, theirs = (max(SHORTEST, median(each)) for each in (canary, stable))
    return _ratio_check(name, limit, mine / theirs, f"{theirs:.2f}s")


def _token_check(limit: str, canary: Sequence[int | None], stable: Sequence[int | None]) -> Check:
    name = "maxTokenRatio"
    mine, theirs = ([each for each in those if each is not None] for those in (canary, stable))
    if not mine or not theirs or len(mine) < len(canary) or len(theirs) < len(stable):
        return Check(name, Verdict.INCONCLUSIVE, limit=limit)
    average = max(1.0, sum(theirs) / len(theirs))
    return _ratio_check(name, limit, sum(mine) / len(mine) / average, f"{average:.0f}")


def _ratio_check(name: str, limit: str, ratio: float, stable: str) -> Check:
    verdict = Verdict.PASS if ratio <= float(limit) else Verdict.FAIL
    return Check(name, verdict, f"{ratio:.2f}", limit, stable)


def _drop_check(limit: int, canary: Sequence[Judged], stable: Sequence[Judged], asked: int) -> Check:
    name = "maxPassRateDrop"
    if len(stable) < asked:
        return Check(name, Verdict.INCONCLUSIVE, limit=str(limit))
    mine, theirs = _tally(canary), _tally(stable)
    failed = theirs.at_least - mine.at_most > limit
    unknown = mine.unknown or theirs.unknown
    verdict = Verdict.FAIL if failed else Verdict.INCONCLUSIVE if unknown else Verdict.PASS
    drop = max(0.0, theirs.at_least - mine.at_least)
    return Check(name, verdict, f"{drop:.0f}", str(limit), f"{theirs.at_least:.0f}%")


def _why(pairs: Sequence[Pair]) -> tuple[Cause, str]:
    """Why a round says nothing, and what to do about it."""
    answers = [each for pair in pairs for each in (pair.canary, pair.stable) if each]
    refused = sorted({each.status for each in answers if each.outcome is Outcome.UNAVAILABLE and each.status})
    if refused:
        return Cause.PROBE_UNAVAILABLE, (
            f"AgentRun's data plane answers {', '.join(map(str, refused))} to the probes: check what the access key"
            " may invoke (401, 403), or ask less often (429)"
        )
    if any(pair.canary.outcome is Outcome.BROKEN and pair.stable is None for pair in pairs):
        return Cause.CONTROL_FAILED, "the new version does not answer, and the stable one was not asked yet"
    if any(each.outcome is Outcome.BROKEN for each in answers):
        return Cause.CONTROL_FAILED, (
            "the stable version does not answer the probes either, so that it is not known whose fault it is: look at"
            " the runtime, and at the network between it and the operator"
        )
    if any(each.outcome is Outcome.UNAVAILABLE for each in answers):
        return Cause.PROBE_UNAVAILABLE, "the probes cannot be asked: there are no credentials to sign with"
    return Cause.NO_DATA, "answers tell no usage, which maxTokens and maxTokenRatio need: have the agent send it"
