"""Tells a process which cassettes those that it has started open by themselves.

A child that joins a block of its parent needs none of this: what it does is done by the parent.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock


class Notes:
    """A folder in which each process but one, `asks`, notes the files of cassettes that it opens."""

    def __init__(self, folder: str, *, asks: int | None = None) -> None:
        self._folder, self._asks = folder, asks

    def note(self, block: OpenBlock) -> None:
        """Note a block that has opened."""
        path = block.cassette.path
        if path is None or "://" in path or block.is_joined or os.getpid() == self._asks:
            return
        # It may outlive whoever has asked, whose folder is gone then.
        with suppress(FileNotFoundError), open(os.path.join(self._folder, str(os.getpid())), "ab") as file:
            file.write(os.fsencode(path) + b"\0")

    def read(self) -> set[str]:
        """What was noted until now."""
        found: set[str] = set()
        for name in os.listdir(self._folder):
            with open(os.path.join(self._folder, name), "rb") as file:
                found.update(map(os.fsdecode, file.read().split(b"\0")))
        return found - {""}
