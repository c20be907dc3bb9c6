"""What the parts of a request mean: URLs split and normalised, bodies by their media type."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from reqsnap.content_coding import content_codings, undo
from reqsnap.matching.multipart import Part, boundary_of, read_head, split_multipart
from reqsnap.matching.normal import Normal, Pairs
from reqsnap.model import Request
from reqsnap.patterns import regex
from reqsnap.redaction.names import fold

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}

_URL = regex(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.DOTALL)
_AUTHORITY = regex(r"(?:.*@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?\Z", re.DOTALL)
_ENCODED = regex(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = regex(r"[A-Za-z0-9._~-]")


class Url(NamedTuple):
    """A URL in normal form: scheme and host in lower case, port filled in, query decoded.

    `query` is sorted by name; values under one name keep their order. User information
    and fragment are dropped: neither is part of the target resource's identity.
    """

    scheme: str
    host: str
    port: str
    path: str
    query: Pairs


@lru_cache(maxsize=4096)
def split_url(url: str) -> Url:
    """Split a URL into its normal form (RFC 9110, section 4.2.3)."""
    found = _URL.match(url)
    scheme, authority, path, query = found.groups() if found else (None, None, url, None)
    if "%" in path:
        path = _ENCODED.sub(_normal_octet, path)
    return Url(*_origin(scheme, authority), path or "/", read_query(query) if query else ())


# Programs ask few servers, each for many targets.
@lru_cache(maxsize=256)
def _origin(scheme: str | None, authority: str | None) -> tuple[str, str, str]:
    """The scheme, the host and the port."""
    scheme = (scheme or "").lower()
    place = _AUTHORITY.match(authority or "")
    host, port = place.groups() if place else (authority or "", None)
    return scheme, host.lower(), port or DEFAULT_PORTS.get(scheme, "")


def _normal_octet(found: re.Match[str]) -> str:
    """A percent-encoded octet, decoded where its encoding means nothing (RFC 3986, section 6.2.2)."""
    character = unquote(found[0], encoding="latin-1")
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()


def sent_query(url: str) -> list[tuple[str, str]]:
    """The pairs of a URL's query, decoded as UTF-8, in the order in which they were sent."""
    found = _URL.match(url)
    pairs = _pairs((found[4] if found else None) or "")
    return [(as_utf8(name), as_utf8(value)) for name, value in pairs]


def read_query(text: str) -> Pairs:
    """The pairs of a query's text, sorted by name."""
    pairs = _pairs(text)
    return _sorted(pairs) if len(pairs) > 1 else tuple(pairs)


def as_utf8(text: str) -> str:
    """Text whose characters are octets, decoded as UTF-8; octets that are none are kept as surrogates."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text


def readable(text: str) -> str:
    """Text as it is shown: as UTF-8 where it can be read so."""
    decoded = as_utf8(text)
    return decoded if decoded.isprintable() else text


def _pairs(text: str) -> list[tuple[str, str]]:
    """The pairs of a form, decoded to one character for each octet; one without `=` has an empty value."""
    pieces = [piece.partition("=") for piece in text.split("&") if piece]
    if "%" in text or "+" in text:
        return [(_decoded(name), _decoded(value)) for name, _, value in pieces]
    return [(name, value) for name, _, value in pieces]


def _decoded(text: str) -> str:
    return unquote(text.replace("+", " "), encoding="latin-1")


def _sorted(pairs: list[tuple[str, str]]) -> Pairs:
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


class Body(NamedTuple):
    """What a body means. `kind` is "json", "form", "multipart", "bytes" or "empty".

    Two bodies of one meaning have equal `canonical` values.
    """

    kind: str
    canonical: bytes | str | tuple[Any, ...]


class Meaning(NamedTuple):
    """A body read once: what it is compared by, and what there is to show of it.

    `content` is a JSON document, the pairs of a form, the `PartMeaning`s of a multipart
    body, and otherwise the bytes.
    """

    body: Body
    content: Any


class PartMeaning(NamedTuple):
    """A part of a multipart body: the form's field that it is, its header fields and what it means."""

    name: str | None
    fields: Pairs
    meaning: Meaning
    end: tuple[bytes, bytes]


DEEPEST = 20
"""How many multipart bodies within each other are taken apart."""

_LONGEST_FIELD = 4096
"""Up to how many bytes a part of a form may be a volatile value by its name."""

EMPTY = Body("empty", b"")
NO_CONTENT = Meaning(EMPTY, b"")


def read_body(request: Request) -> Body:
    """The meaning of a request's body, by its Content-Type; bytes where it has no other."""
    body = plain_body(request) if request.body else b""
    if not body:
        return EMPTY
    content_type = request.headers.get("content-type", "")
    if content_type and not _HAS_MEANING.match(content_type):
        return Body("bytes", body)
    return read_content(body, content_type).body


_HAS_MEANING = regex(r"multipart/|application/x-www-form-urlencoded|.*json", re.IGNORECASE | re.DOTALL)


def plain_body(request: Request) -> bytes:
    """The body as it was before it was compressed: compressors put times into what they make."""
    if not request.body or "content-encoding" not in request.headers:
        return request.body
    undone = undo(request.body, content_codings(request.headers))
    return request.body if undone is None else undone.content


def read_content(body: bytes, content_type: str, normal: Normal | None = None, depth: int = 0) -> Meaning:
    """The meaning of a body of a Content-Type, in normal form if there is one.

    `depth` says how many multipart bodies it is a part of.
    """
    if not body:
        return NO_CONTENT
    media_type = content_type.lower()
    found = None
    if "json" in media_type or (not media_type and body[:1] in b"{["):
        found = as_json(body, normal)
    elif media_type.startswith("application/x-www-form-urlencoded"):
        found = as_form(body, normal)
    elif media_type.startswith("multipart/") and depth < DEEPEST:
        # The boundary keeps its case, unlike the rest of the field (RFC 2046, section 5.1.1).
        boundary = boundary_of(content_type)
        found = as_multipart(body, boundary, normal, depth) if boundary else None
    return found or as_bytes(body, normal)


def as_bytes(body: bytes, normal: Normal | None = None) -> Meaning:
    """A body compared byte by byte."""
    content = body if normal is None else normal.content(body)
    return Meaning(Body("bytes", content), content)


def as_form(body: bytes, normal: Normal | None = None) -> Meaning:
    """A form: pairs in any order, those of one name in theirs."""
    pairs = _sorted(_pairs(body.decode("latin-1")))
    if normal is not None:
        pairs = normal.form(pairs)
    return Meaning(Body("form", pairs), pairs)


class _RepeatedName(ValueError):
    """A JSON object in which a name stands twice: what it means is anybody's guess."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedName
    return found


_decode = json.JSONDecoder(object_pairs_hook=_unique).decode
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def as_json(body: bytes, normal: Normal | None = None) -> Meaning | None:
    """A JSON document in any layout; None where it is none or is ambiguous."""
    try:
        document = _decode(body.decode(json.detect_encoding(body), "surrogatepass"))
        if normal is not None:
            document = normal.document(document)
        return Meaning(Body("json", _encode(document)), document)
    except (ValueError, RecursionError):
        return None


def as_multipart(body: bytes, boundary: str, normal: Normal | None = None, depth: int = 0) -> Meaning | None:
    """Parts, each by its meaning, whatever the boundary; None where it divides nothing."""
    split = split_multipart(body, boundary)
    if split is None:
        return None
    parts = [_part(part, normal, depth + 1) for part in split.parts]
    if normal is not None:
        unwanted = normal.left_out([part.name for part in parts if part.name is not None])
        parts = [part for part in parts if part.name is None or fold(part.name) not in unwanted]
    canonical = tuple([(part.fields, part.meaning.body, part.end) for part in parts])
    return Meaning(
        Body("multipart", (split.preamble, split.opening, canonical, split.epilogue)), tuple(parts)
    )


def _part(part: Part, normal: Normal | None, depth: int) -> PartMeaning:
    fields, name, content_type = read_head(part.head)
    content = part.content
    if normal is not None:
        fields = tuple([(key, normal.value(key, value)) for key, value in fields])
        if name is not None and len(content) <= _LONGEST_FIELD:
            content = normal.named(name, content.decode("latin-1")).encode("latin-1")
    elif content and not _HAS_MEANING.match(content_type):
        return PartMeaning(name, fields, Meaning(Body("bytes", content), content), part.end)
    return PartMeaning(name, fields, read_content(content, content_type, normal, depth), part.end)
