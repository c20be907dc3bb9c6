"""Locks on files, which the system takes back when the process that holds them dies."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _PLACE = 1 << 30
    """The byte that is locked: far behind what stands in the file, which others may read."""

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


_HELD_BY_ANOTHER = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a file system says that knows no locks: whoever works there is alone, or takes the risk."""

_descriptors: set[int] = set()


class HeldFile:
    """A file that this process holds; nobody else can while it lives. Made by `hold`."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor

    def say(self, text: str) -> None:
        """Put into the file, for others to read, who holds it."""
        with suppress(OSError):
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, text.encode())

    def release(self, *, remove: bool) -> None:
        """Hold it no more; `remove` deletes it, while nobody else can hold it."""
        descriptor = self._descriptor
        _descriptors.discard(descriptor)
        if remove and os.name != "nt":
            self._unlink()
        # Said aloud, because a process forked a moment ago may share the descriptor still.
        with suppress(OSError):
            _unlock(descriptor)
        os.close(descriptor)
        if remove and os.name == "nt":
            # There a file that is open cannot be deleted, so none is that another has opened.
            self._unlink()

    def _unlink(self) -> None:
        with suppress(OSError):
            self.path.unlink()


def hold(path: Path, *, make: bool = True) -> HeldFile | None:
    """Hold a file; None where another process, or another part of this one, holds it.

    `make` makes it where there is none. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), 0o666)
    _descriptors.add(descriptor)
    if _locked(descriptor) and _is_at(descriptor, path):
        return HeldFile(path, descriptor)
    _descriptors.discard(descriptor)
    os.close(descriptor)
    return None


def forget_all() -> None:
    """In a forked process: let go of what is its parent's, which goes on holding it."""
    for descriptor in _descriptors:
        with suppress(OSError):
            os.close(descriptor)
    _descriptors.clear()


def _locked(descriptor: int) -> bool:
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in _HELD_BY_ANOTHER:
            return False
        if error.errno not in _NO_LOCKS:
            _descriptors.discard(descriptor)
            os.close(descriptor)
            raise
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the file is still the one at its path: who held it before may have deleted it."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(descriptor), there)
