"""What a state machine of users, faults and crashes knows: what each object asks for, and what may have come of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from support.emulator import Json
from support.endpoints import says

Object = dict[str, Any]


@dataclass
class Wish:
    """One object: what it asks for, and what happened to its endpoint besides.

    Attributes:
        spec: As it was last applied.
        paused: Whether nothing may be written.
        deleting: Whether it was deleted.
        held: Whether it was held by a finalizer then.
    """

    spec: dict[str, Any]
    paused: bool = False
    deleting: bool = False
    held: bool = False

    @property
    def endpoint_name(self) -> str:
        return str(self.spec["endpointName"])

    @property
    def orphans(self) -> bool:
        """Whether its endpoint stays when it goes."""
        return bool(self.spec["deletionPolicy"] == "Orphan" or self.spec["managementPolicy"] == "Observe")

    @property
    def enforced(self) -> bool:
        """Whether its endpoint has to be what the spec asks for, whoever changed it."""
        return self.spec["driftPolicy"] == "Correct" and self.spec["managementPolicy"] == "Manage" and not self.paused

    def met(self, found: Object | None, remote: Json | None) -> bool:
        """Whether object and endpoint are as they should be once all is quiet."""
        if self.deleting and not (self.paused and (self.held or found)):
            return found is None
        if found is None or "status" not in found:
            return False
        told = found["status"].get("observedGeneration") == found["metadata"]["generation"]
        if not self.enforced:
            return bool(told)
        return bool(told) and says(found, "Ready") == "True" and remote is not None and self.shows(remote)

    def shows(self, remote: Json) -> bool:
        """Whether the endpoint is what the spec asks for."""
        routing = remote.get("routingConfiguration") or {}
        weights = {each["version"]: round(each["weight"] * 100) for each in routing.get("versionWeights") or ()}
        wanted = {each["version"]: each["weight"] for each in self.spec["routing"].get("versionWeights") or ()}
        return (remote["status"], remote.get("description", ""), remote["targetVersion"], weights) == (
            "READY",
            self.spec["description"],
            self.spec["targetVersion"],
            wanted,
        )


@dataclass
class World:
    """All objects of a run, by name.

    Attributes:
        wishes: What they ask for; those that were deleted, too.
        creates: How many times each endpoint may have been created, at most, by its name.
        failures: How many creations were made to fail, whosever they were.
    """

    wishes: dict[str, Wish] = field(default_factory=dict)
    creates: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, letter: str, name: str, spec: dict[str, Any]) -> None:
        """A new object; the newest of its letter."""
        self._names[letter] = name
        self.wishes[name] = Wish(spec)
        self.creates[self.wishes[name].endpoint_name] += 1

    def named(self, letter: str) -> str:
        """The newest object of this letter; empty if there never was one."""
        return self._names.get(letter, "")

    def endpoint_name_for(self, letter: str) -> str:
        """The endpoint that the next object of this letter follows the last one to; empty where that one's stays."""
        last = self.wishes.get(self.named(letter))
        return "" if last is None or last.paused or last.orphans else last.endpoint_name

    def living(self) -> list[str]:
        return sorted(name for name, wish in self.wishes.items() if not wish.deleting)

    def may_exist(self) -> set[str]:
        """The names of endpoints that may be there once all is quiet."""
        wishes = self.wishes.values()
        return {wish.endpoint_name for wish in wishes if not wish.deleting or wish.orphans or wish.paused}
