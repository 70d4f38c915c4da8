"""`status.rollout`: how far a rollout is. It is written before what it says is sent to AgentRun."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from agentrun_operator.resources.part import ATOMIC, Part


class Check(Part):
    """What a check last said; written when its verdict changes, not each round."""

    name: str
    """The prompt's or the metric's name."""

    verdict: str
    """`Pass`, `Fail` or `Inconclusive`."""

    value: str | None = None
    """What was measured."""

    limit: str | None = None
    """What was asked for."""

    stable: str | None = None
    """What was measured of the stable version."""


class ProbeEndpoint(Part):
    """An endpoint of the same runtime that pins a version for the probes."""

    role: str | None = None
    """`canary` or `stable`."""

    version: str
    """The version that it pins."""

    id: str | None = None
    """Its id in AgentRun; absent until it is known."""


class RolloutStatus(Part):
    """How far the rollout is."""

    summary: str | None = None
    """For people: the versions, the share and the step, for example `3→4 25% (3/4)`."""

    number: Annotated[int, Field(json_schema_extra={"format": "int64"})] | None = None
    """The rollout's number, which requests name. It is never used again."""

    phase: str | None = None
    """`Progressing`, `AwaitingApproval`, `Held` or `RolledBack`; absent when there is nothing to roll out."""

    cause: str | None = None
    """Why it is held or was taken back, in one word."""

    stable_version: str | None = None
    """The version that was proved, and that a revert leads to."""

    canary_version: str | None = None
    """The version that is being rolled out."""

    step: int | None = None
    """The step, from 1."""

    weight: int | None = None
    """The share of the traffic that the new version is to have now, in percent."""

    settled_at: datetime | None = None
    """Since when AgentRun holds this weight; absent while it is being set."""

    failures: int | None = None
    """The failing rounds of this step."""

    held: bool | None = None
    """Whether a person asked to hold it."""

    plan: str | None = None
    """The plan that it follows: the form's version, and a digest of the goal and of the block."""

    proved_by: datetime | None = None
    """When the deadline for proof is over; absent while its clock stands."""

    proof_left: int | None = None
    """The seconds that are left of the deadline, while its clock stands."""

    failed_plan: str | None = None
    """The plan that was given up. It does not begin again by itself."""

    history: Annotated[list[str], Field(json_schema_extra=ATOMIC)] | None = None
    """Earlier stable versions, newest first."""

    last_request: str | None = None
    """The request by annotation that was last answered."""

    checks: Annotated[list[Check], Field(json_schema_extra=ATOMIC)] | None = None
    """What the checks last said."""

    probe_endpoints: Annotated[list[ProbeEndpoint], Field(json_schema_extra=ATOMIC)] | None = None
    """The endpoints that the probes use, until they were seen gone."""
