"""The canonical form of a request, which both signature algorithms sign. Pure text: no clock, no secret, no HTTP.

An address is escaped the same way whether it is sent or signed, so what goes over the wire is already canonical.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class CanonicalRequest:
    """What is signed.

    Attributes:
        text: the canonical request, of which the algorithms sign the SHA-256.
        signed_headers: the names of the headers in it, sorted, joined by semicolons.
    """

    text: str
    signed_headers: str


def escape(text: str) -> str:
    """`text` percent-encoded as UTF-8, all but letters, digits and `-_.~`."""
    return quote(text, safe="~")


def encode_query(parameters: Iterable[tuple[str, str]]) -> str:
    """The query string of `parameters`, sorted; an empty value keeps its `=`."""
    return "&".join(f"{escape(name)}={escape(value)}" for name, value in sorted(parameters))


def canonical_request(
    method: str, path: str, query: str, headers: Mapping[str, str], payload_hash: str
) -> CanonicalRequest:
    """The canonical form of a request.

    Args:
        method: the HTTP method, in capitals.
        path: the path as it goes over the wire, percent-encoded.
        query: the query string as it goes over the wire; a space may be `+` or `%20`.
        headers: the headers to sign.
        payload_hash: what stands for the body: its SHA-256 in hex, or an algorithm's literal.
    """
    values = {name.lower(): value.strip() for name, value in headers.items()}
    names = sorted(values)
    signed_headers = ";".join(names)
    lines = (
        method,
        path or "/",
        encode_query(parse_qsl(query, keep_blank_values=True)),
        *(f"{name}:{values[name]}" for name in names),
        "",
        signed_headers,
        payload_hash,
    )
    return CanonicalRequest("\n".join(lines), signed_headers)
