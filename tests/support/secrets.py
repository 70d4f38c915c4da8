"""Secrets with access keys, for tests on a cluster."""

import base64

Object = dict[str, object]


def secret(key_id: str, key_secret: str, name: str = "agentrun") -> Object:
    """The manifest of a Secret."""
    data = {"accessKeyId": key_id, "accessKeySecret": key_secret}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}
