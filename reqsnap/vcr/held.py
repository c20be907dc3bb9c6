"""What a cassette of VCR.py's kind holds: pairs in memory, or the cassette of an open block."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from reqsnap.cassette import Cassette as Ours
from reqsnap.redaction import NO_RULES
from reqsnap.sequences.entries import prepare
from reqsnap.vcr.messages import interaction_of, to_request, to_response

if TYPE_CHECKING:
    from reqsnap.vcr.cassette import Cassette

Pair = tuple[Any, Any]
"""A request and its answer."""


class Held(Protocol):
    """What a cassette holds."""

    dirty: bool
    rewound: bool

    @property
    def data(self) -> list[Pair]:
        """Everything, in its order."""

    @property
    def play_counts(self) -> Counter[int]:
        """How often each was played."""

    def __len__(self) -> int: ...

    def add(self, request: Any, response: Any) -> None:
        """Hold one more."""

    def play(self, index: int) -> None:
        """Count one as played."""

    def rewind(self) -> None:
        """Count nothing as played."""

    def load(self, cassette: Cassette) -> None:
        """Hold what is stored."""

    def save(self, cassette: Cassette, force: bool) -> None:
        """Store what is held."""


class InMemory:
    """Pairs of a cassette that is in no block."""

    def __init__(self) -> None:
        self.data: list[Pair] = []
        self.play_counts: Counter[int] = Counter()
        self.dirty = self.rewound = False

    def __len__(self) -> int:
        return len(self.data)

    def add(self, request: Any, response: Any) -> None:
        """Hold one more."""
        self.data.append((request, response))
        self.dirty = True

    def play(self, index: int) -> None:
        """Count one as played."""
        self.play_counts[index] += 1

    def rewind(self) -> None:
        """Count nothing as played."""
        self.play_counts = Counter()

    def load(self, cassette: Cassette) -> None:
        """Hold what is stored."""

    def save(self, cassette: Cassette, force: bool) -> None:
        """Store what is held."""


class InBlock:
    """What the cassette of an open block holds."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self.rewound = ours.has_file

    @property
    def dirty(self) -> bool:
        """Whether it holds what its file does not."""
        return self._ours.has_changed

    @dirty.setter
    def dirty(self, value: bool) -> None:
        raise AttributeError("a cassette in a block knows itself whether it has changed")

    @property
    def data(self) -> list[Pair]:
        """Everything, in its order; what is done to it changes nothing."""
        return [(to_request(each.request), to_response(each.response)) for each in self._ours.interactions]

    @property
    def play_counts(self) -> Counter[int]:
        """How often each was played."""
        return Counter({index: count for index, (_, count) in enumerate(self._ours.plays) if count})

    def __len__(self) -> int:
        return len(self._ours)

    def add(self, request: Any, response: Any) -> None:
        """Hold one more."""
        self._ours.append(interaction_of(request, response))

    def play(self, index: int) -> None:
        """Take the turn of one."""
        policy, request = self._ours.policy, self._ours.interactions[index].request
        self._ours.take(prepare(request, NO_RULES, policy.matching))

    def rewind(self) -> None:
        """Start again."""
        self._ours.reset()

    def load(self, cassette: Cassette) -> None:
        """Hold what its file holds."""
        self._ours.load()

    def save(self, cassette: Cassette, force: bool) -> None:
        """Write what is new, or all of it."""
        if force:
            self._ours.save()
        else:
            self._ours.flush()
