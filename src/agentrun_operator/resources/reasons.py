"""Every reason a condition or a Warning event can have: what it means and what to do. The set is closed and documented.

The same table is printed in the documentation, which a test compares with this one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """Why a condition is as it is."""

    meaning: str
    remedy: str

    def __new__(cls, word: str, meaning: str, remedy: str) -> Self:
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.meaning = meaning
        reason.remedy = remedy
        return reason

    AVAILABLE = "Available", "The endpoint serves what the spec asks for.", "Nothing."
    IN_SYNC = "InSync", "AgentRun agrees with the spec.", "Nothing."
    CREATING = "Creating", "The endpoint is being created.", "Wait."
    UPDATING = "Updating", "A change is under way at AgentRun.", "Wait."
    DELETING = (
        "Deleting",
        "The endpoint is being deleted.",
        "Wait. `deletionPolicy: Orphan` lets the object go at once.",
    )
    PAUSED = "Paused", "The annotation `paused` stops every write.", "Remove the annotation to go on."
    CREDENTIALS_NOT_FOUND = (
        "CredentialsNotFound",
        "No AgentRun credentials: the Secret or a key of it is missing, or the operator has none of its own.",
        "Make the Secret that the message names, or give the operator credentials.",
    )
    CREDENTIALS_REJECTED = (
        "CredentialsRejected",
        "AgentRun refused the access key, its signature or its permission.",
        "Check the key, its expiry and its RAM policy; a rotated Secret is picked up by itself.",
    )
    CREDENTIALS_NOT_ALLOWED = (
        "CredentialsNotAllowed",
        "The operator's own credentials are not for this namespace, or the key leads to another account.",
        "Set `credentialsSecretRef`, extend `ambient-credentials-namespaces`, or put back the account's own key.",
    )
    REGION_NOT_SERVED = (
        "RegionNotServed",
        "The operator's address of AgentRun serves another region than the object's.",
        "Delete the object and create it without `region`, or let `AGENTRUN_CONTROL_ENDPOINT` hold `{region}`.",
    )
    RUNTIME_NOT_FOUND = (
        "RuntimeNotFound",
        "There is no such AgentRuntime in this account and region.",
        "Check `agentRuntimeRef`, `region` and the account, or create the runtime.",
    )
    RUNTIME_AMBIGUOUS = (
        "RuntimeAmbiguous",
        "Several AgentRuntimes have this name.",
        "Name the runtime by its id: delete the object and create it anew with `agentRuntimeRef.id`.",
    )
    RUNTIME_NOT_READY = (
        "RuntimeNotReady",
        "The AgentRuntime is not READY, so AgentRun takes no change to its endpoints.",
        "Wait, or look at the runtime in AgentRun.",
    )
    CONFLICT = (
        "Conflict",
        "Another object manages the same endpoint and has it, or whose it is cannot be told yet.",
        "Delete one of the two, or give this one another `endpointName`; mend what cannot be seen.",
    )
    ALREADY_EXISTS = (
        "AlreadyExists",
        "An endpoint of this name exists and was not made by this object.",
        "Set `adoptionPolicy: Adopt` to take it over, or choose another `endpointName`.",
    )
    NOT_FOUND = (
        "NotFound",
        "`managementPolicy: Observe`, and there is no such endpoint.",
        "Create the endpoint outside, or set `managementPolicy: Manage`.",
    )
    DELETED_OUTSIDE = (
        "DeletedOutside",
        "Somebody deleted the endpoint in AgentRun.",
        "Under `driftPolicy: Correct` it is made again; under `Report`, change the policy or delete the object.",
    )
    CREATE_FAILED = (
        "CreateFailed",
        "AgentRun could not create the endpoint.",
        "Read `status.stateReason`. It is deleted and created again, with growing pauses.",
    )
    UPDATE_FAILED = (
        "UpdateFailed",
        "AgentRun could not apply the change.",
        "Read `status.stateReason`. It is tried again with growing pauses; a corrected spec is applied at once.",
    )
    DELETE_FAILED = (
        "DeleteFailed",
        "AgentRun could not delete the endpoint.",
        "Read `status.stateReason`. It is tried again with growing pauses; `deletionPolicy: Orphan` gives up on it.",
    )
    REJECTED = (
        "Rejected",
        "AgentRun refused the request as it is.",
        "Read the message and correct the spec. It is tried again with growing pauses.",
    )
    WRITE_REFUSED = (
        "WriteRefused",
        "The Kubernetes API server refuses what the operator writes to or for this object: a policy, a webhook, size.",
        "Read the message; let the operator's service account through, or make room. It is tried again by itself.",
    )
    THROTTLED = (
        "Throttled",
        "AgentRun asks for fewer calls.",
        "Wait; if it lasts, lower `api-qps` or ask for more quota.",
    )
    REMOTE_UNAVAILABLE = (
        "RemoteUnavailable",
        "AgentRun does not answer, or answers with an error of its own.",
        "Check the network path and AgentRun's status. It is tried again by itself.",
    )
    UNKNOWN_STATE = (
        "UnknownState",
        "AgentRun reports a state, or tells of the endpoint in a way, that this version does not understand.",
        "Look at the endpoint in AgentRun; a newer operator may understand it.",
    )
    STALE = (
        "Stale",
        "The last successful look at AgentRun is older than `stale-after`.",
        "See the message for why looking fails.",
    )
    NOT_CONVERGING = (
        "NotConverging",
        "AgentRun accepts the change but keeps another value.",
        "See `status.drift` and write the value as AgentRun keeps it. It is tried again after an hour.",
    )
    DRIFTED = (
        "Drifted",
        "Somebody changed the endpoint outside, and `driftPolicy: Report` leaves it.",
        "See `status.drift`; set `driftPolicy: Correct`, or write the change into the spec.",
    )
    ROLLED_OUT = "RolledOut", "The version that the spec asks for has all traffic.", "Nothing."
    ROLLING_OUT = (
        "RollingOut",
        "A new version gets its traffic step by step, as `rollout` says.",
        "Wait; `status.rollout` tells the step, and `agentrun-operator rollout plan` how long it takes at least.",
    )
    AWAITING_APPROVAL = (
        "AwaitingApproval",
        "The step is over and proved, and a person has to let the rollout go on.",
        "Set the annotation `rollout` as the message says, or to `abort` and the rollout's number.",
    )
    ROLLOUT_HELD = (
        "RolloutHeld",
        "The rollout goes no further for now.",
        "Read the message. Without proof it is reverted after its `deadline`; what a person held waits for `resume`.",
    )
    ROLLED_BACK = (
        "RolledBack",
        "The new version failed, and the version before it has all traffic again.",
        "See `status.rollout.checks`. A new try is another `targetVersion`, an edited `rollout`, or `retry`.",
    )
    EXPORTED = "Exported", "The objects of `connection` tell how the endpoint is reached.", "Nothing."
    EXPORT_WAITING = (
        "ExportWaiting",
        "No endpoint was seen whose address could be told.",
        "Wait, or see why `Ready` is not True.",
    )
    EXPORT_CONFLICT = (
        "ExportConflict",
        "A ConfigMap or Secret of the name in `connection` exists and was not made for this object.",
        "Choose another name, or delete that object. It is looked at again within a minute.",
    )
    EXPORT_FORBIDDEN = (
        "ExportForbidden",
        "The operator may not write the ConfigMap or Secret of `connection`.",
        "Set the Helm value that the message names, or read what else refuses it. It is tried again within a minute.",
    )


def reasons_table() -> str:
    """Every reason with its meaning and remedy, as the Markdown table of the documentation."""
    rows = (f"| `{reason.value}` | {reason.meaning} | {reason.remedy} |" for reason in Reason)
    return "\n".join(("| reason | what it means | what to do |", "|---|---|---|", *rows))
