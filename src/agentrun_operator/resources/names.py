"""The names that manifests, scripts and other controllers rely on. Constants only."""

from __future__ import annotations

from typing import Final

GROUP: Final = "agentrun.alibabacloud.com"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
KIND: Final = "AgentRuntimeEndpoint"
PLURAL: Final = "agentruntimeendpoints"
SHORT_NAME: Final = "are"
CATEGORY: Final = "agentrun"
CRD_NAME: Final = f"{PLURAL}.{GROUP}"

FINALIZER: Final = f"{GROUP}/endpoint"

PAUSED: Final = f"{GROUP}/paused"
"""Annotation: "true" stops every write to AgentRun, deletion included."""

RECONCILE_REQUESTED_AT: Final = f"{GROUP}/reconcile-requested-at"
"""Annotation: any new value asks for a reconcile now; answered in `status.lastHandledReconcileAt`."""

ROLLOUT: Final = f"{GROUP}/rollout"
"""Annotation: a request about a rollout, such as "approve 7 25"; answered in `status.rollout.lastRequest`."""

ENDPOINT_LABEL: Final = f"{GROUP}/endpoint"
"""Label: stands for the endpoint that an object has a claim on, so that operators find each other's objects by it."""

WATCH_SELECTOR: Final = f"{GROUP}/watch-label-selector"
"""Annotation of a Lease: which objects its holder looks after; all without it."""

APP: Final = "agentrun-operator"
NAME_LABEL: Final = "app.kubernetes.io/name"

ANNOTATIONS: Final = (PAUSED, RECONCILE_REQUESTED_AT, ROLLOUT)

LATEST: Final = "LATEST"
REGION_PATTERN: Final = "^[a-z]{2}(-[a-z0-9]+)+$"
PROBE_NAME_PATTERN: Final = "^are-[0-9a-f]{16}-[cs]$"
"""The names of the endpoints that probes use; no object may ask for one."""

ENDPOINT_NAME_PATTERN: Final = "^[a-zA-Z][a-zA-Z0-9_-]{0,63}$"
