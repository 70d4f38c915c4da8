"""Who looks at which endpoint of one runtime, and what they wait for. Data only: nobody is told in here."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from agentrun_operator.controller.keys import ObjectKey


class Subscribers:
    """The objects that depend on one runtime."""

    def __init__(self) -> None:
        self._names: dict[ObjectKey, str] = {}
        self._by_name: defaultdict[str, set[ObjectKey]] = defaultdict(set)
        self._on_latest: set[ObjectKey] = set()
        self._missed: set[ObjectKey] = set()
        self._said: dict[ObjectKey, str] = {}

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def on_latest(self) -> AbstractSet[ObjectKey]:
        """Those who want to know what LATEST stands for."""
        return self._on_latest

    def add(self, key: ObjectKey, name: str, *, latest: bool) -> None:
        """Note that an object looks at the endpoint of this name, and at no other any more, and whether it wants to
        know the newest version.
        """
        if self._names.get(key) != name:
            self.remove(key)
            self._names[key] = name
            self._by_name[name].add(key)
        (self._on_latest.add if latest else self._on_latest.discard)(key)
        self._missed.discard(key)

    def remove(self, key: ObjectKey) -> None:
        """Forget an object, if it is known."""
        self._on_latest.discard(key)
        self._missed.discard(key)
        self._said.pop(key, None)
        name = self._names.pop(key, None)
        if name is not None:
            self._by_name[name].discard(key)
            if not self._by_name[name]:
                del self._by_name[name]

    def any_at(self, name: str | None) -> bool:
        """Whether any object looks at the endpoint of this name."""
        return name in self._by_name

    def of(self, names: Iterable[str], *, at_least: int = 1) -> set[ObjectKey]:
        """Those who look at the endpoints of these names, where so many look at the same."""
        each = (self._by_name.get(name, ()) for name in names)
        return {key for keys in each if len(keys) >= at_least for key in keys}

    def missed(self, key: ObjectKey) -> None:
        """Note that a list which an object asked for failed: it waits until everything was read."""
        if key in self._names:
            self._missed.add(key)

    def take_missed(self) -> set[ObjectKey]:
        """Those whose list failed; they wait no longer."""
        missed, self._missed = self._missed, set()
        return missed

    def says(self, key: ObjectKey, version: str) -> None:
        """Note the newest version that an object goes by, though nobody asked for it."""
        if key in self._names:
            self._said[key] = version

    def take_wrong(self, newest: str | None) -> set[ObjectKey]:
        """Those who went by another than this one; nobody needs to any more."""
        said, self._said = self._said, {}
        return {key for key, version in said.items() if version != newest}
