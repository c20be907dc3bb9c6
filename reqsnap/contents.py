"""What a cassette holds: its recordings, what is new, what was played, what its file lacks.

Pure: no lock, no clock, no I/O; whoever owns `Contents` serialises its use.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reqsnap.entries import Entry, prepare, strip_numbers
from reqsnap.model import Interaction, Request
from reqsnap.numbering import Numbering
from reqsnap.policy import Policy
from reqsnap.redaction import redact_error, redact_interaction
from reqsnap.sequences import Index


class Recency:
    """Entries from the least to the most recently used. Every operation takes constant time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used: OrderedDict[Entry, None] = OrderedDict()

    def use(self, entry: Entry) -> None:
        """Make an entry the most recently used."""
        self._used[entry] = None
        self._used.move_to_end(entry)

    def discard(self, entry: Entry) -> None:
        """Forget an entry."""
        self._used.pop(entry, None)

    def surplus(self) -> Iterator[Entry]:
        """The entries that are too many, the least recently used first; forgotten as they are given."""
        while len(self._used) > self._most:
            yield self._used.popitem(last=False)[0]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was held at one moment, to be written while the contents go on changing."""

    entries: list[Entry]
    unsaved: tuple[Entry, ...]
    edits: int

    def in_order(self) -> list[Entry]:
        """The entries in the order in which their requests started."""
        return sorted(self.entries, key=lambda entry: entry.order)


class Contents:
    """The entries of a cassette and everything that is known of them.

    `index` finds recordings, `numbering` numbers secrets, `recency` is None where nothing
    is evicted, `evicted` counts what was. `evicts` says whether the mode may change the set.
    """

    def __init__(self, policy: Policy, *, evicts: bool) -> None:
        most = policy.retention.max_interactions
        self._policy = policy
        self._most = most if evicts else None
        self._recorded: dict[Entry, None] = {}
        self._fresh: dict[Entry, None] = {}
        self._unsaved: dict[Entry, None] = {}
        self._edits = self._saved_edits = 0
        self._last_order = 0
        self._plays_of_gone = 0
        self.evicted = 0
        self.numbering = Numbering()
        self.index = self._new_index()
        self.recency = self._new_recency()

    def __len__(self) -> int:
        return len(self._recorded) + len(self._fresh)

    @property
    def has_changed(self) -> bool:
        """Whether it holds what its file does not."""
        return self._edits != self._saved_edits or bool(self._unsaved)

    @property
    def recorded(self) -> Iterable[Entry]:
        """The entries that can be replayed: those of the file, and what was added by hand."""
        return self._recorded

    @property
    def plays(self) -> int:
        """How many answers were replayed, those of entries included that have left since."""
        return self._plays_of_gone + sum(entry.plays for entry in self._recorded)

    def snapshot(self) -> Snapshot:
        """Everything as it is now."""
        return Snapshot([*self._recorded, *self._fresh], tuple(self._unsaved), self._edits)

    def matching(self, request: Request) -> list[Entry]:
        """Every entry whose request matches, the new ones last."""
        policy = self._policy
        live = prepare(request, policy.rules, policy.matching)
        fresh = Index(policy.matching, policy.exhaustion)
        for entry in self._fresh:
            fresh.add(entry)
        return [*self.index.entries_for(live), *fresh.entries_for(live)]

    def next_order(self) -> int:
        """The place of a request that starts now."""
        self._last_order += 1
        return self._last_order

    # Changing it

    def append(self, interaction: Interaction) -> None:
        """Hold an interaction after the others, redacted; it can be replayed."""
        entry = Entry(self._redacted(interaction), self.next_order())
        matching = self._policy.matching
        # What a function of the user's raises is raised here, before anything has changed.
        matching.key(strip_numbers(entry.interaction.request, matching)[0])
        self._hold([entry], self.index)
        self._edits += 1
        self._evict()

    def adopt(self, interactions: Iterable[Interaction]) -> None:
        """Hold what its own file holds after what there is; only an eviction is a change."""
        self._hold([Entry(self._redacted(each), self.next_order()) for each in interactions], self.index)
        self._evict()

    def replace(self, interactions: Iterable[Interaction]) -> None:
        """Hold these interactions and no others, unplayed. What cannot be held changes nothing."""
        entries = [Entry(self._redacted(each), self.next_order()) for each in interactions]
        index = self._new_index()
        for entry in entries:
            index.add(entry)
        self._edits += bool(len(self) or entries)
        self._recorded, self._fresh, self._unsaved = {}, {}, {}
        self._plays_of_gone = 0
        self.index, self.recency = index, self._new_recency()
        self._hold(entries, None)
        self._evict()

    def reload(self, interactions: Iterable[Interaction]) -> None:
        """As `replace`, with what its own file holds."""
        evicted = self.evicted
        self.replace(interactions)
        self._saved_edits = self._edits - (self.evicted - evicted)

    def note(self, order: int, interaction: Interaction, replaces: Entry | None) -> Entry:
        """Hold a new interaction, redacted, at its place or that of the one it replaces; not replayed."""
        entry = Entry(self._redacted(interaction), order)
        if replaces is not None:
            entry.order = replaces.order
            self._remove(replaces)
        self._fresh[entry] = self._unsaved[entry] = None
        if self.recency is not None:
            self.recency.use(entry)
        self._evict()
        return entry

    def remove(self, entries: Iterable[Entry]) -> int:
        """Drop entries; returns how many of them were there still. What was played stays counted."""
        count = 0
        for entry in entries:
            if self._remove(entry):
                self._plays_of_gone += entry.plays
                count += 1
        return count

    def forget(self, entries: Iterable[Entry]) -> None:
        """Drop new entries as if they had never been noted."""
        for entry in entries:
            if entry in self._fresh:
                unwritten = self._unsaved.pop(entry, _ABSENT) is not _ABSENT
                del self._fresh[entry]
                self._edits += not unwritten
                if self.recency is not None:
                    self.recency.discard(entry)

    def reset(self) -> None:
        """Start every sequence again, as if nothing had been played."""
        self._plays_of_gone = 0
        self.index.reset(self._recorded)

    def saved(self, snapshot: Snapshot) -> None:
        """Its file holds a snapshot now."""
        self._saved_edits = snapshot.edits
        for entry in snapshot.unsaved:
            if self._unsaved.pop(entry, _ABSENT) is _ABSENT:
                # It left while it was being written, so the file holds one too many.
                self._edits += 1

    # Within

    def _hold(self, entries: Iterable[Entry], index: Index | None) -> None:
        for entry in entries:
            if index is not None:
                index.add(entry)
            self._recorded[entry] = None
            self.numbering.seen(entry.interaction)
            if self.recency is not None:
                self.recency.use(entry)

    def _evict(self) -> None:
        if self.recency is not None:
            self.evicted += self.remove(self.recency.surplus())

    def _remove(self, entry: Entry) -> bool:
        if self._recorded.pop(entry, _ABSENT) is not _ABSENT:
            self.index.remove(entry)
        elif self._fresh.pop(entry, _ABSENT) is not _ABSENT:
            self._unsaved.pop(entry, None)
        else:
            return False
        self._edits += 1
        if self.recency is not None:
            self.recency.discard(entry)
        return True

    def _new_index(self) -> Index:
        return Index(self._policy.matching, self._policy.exhaustion, self._policy.order)

    def _new_recency(self) -> Recency | None:
        return None if self._most is None else Recency(self._most)

    def _redacted(self, interaction: Interaction) -> Interaction:
        request, response, secrets = redact_interaction(
            interaction.request, interaction.response, self._policy.rules, self.numbering.placeholder
        )
        error = interaction.error and redact_error(interaction.error, secrets)
        same = request is interaction.request and response is interaction.response
        if same and error is interaction.error:
            return interaction
        return replace(interaction, request=request, response=response, error=error)


_ABSENT = object()
