"""What recorders do with a cassette: find an answer, take its place, note what is new."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from reqsnap.contents import Contents
from reqsnap.entries import Entry, Prepared
from reqsnap.errors import Drift
from reqsnap.flushing import Flusher
from reqsnap.matching import differences
from reqsnap.model import Interaction
from reqsnap.policy import Policy
from reqsnap.stubs import Stubs


class Recordings:
    """The contents of a cassette and the lock that guards them. Called from any thread.

    `stubs` are the answers that stand before the recordings.
    """

    def __init__(self, policy: Policy, *, evicts: bool) -> None:
        self._policy = policy
        self._lock = threading.RLock()
        self._contents = Contents(policy, evicts=evicts)
        self._drift: list[Drift] = []
        self._flusher: Flusher | None = None
        self._is_copy = False
        self.stubs = Stubs()

    @property
    def policy(self) -> Policy:
        """How it compares, redacts and repeats."""
        return self._policy

    @property
    def drift(self) -> tuple[Drift, ...]:
        """The requests that were answered though their bodies differ from the recorded ones."""
        return tuple(self._drift)

    def adopt(self, interactions: Iterable[Interaction]) -> None:
        """Take what was read from its own file; not a change to be written."""
        with self._lock:
            self._contents.adopt(interactions)
        self._changed()

    def could_match(self, method: str, url: str) -> bool:
        """Whether a recording may answer this method and URL, whatever the body is."""
        return self._contents.index.could_match(method, url)

    def take(self, live: Prepared, *, again: bool = True) -> Entry | None:
        """The entry that answers, its place in the sequence taken; None where there is none."""
        contents = self._contents
        with self._lock:
            taken = contents.index.take(live, again=again)
            if taken is None:
                return None
            entry, numbers = taken
            if live.secrets:
                contents.numbering.bind(live.secrets, numbers)
            if contents.recency is not None:
                contents.recency.use(entry)
            return entry

    def take_drifted(self, live: Prepared) -> tuple[Entry, Drift] | None:
        """As `take`, for a request that differs in nothing but its body; and how it differs."""
        contents = self._contents
        with self._lock:
            taken = contents.index.take_but_body(live)
            if taken is None:
                return None
            if live.secrets:
                contents.numbering.bind(live.secrets, taken.numbers)
            if contents.recency is not None:
                contents.recency.use(taken.entry)
            recorded = taken.entry.interaction.request
            differing = differences(self._policy.matching, live.request, recorded)
            drift = Drift(live.request.method, live.request.url, differing)
            self._drift.append(drift)
            return taken.entry, drift

    @property
    def next_in_order(self) -> tuple[int, Entry] | None:
        """Where the order is strict: the next place, from 1, and what is recorded there."""
        with self._lock:
            return self._contents.index.next_in_order

    def holds(self, live: Prepared) -> bool:
        """Whether the request is recorded at all, played or not."""
        with self._lock:
            return bool(self._contents.index.entries_for(live))

    def next_order(self) -> int:
        """The place of a request that starts now."""
        with self._lock:
            return self._contents.next_order()

    def note(self, order: int, interaction: Interaction, replaces: Entry | None = None) -> Entry:
        """Hold a new interaction, redacted, at its place or that of the one it replaces.

        It is not replayed in these blocks.
        """
        with self._lock:
            entry = self._contents.note(order, interaction, replaces)
        self._changed()
        return entry

    def forget(self, entries: Iterable[Entry]) -> None:
        """Drop new exchanges again, as a raising block may ask."""
        with self._lock:
            self._contents.forget(entries)

    def _be_a_copy(self) -> None:
        """In a forked process nobody holds the lock, and nothing is written any more."""
        self._is_copy = True
        self._lock = threading.RLock()
        if self._flusher is not None:
            self._flusher.abandon()
            self._flusher = None

    def _all(self) -> list[Entry]:
        with self._lock:
            snapshot = self._contents.snapshot()
        return snapshot.in_order()

    def _changed(self) -> None:
        """Have a change written in time; called without the lock."""
        if self._flusher is not None and self._contents.has_changed:
            self._flusher.wake()
