"""What is left of a file of JSON whose last addition was cut short.

An addition overwrites the end of the file once all that comes behind it is on the disk. So
whoever dies half way leaves a file that is whole with the rest of an item behind it, or one
that ends within an item or within its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import torn
from reqsnap.formats.format import Item, Torn

_ITEM, _BETWEEN, _LAST_LINE = b"    {\n", b",\n    {\n", b"\n    }"
_INDENTED = re.compile(rb"(?: {6}[^\n]*\n)*+[^\n]*")


def of_document(
    data: bytes, start: bytes, end: bytes, read: Callable[[bytes], Sequence[Item]]
) -> Torn | None:
    """What is left of a document with that start that lacks that end; None for one damaged otherwise."""
    if not data.startswith(start):
        return None
    whole = data.find(b"\n" + end)
    if whole >= 0:
        rest = data[whole + 1 + len(end) :].removeprefix(b"\n")
        return torn.behind_document(data, read) if _may_be_overhang(rest, b'      "request"') else None
    last = data.rfind(_LAST_LINE)
    kept = len(start) if last < 0 else last + len(_LAST_LINE)
    if last >= 0:
        end = b"\n" + end
    item, rest = (_ITEM if last < 0 else _BETWEEN), data[kept:]
    is_unfinished = end.startswith(rest) or item.startswith(rest)
    if not is_unfinished and not (rest.startswith(item) and _INDENTED.fullmatch(rest, len(item))):
        return None
    return _torn(data, kept, end, read)


def of_lines(data: bytes, start: bytes, end: bytes, read: Callable[[bytes], Sequence[Item]]) -> Torn | None:
    """What is left of lines with that start that lack that end; None for those damaged otherwise."""
    if not data.startswith(start):
        return None
    whole = data.find(b"\n" + end)
    if whole >= 0:
        # As long as the end, so that it overwrites it: {"request": {".
        rest = data[whole + 1 + len(end) :]
        return torn.behind_line(data, end, read) if _may_be_overhang(rest, b"head") else None
    kept = data.rfind(b"\n") + 1
    rest = data[kept:]
    if not (end.startswith(rest) or _begins(rest, b'{"request"')):
        return None
    return _torn(data, kept, end, read)


def _torn(data: bytes, kept: int, end: bytes, read: Callable[[bytes], Sequence[Item]]) -> Torn | None:
    try:
        items = read(data[:kept] + end)
    except CassetteFormatError:
        return None
    return Torn(items, data.count(b"\n", 0, kept) + 1, data[kept:])


def _may_be_overhang(rest: bytes, beginning: bytes) -> bool:
    """Whether bytes behind the end are those of an addition without the first, which would overwrite it.

    They may be zeros, where the system was stopped before it had written them.
    """
    return bool(rest) and (_begins(rest, beginning) or rest.startswith(b"\0"))


def _begins(part: bytes, line: bytes) -> bool:
    return part.startswith(line) or line.startswith(part)
