"""What a cassette of VCR.py's kind holds: pairs in memory, or the cassette of an open block."""

from __future__ import annotations

import copy
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from reqsnap.cassette import Cassette as Ours
from reqsnap.redaction import NO_RULES
from reqsnap.sequences.entries import prepare
from reqsnap.vcr.interactions import run
from reqsnap.vcr.matchers import requests_match
from reqsnap.vcr.messages import interaction_of, to_request, to_response
from reqsnap.vcr.metadata import Metadata
from reqsnap.vcr.persisters.filesystem import CassetteDecodeError, CassetteNotFoundError
from reqsnap.vcr.record_mode import RecordMode
from reqsnap.vcr.serialize import with_text

if TYPE_CHECKING:
    from reqsnap.vcr.cassette import Cassette

_LOG = logging.getLogger("reqsnap.vcr.cassette")

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

    @property
    def metadata(self) -> dict[str, Any]:
        """What is stored beside the pairs."""

    def note(self, key: str, value: Any) -> None:
        """Have one more value stored beside them."""

    def load(self, cassette: Cassette) -> None:
        """Hold what is stored."""

    def save(self, cassette: Cassette, force: bool) -> None:
        """Store what is held."""


class InMemory:
    """Pairs of a cassette that is in no block."""

    def __init__(self) -> None:
        self.data: list[Pair] = []
        self.metadata: dict[str, Any] = {}
        self.play_counts: Counter[int] = Counter()
        self.dirty = self.rewound = False
        self.loaded = 0

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

    def note(self, key: str, value: Any) -> None:
        """Have one more value stored beside them."""
        self.metadata[key], self.dirty = value, True

    def load(self, cassette: Cassette) -> None:
        """Hold what is stored, changed and filtered; the same where nothing is."""
        try:
            found = cassette._persister.load_cassette(cassette.path, cassette._serializer)
        except CassetteNotFoundError:
            return
        except CassetteDecodeError:
            told = "Cassette %s couldn't be loaded, so it is taken for an empty one and may be overwritten"
            _LOG.warning(told, cassette.path, exc_info=True)
            return
        requests, responses, *more = found
        for pair in zip(requests, responses, strict=False):
            loaded = run(cassette._after_load_interaction, *pair, cassette)
            if loaded is not None:
                cassette.append(*loaded)
        self.loaded, self.dirty, self.rewound = len(self.data), False, True
        self.metadata = dict(more[0]) if more else {}

    def save(self, cassette: Cassette, force: bool) -> None:
        """Store what is held, if that is another than was loaded."""
        kept = self._kept(cassette)
        if not (force or self.dirty or len(kept) < len(self.data)):
            return
        hooks = cassette._before_save_interaction
        if hooks:
            kept = [
                changed
                for pair in kept
                if (changed := run(hooks, *copy.deepcopy(pair), cassette)) is not None
            ]
        stored: dict[str, Any] = {
            "requests": [request for request, _ in kept],
            "responses": [response for _, response in kept],
        }
        if self.metadata:
            stored["metadata"] = self.metadata
        cassette._persister.save_cassette(cassette.path, stored, serializer=cassette._serializer)
        self.dirty = False

    def _kept(self, cassette: Cassette) -> list[Pair]:
        """What is stored of it: without what was recorded anew, and without what was not used."""
        old, new = self.data[: self.loaded], self.data[self.loaded :]
        if cassette.record_mode is RecordMode.ALL:
            if not self.dirty or not new:
                return self.data
            kept = (
                []
                if cassette.drop_unused_requests
                else [each for each in old if not _is_in(each, new, cassette)]
            )
        elif cassette.drop_unused_requests:
            kept = [each for index, each in enumerate(old) if self.play_counts[index]]
        else:
            kept = old
        return [*kept, *new]


def _is_in(old: Pair, new: list[Pair], cassette: Cassette) -> bool:
    return any(requests_match(request, old[0], cassette._match_on) for request, _ in new)


class InBlock:
    """What the cassette of an open block holds."""

    def __init__(self, ours: Ours, metadata: Metadata) -> None:
        self._ours, self._stored = ours, metadata
        self._metadata: dict[str, Any] | None = None
        self.has_noted = self.is_stored = False
        self.rewound = ours.has_file

    @property
    def dirty(self) -> bool:
        """Whether it holds what its file does not."""
        return self._ours.has_changed or self.has_noted

    @dirty.setter
    def dirty(self, value: bool) -> None:
        raise AttributeError("a cassette in a block knows itself whether it has changed")

    @property
    def data(self) -> list[Pair]:
        """Everything, in its order; what is done to it changes nothing.

        Once it was stored the bodies of answers are text where they can be, as in VCR.py.
        """
        found = [(to_request(each.request), to_response(each.response)) for each in self._ours.interactions]
        return [(request, with_text(response)) for request, response in found] if self.is_stored else found

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

    @property
    def metadata(self) -> dict[str, Any]:
        """What is stored beside the pairs; read when it is first asked for."""
        if self._metadata is None:
            self._metadata = self._stored.read()
        return self._metadata

    def note(self, key: str, value: Any) -> None:
        """Have one more value stored beside them, when the block ends."""
        self.metadata[key], self.has_noted = value, True

    def store_metadata(self) -> None:
        """Store it, at the end of the block."""
        self._stored.write(self.metadata)
        self.has_noted = False

    def load(self, cassette: Cassette) -> None:
        """Hold what its file holds."""
        self._ours.load()

    def save(self, cassette: Cassette, force: bool) -> None:
        """Write what is new, or all of it."""
        if force:
            self._ours.save()
        else:
            self._ours.flush()
