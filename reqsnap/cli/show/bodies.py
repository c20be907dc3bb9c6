"""A body as a person reads it: codings undone, its charset decoded, JSON laid out, binary as hex.

Pure. Lines come as they are asked for, so that of a long body only what is shown is worked out.
"""

from __future__ import annotations

import codecs
import json
import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus

from reqsnap.cli.printable import from_octets, printable, size
from reqsnap.content_coding import content_codings, undo
from reqsnap.matching.multipart import boundary_of, split_multipart
from reqsnap.model import Headers


class Content(NamedTuple):
    """A body without its content codings.

    `codings` are those that were undone, in words, and `unknown` those that could not be.
    """

    data: bytes
    codings: str = ""
    unknown: str = ""


def content_of(body: bytes, headers: Headers) -> Content:
    """A body less its content codings, as far as they are known here."""
    codings = content_codings(headers)
    if not codings or not body:
        return Content(body)
    undone = undo(body, codings)
    if undone is None:
        return Content(body, unknown=", ".join(codings))
    return Content(undone.content, ", ".join(codings) if undone.encoders else "")


def lines_of(body: bytes, headers: Headers) -> Iterator[str]:
    """The lines to be shown of a body; none where it is empty. No line holds a control character."""
    content = content_of(body, headers)
    if content.data:
        kind = printable(headers.get("content-type", ""))
        yield from _lines(content.data, kind, content.unknown)


_DEEPEST = 3
"""Multipart bodies within multipart bodies that are taken apart."""


def _lines(data: bytes, kind: str, unknown: str = "", depth: int = 0) -> Iterator[str]:
    parts = None if unknown or depth == _DEEPEST else _multipart(data, kind, depth)
    if parts is not None:
        yield from parts
        return
    text = None if unknown else text_of(data, kind)
    if text is None:
        yield from _binary(data, kind, unknown)
    elif _is_form(kind, text):
        yield from map(printable, _form(text))
    elif text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and _is_json(text):
        yield from map(printable, laid_out(text))
    else:
        yield from map(printable, _split(text))


# Text

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python's codecs that no message is in, and that take very long for a long one.
_NO_CHARSETS = frozenset(("idna", "punycode"))
_BINARY = re.compile(r"(?:image|audio|video|font)/(?!svg)|application/(?:octet-stream|pdf|zip|gzip)\b")


def text_of(data: bytes, kind: str) -> str | None:
    """A body as text, by its byte order mark, the charset that is named, or UTF-8; None if binary."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], charset)
    declared = _CHARSET.search(kind)
    if declared is not None and declared[1].lower() not in _NO_CHARSETS:
        text = _decoded(data, declared[1])
        if text is not None:
            return text
    text = _decoded(data, "utf-8")
    if text is None and kind[:5].lower() == "text/":
        text = _decoded(data, "latin-1")
    return None if text is not None and _BINARY.match(kind.lower()) and "\0" in text else text


def _decoded(data: bytes, charset: str) -> str | None:
    """Data as text; None where it is not in that charset, or has too many control characters for text."""
    try:
        text = data.decode(charset)
    except (LookupError, UnicodeError, ValueError):
        return None
    sample = text[:_SAMPLE]
    return None if len(_CONTROL.findall(sample)) * 8 > len(sample) else text


def _split(text: str) -> Iterator[str]:
    """The lines of a text, one after the other."""
    for found in re.finditer(r"([^\n]*)(\n|\Z)", text):
        if found[0]:
            yield found[1].removesuffix("\r")


# Forms


def _is_form(kind: str, text: str) -> bool:
    return kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded" and "=" in text


def _form(text: str) -> Iterator[str]:
    for pair in text.strip().split("&"):
        name, equals, value = pair.partition("=")
        yield f"{unquote_plus(name)}{equals}{unquote_plus(value)}"


# JSON

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rf'{_STRING}|\[[^\[\]{{}}"]*+\]|[\[\]{{}},:]|[^\s\[\]{{}},:"]+')
_INDENT = "  "
_WIDTH = 88
# Numbers are checked and never kept: float has no limit on the digits that it reads.
_CHECKER = json.JSONDecoder(parse_int=float)


def _is_json(text: str) -> bool:
    try:
        _CHECKER.decode(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def laid_out(text: str) -> Iterator[str]:
    """JSON with a line for each member and item; names, strings and numbers are spelled as they were.

    >>> list(laid_out('{"id":7.10,"tags":[1,2]}'))
    ['{', '  "id": 7.10,', '  "tags": [1, 2]', '}']
    """
    line, depth, is_new = "", 0, False
    for found in _TOKEN.finditer(text):
        token = found[0]
        closes = token in ("}", "]")
        depth -= closes
        if is_new and closes:
            is_new = False
        elif is_new or closes:
            yield line
            line, is_new = _INDENT * depth, False
        if token == ",":
            yield f"{line},"
            line = _INDENT * depth
        elif token == ":":
            line += ": "
        elif len(token) > 1 and token[0] == "[":
            *whole, line = _numbers(line, token, depth)
            yield from whole
        else:
            line += token
            is_new = token in ("{", "[")
            depth += is_new
    yield line


def _numbers(line: str, token: str, depth: int) -> list[str]:
    """An array of plain values after what stands before it; a long one fills lines."""
    short = f"[{', '.join(token[1:-1].replace(',', ' ').split())}]"
    if len(line) + len(short) <= _WIDTH:
        return [line + short]
    inner = _INDENT * (depth + 1)
    filled = textwrap.wrap(
        short[1:-1], _WIDTH, initial_indent=inner, subsequent_indent=inner, break_long_words=False
    )
    return [f"{line}[", *filled, f"{_INDENT * depth}]"]


# Multipart


def _multipart(data: bytes, kind: str, depth: int) -> Iterator[str] | None:
    boundary = boundary_of(kind) if kind[:10].lower() == "multipart/" else None
    body = split_multipart(data, boundary) if boundary else None
    if body is None or not all(part.head for part in body.parts):
        return None

    def lines() -> Iterator[str]:
        for part in body.parts:
            yield f"--{boundary}"
            head = part.head.decode("latin-1").strip("\r\n")
            fields = [line.partition(":")[::2] for line in head.splitlines()]
            yield from map(from_octets, head.splitlines())
            yield ""
            types = [value.strip() for name, value in fields if name.strip().lower() == "content-type"]
            yield from _lines(part.content, printable("".join(types[:1])), depth=depth + 1)

    return lines()


# Binary

_SHOWN, _ROW = 64, 16


def _binary(data: bytes, kind: str, unknown: str) -> Iterator[str]:
    what = kind or "no type is given"
    if unknown:
        what += f", in {unknown}, which cannot be undone here"
    yield f"({size(len(data))} of binary: {what})"
    for start in range(0, min(len(data), _SHOWN), _ROW):
        row = data[start : start + _ROW]
        letters = "".join([chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row])
        yield f"{start:08x}  {row.hex(' '):<{3 * _ROW - 1}}  {letters}"
    if len(data) > _SHOWN:
        yield f"(and {size(len(data) - _SHOWN)} more)"
