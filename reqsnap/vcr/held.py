"""What a cassette of VCR.py's kind holds where it is in no block: pairs in memory."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from reqsnap.vcr import persisted
from reqsnap.vcr.cassette_like import CassetteLike
from reqsnap.vcr.interactions import run
from reqsnap.vcr.matchers import requests_match
from reqsnap.vcr.persisted import Pair
from reqsnap.vcr.record_mode import RecordMode


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

    def load(self, cassette: CassetteLike) -> None:
        """Hold what is stored, changed and filtered; the same where nothing is."""
        found = persisted.load(cassette._persister, cassette.path, cassette._serializer)
        if found is None:
            return
        pairs, metadata = found
        for pair in pairs:
            loaded = run(cassette._after_load_interaction, *pair, cassette)
            if loaded is not None:
                cassette.append(*loaded)
        self.loaded, self.dirty, self.rewound = len(self.data), False, True
        self.metadata = metadata

    def save(self, cassette: CassetteLike, force: bool) -> None:
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
        persisted.save(cassette._persister, cassette.path, cassette._serializer, kept, self.metadata)
        self.dirty = False

    def _kept(self, cassette: CassetteLike) -> list[Pair]:
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


def _is_in(old: Pair, new: list[Pair], cassette: CassetteLike) -> bool:
    return any(requests_match(request, old[0], cassette._match_on) for request, _ in new)
