"""One pass over a cassette's bytes: where its items are, and what each answers, without reading YAML.

What the pass covers is laid out as the writer does it, as far as that is needed to know that
each item ends where the next one begins, whatever stands in it: each of its texts is a block
with indented lines, or in quotes that are closed, or on one line. So an item means by itself
what it means in the whole file. Any other file was edited or damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reqsnap.formats.native.writer import END, START

_START, _END = START.encode(), END.encode()

_LINE = r"[^\n]*+\n"
_BLOCK = rf"(?:      {_LINE}|\n++)*+"
_IN_QUOTES = r'(?:[^"\\\n]|\\[^\n])*+'
_QUOTED = f'"{_IN_QUOTES}"'
_VALUES = (
    rf" \|2?[-+]?\n{_BLOCK}",
    rf" (?:[A-Za-z0-9]|-[0-9]){_LINE}",
    rf" {_QUOTED}\n",
    # Each line but the last ends with a backslash.
    rf' "\\\n(?:      {_IN_QUOTES}\\\n)*+      {_IN_QUOTES}"\n',
    rf" >-\n(?:      {_LINE})++",
    rf"\n(?:    - (?:{_QUOTED}|\[{_QUOTED}, {_QUOTED}\])\n)*+",
)
_KEY = rf"    [a-z_]+:(?:{'|'.join(_VALUES)})"
_REQUEST_LINE = r"      ([!-~]+) ([!-~]+)\n"
_ITEM = re.compile(
    (
        rf"- request:\n(?:(?:    head_charset: utf-8\n)?    head: \|-\n{_REQUEST_LINE}{_BLOCK})?+(?:{_KEY})*+"
        rf"(?:  [a-z_]+:\n(?:{_KEY})++)*+  recorded_at: [0-9]{_LINE}"
    ).encode()
)
# YAML knows other ends of lines than LF: CR, NEL, LS and PS (YAML 1.1, section 4.2).
_OTHER_LINE_ENDS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")


Place = tuple[int, int, bytes | None, bytes | None]
"""Where an item begins and ends, its method and its URL; None where its head is not written as a block."""


def scan(data: bytes) -> Iterator[Place | None]:
    """The places of a file's items in order; a None where it is not covered, and then nothing more.

    >>> [place for place in scan(b"reqsnap: 1\\ninteractions:\\n# end\\n")]
    []
    """
    if not (data.startswith(_START) and data.endswith(_END)) or _has_other_line_ends(data):
        yield None
        return
    place, end = len(_START), len(data) - len(_END)
    for found in _ITEM.finditer(data, place, end):
        start, stop = found.span()
        if start != place:
            break
        place = stop
        method, url = found.groups()
        yield start, stop, method, url
    if place != end:
        yield None


def _has_other_line_ends(data: bytes) -> bool:
    if b"\r" in data:
        return True
    return not data.isascii() and any(each in data for each in _OTHER_LINE_ENDS)
