"""One request, with its query and its JSON parsed when they are asked for. No I/O, no decisions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from agentrun_operator.emulator.answers import bad_request

SESSION = "x-agentrun-session-id"
"""The header with the id that a client chose for a conversation."""


@dataclass
class Call:
    """One request to one action.

    Attributes:
        action: the API's name for what is asked.
        request_id: identifies the request in the answer.
        method: the HTTP method.
        path: as sent, percent-encoding and all: signatures are made over this one.
        query: as sent.
        headers: names in lower case.
        body: all of it.
        target: the parameters in the path, decoded.
    """

    action: str
    request_id: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    target: dict[str, str]

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query, decoded."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def document(self) -> object:
        """The body's JSON; an empty body is an empty object.

        Raises:
            ApiError: the body is not JSON.
        """
        try:
            document: object = json.loads(self.body) if self.body else {}
        except (ValueError, RecursionError) as error:
            raise bad_request(f"the request body is not valid JSON: {error}") from None
        return document
