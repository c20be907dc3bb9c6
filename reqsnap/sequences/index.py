"""Recorded interactions by what they answer: the nth identical request gets the nth recording.

Pure: no lock, no clock, no I/O; whoever owns an `Index` serialises its use.

Requests that differ only in a redacted value have one key. Their recordings are told
apart by the numbers in their placeholders, and the nth distinct live value stands for
the nth recorded one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from reqsnap.matching import Matching
from reqsnap.sequences.choices import Exhaustion, Order
from reqsnap.sequences.entries import ROOM, Entry, Prepared, Vector
from reqsnap.sequences.known import Known
from reqsnap.sequences.turns import Turns

Accepts = Callable[[Entry], bool]
"""What the matchers of the user's say of each candidate for one request."""


class Taken(NamedTuple):
    """The entry that answers, and the numbers that its request's secrets had."""

    entry: Entry
    numbers: Vector


class Index:
    """Finds the entry that answers a request, and keeps the place in every sequence.

    `looks_through` says whether every entry is read before a request is said to have none.
    `repeats` has the first that matches answer each time.
    """

    def __init__(
        self,
        matching: Matching,
        exhaustion: Exhaustion,
        order: Order = Order.PER_REQUEST,
        looks_through: Callable[[], bool] = lambda: True,
        *,
        repeats: bool = False,
    ) -> None:
        self._matching, self._repeats = matching, repeats
        self._exhaustion = exhaustion
        self._in_order = Turns() if order is Order.STRICT else None
        self._reached = 0
        self._known = Known(matching, looks_through)

    # What it holds

    def add(self, entry: Entry) -> None:
        """Make an entry findable, after those that are."""
        self._known.add(entry)
        if self._in_order is not None:
            self._in_order.entries.append(entry)

    def expect(self, entries: Sequence[Entry]) -> None:
        """Make entries that nobody has read findable, after those that are."""
        self._known.expect(entries)
        if self._in_order is not None:
            self._in_order.entries += entries

    def put_back(self, entry: Entry) -> None:
        """Make an entry that was removed findable again, at its place among the others."""
        self._known.put_back(entry)
        if self._in_order is not None:
            self._in_order.put_back(entry)
            if not entry.plays and entry not in self._in_order.returned:
                self._reached = min(self._reached, entry.order - ROOM)

    def remove(self, entry: Entry) -> None:
        """Forget an entry; the others keep their places and their numbers in its sequence."""
        if self._known.remove(entry) and self._in_order is not None:
            self._in_order.remove(entry)

    # What it is asked

    def could_match(self, method: str, url: str) -> bool | None:
        """Whether anything recorded may answer this method and URL, whatever the rest. Needs no lock.

        None where what waits has to be asked, by `find_out`.
        """
        return self._known.could_match(method, url)

    def find_out(self, method: str, url: str) -> bool:
        """As `could_match`. Raises CassetteFormatError."""
        return self._known.find_out(method, url)

    def candidates(self, live: Prepared) -> list[Entry]:
        """Every entry whose request matches as far as the matchers of the user's are not asked."""
        return self._known.candidates(live)

    def candidates_but_body(self, live: Prepared) -> list[Entry]:
        """As `candidates`, whatever the body is."""
        return self._known.candidates_but_body(live)

    def entries_for(self, live: Prepared, accepts: Accepts | None = None) -> list[Entry]:
        """Every entry whose request matches, without taking any."""
        return list(filter(accepts or self._judge(live), self.candidates(live)))

    def take(self, live: Prepared, *, again: bool = True, accepts: Accepts | None = None) -> Taken | None:
        """The entry that answers, its place taken; None where there is none.

        `again` False lets no recording answer a second time. `accepts` says what the
        matchers of the user's said of each candidate; without it they are asked here.
        """
        if self._repeats:
            return self._take_first(self.entries_for(live, accepts))
        if self._in_order is not None:
            return self._take_next(again, self.entries_for(live, accepts))
        group = self._known.group_for(live)
        if group is None:
            chosen = self._choose(self.entries_for(live, accepts), again)
            return None if chosen is None else Taken(chosen, self._numbers_of(chosen))
        numbers = group.vector_for(live.secrets)
        if numbers is None:
            return None
        sequence = group.sequences.get(numbers)
        if sequence is None:
            return None
        if self._matching.comparisons:
            entry = self._choose(list(filter(accepts or self._judge(live), sequence.entries)), again)
        else:
            entry = sequence.take_next(self._exhaustion, again)
            if sequence.is_under_way:
                self._known.remember(live, sequence)
        return None if entry is None else Taken(entry, numbers)

    def take_again(self, live: Prepared, *, again: bool) -> Entry | None:
        """As `take`, for a request that has no secrets and was asked about before; None for any other."""
        sequence = self._known.remembered(live)
        return None if sequence is None else sequence.take_next(self._exhaustion, again)

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
        compared = self._known.of(entry)
        if compared is None or not entry.plays:
            return
        entry.plays -= 1
        if self._in_order is not None:
            if self._in_order.give_back(entry, self._exhaustion):
                self._reached = entry.order - ROOM
        else:
            turns = self._known.turns_of(compared)
            if turns is not None:
                turns.give_back(entry, self._exhaustion)

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
        for group in self._known.groups():
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

    def _take_first(self, entries: list[Entry]) -> Taken | None:
        """The first of all, whatever was played. It takes nobody's turn."""
        if not entries:
            return None
        entry = min(entries, key=lambda each: each.order)
        entry.plays += 1
        return Taken(entry, self._numbers_of(entry))

    def _numbers_of(self, entry: Entry) -> Vector:
        compared = self._known.of(entry)
        return () if compared is None else compared.numbers

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
