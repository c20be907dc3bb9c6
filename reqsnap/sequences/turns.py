"""Recordings that answer one after the other, and whose turn it is."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from reqsnap.sequences.choices import Exhaustion
from reqsnap.sequences.entries import Entry, LiveVector, Vector

_REPEAT = Exhaustion.REPEAT
"""Up to Python 3.11 it takes a call to read a member off its class, and nearly every replay reads this."""


@dataclass(eq=False, slots=True)
class Turns:
    """Entries in their order. `position` is the next one's; `returned` come before it.

    Pure; whoever owns it serialises its use.
    """

    entries: list[Entry] = field(default_factory=list)
    position: int = 0
    returned: tuple[Entry, ...] = ()

    def following(self, exhaustion: Exhaustion, again: bool) -> Entry | None:
        """Whose turn it is; None after the last, where none may answer a second time."""
        if self.returned:
            return self.returned[0]
        entries = self.entries
        if self.position < len(entries):
            return entries[self.position]
        if not again or exhaustion is Exhaustion.ERROR or not entries:
            return None
        return entries[0 if exhaustion is Exhaustion.CYCLE else -1]

    @property
    def is_under_way(self) -> bool:
        """Whether more than one turn was taken, so that whoever asks is likely to ask again."""
        return self.position > 1 or (self.position == 1 and self.entries[0].plays > 1)

    def take_next(self, exhaustion: Exhaustion, again: bool) -> Entry | None:
        """Let the one whose turn it is take it; None after the last, where none may answer again."""
        if not self.returned:
            # What nearly every replay comes to, without asking twice.
            if self.position < len(self.entries):
                entry = self.entries[self.position]
                self.position += 1
                entry.plays += 1
                return entry
            if again and exhaustion is _REPEAT and self.entries:
                entry = self.entries[-1]
                entry.plays += 1
                return entry
        following = self.following(exhaustion, again)
        if following is not None:
            self.take(following, exhaustion)
        return following

    def take(self, entry: Entry, exhaustion: Exhaustion) -> None:
        """The entry that is `following` takes its turn."""
        entry.plays += 1
        if self.returned:
            self.returned = self.returned[1:]
        elif self.position < len(self.entries):
            self.position += 1
        elif exhaustion is Exhaustion.CYCLE:
            self.position = 1

    def give_back(self, entry: Entry, exhaustion: Exhaustion) -> bool:
        """Free the turn of an entry that is played once less already; whether it was the last turn.

        Where others took theirs since, the entry is the next one all the same, and they keep theirs.
        """
        if entry.plays and exhaustion is not Exhaustion.CYCLE:
            # It answered a second time, after the last; that took no turn.
            return False
        if self.position and self.entries[self.position - 1] is entry:
            # A cycle that began again goes back to its end.
            wrapped = self.position == 1 and entry.plays
            self.position = len(self.entries) if wrapped else self.position - 1
            return True
        if self.entries.index(entry) < self.position and entry not in self.returned:
            self._return(entry)
        return False

    def put_back(self, entry: Entry) -> None:
        """An entry that had left is at its place again; played or not, as it says itself."""
        place = bisect_left(self.entries, entry.order, key=_order)
        self.entries.insert(place, entry)
        if place < self.position:
            self.position += 1
            if not entry.plays:
                self._return(entry)
        elif place == self.position and entry.plays:
            self.position += 1

    def remove(self, entry: Entry) -> None:
        """Take an entry out; the others go on where they were."""
        place = self.entries.index(entry)
        del self.entries[place]
        self.position -= place < self.position
        if entry in self.returned:
            self.returned = tuple([each for each in self.returned if each is not entry])

    def reset(self) -> None:
        """Start again."""
        self.position = 0
        self.returned = ()

    def _return(self, entry: Entry) -> None:
        self.returned = tuple(sorted([*self.returned, entry], key=_order))


@dataclass(eq=False, slots=True)
class Group:
    """The recordings of one key, by the numbers of their placeholders."""

    sequences: dict[Vector, Turns] = field(default_factory=dict)
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

    @property
    def entries(self) -> list[Entry]:
        """All of them, one sequence after the other."""
        return [entry for sequence in self.sequences.values() for entry in sequence.entries]

    def add(self, entry: Entry, numbers: Vector) -> None:
        """One more entry; it is mostly the last one."""
        if not self.sequences:
            self.sequences[numbers] = Turns([entry])
            return
        last = next(reversed(self.sequences.values()))
        turns = self.sequences.get(numbers)
        if turns is not None and turns.entries[-1].order < entry.order:
            turns.entries.append(entry)
        elif turns is None and last.entries[0].order < entry.order:
            self.sequences[numbers] = Turns([entry])
        else:
            self.put_back(entry, numbers)

    def put_back(self, entry: Entry, numbers: Vector) -> None:
        """As if the entry had never left: its sequence is where it was among the others too."""
        self.sequences.setdefault(numbers, Turns()).put_back(entry)
        self.sequences = dict(sorted(self.sequences.items(), key=lambda item: _order(item[1].entries[0])))

    def remove(self, entry: Entry, numbers: Vector) -> None:
        """Take an entry out of its sequence, which goes on where it was; an empty one stands for no value."""
        sequence = self.sequences[numbers]
        sequence.remove(entry)
        if not sequence.entries:
            del self.sequences[numbers]


def _order(entry: Entry) -> int:
    return entry.order
