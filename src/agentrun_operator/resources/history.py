"""`status.history`: what was asked of AgentRun lately, and what came of it.

A spec that was taken in before is held to types and sizes alone: its rules were held when it was written.
"""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from agentrun_operator.resources.part import ATOMIC, Part

Count = Annotated[int, Field(ge=0, le=2147483647)]
Time = Annotated[AwareDatetime, AfterValidator(lambda time: time.astimezone(UTC))]


class Result(StrEnum):
    """What came of an entry; one that is open has none."""

    READY = "Ready"
    FAILED = "Failed"
    SUPERSEDED = "Superseded"


class PastWeight(Part):
    """A canary that was asked for."""

    version: str
    """The version that was to have the share."""

    weight: Count
    """The share of the requests, in percent."""


class PastRouting(Part):
    """The canaries that were asked for."""

    version_weights: Annotated[list[PastWeight], Field(json_schema_extra=ATOMIC)] = []
    """The canaries."""


class PastPolicy(Part):
    """A scheduled policy that was asked for."""

    name: str
    """The policy's name."""

    schedule_expression: str
    """When it was to act."""

    target: Count
    """How many instances it was to have ready."""

    start_time: str | None = None
    """When it was to begin to hold."""

    end_time: str | None = None
    """When it was to cease to hold."""

    time_zone: str | None = None
    """The time zone of the schedule."""


class PastScaling(Part):
    """The instances that were asked for."""

    min_instances: Count | None = None
    """The number of instances that were to be ready at all times."""

    scheduled_policies: Annotated[list[PastPolicy], Field(json_schema_extra=ATOMIC)] = []
    """Instances by schedule."""


class PastSpec(Part):
    """The part of a spec that goes to AgentRun."""

    target_version: str
    """The version that was asked for: a number or LATEST."""

    routing: PastRouting | None = None
    """The canaries; absent: none."""

    scaling: PastScaling | None = None
    """The instances; absent: none, or left out."""

    description: str | None = None
    """The text for people; absent: left out."""

    disable_public_network_access: bool | None = None
    """Whether the endpoint was to be closed to the public network; absent: left out."""

    @property
    def cut(self) -> bool:
        """Whether all but the versions was left out, since it was too long."""
        return self.disable_public_network_access is None


class HistoryEntry(Part):
    """A spec that was sent to AgentRun, and what came of it."""

    generation: Annotated[int, Field(ge=0, json_schema_extra={"format": "int64"})]
    """The generation of the object that first asked for it."""

    applied_at: Time
    """When the status first told that it is being applied."""

    ready_at: Time | None = None
    """When the endpoint first served it."""

    result: Result | None = None
    """`Ready`, `Failed`, or `Superseded` by another spec before it was either; absent while that is open."""

    spec: PastSpec
    """What was asked for. Where it is longer than 4 KiB, `targetVersion` and `routing` alone."""
