"""Recorded interactions by what they answer: the nth identical request gets the nth recording.

Pure: no lock, no clock, no I/O; whoever owns an `Index` serialises its use.

Requests that differ only in a redacted value have one key. Their recordings are told
apart by the numbers in their placeholders, and the nth distinct live value stands for
the nth recorded one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from reqsnap.entries import Entry, Exhaustion, LiveVector, Order, Prepared, Vector, strip_numbers
from reqsnap.likeness import resembles
from reqsnap.matching import Matching
from reqsnap.memo import Memo
from reqsnap.model import Request
from reqsnap.redaction import PLACEHOLDER


class Taken(NamedTuple):
    """The entry that answers, and the numbers that its request's secrets had."""

    entry: Entry
    numbers: Vector


@dataclass(eq=False, slots=True)
class _Group:
    """The recordings of one key, by the numbers of their placeholders."""

    sequences: dict[Vector, list[Entry]] = field(default_factory=dict)
    positions: dict[Vector, int] = field(default_factory=dict)
    bound: dict[LiveVector, Vector] = field(default_factory=dict)

    def vector_for(self, secrets: LiveVector) -> Vector | None:
        """Which recorded numbers these live values stand for; None where they are one too many."""
        if not secrets and () in self.sequences:
            return ()
        known = self.bound.get(secrets)
        if known is None:
            taken = set(self.bound.values())
            exact = tuple([value for value in secrets if isinstance(value, int)])
            if len(exact) == len(secrets) and exact in self.sequences:
                return exact
            known = next((vector for vector in self.sequences if vector not in taken), None)
            if known is not None:
                self.bound[secrets] = known
        return known

    def remove(self, entry: Entry, numbers: Vector) -> None:
        """Take an entry out of its sequence, which goes on where it was; an empty one stands for no value."""
        sequence = self.sequences[numbers]
        place = sequence.index(entry)
        del sequence[place]
        if place < self.positions.get(numbers, 0):
            self.positions[numbers] -= 1
        if not sequence:
            del self.sequences[numbers]
            self.positions.pop(numbers, None)


class Index:
    """Finds the entry that answers a request, and keeps the place in every sequence."""

    def __init__(self, matching: Matching, exhaustion: Exhaustion, order: Order = Order.PER_REQUEST) -> None:
        self._matching = matching
        self._exhaustion = exhaustion
        self._strict = order is Order.STRICT
        self._position = 0
        self._entries: dict[Entry, tuple[Hashable, Vector] | None] = {}
        self._in_order: list[Entry] = []
        self._groups: dict[Hashable, _Group] = {}
        self._targets: set[Hashable] = set()
        self._asked: Memo[bool] = Memo()
        self._but_body: dict[Hashable, list[Entry]] | None = None
        self._loose: dict[Entry, tuple[Request, Vector]] = {}
        self._open_targets = False

    def add(self, entry: Entry) -> None:
        """Make an entry findable, after those that are."""
        self._asked.forget()
        self._but_body = None
        self._entries[entry] = None
        if self._strict:
            self._in_order.append(entry)
        request, numbers = strip_numbers(entry.interaction.request, self._matching)
        if PLACEHOLDER in request.url:
            self._open_targets = True
        if numbers or not request.complete:
            self._loose[entry] = request, numbers
        self._targets.add(self._matching.target_key(request.method, request.url))
        if request.complete:
            key = self._matching.key(request)
            group = self._groups.setdefault(key, _Group())
            group.sequences.setdefault(numbers, []).append(entry)
            self._entries[entry] = key, numbers

    def remove(self, entry: Entry) -> None:
        """Forget an entry; the others keep their places and their numbers in its sequence."""
        if entry not in self._entries:
            return
        found = self._entries.pop(entry)
        if self._strict:
            place = self._in_order.index(entry)
            del self._in_order[place]
            self._position -= place < self._position
        self._but_body = None
        self._loose.pop(entry, None)
        if found is not None:
            key, numbers = found
            group = self._groups[key]
            group.remove(entry, numbers)
            if not group.sequences:
                del self._groups[key]

    def could_match(self, method: str, url: str) -> bool:
        """Whether anything recorded may answer this method and URL, whatever the rest."""
        asked = method, url
        known = self._asked.get(asked)
        if known is None:
            known = self._open_targets or self._matching.target_key(method, url) in self._targets
            self._asked.keep(asked, known)
        return known

    def take(self, live: Prepared, *, again: bool = True) -> Taken | None:
        """The entry that answers, its place taken; None where there is none.

        `again` False lets no recording answer a second time.
        """
        if self._strict:
            return self._take_next(live, again)
        group = self._groups.get(live.key)
        if group is None:
            return self._take_loosely(live, again)
        numbers = group.vector_for(live.secrets)
        if numbers is None:
            return None
        sequence = group.sequences.get(numbers, [])
        if self._matching.comparisons:
            entry = self._choose([e for e in sequence if self._accepts(live.request, e)], again)
        else:
            entry = self._next(group, numbers, sequence, again)
        return None if entry is None else Taken(entry, numbers)

    @property
    def next_in_order(self) -> tuple[int, Entry] | None:
        """Where the order is strict: the next place, from 1, and what is recorded there."""
        if not self._strict or self._position >= len(self._in_order):
            return None
        return self._position + 1, self._in_order[self._position]

    def _take_next(self, live: Prepared, again: bool) -> Taken | None:
        """The next of all the recordings, if the request is that one. No other moves the place on."""
        place = self._position
        if place >= len(self._in_order):
            if not again or self._exhaustion is Exhaustion.ERROR or not self._in_order:
                return None
            place = 0 if self._exhaustion is Exhaustion.CYCLE else len(self._in_order) - 1
        entry = self._in_order[place]
        if not any(each is entry for each in self.entries_for(live)):
            return None
        self._position = place + 1
        entry.plays += 1
        return Taken(entry, self._numbers_of(entry))

    def take_but_body(self, live: Prepared, *, again: bool = True) -> Taken | None:
        """As `take`, for a request whose body, and nothing else, differs from its recording."""
        if self._but_body is None:
            self._but_body = {}
            for entry in self._entries:
                request, _ = strip_numbers(entry.interaction.request, self._matching)
                self._but_body.setdefault(self._matching.key_but_body(request), []).append(entry)
        entries = self._but_body.get(self._matching.key_but_body(live.request), [])
        chosen = self._choose([each for each in entries if self._accepts(live.request, each)], again)
        return None if chosen is None else Taken(chosen, self._numbers_of(chosen))

    def _numbers_of(self, entry: Entry) -> Vector:
        return strip_numbers(entry.interaction.request, self._matching)[1]

    def _next(self, group: _Group, numbers: Vector, sequence: list[Entry], again: bool) -> Entry | None:
        position = group.positions.get(numbers, 0)
        if position >= len(sequence):
            if not again or self._exhaustion is Exhaustion.ERROR or not sequence:
                return None
            position = 0 if self._exhaustion is Exhaustion.CYCLE else len(sequence) - 1
        group.positions[numbers] = position + 1
        entry = sequence[position]
        entry.plays += 1
        return entry

    def _choose(self, entries: list[Entry], again: bool) -> Entry | None:
        """As `_next`, where the sequence is not known before it is asked for."""
        entry = next((entry for entry in entries if not entry.plays), None)
        if entry is None and entries and again and self._exhaustion is not Exhaustion.ERROR:
            fewest = min(entry.plays for entry in entries)
            cycled = next(entry for entry in entries if entry.plays == fewest)
            entry = cycled if self._exhaustion is Exhaustion.CYCLE else entries[-1]
        if entry is not None:
            entry.plays += 1
        return entry

    def _accepts(self, live: Request, entry: Entry) -> bool:
        recorded = entry.interaction.request
        return all(comparison(live, recorded) for comparison in self._matching.comparisons)

    def _take_loosely(self, live: Prepared, again: bool) -> Taken | None:
        """Among recordings that say only in part what was sent (see `resembles`)."""
        found = [
            entry
            for entry, (recorded, _) in self._loose.items()
            if resembles(self._matching, live.request, recorded) and self._accepts(live.request, entry)
        ]
        entry = self._choose(found, again)
        return None if entry is None else Taken(entry, self._loose[entry][1])

    def entries_for(self, live: Prepared) -> list[Entry]:
        """Every entry whose request matches, without taking any."""
        group = self._groups.get(live.key)
        if group is None:
            return [
                entry
                for entry, (recorded, _) in self._loose.items()
                if resembles(self._matching, live.request, recorded)
            ]
        entries = [entry for sequence in group.sequences.values() for entry in sequence]
        return [entry for entry in entries if self._accepts(live.request, entry)]

    def reset(self, entries: Iterable[Entry]) -> None:
        """Start every sequence again."""
        for entry in entries:
            entry.plays = 0
        self._position = 0
        for group in self._groups.values():
            group.positions.clear()
            group.bound.clear()
