"""The official client, whose every method comes in two forms, behind one that calls either."""

import asyncio
from typing import Any

from alibabacloud_agentrun20250910.client import Client
from alibabacloud_tea_openapi.utils_models import Config

from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION


class Official:
    """The official client of an emulator.

    Args:
        port: of the emulator, on this machine.
        sync: whether its blocking methods are called, or its asynchronous ones.
        access_key_id: whose requests.
        access_key_secret: signs them.
        security_token: goes with them.
    """

    def __init__(
        self,
        port: int,
        *,
        sync: bool,
        access_key_id: str = ACCESS_KEY_ID,
        access_key_secret: str = ACCESS_KEY_SECRET,
        security_token: str | None = None,
    ) -> None:
        config = Config(
            access_key_id=access_key_id,
            access_key_secret=access_key_secret,
            security_token=security_token,
            protocol="http",
            endpoint=f"127.0.0.1:{port}",
            region_id=REGION,
        )
        self._client = Client(config)
        self._sync = sync

    async def call(self, method: str, *arguments: object) -> Any:
        """The data of the answer.

        Args:
            method: the name of the blocking one.
            arguments: as it takes them.
        """
        if self._sync:
            answer = await asyncio.to_thread(getattr(self._client, method), *arguments)
        else:
            answer = await getattr(self._client, f"{method}_async")(*arguments)
        return answer.body.data
