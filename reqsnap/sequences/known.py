"""Which recordings a request has: entries by the keys of their requests.

Pure: no lock, no clock, no I/O; whoever owns one serialises its use.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from reqsnap.matching import Matching
from reqsnap.memo import MOST_ENTRIES, Memo
from reqsnap.model import Request
from reqsnap.redaction import PLACEHOLDER
from reqsnap.sequences.entries import Entry, Prepared, Vector, strip_numbers
from reqsnap.sequences.likeness import resembles
from reqsnap.sequences.turns import Group, Turns
from reqsnap.sequences.waiting import Waiting


class Compared(NamedTuple):
    """What an entry is compared by. `key` is None where its request was not recorded whole."""

    request: Request
    numbers: Vector
    key: Hashable | None


class Known:
    """The entries of an index. Those that are unread wait until a request needs them.

    `looks_through` says whether everything is read before a request is said to have no
    recording. Without that, an old recording that shows a secret in its path, and that was not
    redacted yet, is found only by a request that it answers exactly.
    """

    def __init__(self, matching: Matching, looks_through: Callable[[], bool]) -> None:
        self._matching = matching
        self._looks_through = looks_through
        self._entries: dict[Entry, Compared] = {}
        self._groups: dict[Hashable, Group] = {}
        # These hold only what was recorded in part, or redacted, in their order.
        self._loose: dict[Entry, Compared] = {}
        self._unplaced: set[Hashable] = set()
        self._waiting = Waiting(matching)
        self._targets: set[Hashable] = set()
        self._open_targets = False
        self._asked: Memo[bool] = Memo()
        self._sequences: dict[Prepared, Turns] = {}
        # The sequence that a request was found to have; the very same one asks, not an equal one.
        self.remembered = self._sequences.get
        self._but_body: dict[Hashable, list[Entry]] | None = None

    # What it holds

    def add(self, entry: Entry) -> None:
        """Know an entry, after those that are known. Raises what functions of the user's raise."""
        if not self._waiting.add(entry):
            compared = self._compared(entry)
            self._meet(compared.request)
            self._enter(entry, compared)
            if compared.key is not None:
                self._groups.setdefault(compared.key, Group()).add(entry, compared.numbers)
            self._asked = Memo()

    def expect(self, entries: Sequence[Entry]) -> None:
        """Know entries that nobody has read, after those that are known. Raises as `add` does."""
        if not self._waiting.expect(entries):
            for entry in entries:
                self.add(entry)

    def put_back(self, entry: Entry) -> None:
        """Know an entry again that was removed, at its place among the others."""
        if not self._waiting.add(entry):
            compared = self._compared(entry)
            self._meet(compared.request)
            self._enter(entry, compared)
            self._loose = dict(sorted(self._loose.items(), key=lambda item: item[0].order))
            if compared.key is not None:
                self._groups.setdefault(compared.key, Group()).put_back(entry, compared.numbers)
        self._asked = Memo()

    def remove(self, entry: Entry) -> bool:
        """Forget an entry; the others keep their places. Returns whether it was there."""
        if entry in self._waiting:
            self._waiting.discard(entry)
            return True
        compared = self._entries.pop(entry, None)
        if compared is None:
            return False
        self._but_body = None
        self._sequences.clear()
        self._loose.pop(entry, None)
        if compared.key is not None:
            group = self._groups[compared.key]
            group.remove(entry, compared.numbers)
            if not group.sequences:
                del self._groups[compared.key]
        return True

    def of(self, entry: Entry) -> Compared | None:
        """What an entry is compared by; None for one that is not there, or that nobody has asked for."""
        return self._entries.get(entry)

    def turns_of(self, compared: Compared) -> Turns | None:
        """The sequence of an entry; None where its request was not recorded whole."""
        if compared.key is None:
            return None
        return self._groups[compared.key].sequences[compared.numbers]

    def remember(self, live: Prepared, sequence: Turns) -> None:
        """Keep the sequence of a request, for as long as that stays the one it has."""
        if not (live.secrets or (self._waiting and live.key in self._unplaced)):
            if len(self._sequences) >= MOST_ENTRIES:
                self._sequences.clear()
            self._sequences[live] = sequence

    def groups(self) -> Iterable[Group]:
        """Those of the entries that were asked for."""
        return self._groups.values()

    # What it is asked

    def could_match(self, method: str, url: str) -> bool | None:
        """Whether anything may answer this method and URL, whatever the rest. Needs no lock.

        None where that is not known before it was `found_out`.
        """
        known = self._asked.get((method, url))
        return known if known is not None or self._waiting else self._judge(method, url)

    def find_out(self, method: str, url: str) -> bool:
        """As `could_match`. Raises CassetteFormatError."""
        self._need(self._waiting.place(method, url))
        if not self._judge(method, url) and self._looks_through():
            self._need(None)
        return self._judge(method, url)

    def _judge(self, method: str, url: str) -> bool:
        memo = self._asked
        known = self._open_targets or self._matching.target_key(method, url) in self._targets
        # What waits may be for it after all.
        if known or not self._waiting:
            memo.keep((method, url), known)
        return known

    def group_for(self, live: Prepared) -> Group | None:
        """The entries that have the key of a request; None where there are none."""
        group = self._groups.get(live.key)
        if self._waiting and (group is None or live.key in self._unplaced):
            self._need(self._place(live.request), live)
            group = self._groups.get(live.key)
            if group is None and self._looks_through():
                self._need(None)
                group = self._groups.get(live.key)
        return group

    def candidates(self, live: Prepared) -> list[Entry]:
        """Every entry whose request matches as far as the matchers of the user's are not asked."""
        group = self.group_for(live)
        if group is not None:
            return group.entries
        # Recordings that say only in part what was sent.
        return [
            entry
            for entry, recorded in self._loose.items()
            if resembles(self._matching, live.request, recorded.request)
        ]

    def candidates_but_body(self, live: Prepared) -> list[Entry]:
        """As `candidates`, whatever the body is."""
        self._need(None)
        if self._but_body is None:
            self._but_body = {}
            for entry in sorted(self._entries, key=lambda entry: entry.order):
                key = self._matching.key_but_body(self._entries[entry].request)
                self._but_body.setdefault(key, []).append(entry)
        return self._but_body.get(self._matching.key_but_body(live.request), [])

    # Within

    def _compared(self, entry: Entry, live: Prepared | None = None) -> Compared:
        """What an entry is compared by; `live` is the request that needs it, and mostly has the same key."""
        request, numbers = strip_numbers(entry.interaction.request, self._matching)
        if not request.complete:
            return Compared(request, numbers, None)
        if live is not None and self._is_alike(request, live.request):
            return Compared(request, numbers, live.key)
        return Compared(request, numbers, self._matching.key(request))

    def _is_alike(self, one: Request, other: Request) -> bool:
        """Whether two requests have one key, told without making it."""
        if one.body or other.body or self._matching.matches_headers:
            return False
        return one.url == other.url and one.method == other.method

    def _place(self, request: Request) -> str | None:
        return self._waiting.place(request.method, request.url)

    def _meet(self, request: Request) -> None:
        """Enter what waits for the place of an entry, so that all that have its key are there."""
        if self._waiting:
            place = self._place(request)
            if place is not None:
                self._need(place)

    def _need(self, place: str | None, live: Prepared | None = None) -> None:
        """Enter what waits for a place, or all. Raises CassetteFormatError, and then nothing has changed.

        `live` is the request that needs it, where there is one.
        """
        if not self._waiting:
            return
        needed = self._waiting.needed(place)
        if not needed.entries:
            self._waiting.come(needed)
            return
        found = [(entry, self._compared(entry, live)) for entry in needed.entries]
        for entry, compared in found:
            self._enter(entry, compared)
            key = compared.key
            if key is None:
                continue
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = Group()
            group.add(entry, compared.numbers)
        if self._loose and any(entry in self._loose for entry in needed.entries):
            self._loose = dict(sorted(self._loose.items(), key=lambda item: item[0].order))
        self._waiting.come(needed)

    def _enter(self, entry: Entry, compared: Compared) -> None:
        """Know an entry, apart from its turn."""
        self._but_body = None
        self._sequences.clear()
        self._entries[entry] = compared
        request = compared.request
        if compared.numbers or not request.complete:
            self._loose[entry] = compared
        if self._waiting and compared.key is not None and self._place(request) is None:
            self._unplaced.add(compared.key)
        self._targets.add(
            self._matching.target_key(request.method, request.url)
            if compared.key is None
            else self._matching.target_of(compared.key)
        )
        if PLACEHOLDER in request.url:
            self._open_targets = True
