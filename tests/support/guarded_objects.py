"""Who may do what with objects under guardrails, outside production: a table, and the words of each refusal."""

from support.endpoints import GROUP
from support.guarded import (
    MARK,
    NAMESAKE,
    PLATFORM,
    STUCK,
    TENANT,
    Row,
    apply,
    create,
    edit,
    edit_namespace,
    edit_status,
    remove,
    told,
)
from support.policies import OPERATOR

REGIONS, RUNTIMES, SECRETS = (f"annotation {GROUP}/allowed-{what} of" for what in ("regions", "runtimes", "secrets"))
ADOPT = f"needs the label {GROUP}/adopt=allowed on the Namespace: set spec.adoptionPolicy to Refuse"
ORPHAN = f"needs the label {GROUP}/orphan=allowed on the Namespace: set spec.deletionPolicy to Delete"
OBSERVE = f"needs the label {GROUP}/orphan=allowed on the Namespace: let spec.managementPolicy be Manage"
FINALIZER, LABEL = f"only the operator writes the finalizer {MARK}", f"only the operator writes the label {MARK}"
STATUS = "only the operator writes it"
IMMUTABLE = "immutable"
DONE = ""

SECRET = {"name": "own"}
CLAIM = {
    "uid": "a",
    "account": "1",
    "region": "cn-hangzhou",
    "runtimeId": "ar-1",
    "endpointName": "plain",
    "since": "2026-01-01T00:00:00Z",
}

OBJECT_ROWS: dict[str, Row] = {
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
}
"""By what is asked for: who, in which namespace, how, and the words of the refusal."""
