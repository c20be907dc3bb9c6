"""A cassette's file -> its items, whatever format it is in."""

from __future__ import annotations

from collections.abc import Sequence

from reqsnap.formats import Item, format_of
from reqsnap.storage import CassetteFile


def read_items(file: CassetteFile, max_inline_size: int) -> tuple[bytes | None, Sequence[Item]]:
    """A file's bytes and items; None and none where there is no file. Raises CassetteFormatError."""
    data = file.read()
    if data is None:
        return None, ()
    return data, format_of(file.path, data).read(data, str(file.path), file.beside(max_inline_size))
