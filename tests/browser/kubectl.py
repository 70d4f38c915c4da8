#!/usr/bin/env python3
"""Stands where kubectl does, for a cluster of any size: lists FLEET_SIZE objects, and tells of changes.

FLEET_CHANGES names a file: each line in it is how many objects change at once.
"""
# ruff: noqa: T201 - it prints as kubectl does

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SIZE = int(os.environ["FLEET_SIZE"])
CHANGES = Path(os.environ["FLEET_CHANGES"])
LOOK = 0.05
WORDS = ("Available", "Updating", "CredentialsNotFound", "UpdateFailed")


def thing(place: int, version: int) -> dict[str, Any]:
    """One object; every fifth has a rollout, and which state it is in goes by its version."""
    reason = WORDS[(place + version) % len(WORDS)]
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - place))
    condition = {"type": "Ready", "status": "True" if reason == "Available" else "False", "reason": reason}
    status: dict[str, Any] = {
        "observedGeneration": 1,
        "agentRuntimeName": f"runtime-{place % 40}",
        "endpointName": f"endpoint-{place}",
        "targetVersion": "3",
        "routing": {"versionWeights": [{"version": "4", "weight": version % 100}]},
        "conditions": [condition | {"message": "As it was told.", "lastTransitionTime": since}],
    }
    spec: dict[str, Any] = {"targetVersion": "3"}
    if place % 5 == 0:
        spec["rollout"] = {"steps": [{"weight": 5}, {"weight": 25}, {"weight": 50}]}
        status["rollout"] = {"phase": "Progressing", "step": 2, "stableVersion": "3", "canaryVersion": "4"}
    metadata = {"namespace": f"team-{place % 25:02}", "name": f"agent-{place:05}", "generation": 1}
    return {"metadata": metadata | {"resourceVersion": str(version)}, "spec": spec, "status": status}


def listing(query: dict[str, list[str]]) -> None:
    """One page of all."""
    first, limit = int(query.get("continue", ["0"])[0]), int(query["limit"][0])
    last = min(SIZE, first + limit)
    metadata = {"resourceVersion": "1", **({"continue": str(last)} if last < SIZE else {})}
    print(json.dumps({"items": [thing(place, 1) for place in range(first, last)], "metadata": metadata}))


def watching() -> None:
    """A change for each that is asked for, until it is ended."""
    version, done = 1, 0
    while True:
        asked = CHANGES.read_text().splitlines() if CHANGES.exists() else []
        for count in map(int, asked[done:]):
            for place in range(count):
                version += 1
                print(json.dumps({"type": "MODIFIED", "object": thing(place % SIZE, version)}))
            sys.stdout.flush()
        done = len(asked)
        time.sleep(LOOK)


raw = next((each.partition("=")[2] for each in sys.argv if each.startswith("--raw=")), "")
query = parse_qs(urlsplit(raw).query)
if not raw:
    print("big-cluster")
elif "watch" in query:
    watching()
else:
    listing(query)
