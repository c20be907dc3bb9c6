"""Recorded interactions by what they answer: the nth identical request gets the nth recording.

Pure: no lock, no clock, no I/O; whoever owns an `Index` serialises its use.

Requests that differ only in a redacted value have one key. Their recordings are told
apart by the numbers in their placeholders, and the nth distinct live value stands for
the nth recorded one.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reqsnap.matching import Matching
from reqsnap.matching.parts import read_body
from reqsnap.model import Headers, Interaction, Request
from reqsnap.redaction import PLACEHOLDER, Rules, Secret, redact_request, unnumbered, unnumbered_body

Vector = tuple[int, ...]
"""The numbers of a recorded request's placeholders, in order."""

LiveVector = tuple["Secret | int", ...]
"""A live request's secret values, in order; a number where it sent a placeholder back."""


class Exhaustion(enum.Enum):
    """What happens after the last recording of a sequence."""

    REPEAT = "repeat"
    ERROR = "error"
    CYCLE = "cycle"


@dataclass(eq=False, slots=True)
class Entry:
    """An interaction in a cassette, and how often it was played since the last reset.

    `kept` is for what interceptors make of the answer, so that they make it once.
    """

    interaction: Interaction
    order: int
    plays: int = 0
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A live request made ready for matching: redacted, its placeholders unnumbered, its key."""

    request: Request
    key: Hashable
    secrets: LiveVector


class Taken(NamedTuple):
    """The entry that answers, and the numbers that its request's secrets had."""

    entry: Entry
    numbers: Vector


def strip_numbers(request: Request, matching: Matching) -> tuple[Request, Vector]:
    """A redacted request with every placeholder plain, and the numbers in what is matched."""
    url, numbers = unnumbered(request.url)
    body, in_body = unnumbered_body(request.body, request.headers)
    numbers += in_body
    headers = request.headers
    if matching.matches_headers:
        pairs = []
        for name, value in headers:
            plain, in_value = unnumbered(value)
            pairs.append((name, plain))
            numbers += in_value
        headers = Headers(pairs)
    elif url is request.url and body is request.body:
        return request, numbers
    return Request(request.method, url, headers, body, request.complete), numbers


_REMEMBERED = 4096
"""How many questions an index remembers; programs ask the same ones again and again."""

_LIVE = 1_000_000_000
"""Where the numbering of live values starts, far above any in a file."""


def prepare(request: Request, rules: Rules, matching: Matching) -> Prepared:
    """Make a live request ready for matching."""
    seen: dict[Secret, int] = {}

    def mark(secret: Secret) -> str:
        number = seen.setdefault(secret, _LIVE + len(seen))
        return f"{PLACEHOLDER[:-1]}:{number}]"

    marked, _ = redact_request(request, rules, mark)
    plain, numbers = strip_numbers(marked, matching)
    values = list(seen)
    secrets = tuple([values[n - _LIVE] if n >= _LIVE else n for n in numbers])
    if plain is marked and seen:
        plain, _ = redact_request(request, rules)
    return Prepared(plain, matching.key(plain), secrets)


@dataclass(eq=False, slots=True)
class _Group:
    """The recordings of one key, by the numbers of their placeholders."""

    sequences: dict[Vector, list[Entry]] = field(default_factory=dict)
    positions: dict[Vector, int] = field(default_factory=dict)
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


class Index:
    """Finds the entry that answers a request, and keeps the place in every sequence."""

    def __init__(self, matching: Matching, exhaustion: Exhaustion) -> None:
        self._matching = matching
        self._exhaustion = exhaustion
        self._groups: dict[Hashable, _Group] = {}
        self._targets: set[Hashable] = set()
        self._asked: dict[tuple[str, str], bool] = {}
        self._loose: list[tuple[Entry, Request, Vector]] = []
        self._open_targets = False

    def add(self, entry: Entry) -> None:
        """Make an entry findable, after those that are."""
        self._asked.clear()
        request, numbers = strip_numbers(entry.interaction.request, self._matching)
        if PLACEHOLDER in request.url:
            self._open_targets = True
        if numbers or not request.complete:
            self._loose.append((entry, request, numbers))
        self._targets.add(self._matching.target_key(request.method, request.url))
        if request.complete:
            group = self._groups.setdefault(self._matching.key(request), _Group())
            group.sequences.setdefault(numbers, []).append(entry)

    def could_match(self, method: str, url: str) -> bool:
        """Whether anything recorded may answer this method and URL, whatever the rest."""
        asked = method, url
        known = self._asked.get(asked)
        if known is None:
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            known = self._open_targets or self._matching.target_key(method, url) in self._targets
            self._asked[asked] = known
        return known

    def take(self, live: Prepared, *, again: bool = True) -> Taken | None:
        """The entry that answers, its place taken; None where there is none.

        `again` False lets no recording answer a second time.
        """
        group = self._groups.get(live.key)
        if group is None:
            return self._take_loosely(live, again)
        numbers = group.vector_for(live.secrets)
        if numbers is None:
            return None
        sequence = group.sequences[numbers]
        if self._matching.comparisons:
            entry = self._choose([e for e in sequence if self._accepts(live.request, e)], again)
        else:
            entry = self._next(group, numbers, sequence, again)
        return None if entry is None else Taken(entry, numbers)

    def _next(self, group: _Group, numbers: Vector, sequence: list[Entry], again: bool) -> Entry | None:
        position = group.positions.get(numbers, 0)
        if position >= len(sequence):
            if not again or self._exhaustion is Exhaustion.ERROR:
                return None
            position = 0 if self._exhaustion is Exhaustion.CYCLE else len(sequence) - 1
        group.positions[numbers] = position + 1
        entry = sequence[position]
        entry.plays += 1
        return entry

    def _choose(self, entries: list[Entry], again: bool) -> Entry | None:
        """As `_next`, where the sequence is not known before it is asked for."""
        entry = next((entry for entry in entries if not entry.plays), None)
        if entry is None and entries and again and self._exhaustion is not Exhaustion.ERROR:
            fewest = min(entry.plays for entry in entries)
            cycled = next(entry for entry in entries if entry.plays == fewest)
            entry = cycled if self._exhaustion is Exhaustion.CYCLE else entries[-1]
        if entry is not None:
            entry.plays += 1
        return entry

    def _accepts(self, live: Request, entry: Entry) -> bool:
        recorded = entry.interaction.request
        return all(comparison(live, recorded) for comparison in self._matching.comparisons)

    def _take_loosely(self, live: Prepared, again: bool) -> Taken | None:
        """Among recordings that say only in part what was sent (see `_resembles`)."""
        found = {
            id(entry): (entry, numbers)
            for entry, recorded, numbers in self._loose
            if _resembles(self._matching, live.request, recorded) and self._accepts(live.request, entry)
        }
        entry = self._choose([entry for entry, _ in found.values()], again)
        return None if entry is None else Taken(entry, found[id(entry)][1])

    def entries_for(self, live: Prepared) -> list[Entry]:
        """Every entry whose request matches, without taking any."""
        group = self._groups.get(live.key)
        if group is None:
            return [
                entry
                for entry, recorded, _ in self._loose
                if _resembles(self._matching, live.request, recorded)
            ]
        entries = [entry for sequence in group.sequences.values() for entry in sequence]
        return [entry for entry in entries if self._accepts(live.request, entry)]

    def reset(self, entries: Iterable[Entry]) -> None:
        """Start every sequence again."""
        for entry in entries:
            entry.plays = 0
        for group in self._groups.values():
            group.positions.clear()
            group.bound.clear()


def _resembles(matching: Matching, live: Request, recorded: Request) -> bool:
    """Whether a request may be the recorded one where the record shows only part of it.

    A body is partial where the server answered before all of it was sent. A place is
    hidden where a value known only from the answer was redacted in the request.
    """
    if recorded.method.upper() != live.method.upper():
        return False
    if not recorded.complete:
        same_target = matching.target_key(live.method, live.url) == matching.target_key(
            recorded.method, recorded.url
        )
        return same_target and (not matching.matches_body or live.body.startswith(recorded.body))
    if not _fits(recorded.url, live.url):
        return False
    if not matching.matches_body:
        return True
    now, then = read_body(live), read_body(recorded)
    return now.kind == then.kind and _fits(_text(then.canonical), _text(now.canonical))


def _text(canonical: object) -> str:
    return canonical.decode("latin-1") if isinstance(canonical, bytes) else str(canonical)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text is another in which placeholders stand for anything."""
    if pattern == text:
        return True
    if PLACEHOLDER not in pattern:
        return False
    # A value never holds the delimiters around it, in a URL, a form or canonical JSON.
    expression = r'[^"&<>\s]+?'.join(map(re.escape, pattern.split(PLACEHOLDER)))
    return re.fullmatch(expression, text) is not None
