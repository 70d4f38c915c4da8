"""deploy/policies on a real API server: who may do what, and who is refused with which words.

The tenant has every right there is in these namespaces, on statuses and the Namespace itself too, and none elsewhere.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.endpoints import GROUP
from support.guarded import (
    MARK,
    NAMESAKE,
    NAMESPACER,
    PLAN,
    PLATFORM,
    STUCK,
    TENANT,
    Ask,
    Guarded,
    apply,
    create,
    edit,
    edit_namespace,
    edit_status,
    guarded,
    remove,
    told,
)
from support.policies import OPERATOR, policies_in

REGIONS, RUNTIMES, SECRETS = (f"annotation {GROUP}/allowed-{what} of" for what in ("regions", "runtimes", "secrets"))
ADOPT = f"needs the label {GROUP}/adopt=allowed on the Namespace: set spec.adoptionPolicy to Refuse"
ORPHAN = f"needs the label {GROUP}/orphan=allowed on the Namespace: set spec.deletionPolicy to Delete"
OBSERVE = f"needs the label {GROUP}/orphan=allowed on the Namespace: let spec.managementPolicy be Manage"
FINALIZER, LABEL = f"only the operator writes the finalizer {MARK}", f"only the operator writes the label {MARK}"
STATUS = "only the operator writes it"
STEERING = f"labels and annotations of {GROUP} on a Namespace are for those"
ROLLOUT, CANARY, PROOF = "needs spec.rollout", "does not skip the steps", "needs proof: set spec.rollout.analysis"
FIRST, BAKE, LATEST = "begins with 25% at most", "waits a minute in each step at least", "names its version"
OWN, PROMOTE = "brings its own credentials", "skips no steps by the request promote"
IMMUTABLE = "immutable"
DONE = ""

SECRET = {"name": "own"}
GOOD: dict[str, Any] = {"targetVersion": "3", "rollout": PLAN, "credentialsSecretRef": SECRET}
CLAIM = {
    "uid": "a",
    "account": "1",
    "region": "cn-hangzhou",
    "runtimeId": "ar-1",
    "endpointName": "plain",
    "since": "2026-01-01T00:00:00Z",
}


def planned(**changed: Any) -> Ask:
    """A new object for production whose plan differs in something."""
    return create(**GOOD | {"rollout": PLAN | changed})


def without(name: str) -> Ask:
    """A new object for production that lacks something."""
    return create(**{field: value for field, value in GOOD.items() if field != name})


def asking(request: str) -> dict[str, dict[str, str]]:
    return {"annotations": {f"{GROUP}/rollout": request}}


STEPS = PLAN["steps"]
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace"}
ADOPTING = f"{GROUP}/adopt"

BREACHES = {
    "regions": ("listed", create(region="cn-chengdu")),
    "runtimes": ("no runtimes", create()),
    "secrets": ("no secrets", edit("plain", credentialsSecretRef=SECRET)),
    "adopt": ("bare", create(adoptionPolicy="Adopt")),
    "orphan": ("bare", edit("held", deletionPolicy="Orphan")),
    "marks": ("bare", edit("held", {"finalizers": None, "labels": None})),
    "production": ("production", edit("good", rollout=None)),
    "namespaces": ("bare", edit_namespace(labels={"orphan": "allowed"})),
}
"""What each policy refuses, by its name."""

ROWS: dict[str, tuple[str, str, Ask, str]] = {
    **{
        f"what {policy} refuses by {who}": (user, where, ask, DONE)
        for policy, (where, ask) in BREACHES.items()
        for who, user in {"the operator": OPERATOR, "who overrides": PLATFORM}.items()
    },
    # Where no label and no annotation allows anything.
    "a new object": (TENANT, "bare", create(), DONE),
    "any region, runtime and Secret": (
        TENANT,
        "bare",
        create(region="cn-chengdu", agentRuntimeRef={"id": "ar-9"}, credentialsSecretRef={"name": "any"}),
        DONE,
    ),
    "a deletion": (TENANT, "bare", remove("held"), DONE),
    "a deletion of what is Orphan from before": (TENANT, "bare", remove("lax"), DONE),
    "an object of another namespace": (TENANT, "foreign", edit("plain", description="new"), "cannot patch resource"),
    "another namespace's labels": (
        TENANT,
        "foreign",
        edit_namespace(labels={"adopt": "allowed"}),
        "cannot patch resource",
    ),
    # allowed-regions
    "a region of the list": (TENANT, "listed", create(region="cn-shanghai"), DONE),
    "a region after a space": (TENANT, "listed", create(region="cn-beijing"), DONE),
    "another region": (TENANT, "listed", create(region="cn-chengdu"), f"{REGIONS} Namespace"),
    "the words name what there is": (TENANT, "listed", create(region="cn-chengdu"), '"cn-shanghai, cn-beijing"'),
    "a part of a region's name": (TENANT, "listed", create(region="cn-shang"), REGIONS),
    "the operator's region by leaving it out": (TENANT, "listed", create(), "does not have cn-hangzhou"),
    "the operator's region where it is allowed": (TENANT, "home", create(), DONE),
    "no region at all": (TENANT, "no regions", create(region="cn-shanghai"), 'does not have cn-shanghai but: ""'),
    "another region by a generated name": (
        TENANT,
        "listed",
        create(metadata={"name": None, "generateName": "new-"}, endpointName="new", region="cn-chengdu"),
        REGIONS,
    ),
    "another region by server-side apply": (TENANT, "listed", apply("new", region="cn-chengdu"), REGIONS),
    "another region that is only observed": (
        TENANT,
        "listed",
        create(region="cn-chengdu", managementPolicy="Observe"),
        REGIONS,
    ),
    "another region later": (TENANT, "listed", edit("plain", region="cn-chengdu"), IMMUTABLE),
    # allowed-runtimes
    "a runtime of the list by its id": (
        TENANT,
        "listed",
        create(region="cn-beijing", agentRuntimeRef={"id": "ar-1"}),
        DONE,
    ),
    "a runtime by an id that is not listed, though its name is": (
        TENANT,
        "listed",
        create(region="cn-beijing", agentRuntimeRef={"id": "ar-2"}),
        f"{RUNTIMES} Namespace",
    ),
    "a runtime whose id is written in another way": (
        TENANT,
        "listed",
        create(region="cn-beijing", agentRuntimeRef={"id": "AR-1"}),
        RUNTIMES,
    ),
    "another runtime's name": (
        TENANT,
        "listed",
        create(region="cn-beijing", agentRuntimeRef={"name": "other-bot"}),
        '" support-bot ,ar-1"',
    ),
    "two of the list as one name": (
        TENANT,
        "listed",
        create(region="cn-beijing", agentRuntimeRef={"name": "support-bot ,ar-1"}),
        RUNTIMES,
    ),
    "a name of several lines is told without them": (
        TENANT,
        "listed",
        create(region="cn-beijing", agentRuntimeRef={"name": "a\nb"}),
        "the Namespace's annotation agentrun.alibabacloud.com/allowed-runtimes does not have this runtime",
    ),
    "a blank name does not match an empty entry": (
        TENANT,
        "no runtimes",
        create(agentRuntimeRef={"name": " "}),
        RUNTIMES,
    ),
    "another runtime later": (TENANT, "listed", edit("plain", agentRuntimeRef={"name": "other-bot"}), IMMUTABLE),
    "one of ten thousand": (TENANT, "endless", create(agentRuntimeRef={"name": "runtime-9999"}), DONE),
    "none of ten thousand": (TENANT, "endless", create(agentRuntimeRef={"name": "runtime-x"}), "does not have this"),
    # allowed-secrets
    "a Secret of the list": (TENANT, "listed", edit("plain", credentialsSecretRef={"name": "team"}), DONE),
    "a Secret before a space": (TENANT, "listed", edit("plain", credentialsSecretRef={"name": "other"}), DONE),
    "another Secret": (TENANT, "listed", edit("plain", credentialsSecretRef=SECRET), f"{SECRETS} Namespace"),
    "another Secret at once": (
        TENANT,
        "listed",
        create(region="cn-beijing", credentialsSecretRef=SECRET),
        SECRETS,
    ),
    "no Secret where the list is empty": (TENANT, "no secrets", edit("plain", credentialsSecretRef=SECRET), SECRETS),
    "away from a Secret": (TENANT, "no secrets", edit("lax", credentialsSecretRef=None), DONE),
    "another Secret in place of one from before": (
        TENANT,
        "no secrets",
        edit("lax", credentialsSecretRef=SECRET),
        SECRETS,
    ),
    "the Secret from before": (
        TENANT,
        "no secrets",
        edit("lax", description="new", credentialsSecretRef={"name": "old"}),
        DONE,
    ),
    # adopt
    "to adopt": (TENANT, "bare", create(adoptionPolicy="Adopt"), ADOPT),
    "to adopt later": (TENANT, "bare", edit("plain", adoptionPolicy="Adopt"), ADOPT),
    "to adopt by server-side apply": (TENANT, "bare", apply("plain", adoptionPolicy="Adopt"), ADOPT),
    "to adopt under Observe": (TENANT, "bare", create(adoptionPolicy="Adopt", managementPolicy="Observe"), ADOPT),
    "to manage what was only observed with Adopt": (TENANT, "bare", edit("watching", managementPolicy="Manage"), ADOPT),
    "to go on observing it": (TENANT, "bare", edit("watching", description="new"), DONE),
    "to adopt no more": (TENANT, "bare", edit("watching", managementPolicy="Manage", adoptionPolicy="Refuse"), DONE),
    "to adopt where a label says something else": (TENANT, "distrusting", create(adoptionPolicy="Adopt"), ADOPT),
    "to adopt where it is allowed": (TENANT, "trusting", create(adoptionPolicy="Adopt"), DONE),
    # orphan
    "to orphan": (TENANT, "bare", create(deletionPolicy="Orphan"), ORPHAN),
    "to orphan later": (TENANT, "bare", edit("held", deletionPolicy="Orphan"), ORPHAN),
    "to orphan where a label says something else": (TENANT, "distrusting", create(deletionPolicy="Orphan"), ORPHAN),
    "to orphan where it is allowed": (TENANT, "trusting", edit("held", deletionPolicy="Orphan"), DONE),
    "to observe what is held": (TENANT, "bare", edit("held", managementPolicy="Observe"), OBSERVE),
    "to observe what is not held": (TENANT, "bare", edit("plain", managementPolicy="Observe"), DONE),
    "to observe from the beginning": (TENANT, "bare", create(managementPolicy="Observe"), DONE),
    "to observe what is held where it is allowed": (TENANT, "trusting", edit("held", managementPolicy="Observe"), DONE),
    "to orphan while it is only being deleted": (
        TENANT,
        "bare",
        edit("going-deleting", deletionPolicy="Orphan"),
        ORPHAN,
    ),
    "to observe while it is only being deleted": (
        TENANT,
        "bare",
        edit("going-deleting", managementPolicy="Observe"),
        OBSERVE,
    ),
    "to orphan what is not deleted, whatever its status": (
        TENANT,
        "bare",
        edit("alive-credentialsnotfound", deletionPolicy="Orphan"),
        ORPHAN,
    ),
    "to say so in the status oneself": (
        TENANT,
        "bare",
        edit_status("going-deleting", conditions=[told("DeleteFailed")]),
        STATUS,
    ),
    "to observe what is stuck": (TENANT, "bare", edit("going-deletefailed", managementPolicy="Observe"), DONE),
    **{
        f"to orphan what is stuck by {reason}": (
            TENANT,
            "bare",
            edit(f"going-{reason.lower()}", deletionPolicy="Orphan"),
            DONE,
        )
        for reason in STUCK
    },
    # the operator's marks
    "the finalizer from the beginning": (TENANT, "bare", create(metadata={"finalizers": [MARK]}), FINALIZER),
    "the finalizer later": (TENANT, "bare", edit("plain", {"finalizers": [MARK]}), FINALIZER),
    "the finalizer by server-side apply": (TENANT, "bare", apply("plain", {"finalizers": [MARK]}), FINALIZER),
    "the finalizer away": (TENANT, "bare", edit("held", {"finalizers": ["example.com/theirs"]}), FINALIZER),
    "all finalizers away": (TENANT, "bare", edit("held", {"finalizers": None}), FINALIZER),
    "all finalizers away while stuck": (TENANT, "bare", edit("going-deletefailed", {"finalizers": None}), FINALIZER),
    "others' finalizers away": (TENANT, "bare", edit("held", {"finalizers": [MARK]}), DONE),
    "others' finalizers": (TENANT, "bare", edit("plain", {"finalizers": ["example.com/theirs"]}), DONE),
    "others' finalizers from the beginning": (TENANT, "bare", create(metadata={"finalizers": ["a.example/b"]}), DONE),
    "thousands of others' finalizers": (
        TENANT,
        "bare",
        edit("held", {"finalizers": [MARK, *(f"a.example/{number}" for number in range(9000))]}),
        DONE,
    ),
    "the label from the beginning": (TENANT, "bare", create(metadata={"labels": {MARK: "0"}}), LABEL),
    "the label later": (TENANT, "bare", edit("plain", {"labels": {MARK: "0"}}), LABEL),
    "the label by server-side apply": (TENANT, "bare", apply("plain", {"labels": {MARK: "0"}}), LABEL),
    "another value of the label": (TENANT, "bare", edit("held", {"labels": {MARK: "0"}}), LABEL),
    "another value of the label by server-side apply": (TENANT, "bare", apply("held", {"labels": {MARK: "0"}}), LABEL),
    "the label away": (TENANT, "bare", edit("held", {"labels": {MARK: None}}), LABEL),
    "other labels": (TENANT, "bare", edit("held", {"labels": {"team": "a"}}), DONE),
    "the marks by the operator": (OPERATOR, "bare", edit("plain", {"finalizers": [MARK], "labels": {MARK: "0"}}), DONE),
    "the finalizer by a namesake of the operator": (NAMESAKE, "bare", edit("plain", {"finalizers": [MARK]}), FINALIZER),
    # the status
    "a claim of one's own": (TENANT, "bare", edit_status("plain", claim=CLAIM), STATUS),
    "a claim by who overrides": (PLATFORM, "bare", edit_status("plain", claim=CLAIM), STATUS),
    "a claim by the operator": (OPERATOR, "bare", edit_status("plain", claim=CLAIM), DONE),
    # objects from before
    "other fields of an object that breaks every rule": (TENANT, "no secrets", edit("lax", description="new"), DONE),
    "other fields of it in production": (TENANT, "production", edit("lax", description="new"), DONE),
    "other fields of one whose plan is none for production": (
        TENANT,
        "production",
        edit("hasty", description="new"),
        DONE,
    ),
    "its policies made good": (TENANT, "bare", edit("lax", adoptionPolicy="Refuse", deletionPolicy="Delete"), DONE),
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
"""By what is asked for: who, in which namespace, how, and the words of the refusal."""


@pytest.fixture(scope="module")
def stage(control_plane: ControlPlane) -> Iterator[Guarded]:
    """The namespaces, with the policies in force."""
    with guarded(control_plane) as stage, policies_in(control_plane, *stage.namespaces.values()):
        for who, where, ask, said in first_refusals():
            eventually(partial(refuses, stage, who, where, ask, said), what=said)
        yield stage


def refuses(stage: Guarded, who: str, where: str, ask: Ask, said: str) -> bool:
    return said in stage.told(who, where, ask)


def first_refusals() -> list[tuple[str, str, Ask, str]]:
    """A row for each of the words that are said."""
    found = {row[3]: row for row in reversed(ROWS.values()) if row[3]}
    return list(found.values())


@pytest.mark.parametrize(("who", "where", "ask", "said"), ROWS.values(), ids=ROWS)
def test_who_may_do_what_and_who_is_refused_with_which_words(stage: Guarded, who: str, where: str, ask: Ask, said: str):
    answer = stage.told(who, where, ask)

    assert (answer == DONE, said in answer) == (said == DONE, True), answer
