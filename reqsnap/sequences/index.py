"""Recorded interactions by what they answer: the nth identical request gets the nth recording.

Pure: no lock, no clock, no I/O; whoever owns an `Index` serialises its use.

Requests that differ only in a redacted value have one key. Their recordings are told
apart by the numbers in their placeholders, and the nth distinct live value stands for
the nth recorded one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from reqsnap.matching import Matching
from reqsnap.memo import Memo
from reqsnap.model import Request
from reqsnap.redaction import PLACEHOLDER
from reqsnap.sequences.choices import Exhaustion, Order
from reqsnap.sequences.entries import ROOM, Entry, Prepared, Vector, strip_numbers
from reqsnap.sequences.likeness import resembles
from reqsnap.sequences.turns import Group, Turns

Accepts = Callable[[Entry], bool]
"""What the matchers of the user's say of each candidate for one request."""


class Taken(NamedTuple):
    """The entry that answers, and the numbers that its request's secrets had."""

    entry: Entry
    numbers: Vector


class Index:
    """Finds the entry that answers a request, and keeps the place in every sequence."""

    def __init__(self, matching: Matching, exhaustion: Exhaustion, order: Order = Order.PER_REQUEST) -> None:
        self._matching = matching
        self._exhaustion = exhaustion
        self._in_order = Turns() if order is Order.STRICT else None
        self._reached = 0
        self._entries: dict[Entry, tuple[Hashable, Vector] | None] = {}
        self._groups: dict[Hashable, Group] = {}
        self._targets: set[Hashable] = set()
        self._asked: Memo[bool] = Memo()
        self._but_body: dict[Hashable, list[Entry]] | None = None
        self._loose: dict[Entry, tuple[Request, Vector]] = {}
        self._open_targets = False

    # What it holds

    def add(self, entry: Entry) -> None:
        """Make an entry findable, after those that are."""
        key, numbers = self._enter(entry)
        if self._in_order is not None:
            self._in_order.entries.append(entry)
        if key is not None:
            group = self._groups.setdefault(key, Group())
            group.sequences.setdefault(numbers, Turns()).entries.append(entry)

    def put_back(self, entry: Entry) -> None:
        """Make an entry that was removed findable again, at its place among the others."""
        key, numbers = self._enter(entry)
        if self._in_order is not None:
            self._in_order.put_back(entry)
            if not entry.plays and entry not in self._in_order.returned:
                self._reached = min(self._reached, entry.order - ROOM)
        if key is not None:
            self._groups.setdefault(key, Group()).put_back(entry, numbers)

    def _enter(self, entry: Entry) -> tuple[Hashable | None, Vector]:
        """Know an entry, apart from its turn; its key, None where it was not recorded whole."""
        self._but_body = None
        self._entries[entry] = None
        request, numbers = strip_numbers(entry.interaction.request, self._matching)
        if numbers or not request.complete:
            self._loose[entry] = request, numbers
        self._targets.add(self._matching.target_key(request.method, request.url))
        if PLACEHOLDER in request.url:
            self._open_targets = True
        # A new one, and not before now: what `could_match` works out meanwhile goes to the old one.
        self._asked = Memo()
        if not request.complete:
            return None, numbers
        key = self._matching.key(request)
        self._entries[entry] = key, numbers
        return key, numbers

    def remove(self, entry: Entry) -> None:
        """Forget an entry; the others keep their places and their numbers in its sequence."""
        if entry not in self._entries:
            return
        found = self._entries.pop(entry)
        if self._in_order is not None:
            self._in_order.remove(entry)
        self._but_body = None
        self._loose.pop(entry, None)
        if found is not None:
            key, numbers = found
            group = self._groups[key]
            group.remove(entry, numbers)
            if not group.sequences:
                del self._groups[key]

    # What it is asked

    def could_match(self, method: str, url: str) -> bool:
        """Whether anything recorded may answer this method and URL, whatever the rest. Needs no lock."""
        memo, asked = self._asked, (method, url)
        known = memo.get(asked)
        if known is None:
            known = self._open_targets or self._matching.target_key(method, url) in self._targets
            memo.keep(asked, known)
        return known

    def candidates(self, live: Prepared) -> list[Entry]:
        """Every entry whose request matches as far as the matchers of the user's are not asked."""
        group = self._groups.get(live.key)
        if group is not None:
            return group.entries
        # Recordings that say only in part what was sent.
        return [
            entry
            for entry, (recorded, _) in self._loose.items()
            if resembles(self._matching, live.request, recorded)
        ]

    def candidates_but_body(self, live: Prepared) -> list[Entry]:
        """As `candidates`, whatever the body is."""
        if self._but_body is None:
            self._but_body = {}
            for entry in self._entries:
                request, _ = strip_numbers(entry.interaction.request, self._matching)
                self._but_body.setdefault(self._matching.key_but_body(request), []).append(entry)
        return self._but_body.get(self._matching.key_but_body(live.request), [])

    def entries_for(self, live: Prepared, accepts: Accepts | None = None) -> list[Entry]:
        """Every entry whose request matches, without taking any."""
        return list(filter(accepts or self._judge(live), self.candidates(live)))

    def take(self, live: Prepared, *, again: bool = True, accepts: Accepts | None = None) -> Taken | None:
        """The entry that answers, its place taken; None where there is none.

        `again` False lets no recording answer a second time. `accepts` says what the
        matchers of the user's said of each candidate; without it they are asked here.
        """
        if self._in_order is not None:
            return self._take_next(again, self.entries_for(live, accepts))
        group = self._groups.get(live.key)
        if group is None:
            chosen = self._choose(self.entries_for(live, accepts), again)
            return None if chosen is None else Taken(chosen, self._loose[chosen][1])
        numbers = group.vector_for(live.secrets)
        if numbers is None:
            return None
        sequence = group.sequences.get(numbers)
        if sequence is None:
            return None
        if self._matching.comparisons:
            entry = self._choose(list(filter(accepts or self._judge(live), sequence.entries)), again)
        else:
            entry = sequence.following(self._exhaustion, again)
            if entry is not None:
                sequence.take(entry, self._exhaustion)
        return None if entry is None else Taken(entry, numbers)

    def take_but_body(
        self, live: Prepared, *, again: bool = True, accepts: Accepts | None = None
    ) -> Taken | None:
        """As `take`, for a request whose body, and nothing else, differs from all its recordings.

        One that is recorded as it is has not drifted: it is used up, out of order, or has
        a secret value too many.
        """
        accepts = accepts or self._judge(live)
        if self.entries_for(live, accepts):
            return None
        entries = list(filter(accepts, self.candidates_but_body(live)))
        if self._in_order is not None:
            return self._take_next(again, entries)
        chosen = self._choose(entries, again)
        return None if chosen is None else Taken(chosen, self._numbers_of(chosen))

    def give_back(self, entry: Entry) -> None:
        """Undo a take: the entry is played once less, and its place is free again.

        Where later takes of the sequence stand, it is the next one all the same. The
        value of a secret goes on standing for what it stood for.
        """
        if entry not in self._entries or not entry.plays:
            return
        entry.plays -= 1
        found = self._entries[entry]
        if self._in_order is not None:
            if self._in_order.give_back(entry, self._exhaustion):
                self._reached = entry.order - ROOM
        elif found is not None:
            key, numbers = found
            self._groups[key].sequences[numbers].give_back(entry, self._exhaustion)

    @property
    def next_in_order(self) -> tuple[int, Entry] | None:
        """Where the order is strict: the next place, from 1, and what is recorded there."""
        if self._in_order is None:
            return None
        entry = self._in_order.following(Exhaustion.ERROR, False)
        return None if entry is None else (self._in_order.entries.index(entry) + 1, entry)

    @property
    def reached(self) -> int:
        """Where the order is strict: the order of the last entry that was taken. 0 before the first."""
        return self._reached

    def reach(self, order: int) -> None:
        """Where the order is strict: what stands at this place now has had its turn."""
        if self._in_order is not None:
            self._reached = max(self._reached, order)

    def reset(self, entries: Iterable[Entry]) -> None:
        """Start every sequence again."""
        for entry in entries:
            entry.plays = 0
        self._reached = 0
        if self._in_order is not None:
            self._in_order.reset()
        for group in self._groups.values():
            group.bound.clear()
            for sequence in group.sequences.values():
                sequence.reset()

    # Within

    def _take_next(self, again: bool, entries: list[Entry]) -> Taken | None:
        """The next of all the recordings, if it is one of these. No other moves the place on."""
        if self._in_order is None:
            return None
        entry = self._in_order.following(self._exhaustion, again)
        if entry is None or entry not in entries:
            return None
        self._in_order.take(entry, self._exhaustion)
        self._reached = max(self._reached, entry.order)
        return Taken(entry, self._numbers_of(entry))

    def _numbers_of(self, entry: Entry) -> Vector:
        return strip_numbers(entry.interaction.request, self._matching)[1]

    def _choose(self, entries: list[Entry], again: bool) -> Entry | None:
        """Whose turn it is, where the sequence is not known before it is asked for."""
        entry = next((entry for entry in entries if not entry.plays), None)
        if entry is None and entries and again and self._exhaustion is not Exhaustion.ERROR:
            fewest = min(entry.plays for entry in entries)
            cycled = next(entry for entry in entries if entry.plays == fewest)
            entry = cycled if self._exhaustion is Exhaustion.CYCLE else entries[-1]
        if entry is not None:
            entry.plays += 1
        return entry

    def _judge(self, live: Prepared) -> Accepts:
        return lambda entry: accepted(self._matching, live, entry)


def accepted(matching: Matching, live: Prepared, entry: Entry) -> bool:
    """What the matchers of the user's say of a candidate."""
    recorded = entry.interaction.request
    return all(comparison(live.request, recorded) for comparison in matching.comparisons)
