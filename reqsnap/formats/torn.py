"""Files whose last addition was not finished, in formats whose own module knows no more of it.

What comes behind the end of a file is on the disk before that end is overwritten. So such a file
is whole up to where it ended, and has a part of what was added behind that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.format import Item, Torn

Read = Callable[[bytes], Sequence[Item]]
"""The items of a whole file; raises CassetteFormatError."""


def behind_line(data: bytes, end: bytes, read: Read) -> Torn | None:
    """A file that is whole up to the first line `end`, which ends one, and more behind it."""
    place = data.find(b"\n" + end)
    return None if place < 0 else _behind(data, place + 1 + len(end), read)


def behind_document(data: bytes, read: Read) -> Torn | None:
    """One JSON document, and more behind it."""
    # A character for each byte, since what is behind may be cut within a character.
    text = data.decode("latin-1")
    try:
        _, place = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return _behind(data, place + data.startswith(b"\n", place), read)


def _behind(data: bytes, place: int, read: Read) -> Torn | None:
    if not data[place:].strip():
        return None
    try:
        items = read(data[:place])
    except CassetteFormatError:
        return None
    return Torn(items, data.count(b"\n", 0, place) + 1, data[place:])
