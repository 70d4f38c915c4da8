"""Who may do what in production, and with the Namespace itself: a table, and the words of each refusal."""

from typing import Any

from support.endpoints import GROUP
from support.guarded import NAMESPACER, PLAN, PLATFORM, TENANT, Ask, Row, create, edit, edit_namespace

STEERING = f"labels and annotations of {GROUP} on a Namespace are for those"
ROLLOUT, CANARY, PROOF = "needs spec.rollout", "does not skip the steps", "needs proof: set spec.rollout.analysis"
FIRST, BAKE, LATEST = "begins with 25% at most", "waits a minute in each step at least", "names its version"
OWN, PROMOTE = "brings its own credentials", "skips no steps by the request promote"
DONE = ""

GOOD: dict[str, Any] = {"targetVersion": "3", "rollout": PLAN, "credentialsSecretRef": {"name": "own"}}
STEPS = PLAN["steps"]
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace"}
ADOPTING = f"{GROUP}/adopt"


def planned(**changed: Any) -> Ask:
    """A new object for production whose plan differs in something."""
    return create(**GOOD | {"rollout": PLAN | changed})


def without(name: str) -> Ask:
    """A new object for production that lacks something."""
    return create(**{field: value for field, value in GOOD.items() if field != name})


def asking(request: str) -> dict[str, dict[str, str]]:
    return {"annotations": {f"{GROUP}/rollout": request}}


PRODUCTION_ROWS: dict[str, Row] = {
    # production
    "a plan": (TENANT, "production", create(**GOOD), DONE),
    "a hurry elsewhere": (TENANT, "bare", create(rollout={"strategy": "Immediate"}), DONE),
    "no plan": (TENANT, "production", without("rollout"), ROLLOUT),
    "a new version of an object without a plan": (TENANT, "production", edit("plain", targetVersion="4"), ROLLOUT),
    "a canary by hand": (
        TENANT,
        "production",
        edit("plain", routing={"versionWeights": [{"version": "4", "weight": 90}]}),
        ROLLOUT,
    ),
    "the plan away": (TENANT, "production", edit("good", rollout=None), ROLLOUT),
    "no plan in other words": (TENANT, "production", edit("good", rollout={"strategy": "Immediate"}), CANARY),
    "all at once": (TENANT, "production", planned(strategy="Immediate"), CANARY),
    "no proof": (TENANT, "production", planned(analysis=None), PROOF),
    "the default plan": (TENANT, "production", create(**GOOD | {"rollout": {}}), PROOF),
    "a first step of 25": (TENANT, "production", planned(steps=[{"weight": 25}]), DONE),
    "a first step of 26": (TENANT, "production", planned(steps=[{"weight": 26}]), FIRST),
    "a first step of 26 later": (TENANT, "production", edit("good", rollout={"steps": [{"weight": 26}]}), FIRST),
    "a short bake": (TENANT, "production", planned(steps=[*STEPS, {"weight": 60, "bake": "59s"}]), BAKE),
    "no bake": (TENANT, "production", planned(steps=[{"weight": 5, "bake": "0m"}]), BAKE),
    "a bake in other units": (TENANT, "production", planned(steps=[{"weight": 5, "bake": "0h1m0s"}]), DONE),
    "LATEST by leaving it out": (TENANT, "production", without("targetVersion"), LATEST),
    "LATEST later": (TENANT, "production", edit("good", targetVersion="LATEST"), LATEST),
    "LATEST from before with a plan": (TENANT, "production", edit("lax", rollout=PLAN), DONE),
    "no credentials of one's own": (TENANT, "production", without("credentialsSecretRef"), OWN),
    "one's own credentials away": (TENANT, "production", edit("good", credentialsSecretRef=None), OWN),
    "promote": (TENANT, "production", edit("good", asking("promote 7")), PROMOTE),
    "promote with a weight": (TENANT, "production", edit("good", asking("promote 7 5")), PROMOTE),
    "promote beforehand": (TENANT, "production", create(asking("promote 1")["annotations"], **GOOD), PROMOTE),
    "promote from before, with a new version": (TENANT, "production", edit("skipping", targetVersion="4"), PROMOTE),
    "promote from before, with nothing new": (TENANT, "production", edit("skipping", description="new"), DONE),
    "promote from before, away": (
        TENANT,
        "production",
        edit("skipping", {"annotations": None}, targetVersion="4"),
        DONE,
    ),
    "approve": (TENANT, "production", edit("good", asking("approve 7 5")), DONE),
    "promote elsewhere": (TENANT, "bare", edit("plain", asking("promote 7")), DONE),
    "promote by who overrides": (PLATFORM, "production", edit("good", asking("promote 7")), DONE),
}
"""By what is asked for, as `OBJECT_ROWS`."""

NAMESPACE_ROWS: dict[str, Row] = {
    # the Namespace itself
    "a label of the Namespace": (TENANT, "bare", edit_namespace(labels={"orphan": "allowed"}), STEERING),
    "a label of the Namespace away": (TENANT, "production", edit_namespace(labels={"environment": None}), STEERING),
    "an annotation of the Namespace": (
        TENANT,
        "no secrets",
        edit_namespace(annotations={"allowed-secrets": "own"}),
        STEERING,
    ),
    "an annotation of it away": (TENANT, "no secrets", edit_namespace(annotations={"allowed-secrets": None}), STEERING),
    "a label by the Namespace's status": (
        TENANT,
        "bare",
        edit_namespace("/status", labels={"adopt": "allowed"}),
        STEERING,
    ),
    "a label by the Namespace's finalizers": (
        TENANT,
        "bare",
        Ask(
            "PUT",
            "namespace/finalize",
            NAMESPACE | {"metadata": {"name": "{namespace}", "labels": {ADOPTING: "allowed"}}},
        ),
        STEERING,
    ),
    "other labels of the Namespace": (
        TENANT,
        "bare",
        Ask("PATCH", "namespace", {"metadata": {"labels": {"a": "b"}}}, "application/merge-patch+json"),
        DONE,
    ),
    "a label of it by who edits Namespaces": (NAMESPACER, "bare", edit_namespace(labels={"orphan": "allowed"}), DONE),
}
"""The same of the Namespace itself."""
