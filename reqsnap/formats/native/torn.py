"""How items are added to the end of reqsnap's own cassette file, and what is left where that was cut short.

An addition overwrites the last line, `# end`, once all that comes behind it is on the disk. So whoever
dies half way leaves a file that ends within an item, or `# end` with the rest of an item behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.format import Addition, Item, Torn
from reqsnap.formats.native import writer

START, END = writer.START.encode(), writer.END.encode()
_FIRST_LINE = b"- request:\n"
_LAST_LINE = re.compile(rb"\n  recorded_at: [0-9T:.-]+Z\n\Z")
_INDENTED = re.compile(rb"(?:(?: [^\r\n]*)?\n)*+(?: [^\r\n]*)?")
_LONGEST_LAST_LINE = 64
_END = b"\n" + END


def addition(data: bytes, items: Sequence[bytes]) -> Addition | None:
    """The items in place of the last line; None for a file that is not laid out as reqsnap writes it.

    There the items could not stand at the depth at which the others do, for all that is known.
    """
    kept = len(data) - len(END)
    if not (data.startswith(START) and data.endswith(END)):
        return None
    if kept > len(START):
        last = data[max(0, kept - _LONGEST_LAST_LINE) : kept]
        if not (data.startswith(_FIRST_LINE, len(START)) and _LAST_LINE.search(last)):
            return None
    return Addition(kept, b"".join([*items, END]))


def salvage(data: bytes, read: Callable[[bytes], Sequence[Item]]) -> Torn | None:
    """What is left of a file whose last addition was cut short; None for one damaged in another way.

    `read` finds the items of a whole file, or raises CassetteFormatError.
    """
    if not data.startswith(START):
        return None
    for kept, end in _tears(data):
        try:
            items = read(data[:kept] + end)
        except CassetteFormatError:
            continue
        return Torn(items, data.count(b"\n", 0, kept) + 1, data[kept:])
    return None


def _tears(data: bytes) -> Iterator[tuple[int, bytes]]:
    """How much of a file may be whole, where nothing is wrong but its end, and what that lacks."""
    end = data.find(_END)
    if end >= 0:
        rest = data[end + len(_END) :]
        if _may_be_overhang(rest):
            yield end + len(_END), b""
        return
    # Within `# end`, or before it.
    for size in range(len(END)):
        if data.endswith(b"\n" + END[:size]):
            yield len(data) - size, END
    last = data.rfind(b"\n-", len(START) - 1) + 1
    if last and _is_unfinished(data[last:]):
        yield last, END


def _may_be_overhang(rest: bytes) -> bool:
    """Whether bytes behind `# end` are those of an addition without the first, which would overwrite it.

    They may be zeros, where the system was stopped before it had written them.
    """
    return bool(rest) and (_is_beginning(rest, _FIRST_LINE[len(END) :]) or rest.startswith(b"\0"))


def _is_unfinished(item: bytes) -> bool:
    """Whether bytes begin as an item does, and do not come to its end."""
    if _LAST_LINE.search(item) or not _is_beginning(item, _FIRST_LINE):
        return False
    return _INDENTED.fullmatch(item, min(len(item), len(_FIRST_LINE))) is not None


def _is_beginning(part: bytes, line: bytes) -> bool:
    return part.startswith(line) or line.startswith(part)
