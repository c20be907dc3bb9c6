"""What new entries pushed out of a cassette, so that it can come back if they are dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reqsnap.sequences.entries import Entry


@dataclass(frozen=True, slots=True)
class Leaver:
    """An entry that left, and what it was: replayable, in no file yet, evicted or replaced."""

    entry: Entry
    recorded: bool
    unsaved: bool
    evicted: bool


@dataclass(slots=True)
class Push:
    """What left for one new entry, and the states of the contents before and after."""

    before: int
    after: int
    leavers: list[Leaver] = field(default_factory=list)


class PushedOut:
    """The pushes of the new entries that pushed anything out, in the order in which they came.

    Every operation on one entry takes constant time.
    """

    def __init__(self) -> None:
        self._pushes: dict[Entry, Push] = {}
        self._pushers: dict[Entry, Entry] = {}

    def keep(self, entry: Entry, push: Push) -> None:
        """Remember what left for an entry."""
        self._pushes[entry] = push
        for leaver in push.leavers:
            self._pushers[leaver.entry] = entry

    def latest_first(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """These entries, so that what one of them pushed out comes before what that one had pushed out."""
        chosen = dict.fromkeys(entries)
        pushers = [entry for entry in self._pushes if entry in chosen]
        yield from reversed(pushers)
        for entry in pushers:
            del chosen[entry]
        yield from chosen

    def undo(self, entry: Entry) -> Push | None:
        """What comes back as an entry is dropped that is still there; forgotten here."""
        push = self._pushes.pop(entry, None)
        if push is not None:
            for leaver in push.leavers:
                del self._pushers[leaver.entry]
        return push

    def inherit(self, entry: Entry) -> bool:
        """An entry that was pushed out itself is dropped: what it pushed out left for the one that did it.

        Returns whether it was evicted by a new entry that is known.
        """
        pusher = self._pushers.pop(entry, None)
        if pusher is None:
            return False
        heir, own = self._pushes[pusher], self._pushes.pop(entry, None)
        gone = next(leaver for leaver in heir.leavers if leaver.entry is entry)
        heir.leavers.remove(gone)
        heir.after = _NEVER
        for leaver in own.leavers if own is not None else ():
            heir.leavers.append(leaver)
            self._pushers[leaver.entry] = pusher
        return gone.evicted

    def reset(self) -> None:
        """Nothing of what left counts as played."""
        for entry in self._pushers:
            entry.plays = 0

    def clear(self) -> None:
        """Forget everything: nothing comes back."""
        self._pushes.clear()
        self._pushers.clear()


_NEVER = -2
"""The number of no state: what comes back is not what there was before."""
