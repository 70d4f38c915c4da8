"""The secrets that were lately used to call, and where they stand in a text: a service that echoes one is not repeated.

Nothing is logged or asked here. A secret is looked for as it is, percent-encoded and in base64. What may be looked for
in the texts of others has to look like a key: nobody can have their words taken out by calling them a secret.
"""

from __future__ import annotations

import base64
import re
import time
from collections import OrderedDict
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from agentrun_operator.agentrun.auth.credentials import Credentials

MASK = "**********"

SHORTEST = 8
"""Characters of the shortest secret that is looked for in the answers to its own calls."""

LONGEST = 8192
"""Characters of a secret that are looked for; headers are no longer."""

KEPT = 512
"""Secrets that are remembered; the one that was used least recently goes first."""

KEPT_FOR = 3600.0
"""Seconds for which a secret is remembered after its last use: a rotated one stays valid for a while."""

GRAM = 10
STRIDE = 11
"""Whatever has GRAM + STRIDE - 1 characters has a piece of GRAM that begins at a multiple of STRIDE, so that only these
pieces of a text are compared, however many secrets there are."""

_KEY = re.compile(rf"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=]{{{GRAM + STRIDE - 1},}}")
VARIED = 10
"""Different characters that a key has at least."""


class Redactor:
    """The secrets of one client, or of many, and the texts in which they stand.

    Args:
        others: whether texts are searched that are not the secrets' owners': only for what looks like a key.
        clock: the time in seconds.
    """

    def __init__(self, *, others: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._others = others
        self._clock = clock
        self._used: OrderedDict[str, float] = OrderedDict()
        self._forms: dict[str, frozenset[str]] = {}
        self._grams: dict[str, set[str]] = {}

    def note(self, credentials: Credentials) -> None:
        """Credentials sign a request now."""
        now = self._clock()
        for secret in (credentials.access_key_secret, credentials.security_token):
            if secret is not None and self._counts(secret.reveal()[:LONGEST]):
                self._used[secret.reveal()[:LONGEST]] = now
                self._used.move_to_end(secret.reveal()[:LONGEST])
        if self._used.keys() != self._forms.keys() or self._outdated(now):
            self._index(now)

    def found_in(self, text: str) -> list[str]:
        """The forms of secrets that stand in a text, the longest first."""
        suspects = self._suspects(text) if self._others else {form for each in self._forms.values() for form in each}
        return sorted((form for form in suspects if form in text), key=len, reverse=True)

    def _counts(self, secret: str) -> bool:
        if not self._others:
            return len(secret) >= SHORTEST
        return bool(_KEY.fullmatch(secret)) and len(set(secret)) >= VARIED

    def _outdated(self, now: float) -> bool:
        return next(iter(self._used.values()), now) < now - KEPT_FOR

    def _index(self, now: float) -> None:
        """Forget what is old or too much, and note how the rest may be written."""
        while len(self._used) > KEPT or self._outdated(now):
            self._used.popitem(last=False)
        self._forms = {secret: self._forms.get(secret) or frozenset(_forms(secret)) for secret in self._used}
        self._grams = {}
        for form in (form for forms in self._forms.values() for form in forms):
            for start in range(STRIDE):
                self._grams.setdefault(form[start : start + GRAM], set()).add(form)

    def _suspects(self, text: str) -> set[str]:
        if not self._grams:
            return set()
        pieces = {text[start : start + GRAM] for start in range(0, len(text), STRIDE)}
        return set[str]().union(*(self._grams[piece] for piece in pieces & self._grams.keys()))


def _forms(secret: str) -> Iterator[str]:
    """How a text may write a secret."""
    encoded = quote(secret, safe="")
    yield from (secret, secret.replace("/", "\\/"), encoded, quote(secret), quote(encoded, safe=""))
    yield re.sub("%..", lambda found: found[0].lower(), encoded)
    for start in range(3):  # in base64 it looks another way by where it begins
        yield from (form for form in _in_base64(secret.encode(), start) if len(form) >= SHORTEST)


def _in_base64(secret: bytes, start: int) -> Iterable[str]:
    """The characters that a secret alone decides, with `start` bytes before it and any behind."""
    whole = base64.b64encode(bytes(start) + secret).decode()
    decided = whole[-(-start * 4 // 3) : (start + len(secret)) * 8 // 6]
    return decided, decided.replace("+", "-").replace("/", "_")
