"""What a file on disk holds, and whether that is what it held before."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_TO_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_PART = 1024 * 1024
_COMPARED_AT_ONCE = 64 * 1024
"""In bytes: what stays near the processor."""


def bytes_of(path: Path, known: bytes) -> bytes:
    """What a regular file holds. Raises OSError, for anything else too: a pipe is never waited for."""
    descriptor = os.open(path, _TO_READ)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if known and found.st_size == len(known):
            if _holds(descriptor, known):
                return known
            os.lseek(descriptor, 0, os.SEEK_SET)
        # Beyond its size, which says that there is no more.
        data = os.read(descriptor, found.st_size + 1)
        return data if len(data) == found.st_size else b"".join([data, *_rest(descriptor)])
    finally:
        os.close(descriptor)


def _holds(descriptor: int, known: bytes) -> bool:
    """Whether a file holds just these bytes, of which a copy would cost several times the reading."""
    place = 0
    while part := os.read(descriptor, _COMPARED_AT_ONCE):
        if not known.startswith(part, place):
            return False
        place += len(part)
    return place == len(known)


def _rest(descriptor: int) -> Iterator[bytes]:
    while part := os.read(descriptor, _PART):
        yield part
