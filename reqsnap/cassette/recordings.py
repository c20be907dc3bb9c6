"""What recorders do with a cassette: find an answer, take its place, note what is new."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from reqsnap.cassette.flushing import Flusher
from reqsnap.cassette.reading import Found
from reqsnap.cassette.usage import Usage
from reqsnap.differences import Drift
from reqsnap.formats import Item
from reqsnap.matching import differences
from reqsnap.model import Interaction, Request
from reqsnap.rules.policy import Policy
from reqsnap.sequences.entries import Entry, Prepared, prepare
from reqsnap.sequences.index import Accepts, Taken, accepted


class Recordings(Usage):
    """The contents of a cassette, asked and added to. Called from any thread."""

    def __init__(self, policy: Policy, *, evicts: bool) -> None:
        super().__init__(policy, evicts=evicts)
        self._flusher: Flusher | None = None
        self._adopted: Callable[[list[Entry], Sequence[Item], Found | None], None] | None = None
        self._is_copy = False
        self._ended = False

    @property
    def policy(self) -> Policy:
        """How it compares, redacts and repeats."""
        return self._policy

    def adopt(self, items: Sequence[Item], found: Found | None = None) -> None:
        """Take items of its own file, where all that it held was `found`; not a change to be written."""
        with self._lock:
            entries = self._contents.adopt(items)
        if self._adopted is not None:
            self._adopted(entries, items, found)
        self._changed()

    def recordings_of(self, request: Request) -> tuple[Interaction, ...]:
        """Every interaction whose request matches, played or not."""
        return tuple([entry.interaction for entry in self._matching(request)])

    @property
    def has_changed(self) -> bool:
        """Whether it holds what its file does not."""
        return self._contents.has_changed

    @property
    def replays_new(self) -> bool:
        """Whether what is recorded is replayed in the same blocks."""
        return self._contents.replays_new

    @replays_new.setter
    def replays_new(self, value: bool) -> None:
        self._contents.replays_new = value

    @property
    def evicted(self) -> int:
        """How many interactions have left it because it keeps only `max_interactions`."""
        return self._contents.evicted

    def could_match(self, method: str, url: str) -> bool:
        """Whether a recording may answer this method and URL, whatever the body is."""
        known = self._contents.index.could_match(method, url)
        if known is None:
            with self._lock:
                known = self._contents.index.find_out(method, url)
        return known

    def take(self, live: Prepared, *, again: bool = True) -> Entry | None:
        """The entry that answers, its place in the sequence taken; None where there is none."""
        contents = self._contents
        if contents.recency is None:
            # What nearly every replay comes to; where there are functions to ask, nothing is known.
            with self._lock:
                known = contents.index.take_again(live, again=again)
            if known is not None:
                return known
        accepts = self._ask(live) if self._policy.matching.comparisons else None
        with self._lock:
            return self._use(contents.index.take(live, again=again, accepts=accepts), live)

    def take_drifted(self, live: Prepared) -> tuple[Entry, Drift] | None:
        """As `take`, for a request that differs in nothing but its body; and how it differs."""
        accepts = self._ask(live, whatever_the_body=True) if self._policy.matching.comparisons else None
        with self._lock:
            entry = self._use(self._contents.index.take_but_body(live, accepts=accepts), live)
        if entry is None:
            return None
        differing = differences(self._policy.matching, live.request, entry.interaction.request)
        if not differing:
            self.give_back(entry)
            return None
        drift = Drift(live.request.method, live.request.url, differing)
        self._drift.append(drift)
        return entry, drift

    def give_back(self, entry: Entry) -> None:
        """Undo a take that came to no replay: the place is free again, and nothing counts as played.

        Where later takes of the sequence stand, the entry is the next one all the same.
        """
        with self._lock:
            self._contents.give_back(entry)

    def _ask(self, live: Prepared, *, whatever_the_body: bool = False) -> Accepts:
        """Ask the user's matchers, without the lock, because nobody knows what they do."""
        with self._lock:
            index = self._contents.index
            candidates = index.candidates(live)
            if whatever_the_body:
                candidates = [*candidates, *index.candidates_but_body(live)]
        matching = self._policy.matching
        return {entry for entry in candidates if accepted(matching, live, entry)}.__contains__

    def _use(self, taken: Taken | None, live: Prepared) -> Entry | None:
        """An entry that was taken is used; called with the lock."""
        if taken is None:
            return None
        entry, numbers = taken
        contents = self._contents
        if live.secrets:
            contents.numbering.bind(live.secrets, numbers)
        if contents.recency is not None:
            contents.recency.use(entry)
        return entry

    @property
    def next_in_order(self) -> tuple[int, Entry] | None:
        """Where the order is strict: the next place, from 1, and what is recorded there."""
        with self._lock:
            return self._contents.index.next_in_order

    def holds(self, live: Prepared, *, whatever_the_body: bool = False) -> bool:
        """Whether the request is recorded at all, or one that differs in its body alone; played or not."""
        asks = self._policy.matching.comparisons
        accepts = self._ask(live, whatever_the_body=whatever_the_body) if asks else None
        with self._lock:
            index = self._contents.index
            if not whatever_the_body:
                return bool(index.entries_for(live, accepts))
            return any(accepts is None or accepts(entry) for entry in index.candidates_but_body(live))

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
        self.traffic.kept(1)
        self._changed()
        return entry

    def forget(self, entries: Iterable[Entry]) -> None:
        """Drop new exchanges again, as a raising block may ask."""
        given = list(entries)
        with self._lock:
            self._contents.forget(given)
        self.traffic.kept(-len(given))

    def _matching(self, request: Request) -> list[Entry]:
        """Every entry whose request matches, the new ones last; called without the lock."""
        matching = self._policy.matching
        live = prepare(request, self._policy.rules, matching)
        with self._lock:
            candidates = self._contents.candidates(live)
        return [entry for entry in candidates if accepted(matching, live, entry)]

    def _be_a_copy(self) -> None:
        """In a forked process nobody holds the lock, and nothing is written any more."""
        self._is_copy = True
        self._lock = self._contents.reading.guard = threading.RLock()
        self.traffic.forked()
        if self._flusher is not None:
            self._flusher.abandon()
            self._flusher = None

    def _changed(self) -> None:
        """Have a change written in time; called without the lock."""
        if self._flusher is not None and self._contents.has_changed:
            self._flusher.wake()
