"""Looks at every cassette that is opened in this process, and tells what it did in each phase of a test.

Each phase has a report of its own, and some of them are dropped where a test is run again: so each
carries what is new.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reqsnap.cassette import Counts
from reqsnap.cassette.uses import marks
from reqsnap.naming.default_paths import FOLDER
from reqsnap.pytest_plugin import layout
from reqsnap.pytest_plugin.told import Told

if TYPE_CHECKING:
    from reqsnap.blocks import OpenBlock
    from reqsnap.cassette import Cassette


@dataclass(slots=True, eq=False)
class _Seen:
    """A cassette on which blocks are open, or were in this phase, and what was told of it already."""

    cassette: Cassette
    blocks: list[OpenBlock] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    is_new: bool = True
    marks: dict[int, str] | None = None

    @property
    def is_open(self) -> bool:
        return any(block.is_open for block in self.blocks)


class Witness:
    """`uses` says whether it is to tell which recordings were used, too."""

    def __init__(self, *, uses: bool) -> None:
        self._uses = uses
        self._seen: dict[Cassette, _Seen] = {}
        self._left: dict[str, set[str]] = {}
        self._pid, self._process = 0, ""

    def note(self, block: OpenBlock) -> None:
        """A block has opened."""
        cassette = block.cassette
        self._seen.setdefault(cassette, _Seen(cassette)).blocks.append(block)

    def told(self, item: pytest.Item | None) -> list[Told]:
        """What every cassette did since it was asked last; `item` is the test of which a phase has ended."""
        if self._pid != os.getpid():
            # What one that this was forked from has told is its own.
            self._pid, self._process, self._left = os.getpid(), secrets.token_hex(8), {}
        found = []
        for seen in list(self._seen.values()):
            told = self._told(seen, item)
            if seen.is_new or told.counts or told.left:
                found.append(told)
            seen.is_new = False
            if not seen.is_open:
                del self._seen[seen.cassette]
            seen.blocks = [block for block in seen.blocks if block.is_open]
        return found

    def _told(self, seen: _Seen, item: pytest.Item | None) -> Told:
        cassette = seen.cassette
        counts, before = cassette.counts, seen.counts
        seen.counts = counts
        new = counts - before
        path = cassette.path
        in_file = path is not None and "://" not in path
        first, left = self._marks(seen, path) if self._uses and in_file and path is not None else ((), ())
        return Told(
            path,
            cassette.mode.value,
            new,
            cassette.slowest if new.recorded or new.live else (),
            _owner(item, path) if in_file and item is not None and path is not None else None,
            self._process,
            tuple(first),
            tuple(left),
        )

    def _marks(self, seen: _Seen, path: str) -> tuple[Iterable[str], Iterable[str]]:
        """What the file of a cassette holds, where that was not told before, and what of it was used."""
        uses = seen.cassette.uses or ()
        if seen.marks is None:
            texts = marks([stored.text for stored, _ in uses])
            seen.marks = {id(stored): mark for (stored, _), mark in zip(uses, texts, strict=True)}
        unused = {seen.marks[id(stored)] for stored, used in uses if not used and id(stored) in seen.marks}
        if path not in self._left:
            self._left[path] = unused
            first = list(seen.marks.values())
            return first, [mark for mark in first if mark not in unused]
        left = self._left[path] - unused
        self._left[path] -= left
        return (), sorted(left)


def _owner(item: pytest.Item, path: str) -> str | None:
    """Whose own cassette it is: that of the test, of its class, or of its module."""
    for node in item.listchain():
        if isinstance(node, pytest.Item | pytest.Class | pytest.Module):
            folder = Path(os.path.realpath(node.path)).parent / FOLDER
            if str(layout.default(node, folder)) == path:
                return node.nodeid
    return None
