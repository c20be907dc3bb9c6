"""Secrets in bodies: which kind of text a body is, and where in it to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_plus

from reqsnap.model import Headers
from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit
from reqsnap.redaction.finder import Finder, Kind
from reqsnap.redaction.json_text import find_in_json, may_hold_secrets
from reqsnap.redaction.markup import find_in_markup
from reqsnap.redaction.placeholders import respelled
from reqsnap.redaction.rules import Rules
from reqsnap.redaction.urls import find_encoded, find_urls

_FORM = "application/x-www-form-urlencoded"
_BINARY = regex(
    r"(?:image|audio|video|font)/(?!svg)|application/(?:octet-stream|pdf|zip|gzip|wasm|zstd|x-tar|x-protobuf|protobuf"
    r"|msgpack|x-msgpack|cbor|grpc|avro|java-archive|x-7z|x-bzip|x-gzip|vnd\.apache|vnd\.ms-|vnd\.openxml"
    r"|vnd\.amazon\.eventstream|vnd\.rar)"
    r"|binary/"
)
_FORM_SHAPE = regex(r"[\w.%+*~\[\]-]+=[^&\s]*(?:&[\w.%+*~\[\]-]+=[^&\s]*)*\s*", re.ASCII)
_PAIR = regex(r"(?:\A|&)\s*([^=&\s]+)=([^&\r\n]*)", re.ASCII)


def find_in_body(text: str, content_type: str, finder: Finder) -> list[Edit]:
    """The edits that hide what the rules find in a body.

    What a body is, is told by its Content-Type, and where that says little or may well
    be wrong, by how the body begins. Nothing is sought by name in a binary body.
    """
    media_type = _media_type(content_type)
    first = text[:64].lstrip("\ufeff\xef\xbb\xbf \t\r\n")[:1]
    if media_type.startswith("multipart/"):
        return list(_find_in_multipart(text, _boundary(content_type, text), finder))
    if not first or (first not in "{[" and _is_binary(media_type, text)):
        return []
    edits = respelled(text)
    if first not in "{[<" and (media_type == _FORM or _may_be_form(media_type, text)):
        return edits + list(_find_in_form(text, finder))
    if '"' in text:
        edits += find_in_json(text, finder)
    if first == "<" or "xml" in media_type or "html" in media_type:
        edits += find_in_markup(text, finder)
    return edits + find_urls(text, finder)


def is_plain_json(body: bytes, headers: Headers, rules: Rules) -> bool:
    """Whether a body is JSON in ASCII in which the rules find nothing, told without looking closely."""
    if body[:1] not in _JSON or not body.isascii() or b"\\" in body or b"://" in body or b"REDACTED" in body:
        return False
    content_type = headers.get("content-type", "")
    if content_type not in _JSON_TYPES or "content-encoding" in headers:
        return False
    return not may_hold_secrets(body.decode("ascii"), rules)


_JSON = frozenset({b"{", b"["})
_JSON_TYPES = frozenset({"", "application/json", "application/json; charset=utf-8"})
"""The commonest ones. Of others, what they say decides how a body is looked at."""


@lru_cache(maxsize=256)
def _media_type(content_type: str) -> str:
    """What a Content-Type says without its parameters: few are ever seen, and each again and again."""
    return content_type.partition(";")[0].strip().lower()


def _is_binary(media_type: str, text: str) -> bool:
    if "json" in media_type or "xml" in media_type:
        return False
    return _BINARY.match(media_type) is not None or "\0" in text[:1024]


# Forms


def _may_be_form(media_type: str, text: str) -> bool:
    """Whether a body that says too little of itself has the shape of a form."""
    return (
        media_type in ("", "text/plain", "text/html")
        and "=" in text[:256]
        and len(text) < 65536
        and _FORM_SHAPE.fullmatch(text) is not None
    )


def _find_in_form(text: str, finder: Finder) -> Iterator[Edit]:
    for found in _PAIR.finditer(text):
        kind = finder.field_kind(found[1])
        start, end = found.span(2)
        if kind is not Kind.NEVER:
            value = unquote_plus(found[2], encoding="latin-1")
            replacement = finder.take_if(kind, unquote_plus(found[1]), value)
            if replacement is not None:
                yield Edit(start, end, replacement)
                continue
        if "%" in found[2]:
            yield from find_encoded(text, start, end, finder)


# Multipart (RFC 2046, section 5.1; RFC 7578)

_BOUNDARY = regex(r'boundary=(?:"([^"]+)"|([^\s;,]+))', re.IGNORECASE)
_FIRST_LINE = regex(r"\s*--([^\r\n]{1,70})\r?\n")
_PART_HEAD = regex(r"[^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n")
_PART_NAME = regex(r'^content-disposition:[^\r\n]*?[;\s]name=(?:"([^"\r\n]*)"|([^\s;]+))', re.I | re.M)
_PART_TYPE = regex(r"^content-type:[ \t]*([^\r\n]*)", re.I | re.M)


def _boundary(content_type: str, text: str) -> str:
    found = _BOUNDARY.search(content_type) or _FIRST_LINE.match(text)
    if found is None:
        return ""
    return next(group for group in found.groups() if group is not None)


def _find_in_multipart(text: str, boundary: str, finder: Finder) -> Iterator[Edit]:
    """Edits for the fields of a form, and for what is in its other parts."""
    delimiter = f"--{boundary}"
    place = text.find(delimiter) if boundary else -1
    while place >= 0:
        following = text.find(f"\n{delimiter}", place + len(delimiter))
        end = len(text) if following < 0 else following + 1
        head = _PART_HEAD.match(text, place + len(delimiter), end)
        if head is not None:
            if following >= 0:
                end = max(head.end(), following - (text[following - 1] == "\r"))
            yield from _find_in_part(text, head, end, finder)
        place = following + 1 if following >= 0 else -1


def _find_in_part(text: str, head: re.Match[str], end: int, finder: Finder) -> Iterator[Edit]:
    start, content = head.end(), text[head.end() : end]
    found = _PART_NAME.search(head[1])
    name = (found[1] or found[2]) if found else ""
    kind = finder.field_kind(name) if name else Kind.NEVER
    if kind is not Kind.NEVER:
        replacement = finder.take_if(kind, name, content)
        if replacement is not None:
            yield Edit(start, end, replacement)
            return
    media_type = _PART_TYPE.search(head[1])
    for edit in find_in_body(content, media_type[1] if media_type else "", finder):
        yield Edit(start + edit.start, start + edit.end, edit.text)
