"""What a cassette holds at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from reqsnap.sequences.entries import Entry


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was held at one moment, to be written while the contents go on changing.

    `by_use` are the entries from the least to the most recently used, of which `most` are
    kept; both None where nothing is evicted.
    """

    entries: list[Entry]
    unsaved: tuple[Entry, ...]
    edits: int
    by_use: list[Entry] | None = None
    most: int | None = None

    def in_order(self) -> list[Entry]:
        """The entries in the order in which their requests started."""
        return sorted(self.entries, key=_order)


_order = attrgetter("order")
