"""What a cassette tells of its use: what was played, refused, drifted, and what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from reqsnap.cassette.contents import Contents
from reqsnap.cassette.counts import Counts, LiveExchange, Traffic
from reqsnap.cassette.stubs import Stubs
from reqsnap.differences import Drift
from reqsnap.errors import UnmatchedRequestError
from reqsnap.model import Interaction
from reqsnap.rules.policy import Policy
from reqsnap.sequences.entries import Entry, Stored


class Usage:
    """The contents of a cassette, the lock that guards them, and what became of them.

    `stubs` are the answers that stand before the recordings, `traffic` counts what is not replayed.
    """

    def __init__(self, policy: Policy, *, evicts: bool) -> None:
        self._policy = policy
        self._lock = threading.RLock()
        self._contents = Contents(policy, evicts=evicts, guard=self._lock)
        self._drift: list[Drift] = []
        self._played_before = 0
        self._used_before: set[Entry] = set()
        self._is_edited = False
        self.stubs = Stubs()
        self.traffic = Traffic()

    @property
    def drift(self) -> tuple[Drift, ...]:
        """The requests that were answered though their bodies differ from the recorded ones."""
        return tuple(self._drift)

    @property
    def refusals(self) -> tuple[UnmatchedRequestError, ...]:
        """The errors of the requests that were neither replayed nor sent."""
        return tuple(self.traffic.refusals)

    @property
    def slowest(self) -> tuple[LiveExchange, ...]:
        """The slowest exchanges with the server, at most 10, the slowest first."""
        return self.traffic.slowest

    @property
    def counts(self) -> Counts:
        """What the requests came to since it was opened, those of child processes included."""
        with self._lock:
            return replace(
                self.traffic.counts,
                replayed=self._played_before + self._contents.plays,
                stubbed=sum([len(stub.calls) for stub in self.stubs.all]),
                drifted=len(self._drift),
                redacted=self._contents.reading.hidden,
            )

    @property
    def play_count(self) -> int:
        """How many answers were replayed since it was opened, reset, or given another set to hold."""
        with self._lock:
            return self._contents.plays

    @property
    def position(self) -> int:
        """How many of its recordings have been replayed at least once."""
        with self._lock:
            return sum(1 for entry in self._contents.recorded if entry.plays)

    @property
    def unplayed(self) -> tuple[Interaction, ...]:
        """The recordings that were not replayed. What this block recorded is not among them."""
        with self._lock:
            return tuple([entry.interaction for entry in self._contents.recorded if not entry.plays])

    @property
    def all_played(self) -> bool:
        """Whether every recording was replayed at least once."""
        return not self.unplayed

    @property
    def plays(self) -> tuple[tuple[Interaction, int], ...]:
        """Everything it holds, in the order in which the requests started, and how often each was played."""
        return tuple([(entry.interaction, entry.plays) for entry in self._all()])

    @property
    def new(self) -> tuple[Interaction, ...]:
        """What stood in no file: what was recorded, or added by hand."""
        return tuple([entry.interaction for entry in self._all() if entry.is_new])

    @property
    def uses(self) -> tuple[tuple[Stored, bool], ...] | None:
        """What stands in its file, in its order, and whether it was ever replayed.

        None where it was changed by hand, so that nobody knows what of it was meant to be used.
        """
        with self._lock:
            if self._is_edited:
                return None
            before = self._used_before
            found = [(entry.stored, entry) for entry in self._contents.recorded]
            return tuple(
                [
                    (stored, entry.plays > 0 or entry in before)
                    for stored, entry in found
                    if stored is not None
                ]
            )

    @contextmanager
    def _starting_again(self) -> Iterator[None]:
        """Begin to count anew what was played; what was played until now is not forgotten."""
        with self._lock:
            contents = self._contents
            plays, used = contents.plays, [entry for entry in contents.recorded if entry.plays]
        yield
        self._played_before += plays
        self._used_before.update(used)

    def _all(self) -> list[Entry]:
        with self._lock:
            snapshot = self._contents.snapshot()
        return snapshot.in_order()
