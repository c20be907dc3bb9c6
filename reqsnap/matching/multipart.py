"""Multipart bodies taken apart (RFC 2046, section 5.1; RFC 7578): everything but the boundary is kept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from reqsnap.patterns import regex


class Part(NamedTuple):
    """One part: its header section with the empty line that ends it, its content, and how it ends.

    `head` is empty where there is no empty line. `end` is the line end before the next
    delimiter and what follows the boundary in its line.
    """

    head: bytes
    content: bytes
    end: tuple[bytes, bytes]


class Multipart(NamedTuple):
    """A multipart body without its boundary: two of one boundary are equal where their bytes are."""

    preamble: bytes
    opening: bytes
    parts: tuple[Part, ...]
    epilogue: bytes


_BOUNDARY = regex(r';\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))', re.IGNORECASE | re.DOTALL)
_ESCAPE = regex(r"\\(.)", re.DOTALL)
_NAME = regex(r';\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))', re.IGNORECASE | re.DOTALL)
_EMPTY_LINE = regex(rb"\n\r?\n")
_FOLD = regex(r"\r?\n[ \t]+")


def boundary_of(content_type: str) -> str | None:
    """The boundary that a Content-Type names; its case counts, unlike that of the rest.

    >>> boundary_of('multipart/mixed; boundary="a b"')
    'a b'
    """
    return _parameter(_BOUNDARY, content_type)


def without_boundary(content_type: str) -> str:
    """A Content-Type less its boundary, where it is a multipart one."""
    if content_type[:10].lower() != "multipart/":
        return content_type
    return _BOUNDARY.sub("", content_type)


def split_multipart(body: bytes, boundary: str) -> Multipart | None:
    """A body in its parts; None where no line of it is a delimiter.

    Lines may end with LF alone, as some clients write them, and the last delimiter may be missing.
    """
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    return _split_plain(body, delimiter) or _split(body, delimiter)


_NEWLINE = b"\r\n"
_PLAIN_END = _NEWLINE, _NEWLINE


def _split_plain(body: bytes, delimiter: bytes) -> Multipart | None:
    """As `_split`, in a fraction of its time; None for what is not as almost every client writes it."""
    opening, *pieces = body.split(delimiter)
    closing = pieces.pop() if pieces else b""
    if opening or not pieces or closing not in (b"--\r\n", b"--"):
        return None
    for piece in pieces:
        if len(piece) < 4 or not (piece.startswith(_NEWLINE) and piece.endswith(_NEWLINE)):
            return None
    last = pieces.pop()
    parts = [_part(piece[2:-2], _PLAIN_END) for piece in pieces]
    parts.append(_part(last[2:-2], (_NEWLINE, closing)))
    return Multipart(b"", _NEWLINE, tuple(parts), b"")


def _split(body: bytes, delimiter: bytes) -> Multipart | None:
    found = _next_delimiter(body, delimiter, 0)
    if found is None:
        return None
    preamble, opening = body[: found[0]], body[found[0] + len(delimiter) : found[1]]
    parts, start, closed = [], found[1], opening.startswith(b"--")
    while not closed:
        found = _next_delimiter(body, delimiter, start)
        place, end = found or (len(body), len(body))
        mark = body[place + len(delimiter) : end]
        piece = body[start:place]
        line_end = b"" if found is None else _line_end(piece)
        parts.append(_part(piece[: len(piece) - len(line_end)], (line_end, mark)))
        start, closed = end, found is None or mark.startswith(b"--")
    return Multipart(preamble, opening, tuple(parts), body[start:])


def _next_delimiter(body: bytes, delimiter: bytes, start: int) -> tuple[int, int] | None:
    """Where the next delimiter begins, and where its line ends."""
    place = body.find(delimiter, start)
    while place >= 0:
        after = place + len(delimiter)
        if place == start or body[place - 1] == 0x0A:
            newline = body.find(b"\n", after, after + _LONGEST_PADDING)
            end = len(body) if newline < 0 else newline + 1
            if end - after <= _LONGEST_PADDING and body[after:end].strip() in (b"", b"--"):
                return place, end
        place = body.find(delimiter, after)
    return None


_LONGEST_PADDING = 1000
"""How much white space after a boundary is looked through, so that no body takes long."""


def _line_end(piece: bytes) -> bytes:
    return b"\r\n" if piece.endswith(b"\r\n") else b"\n" if piece.endswith(b"\n") else b""


def _part(piece: bytes, end: tuple[bytes, bytes]) -> Part:
    if piece.startswith((b"\r\n", b"\n")):
        size = piece.index(b"\n") + 1
    else:
        found = _EMPTY_LINE.search(piece)
        size = found.end() if found else 0
    return Part(piece[:size], piece[size:], end)


class Head(NamedTuple):
    """A part's header section: its fields, names in lower case and sorted by them, and what two of them say.

    `name` is that of the form's field that the part is, `content_type` that of its content.
    """

    fields: tuple[tuple[str, str], ...]
    name: str | None
    content_type: str


@lru_cache(maxsize=512)
def read_head(head: bytes) -> Head:
    """Read a part's header section; clients write the same ones again and again."""
    if not head:
        return Head((("", "no header section"),), None, "text/plain")
    lines = _FOLD.sub(" ", head.decode("latin-1")).split("\n")
    pairs = [line.partition(":") for line in lines if line.strip()]
    fields = sorted([(name.strip().lower(), value.strip()) for name, _, value in pairs])
    values = dict(reversed(fields))
    content_type = values.get("content-type", "text/plain")
    if "content-type" in values:
        fields = [(key, without_boundary(value) if key == "content-type" else value) for key, value in fields]
    return Head(tuple(fields), _parameter(_NAME, values.get("content-disposition", "")), content_type)


def _parameter(pattern: re.Pattern[str], value: str) -> str | None:
    found = pattern.search(value)
    if found is None:
        return None
    return found[2] if found[1] is None else _ESCAPE.sub(r"\1", found[1])
