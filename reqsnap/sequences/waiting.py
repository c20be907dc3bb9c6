"""Entries that nobody has needed yet, by the places that they are for.

Which entries a request needs is told without reading any of them. A request whose place is
known needs those that are written for that place, and those whose place what is written does
not tell: no other can have its key. Redaction alone changes what is written, and of a URL
whose place is known it changes, up to the query, only what echoes a secret of the same
recording. A placeholder stands there then, which no request with a known place holds. Such a
recording answers only requests that have the key of no other, so whoever finds none has to
look through all that is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from reqsnap.matching import Matching
from reqsnap.sequences.entries import Entry, all_unread
from reqsnap.sequences.places import place_of, places_of, tells_places_apart


class Needed(NamedTuple):
    """Entries in their order, and the places for which no others wait; None stands for all."""

    entries: tuple[Entry, ...]
    places: tuple[str | None, ...]


class Listed:
    """Entries by their places, each place's in their order."""

    def __init__(self, entries: Sequence[Entry], places: Sequence[str | None]) -> None:
        # Most places have one entry. Thousands of lists would call the garbage collector.
        self._first = dict(zip(reversed(places), reversed(entries), strict=True))
        self._further: dict[str | None, list[Entry]] = {}
        if len(self._first) < len(entries):
            for entry, place in zip(entries, places, strict=True):
                self.add(entry, place)

    def add(self, entry: Entry, place: str | None) -> None:
        """List an entry after the others of its place."""
        if self._first.setdefault(place, entry) is not entry:
            self._further.setdefault(place, []).append(entry)

    def of(self, place: str | None) -> Sequence[Entry]:
        """The entries of a place."""
        first = self._first.get(place)
        if first is None:
            return ()
        return (first, *self._further[place]) if place in self._further else (first,)

    def discard(self, place: str | None) -> None:
        """List no more what has a place."""
        self._first.pop(place, None)
        self._further.pop(place, None)


class Waiting:
    """The entries of an index that are not read yet. Serialised as the index is."""

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._tells_apart: bool | None = None
        self._entries: dict[Entry, None] = {}
        # Made when it is first asked for, so that opening a cassette costs no more than its reading.
        self._listed: Listed | None = None
        self._taken: set[str | None] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry: object) -> bool:
        return entry in self._entries

    def place(self, method: str, url: str) -> str | None:
        """The place of a request; None where it cannot be told, or says nothing."""
        return place_of(method, url) if self._places_tell() else None

    def add(self, entry: Entry) -> bool:
        """Let an entry wait, unless it is read or what it would wait for has come; whether it does."""
        stored = entry.unread
        if stored is None or None in self._taken:
            return False
        if self._listed is not None:
            place = self.place(stored.method, stored.url)
            if place is None or place in self._taken:
                return False
            self._listed.add(entry, place)
        self._entries[entry] = None
        return True

    def expect(self, entries: Iterable[Entry]) -> bool:
        """Let entries wait that nobody has read, all at once; whether they do: none of them may have come."""
        if self._taken or self._listed is not None:
            return False
        self._entries.update(dict.fromkeys(entries))
        return True

    def discard(self, entry: Entry) -> None:
        """Let an entry wait no longer. Where it is listed it is passed over."""
        del self._entries[entry]

    def needed(self, place: str | None) -> Needed:
        """What waits for a place, or everything where it is None. It waits on until it has `come`.

        Raises CassetteFormatError where one of those is damaged whose place only reading them tells.
        """
        if place is None:
            return Needed(_in_order(self._entries), (None,))
        if self._listed is None:
            self._listed = self._list()
        unplaced = self._listed.of(None)
        if unplaced:
            unplaced = self._still(unplaced)
        if not unplaced:
            return Needed(_in_order(self._still(self._listed.of(place))), (place,))
        requests = [entry.interaction.request for entry in unplaced]
        places = {place, *[self.place(request.method, request.url) for request in requests]} - {None}
        placed = [entry for each in places for entry in self._still(self._listed.of(each))]
        return Needed(_in_order([*unplaced, *placed]), tuple(places))

    def come(self, needed: Needed) -> None:
        """What was needed waits no longer, and nothing else does for those places."""
        for entry in needed.entries:
            self._entries.pop(entry, None)
        self._taken.update(needed.places)
        if self._listed is not None:
            self._listed.discard(None)
            for place in needed.places:
                self._listed.discard(place)

    def _list(self) -> Listed:
        entries = list(self._entries)
        if not self._places_tell():
            return Listed(entries, [None] * len(entries))
        unread = all_unread(entries)
        if unread is None:
            return Listed(entries, places_of([each.unread or each.interaction.request for each in entries]))
        return Listed(entries, places_of(unread))

    def _places_tell(self) -> bool:
        if self._tells_apart is None:
            self._tells_apart = tells_places_apart(self._matching)
        return self._tells_apart

    def _still(self, entries: Sequence[Entry]) -> list[Entry]:
        if len(entries) < 2:
            # Mostly there is one.
            return [entry for entry in entries if entry in self._entries]
        # One that was put back is listed twice.
        return [entry for entry in dict.fromkeys(entries) if entry in self._entries]


def _in_order(entries: Collection[Entry]) -> tuple[Entry, ...]:
    # Mostly there is one.
    if len(entries) < 2:
        return tuple(entries)
    return tuple(sorted(entries, key=_order))


_order = attrgetter("order")
