"""One round of golden prompts: the new version is asked each, and the stable one to compare, or as the control.

Each answer is judged where it came in; what goes on of it is whether it was right, and numbers.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from agentrun_operator.agentrun.api.errors import AgentRunError
from agentrun_operator.agentrun.endpoint.chat.probing import Question
from agentrun_operator.reconcile.rollout.probe_endpoints import CANARY, STABLE
from agentrun_operator.reconcile.rollout.proof.expectation import Judged, Outcome, judged
from agentrun_operator.reconcile.rollout.proof.judge import Pair, RoundVerdict, Verdict, judge_round
from agentrun_operator.resources.rollout.fields import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractAsyncContextManager

    from agentrun_operator.agentrun.endpoint.chat.probing import Prober
    from agentrun_operator.resources.rollout.analysis import Probes, Prompt

PARALLEL = 2
"""Prompts of a round that are asked at the same time: as many as a namespace may ask where others wait."""

LONG = 8 * 1024
"""Characters of an answer from which on it is judged beside the event loop: others go on meanwhile."""

IN_VAIN = 3
"""Prompts without an answer from either version, after which the rest of a round is not asked."""

UNASKED = Judged(Outcome.UNAVAILABLE)


class Asked(NamedTuple):
    """A question that was answered, for the metrics.

    Args:
        role: `canary` or `stable`.
        judged: what the answer was.
    """

    role: str
    judged: Judged


class ProbingRound:
    """A round that is being made."""

    def __init__(
        self,
        probes: Probes,
        prober: Prober,
        runtime_name: str,
        names: Mapping[str, str],
        *,
        turn: Callable[[], AbstractAsyncContextManager[None]],
        told: Callable[[Asked], None],
    ) -> None:
        """Prepare it.

        Args:
            probes: what is asked, and what the answers have to be like.
            prober: asks.
            runtime_name: the runtime's name.
            names: the endpoint's name for each role that may be asked.
            turn: waits until a call may go out.
            told: is told of each answer.
        """
        self._probes = probes
        self._prober = prober
        self._runtime_name = runtime_name
        self._names = names
        self._turn = turn
        self._told = told
        self._opened: dict[str, asyncio.Task[Judged]] = {}
        self._pairs: list[Pair] = []

    async def run(self) -> RoundVerdict:
        """Ask everything, or as much as tells what the round says."""
        waiting = list(self._questions())
        asking = waiting[::-1]
        tasks = [asyncio.create_task(self._work(asking, len(waiting))) for _ in range(PARALLEL)]
        try:
            await asyncio.gather(*tasks)
        finally:
            opened = self._opened.values()
            for task in (*tasks, *opened):
                task.cancel()
            await asyncio.gather(*tasks, *opened, return_exceptions=True)
        return judge_round(self._probes, self._with_unasked())

    def _questions(self) -> Iterator[Prompt]:
        for _ in range(self._probes.repeat):
            yield from self._probes.prompts

    async def _work(self, asking: list[Prompt], total: int) -> None:
        while asking and not self._is_certain(total):
            prompt = asking.pop()
            self._pairs.append(await self._pair(prompt))

    def _is_certain(self, total: int) -> bool:
        """Whether the rest need not be asked: to wait for answers that do not come takes long, and tells nothing."""
        broken = [pair for pair in self._pairs if not pair.canary.answered]
        if not broken:
            return False
        in_vain = [pair for pair in broken if pair.stable is None or not pair.stable.answered]
        if len(in_vain) >= IN_VAIN:
            return True
        return len(self._pairs) < total and judge_round(self._probes, self._with_unasked()).verdict is Verdict.FAIL

    def _with_unasked(self) -> list[Pair]:
        """All pairs of the round: what was not asked is not known."""
        left = {prompt.name: self._probes.repeat for prompt in self._probes.prompts}
        for pair in self._pairs:
            left[pair.prompt] -= 1
        return [*self._pairs, *(Pair(name, UNASKED) for name, count in left.items() for _ in range(count))]

    async def _pair(self, prompt: Prompt) -> Pair:
        canary = await self._answer(CANARY, prompt)
        control = canary.outcome is Outcome.BROKEN or self._probes.against_stable
        if not control or STABLE not in self._names:
            return Pair(prompt.name, canary)
        return Pair(prompt.name, canary, await self._answer(STABLE, prompt))

    async def _answer(self, role: str, prompt: Prompt) -> Judged:
        await self._open(role)
        found = await self._asked(role, prompt)
        self._told(Asked(role, found))
        return found

    async def _open(self, role: str) -> None:
        """Have a version awake before it is measured: an instance may have to start."""
        if role not in self._opened:
            self._opened[role] = asyncio.create_task(self._asked(role, self._probes.prompts[0]))
        await asyncio.shield(self._opened[role])

    async def _asked(self, role: str, prompt: Prompt) -> Judged:
        messages = [(message.role.value, message.content) for message in prompt.messages]
        question = Question(messages, self._probes.max_tokens, float(seconds(self._probes.timeout)))
        async with self._turn():
            try:
                reply = await self._prober.ask(self._runtime_name, self._names[role], question)
            except AgentRunError:
                return Judged(Outcome.UNAVAILABLE)
        if len(reply.text) < LONG:
            return judged(reply, prompt.expect)
        return await asyncio.to_thread(judged, reply, prompt.expect)
