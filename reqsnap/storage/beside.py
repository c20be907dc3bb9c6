"""The files beside a cassette, in which its format keeps large bodies: `NAME.bodies/<name>`.

A name says what its file holds, so a file that is there is never written again, and bodies
that are equal share one. It is on the disk before the cassette that names it is written.
Some other tools keep them in a folder above the cassette's, where they are only read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from reqsnap.errors import CassetteError, CassetteWriteError

FOLDER = ".bodies"
"""What the name of the folder has after the cassette's."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


class OneFile(Protocol):
    """A file of any kind of storage, as far as it is needed here."""

    def read(self) -> bytes | None:
        """The bytes, or None where there is no such file."""

    def write(self, data: bytes) -> None:
        """Keep these bytes; they are on the disk when it returns."""


class Bodies:
    """The bodies beside one cassette, whose path is `shown` in errors.

    `file_of` finds the file of a name, `above` reads a relative path from a folder above. Fits
    `reqsnap.formats.Beside`. `was_read` is True once anything was asked for.
    """

    def __init__(
        self,
        shown: str,
        file_of: Callable[[str], OneFile],
        max_inline_size: int,
        above: Callable[[str], bytes | None] = lambda name: None,
    ) -> None:
        self._shown, self._file_of, self._max_inline_size = shown, file_of, max_inline_size
        self._above = above
        self.was_read = False

    @property
    def max_inline_size(self) -> int:
        """The most bytes that a body in the cassette itself has."""
        return self._max_inline_size

    def read(self, name: str) -> bytes | None:
        """What the file of that name holds; None where there is none. Raises CassetteError."""
        if not _NAME.fullmatch(name):
            # A cassette may come from anywhere, and must not have other files read.
            raise CassetteError(f"{name!r} is no name for the file of a body", self._shown)
        self.was_read = True
        return self._file_of(name).read()

    def write(self, name: str, data: bytes) -> None:
        """Keep data under a name, unless it is there already. Raises CassetteWriteError."""
        if not _NAME.fullmatch(name):
            raise CassetteWriteError(f"{name!r} is no name for the file of a body", self._shown)
        file = self._file_of(name)
        # One that was damaged is mended when its body is recorded again.
        with suppress(CassetteError):
            if file.read() == data:
                return
        file.write(data)

    def read_above(self, name: str) -> bytes | None:
        """What a relative path holds in the cassette's folder, or else in the nearest above it; or None."""
        self.was_read = True
        return self._above(name)
