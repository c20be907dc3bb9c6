"""What the parts of a cassette of VCR.py's kind know of it, so that none has to know `Cassette`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

from reqsnap.vcr.interactions import InteractionHook
from reqsnap.vcr.persisted import Pair
from reqsnap.vcr.record_mode import RecordMode


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

    def load(self, cassette: CassetteLike) -> None:
        """Hold what is stored."""

    def save(self, cassette: CassetteLike, force: bool) -> None:
        """Store what is held."""


class CassetteLike(Protocol):
    """What it was told when it was made, and the place of what it holds."""

    record_mode: RecordMode
    custom_patches: Any
    inject: bool
    allow_playback_repeats: bool
    drop_unused_requests: bool
    record_on_exception: bool
    _serializer: Any
    _persister: Any
    _match_on: Any
    _before_record_request: Callable[[Any], Any] | None
    _before_record_response: Callable[[Any], Any] | None
    _before_save_interaction: list[InteractionHook]
    _after_load_interaction: list[InteractionHook]
    _held: Held

    @property
    def path(self) -> str | os.PathLike[str]:
        """Where it is stored."""

    def append(self, request: Any, response: Any) -> None:
        """Hold a request and its answer, filtered, after the others."""
