"""What a cassette holds: its recordings, what is new, what was played, what its file lacks.

Pure: no clock, no I/O; whoever owns `Contents` serialises its use.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from reqsnap.cassette.snapshot import Snapshot
from reqsnap.cassette.unread import InFile, Reading
from reqsnap.formats import Item
from reqsnap.model import Interaction
from reqsnap.rules.policy import Policy
from reqsnap.sequences import Index
from reqsnap.sequences.choices import Order
from reqsnap.sequences.entries import ROOM, Entry, Prepared, strip_numbers
from reqsnap.sequences.numbering import Numbering
from reqsnap.sequences.pushed_out import Leaver, Push, PushedOut
from reqsnap.sequences.recency import Recency


class Contents:
    """The entries of a cassette and everything that is known of them.

    `index` finds recordings, `numbering` numbers secrets, `recency` is None where nothing
    is evicted, `evicted` counts what was. `evicts` says whether the mode may change the set.
    `replays_new` has what is noted replayed in the same blocks, after what was there.
    What stands in its file is read when it is first needed, by any thread, under the `guard`.
    """

    def __init__(self, policy: Policy, *, evicts: bool, guard: threading.RLock) -> None:
        most = policy.retention.max_interactions
        self._policy = policy
        self._most = most if evicts else None
        self._recorded: dict[Entry, None] = {}
        self._fresh: dict[Entry, None] = {}
        self._unsaved: dict[Entry, None] = {}
        # Every state of the set has a number of its own, so that one that comes back is known.
        self._edits = self._saved_edits = self._last_edit = 0
        self._last_order = 0
        self._is_strict = policy.order is Order.STRICT
        self._pushed_out = PushedOut()
        self.replays_new = False
        self._plays_of_gone = 0
        self.evicted = 0
        self.numbering = Numbering()
        self._in_file = InFile()
        self.reading = Reading(policy.rules, self.numbering, guard, self._in_file, only_replays=not evicts)
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
        by_use = None if self.recency is None else list(self.recency)
        return Snapshot(
            [*self._recorded, *self._fresh], tuple(self._unsaved), self._edits, by_use, self._most
        )

    def candidates(self, live: Prepared) -> list[Entry]:
        """Every entry that matches as far as the user's matchers are not asked, the new ones last."""
        fresh = Index(self._policy.matching, self._policy.exhaustion)
        for entry in self._fresh:
            fresh.add(entry)
        return [*self.index.candidates(live), *fresh.candidates(live)]

    def next_order(self) -> int:
        """The place of a request that starts now: after all, or in a strict order after the last taken."""
        self._last_order += 1
        return self._last_order + self.index.reached

    def _order_at_end(self) -> int:
        return self._orders_at_end(1)[0]

    def _orders_at_end(self, count: int) -> range:
        step = ROOM if self._is_strict else 1
        first = self._last_order + 1
        self._last_order += count
        return range(first * step, first * step + count * step, step)

    # Changing it

    def append(self, interaction: Interaction) -> None:
        """Hold an interaction after the others, redacted; it can be replayed."""
        entry = Entry(self.reading.redacted(interaction), self._order_at_end())
        matching = self._policy.matching
        # What a function of the user's raises is raised here, before anything has changed.
        matching.key(strip_numbers(entry.interaction.request, matching)[0])
        self.index.add(entry)
        self._hold([entry])
        self._edit()
        self._evict()

    def adopt(self, items: Sequence[Item]) -> list[Entry]:
        """Hold, as these entries, what its own file holds after what there is; an eviction is a change."""
        entries = self.reading.expected(items, self._orders_at_end(len(items)))
        self.index.expect(entries)
        self._keep(entries)
        self._evict()
        return entries

    def replace(self, interactions: Iterable[Interaction]) -> list[Entry]:
        """Hold these interactions and no others, unplayed, as these entries. Errors change nothing."""
        redacted = self.reading.redacted
        return self._replace([Entry(redacted(each), self._order_at_end()) for each in interactions])

    def reload(self, items: Iterable[Item]) -> list[Entry]:
        """As `replace`, with what its own file holds. Raises CassetteFormatError."""
        evicted = self.evicted
        entries = self.reading.read(items, self._order_at_end)
        self._replace(entries)
        self._saved_edits = self._edits if self.evicted == evicted else _NO_STATE
        return entries

    def _replace(self, entries: list[Entry]) -> list[Entry]:
        index = self._new_index()
        for entry in entries:
            index.add(entry)
        if len(self) or entries:
            self._edit()
        self._recorded, self._fresh, self._unsaved = {}, {}, {}
        self.reading.damage = None
        self._pushed_out.clear()
        self._plays_of_gone = 0
        self.index, self.recency = index, self._new_recency()
        self._hold(entries)
        self._evict()
        return entries

    def note(self, order: int, interaction: Interaction, replaces: Entry | None) -> Entry:
        """Hold a new interaction, redacted, at its place or that of the one it replaces; not replayed."""
        entry = Entry(self.reading.redacted(interaction), order)
        before, leavers = self._edits, list[Leaver]()
        if replaces is not None:
            entry.order = replaces.order
            leavers += self._let_go([replaces], evicted=False)
            self.index.reach(entry.order)
        if self.replays_new:
            self.index.add(entry)
        (self._recorded if self.replays_new else self._fresh)[entry] = self._unsaved[entry] = None
        if self.recency is not None:
            self.recency.use(entry)
            leavers += self._evict()
        if leavers:
            self._pushed_out.keep(entry, Push(before, self._edits, leavers))
        return entry

    def give_back(self, entry: Entry) -> None:
        """Undo a take. What has left since is played once less too."""
        if entry in self._recorded:
            self.index.give_back(entry)
        elif entry.plays and self._plays_of_gone:
            entry.plays -= 1
            self._plays_of_gone -= 1

    def remove(self, entries: Iterable[Entry]) -> int:
        """Drop entries; returns how many of them were there still. What was played stays counted."""
        count = 0
        for entry in entries:
            if self._remove(entry):
                self._plays_of_gone += entry.plays
                count += 1
        return count

    def forget(self, entries: Iterable[Entry]) -> None:
        """Drop new entries as if they had never been noted: what left for them comes back."""
        for entry in self._pushed_out.latest_first(entries):
            if entry in self._fresh or (self.replays_new and entry in self._recorded):
                unwritten = self._unsaved.pop(entry, _ABSENT) is not _ABSENT
                if self._fresh.pop(entry, _ABSENT) is _ABSENT:
                    del self._recorded[entry]
                    self.index.remove(entry)
                if not unwritten:
                    self._edit()
                if self.recency is not None:
                    self.recency.discard(entry)
                push = self._pushed_out.undo(entry)
                if push is not None:
                    self._bring_back(push)
            else:
                self.evicted -= self._pushed_out.inherit(entry)

    def reset(self) -> None:
        """Start every sequence again, as if nothing had been played."""
        self._plays_of_gone = 0
        self.index.reset(self._recorded)
        self._pushed_out.reset()

    def saved(self, snapshot: Snapshot, evicted: int = 0) -> None:
        """Its file holds a snapshot now, without those that were `evicted` to make room for others'."""
        self.evicted += evicted
        self._saved_edits = snapshot.edits
        for entry in snapshot.unsaved:
            if self._unsaved.pop(entry, _ABSENT) is _ABSENT:
                # It left while it was being written, so the file holds one too many.
                self._edit()

    # Within

    def _hold(self, entries: Sequence[Entry]) -> None:
        """Keep entries that are read, and give none of their secrets' numbers again."""
        self._keep(entries)
        for entry in entries:
            self.numbering.seen(entry.interaction)

    def _keep(self, entries: Sequence[Entry]) -> None:
        self._recorded.update(dict.fromkeys(entries))
        if self.recency is not None:
            for entry in entries:
                self.recency.use(entry)

    def _evict(self) -> list[Leaver]:
        """Let those go that are too many; what they were."""
        if self.recency is None:
            return []
        leavers = self._let_go(self.recency.surplus(), evicted=True)
        self.evicted += len(leavers)
        self._plays_of_gone += sum(leaver.entry.plays for leaver in leavers)
        return leavers

    def _let_go(self, entries: Iterable[Entry], *, evicted: bool) -> list[Leaver]:
        """Drop entries, and say what those were that were there still."""
        found = [Leaver(each, each in self._recorded, each in self._unsaved, evicted) for each in entries]
        return [leaver for leaver in found if self._remove(leaver.entry)]

    def _bring_back(self, push: Push) -> None:
        """Hold what had left for an entry, as before."""
        for leaver in reversed(push.leavers):
            entry = leaver.entry
            if leaver.evicted:
                self.evicted -= 1
                self._plays_of_gone -= entry.plays
            else:
                # What it was taken for came to nothing.
                entry.plays = max(entry.plays - 1, 0)
            if leaver.recorded:
                self._recorded[entry] = None
                self.index.put_back(entry)
            else:
                self._fresh[entry] = None
            if leaver.unsaved:
                self._unsaved[entry] = None
            if self.recency is not None:
                (self.recency.put_back if leaver.evicted else self.recency.use)(entry)
        self._recorded = dict.fromkeys(sorted(self._recorded, key=lambda entry: entry.order))
        if self._edits == push.after:
            self._edits = push.before
        else:
            self._edit()

    def _edit(self) -> None:
        """The set is another one now."""
        self._last_edit += 1
        self._edits = self._last_edit

    def _remove(self, entry: Entry) -> bool:
        if self._recorded.pop(entry, _ABSENT) is not _ABSENT:
            self.index.remove(entry)
        elif self._fresh.pop(entry, _ABSENT) is _ABSENT:
            return False
        self._unsaved.pop(entry, None)
        self._edit()
        if self.recency is not None:
            self.recency.discard(entry)
        return True

    def _new_index(self) -> Index:
        policy = self._policy
        looks_through, repeats = self.reading.looks_through, policy.habits.repeats
        return Index(policy.matching, policy.exhaustion, policy.order, looks_through, repeats=repeats)

    def _new_recency(self) -> Recency | None:
        return None if self._most is None else Recency(self._most)


_ABSENT = object()
_NO_STATE = -1
"""No state of the contents is the file's."""
