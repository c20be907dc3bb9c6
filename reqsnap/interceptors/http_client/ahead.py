"""A live answer that is read to its end before the program reads it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

_PIECE = 64 * 1024


def read_ahead(file: Any, is_over: Callable[[], bool]) -> io.BufferedReader:
    """Read a response's file until its answer is over; a file with the same bytes.

    What goes wrong meanwhile is raised where the program has read so far.
    """
    pieces: list[bytes] = []
    try:
        while not is_over() and (piece := file.read1(_PIECE)):
            pieces.append(piece)
    except Exception as error:
        return io.BufferedReader(_Ahead(file, pieces, error))
    return io.BufferedReader(_Ahead(file, pieces))


class _Ahead(io.RawIOBase):
    """What was read of a file."""

    def __init__(self, file: Any, pieces: list[bytes], error: Exception | None = None) -> None:
        self._file, self._error = file, error
        self._held = io.BytesIO(b"".join(pieces))

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give out what was read, then the error, if there was one."""
        count = self._held.readinto(buffer)
        if not count and self._error is not None:
            raise self._error
        return count

    def fileno(self) -> int:
        """The connection's."""
        number: int = self._file.fileno()
        return number

    def close(self) -> None:
        """Close the connection's file too."""
        if not self.closed:
            super().close()
            self._file.close()
