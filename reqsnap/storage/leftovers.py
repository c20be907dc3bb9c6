"""Temporary files, which a new file is before it takes its name, and what died writers leave of them."""

from __future__ import annotations

import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_PREFIX, _SUFFIX = ".reqsnap-", ".tmp"
_LEFT_OVER = 600.0
"""The age in seconds from which a temporary file may be one that its writer died over."""

_tidied: set[Path] = set()


def new(folder: Path) -> Path:
    """A name in a folder that nothing has."""
    return folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"


def hold(descriptor: int) -> bool:
    """Hold a temporary file, as its writer does until it is closed or dies; False where another holds it.

    Windows needs no lock: there a file that is open cannot be deleted.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def remove(folder: Path) -> None:
    """Once for each folder: delete what writers that died have left in it."""
    if folder in _tidied:
        return
    _tidied.add(folder)
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _LEFT_OVER and _is_abandoned(path):
                path.unlink()


def _is_abandoned(path: Path) -> bool:
    with open(path, "rb") as file:
        return hold(file.fileno())
