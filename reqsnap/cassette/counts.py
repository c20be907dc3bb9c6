"""What the requests of a cassette's blocks came to: how many of each kind, and the slowest that were sent."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Protocol, Self

from reqsnap.errors import UnmatchedRequestError
from reqsnap.redaction import Rules

MOST = 10
"""How many of the slowest exchanges are kept."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the requests came to. Each is counted once: it was replayed, stubbed, recorded, live or refused.

    replayed: answered from a recording; drifted: those of them whose body differs from it.
    stubbed: answered by a stub.
    recorded: sent, and kept in the cassette.
    live: sent, and not kept, because they are excluded, a filter says so, or they failed.
    refused: neither replayed nor sent.
    redacted: the secret values that were hidden in what was recorded.

    >>> Counts(replayed=3) + Counts(replayed=1, refused=1)
    Counts(replayed=4, stubbed=0, recorded=0, live=0, refused=1, drifted=0, redacted=0)
    """

    replayed: int = 0
    stubbed: int = 0
    recorded: int = 0
    live: int = 0
    refused: int = 0
    drifted: int = 0
    redacted: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*[a + b for a, b in zip(self.values(), other.values(), strict=True)])

    def __sub__(self, other: Self) -> Self:
        return type(self)(*[a - b for a, b in zip(self.values(), other.values(), strict=True)])

    def __bool__(self) -> bool:
        return any(self.values())

    def values(self) -> list[int]:
        """The numbers, in the order of the names."""
        return [getattr(self, field.name) for field in fields(self)]

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return self.replayed + self.stubbed + self.recorded + self.live + self.refused


@dataclass(frozen=True, slots=True, order=True)
class LiveExchange:
    """An exchange with the server: how long it took in seconds, and its request, redacted."""

    elapsed: float
    method: str
    url: str


class Sent(Protocol):
    """An exchange with the server that is under way."""

    @property
    def started(self) -> float:
        """A reading of the clock, in seconds."""

    def shown(self, rules: Rules) -> str:
        """Its method and its URL, without secrets."""


class Traffic:
    """Takes note of what recorders do. Called from any thread, in a garbage collection too.

    Nothing of it is called for a replay. `refusals` are the errors of refused requests.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sent = self._kept = 0
        self._numbers = itertools.count()
        self._slowest: list[tuple[float, int, object, LiveExchange]] = []
        self.refusals: list[UnmatchedRequestError] = []

    def sent(self) -> None:
        """A request goes to the server."""
        with self._lock:
            self._sent += 1

    def kept(self, count: int) -> None:
        """So many of those that were sent are in the cassette; a negative number takes some back."""
        with self._lock:
            self._kept += count

    def took(self, which: Sent, now: float, rules: Rules) -> None:
        """An exchange has ended, at a reading of the clock; one that has already is not noted twice.

        What it was is asked of few, because it is redacted then.
        """
        elapsed = now - which.started
        with self._lock:
            slowest = self._slowest
            if len(slowest) == MOST and elapsed <= slowest[0][0]:
                return
            if any(each[2] is which for each in slowest):
                return
            exchange = LiveExchange(round(elapsed, 6), *which.shown(rules).split(" ", 1))
            # Numbered, so that the first of two that took as long stays.
            heapq.heappush(slowest, (elapsed, -next(self._numbers), which, exchange))
            if len(slowest) > MOST:
                heapq.heappop(slowest)

    @property
    def slowest(self) -> tuple[LiveExchange, ...]:
        """The slowest exchanges, the slowest first."""
        with self._lock:
            return tuple([exchange for *_, exchange in sorted(self._slowest, reverse=True)])

    @property
    def counts(self) -> Counts:
        """As far as they are known here."""
        with self._lock:
            return Counts(recorded=self._kept, live=self._sent - self._kept, refused=len(self.refusals))

    def forked(self) -> None:
        """In a forked process nobody holds the lock."""
        self._lock = threading.RLock()


def slowest_of(exchanges: Iterable[LiveExchange]) -> list[LiveExchange]:
    """The slowest of all these, the slowest first."""
    return heapq.nlargest(MOST, exchanges)
