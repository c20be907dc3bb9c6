"""Which entries of a cassette were used last, and which are too many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from reqsnap.sequences.entries import Entry


class Recency:
    """Entries from the least to the most recently used. Every operation takes constant time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used: OrderedDict[Entry, None] = OrderedDict()

    def __iter__(self) -> Iterator[Entry]:
        """The entries, the least recently used first."""
        return iter(self._used)

    @property
    def most(self) -> int:
        """How many are kept."""
        return self._most

    def use(self, entry: Entry) -> None:
        """Make an entry the most recently used."""
        self._used[entry] = None
        self._used.move_to_end(entry)

    def put_back(self, entry: Entry) -> None:
        """Make an entry the least recently used."""
        self._used[entry] = None
        self._used.move_to_end(entry, last=False)

    def discard(self, entry: Entry) -> None:
        """Forget an entry."""
        self._used.pop(entry, None)

    def surplus(self) -> Iterator[Entry]:
        """The entries that are too many, the least recently used first; forgotten as they are given."""
        while len(self._used) > self._most:
            yield self._used.popitem(last=False)[0]
