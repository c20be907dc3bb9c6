"""What a cassette of VCR.py's kind holds in an open block, as VCR.py shows it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from reqsnap.cassette import Cassette as Ours
from reqsnap.redaction import NO_RULES
from reqsnap.sequences.entries import prepare
from reqsnap.vcr.cassette_like import CassetteLike
from reqsnap.vcr.messages import interaction_of, to_request, to_response
from reqsnap.vcr.metadata import Metadata
from reqsnap.vcr.persisted import Pair
from reqsnap.vcr.serialize import with_text


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

    def load(self, cassette: CassetteLike) -> None:
        """Hold what its file holds."""
        self._ours.load()

    def save(self, cassette: CassetteLike, force: bool) -> None:
        """Write what is new, or all of it."""
        if force:
            self._ours.save()
        else:
            self._ours.flush()
