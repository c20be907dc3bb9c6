"""VCR.py's own YAML layout: where its items stand, found without parsing them.

The pattern takes every scalar as a unit and lets a plain one go on only in lines that are
indented further than its key, so that what looks like the beginning of an item is one. All
that PyYAML's dumpers write for a cassette is covered, and literal blocks, which many users
have their bodies written in; anchors, comments and other layouts are not.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

START = b"interactions:\n"
END = b"version: 1\n"
ITEM_START = b"- request:\n"


Place = tuple[int, int, bytes, bytes]
"""Where an item begins and ends, and what stands there as its method and its URI, as it is written."""


class Layout(NamedTuple):
    """The items of a file, and where the last of them ends."""

    places: list[Place]
    end: int


def scan(data: bytes) -> Layout | None:
    """The items with which a file begins that are in VCR.py's layout; None where there are none.

    What follows the last of them is for its reader to look at.
    """
    if not data.startswith(START + ITEM_START):
        return None
    places = []
    position = len(START)
    for found in _item().finditer(data, position):
        start, end = found.span()
        if start != position:
            break
        method, uri = found.group("method", "uri")
        if method is None or uri is None:
            return None
        places.append((start, end, method, uri))
        position = end
    return Layout(places, position)


def whole(layout: Layout, data: bytes) -> list[Place]:
    """The items of a file that was cut off, less the last one where it may be what was cut."""
    rest = data[layout.end :]
    *others, last = layout.places
    start, end, *_ = last
    at_line_end = not rest and _LAST_LINES.search(data, start, end) is not None
    at_next_item = bool(rest) and (rest.startswith(ITEM_START) or ITEM_START.startswith(rest))
    return layout.places if at_line_end or at_next_item else others


# The keys of an answer are sorted; only tornado has one more.
_LAST_LINES = re.compile(rb" {4}status:\n {6}code: [0-9]++\n {6}message: [^\n]*+\n(?: {4}url: [^\n]*+\n)?+\Z")


def end_of_items(data: bytes) -> int | None:
    """Where a file's last item ends, found from the end of the file; None where it is laid out otherwise."""
    start = data.rfind(b"\n" + ITEM_START) + 1
    found = _item().match(data, start) if start else None
    return None if found is None else found.end()


# LF is the only line break that is known here, and YAML has others (YAML 1.1, section 4.2).
_OCTETS = rb"(?:[^\n\r\xc2\xe2]++|\xc2(?!\x85)|\xe2(?!\x80[\xa8\xa9]))*+"
_TAG = rb"!![A-Za-z][\w/.:]*+"
_QUOTED = rb"""'[^']*+(?:''[^']*+)*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+\""""
# A plain scalar, in printable ASCII alone: what begins one, and what goes on in the line.
_FIRST = rb"(?:[$()+./0-9;<=A-Z\\^_a-z~]|[-?:](?=[!-~]))"
_WORDS = rb"[ -\"$-9;-~]*+(?:(?::(?=[!-~])|(?<! )\#)[ -\"$-9;-~]*+)*+"
# Collections as PyYAML laid them out before version 5.1, where all in them was a scalar.
_IN_FLOW = (
    rb"(?:" + _TAG + rb" )?+(?:" + _QUOTED + rb"|[$()+./0-9;<=A-Z\\^_a-z~]"
    rb"(?:[!-+\--9;-@A-Z\\^-z|~]++|:(?=[!-+\--Z\\^-z|~])|(?:\n +| )(?![\s\#]))*+)"
)
_LISTED = rb"\[(?:" + _IN_FLOW + rb"(?:,(?:\n +| )|(?=\])))*+\]"
_FLOW = (
    _LISTED
    + rb"|\{(?:"
    + _IN_FLOW
    + rb": (?:"
    + _LISTED
    + rb"|"
    + _IN_FLOW
    + rb")(?:,(?:\n +| )|(?=\})))*+\}"
)
_KEY = (
    rb"(?:"
    + _TAG
    + rb" )?+"
    + rb"""(?:[\w$+.^~-][\w!#$%&'*+.^`|~-]*+|'(?:[^'\n]++|'')*+'|"(?:[^"\\\n]++|\\[^\n])*+"):"""
)


def _one_line(further: bytes) -> bytes:
    """A scalar whose plain kind ends with its line: no line follows that begins with `further`."""
    return rb"(?:" + _TAG + rb" )?+(?:" + _FIRST + _WORDS + rb"(?!\n" + further + rb")|" + _QUOTED + rb")"


def _plain(deeper: bytes) -> bytes:
    """A plain scalar, whose further lines begin with `deeper`."""
    return _FIRST + _WORDS + rb"(?:\n" + deeper + rb" *+(?=[!\"$-~])" + _WORDS + rb")*+"


def _below(depth: int) -> bytes:
    """The end of a line that is so deep: the scalar that most keys and dashes are of."""
    return rb" (?:" + _QUOTED + rb"|" + _plain(b" " * depth + b" ") + rb")\n"


# The lines that most cassettes are made of, as lines of other keys are matched, with depths that are known.
_USUAL = (
    rb" {4}(?:headers:(?: \{\}\n|\n(?: {6}[A-Za-z][\w-]*+:\n(?: {6}-"
    + _below(6)
    + rb")++)++)|body:(?:\n {6}string:"
    + _below(6)
    + rb"|"
    + _below(4)
    + rb")|status:\n {6}code:"
    + _below(6)
    + rb" {6}message:"
    + _below(6)
    + rb")"
)


def _line(group: bytes) -> bytes:
    """A key or a dash, what it is of, and the further lines of that: all deeper than its own."""
    deeper = rb"\n(?P=" + group + rb") "
    plain = _plain(rb"(?P=" + group + rb") ")
    block = rb"[|>][-+1-9]{0,2}(?:" + deeper + _OCTETS + rb"|\n(?= *+\n))*+"
    value = rb"(?:" + _TAG + rb" )?+(?:" + rb"|".join((plain, _QUOTED, block, _FLOW)) + rb")"
    # A list within a list has its first element in the line of the outer dash.
    inner = rb"- - " + _one_line(rb"(?P=" + group + rb")   ")
    # Keys that were no plain text of Python, such as aiohttp's.
    odd_key = rb"\? " + _TAG + rb" " + _LISTED + rb"\n(?P=" + group + rb"):"
    first = rb"(?:" + _KEY + rb"|-|" + odd_key + rb")(?: " + value + rb"| " + _TAG + rb")?+"
    # Most lines are the name of a field, so that comes first.
    return rb"(?: {4,}+[A-Za-z][\w-]*+:|(?P<" + group + rb"> {4,}+)(?:" + first + rb"|" + inner + rb"))\n"


@cache
def _item() -> re.Pattern[bytes]:
    """An item; made when it is first needed, which takes longer than to read a small file."""
    return re.compile(_PATTERN, re.DOTALL | re.ASCII)


_PATTERN = (
    ITEM_START
    + rb"(?:"
    + _USUAL
    + rb"| {4}method: (?P<method>"
    + _one_line(rb" {5}")
    + rb")\n"
    + rb"| {4}uri: (?P<uri>"
    + _one_line(rb" {5}")
    + rb")\n"
    # None of its other keys may mean one of these two.
    + rb"|(?! {4}(?:method:|uri:|[!'\"]))"
    + _line(b"asked")
    + rb")++"
    + rb" {2}response:\n(?:"
    + _USUAL
    + rb"|"
    + _line(b"answered")
    + rb")++"
)
