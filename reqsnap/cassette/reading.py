"""A cassette's file -> its items, whatever format it is in, and however its last addition ended."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from reqsnap.errors import CassetteFormatError, TornCassetteWarning
from reqsnap.formats import Beside, Format, Item, Torn, format_of
from reqsnap.memo import Memo
from reqsnap.storage import CassetteFile, File, sharing_of


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a file held: its bytes, its items, and where it is torn, if it is."""

    data: bytes
    items: Sequence[Item]
    torn: Torn | None = None


def found_in(format: Format, data: bytes, path: str | None, beside: Beside | None) -> Found:
    """What the bytes of a file hold; of one that is torn, what stands before the tear.

    Raises CassetteFormatError.
    """
    try:
        return Found(data, format.read(data, path, beside))
    except CassetteFormatError:
        torn = format.salvage(data, path, beside)
        if torn is None:
            raise
        return Found(data, torn.items, torn)


_read_before: Memo[Found] = Memo()
"""What files held when they were last opened: tests often share a cassette, which nobody changes."""


def opened(format: Format, data: bytes, file: File, max_inline_size: int) -> Found:
    """What the bytes of a file hold that is opened, as `settled`.

    One that holds what it held before is not taken apart again.
    """
    # What a storage of the user's holds is read again: it may be closed when its block ends.
    if not isinstance(file, CassetteFile):
        return settled(format, data, file, file.beside(max_inline_size))
    key = format, file.key, file.path, max_inline_size
    known = _read_before.get(key)
    if known is not None and known.data == data:
        return known
    beside = file.beside(max_inline_size)
    found = settled(format, data, file, beside)
    # What was read beside it already may be large, and is not seen to change.
    if found.torn is None and not beside.was_read and len(found.data) <= _SMALL:
        _read_before.keep(key, found, len(found.data))
    return found


_SMALL = 256 * 1024
"""In bytes: larger files are not kept in memory when their blocks have ended."""


def settled(format: Format, data: bytes, file: File, beside: Beside) -> Found:
    """What the bytes of a file hold, or what it holds when nobody is adding to it any more.

    Whoever reads a file without its turn may find it in the middle of an addition.
    """
    while True:
        found = found_in(format, data, str(file.path), beside)
        if found.torn is None:
            return found
        sharing_of(file).wait_for_writer()
        again = file.read()
        if again is None or again == data:
            return found
        data = again


def read_items(file: File, max_inline_size: int) -> Found | None:
    """What a file holds; None where there is none. Raises CassetteFormatError, and warns of a torn file."""
    data = file.read()
    if data is None:
        return None
    found = settled(format_of(file.path, data), data, file, file.beside(max_inline_size))
    warn_if_torn(found, file, 4)
    return found


def warn_if_torn(found: Found, file: File, stacklevel: int) -> None:
    """Warn where not all of a file can be used; `stacklevel` is how far from here its user's code is."""
    if found.torn is not None:
        torn = TornCassetteWarning(file.path, found.torn.line, len(found.items))
        warnings.warn(torn, stacklevel=stacklevel)
