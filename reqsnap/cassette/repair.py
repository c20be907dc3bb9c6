"""Mends a torn cassette: what stands before the tear stays, and the file as it was is kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reqsnap.cassette.reading import found_in
from reqsnap.errors import CassetteError
from reqsnap.formats import Item, format_of
from reqsnap.storage import File, sharing_of
from reqsnap.storage.files import PARTIAL

_ALL_INLINE = 1 << 62
"""No item is written here, so no body is too large."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of a file that holds `count` interactions.

    Where it was torn, `line` says where, from 1, and `kept` is the path under which it is kept as it was.
    """

    count: int
    line: int | None = None
    kept: str | None = None


def repair(file: File) -> Repaired:
    """Mend a file if it is torn; one that is whole is left byte for byte.

    Raises CassetteFormatError where it is damaged in another way, and CassetteError where it
    cannot be read or written.
    """
    if file.read() is None:
        raise CassetteError("there is no such file", file.path)
    sharing = sharing_of(file)
    with sharing.turn():
        data = file.read() or b""
        name = str(file.path)
        format = format_of(name.removesuffix(PARTIAL), data)
        found = found_in(format, data, name, file.beside(_ALL_INLINE))
        _check(found.items)
        if found.torn is None:
            return Repaired(len(found.items))
        kept = file.keep_damaged(data)
        file.write(format.file([item.text for item in found.items]))
        return Repaired(len(found.items), found.torn.line, kept)


def _check(items: Sequence[Item]) -> None:
    for item in items:
        item.decode()
