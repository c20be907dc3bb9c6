"""What the parts of a request mean: URLs split and normalised, bodies by their media type."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from reqsnap.content_coding import content_codings, undo
from reqsnap.model import Request

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}

_URL = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:.*@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?\Z", re.DOTALL)
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


class Url(NamedTuple):
    """A URL in normal form: scheme and host in lower case, port filled in, query decoded.

    `query` is sorted by name; values under one name keep their order. User information
    and fragment are dropped: neither is part of the target resource's identity.
    """

    scheme: str
    host: str
    port: str
    path: str
    query: tuple[tuple[str, str], ...]


@lru_cache(maxsize=4096)
def split_url(url: str) -> Url:
    """Split a URL into its normal form (RFC 9110, section 4.2.3)."""
    found = _URL.match(url)
    scheme, authority, path, query = found.groups() if found else (None, None, url, None)
    scheme = (scheme or "").lower()
    place = _AUTHORITY.match(authority or "")
    host, port = place.groups() if place else (authority or "", None)
    return Url(scheme, host.lower(), port or DEFAULT_PORTS.get(scheme, ""), path or "/", _pairs(query or ""))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1") if text else []
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


class Body(NamedTuple):
    """What a body means. `kind` is "json", "form", "multipart", "bytes" or "empty".

    Two bodies of one meaning have equal `canonical` values.
    """

    kind: str
    canonical: bytes | str | tuple[tuple[str, str], ...]


EMPTY = Body("empty", b"")


def read_body(request: Request) -> Body:
    """The meaning of a request's body, by its Content-Type; bytes where it has no other."""
    body = plain_body(request)
    if not body:
        return EMPTY
    media_type = request.headers.get("content-type", "").lower()
    if "json" in media_type or (not media_type and body[:1] in b"{["):
        meaning = _canonical_json(body)
        if meaning is not None:
            return Body("json", meaning)
    elif media_type.startswith("application/x-www-form-urlencoded"):
        return Body("form", _pairs(body.decode("latin-1")))
    elif media_type.startswith("multipart/"):
        # The boundary keeps its case, unlike the rest of the field (RFC 2046, section 5.1.1).
        found = _BOUNDARY.search(request.headers.get("content-type", ""))
        if found:
            return Body("multipart", body.replace(found[1].encode("latin-1"), b"boundary"))
    return Body("bytes", body)


def plain_body(request: Request) -> bytes:
    """The body as it was before it was compressed: compressors put times into what they make."""
    if not request.body or "content-encoding" not in request.headers:
        return request.body
    undone = undo(request.body, content_codings(request.headers))
    return request.body if undone is None else undone.content


class _RepeatedName(ValueError):
    """A JSON object in which a name stands twice: what it means is anybody's guess."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedName
    return found


def read_json(body: bytes) -> Any:
    """The document in a JSON body; raises ValueError where it is none or is ambiguous."""
    try:
        return json.loads(body, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _canonical_json(body: bytes) -> str | None:
    try:
        return json.dumps(read_json(body), sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return None
