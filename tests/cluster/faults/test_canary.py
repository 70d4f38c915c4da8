"""A secret shows up nowhere: not in a log, however talkative, nor in an event, an object or a metric, whatever
fails."""

import base64
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentrun_operator.controlplane import ControlPlane
from support.cluster import eventually
from support.endpoints import KIND
from support.fault_stage import SWIFT, Stage, new_stage

ACCOUNT = "3000000000000003"

GOOD, WRONG, BINARY, BROKEN_TOKEN, FOREIGN_TOKEN, AMBIENT = (f"canary{secrets.token_hex(12)}" for _ in range(6))
"""Each is somebody's secret; what a Secret or the environment holds contains one."""

CANARIES = (GOOD, WRONG, BINARY, BROKEN_TOKEN, FOREIGN_TOKEN, AMBIENT)

HELD: dict[str, dict[str, bytes]] = {
    "good": {"accessKeyId": b"good-ak", "accessKeySecret": f" {GOOD}\n".encode()},
    "wrong": {"accessKeyId": b"good-ak", "accessKeySecret": WRONG.encode()},
    "binary": {"accessKeyId": b"good-ak", "accessKeySecret": BINARY.encode() + b"\xff"},
    "broken-token": {
        "accessKeyId": b"good-ak",
        "accessKeySecret": GOOD.encode(),
        "securityToken": f"{BROKEN_TOKEN}\nX-Injected: {BROKEN_TOKEN}".encode(),
    },
    "foreign-token": {
        "accessKeyId": b"good-ak",
        "accessKeySecret": GOOD.encode(),
        "securityToken": f"{FOREIGN_TOKEN}ü€".encode(),
    },
    "broken-id": {"accessKeyId": f"ak\n{GOOD}".encode(), "accessKeySecret": GOOD.encode()},
}
"""What Secrets hold, by name; but for the first, each is of no use in another way."""

FAULTS: tuple[dict[str, Any], ...] = (
    {"answer": "html"},
    {"answer": "malformed"},
    {"drop": "before"},
    {"drop": "after"},
    {"hang": 0.5},
    {"status": 403, "code": "SignatureDoesNotMatch"},
    {"status": 400},
)


@pytest.fixture
def talkative(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Stage]:
    """An operator that logs all it can, with a canary of its own."""
    with new_stage(control_plane, tmp_path, SWIFT | {"log-level": "debug"}) as stage:
        stage.emulator.add_account("good-ak", GOOD, ACCOUNT)
        stage.emulator.add_account("ambient-ak", AMBIENT, ACCOUNT)
        stage.emulator.add_runtime("bot", account_id=ACCOUNT)
        stage.operator.environment |= {"AGENTRUN_ACCESS_KEY_ID": "ambient-ak", "AGENTRUN_ACCESS_KEY_SECRET": AMBIENT}
        for name, data in HELD.items():
            encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
            stage.endpoints.kubectl.apply(
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}
            )
        stage.operator.start()
        yield stage


def test_no_secret_shows_up_anywhere(talkative: Stage, control_plane: ControlPlane):
    stage = talkative
    for name in HELD:
        stage.endpoints.apply(name, "bot", credentialsSecretRef={"name": name})
    stage.endpoints.apply("ambient", "bot")
    for name in ("good", "ambient"):
        stage.endpoints.wait_ready(name)
    for name in HELD.keys() - {"good"}:
        stage.endpoints.wait_reason(name, "CredentialsRejected" if name == "wrong" else "CredentialsNotFound")
    for fault in FAULTS:
        stage.emulator.fault(times=1, **fault)
        asked = sum(stage.emulator.counts().values())
        stage.endpoints.change("good", description=json.dumps(fault))
        eventually(lambda asked=asked: sum(stage.emulator.counts().values()) > asked)  # type: ignore[misc]
    stage.endpoints.wait_ready("good")  # whoever waits for a change under way is told of a key later
    stage.kubernetes_way.stop()
    stage.emulator.revoke_account("good-ak")
    stage.kubernetes_way.start()
    stage.endpoints.change("good", description="Asked for with a key that was revoked")
    stage.endpoints.wait_reason("good", "CredentialsRejected", kind="Synced", within=30)
    stage.operator.kill()
    stage.operator.start()
    stage.endpoints.wait_ready("ambient")

    shown = {
        "log": stage.operator.all_logs(),
        "metrics": stage.operator.get("/metrics")[1],
        "objects": json.dumps(stage.endpoints.kubectl.list(KIND)),
        "events": json.dumps(stage.endpoints.kubectl.list("events")),
    }
    hidden = [
        *CANARIES,
        *(base64.b64encode(value).decode() for data in HELD.values() for value in data.values() if b"canary" in value),
    ]
    found = {
        (where, secret) for where, text in shown.items() for secret in [*hidden, control_plane.token] if secret in text
    }

    assert all(shown.values())
    assert found == set()
