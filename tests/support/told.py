"""What a long piece of work says of itself, taken down."""

from __future__ import annotations


class Told:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps: list[str] = []
        self.work_left: float | None = None

    def stage(self, text: str, total: int | None = None, work: float | None = None) -> None:
        self.stages.append((text, total))
        self.work_left = work

    def advance(self, what: str, work: float = 1.0) -> None:
        self.steps.append(what)
        if self.work_left is not None:
            self.work_left -= work
