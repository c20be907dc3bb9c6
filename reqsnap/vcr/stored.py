"""A persister of VCR.py's kind as a storage of reqsnap's.

What the core reads and writes through it is in a format that lies between the two; what the persister is
given and gives are requests and answers, which it stores with a serializer in a way of its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from reqsnap.formats.vcr.reader import RECORDED_AT, agreeing, sent_url
from reqsnap.model import Interaction
from reqsnap.storage import MemoryStorage, Storage, Stored
from reqsnap.vcr import persisted
from reqsnap.vcr.interim import INTERIM
from reqsnap.vcr.messages import interaction_of, to_request, to_response
from reqsnap.vcr.persisted import Pair, Persister
from reqsnap.vcr.request import Request
from reqsnap.vcr.serialize import Serializer

InteractionHook = Callable[[Request, Any], "tuple[Request, Any] | None"]
"""Changes an interaction where it is loaded or saved; None leaves it out."""


class PersisterStorage(Storage):
    """One cassette, where a persister keeps it.

    Takes the path as its user gave it, and hooks for the interactions that are loaded and saved.
    `name` is what the core calls it, `metadata` is what was loaded beside them, and is saved with them.
    """

    def __init__(
        self,
        path: Any,
        persister: Persister,
        serializer: Serializer,
        *,
        on_load: InteractionHook | None = None,
        on_save: InteractionHook | None = None,
    ) -> None:
        self.metadata: dict[str, Any] = {}
        self._path, self._persister, self._serializer = path, persister, serializer
        self.name = Path(os.fspath(path)).as_posix()
        self._on_load, self._on_save = on_load, on_save
        self._loaded: bytes | None = None
        self._held: bytes | None = None
        # A persister knows this one cassette and removes nothing: what is not finished it never sees.
        self._others = MemoryStorage()

    @property
    def key(self) -> str:
        """What tells it from the storages of other persisters."""
        return f"{type(self).__name__} of {id(self._persister):#x} and {id(self._serializer):#x}"

    @property
    def passes_errors(self) -> bool:
        """True: what a persister raises is for its author to see."""
        return True

    def exists(self, name: str) -> bool:
        """Whether there may be one: a persister can only be asked for all of it, which `read` does."""
        return name == self.name or self._others.exists(name)

    def read(self, name: str) -> Stored | None:
        """What the persister has. Raises what it raises, but for a cassette that is missing."""
        if name != self.name:
            return self._others.read(name)
        found = persisted.load(self._persister, self._path, self._serializer)
        if found is None:
            return None
        pairs, self.metadata = found
        data = _file(pairs)
        # It is read again before it is written, and hooks are called once for what is still the same.
        if self._held is None or data != self._loaded:
            hook = self._on_load
            self._loaded, self._held = data, data if hook is None else _file(_hooked(_pairs(data), hook))
        return Stored(self._held, _version(self._held))

    def write(self, name: str, data: bytes, expected: str | None) -> str:
        """Have the persister replace what it has. Raises what it raises."""
        if name != self.name:
            return self._others.write(name, data, expected)
        pairs = _pairs(data) if self._on_save is None else _hooked(_pairs(data), self._on_save)
        persisted.save(self._persister, self._path, self._serializer, pairs, self.metadata)
        return _version(data)

    def fit_to_copy(self, interaction: Interaction) -> Interaction | None:
        """An interaction as it would have been saved. Raises what a hook raises."""
        if self._on_save is None:
            return interaction
        changed = self._on_save(to_request(interaction.request), to_response(interaction.response))
        if changed is None:
            return None
        return replace(_sent_and_received(*changed), recorded_at=interaction.recorded_at)

    def remove(self, name: str) -> None:
        """Forget what is not finished; a persister removes nothing."""
        self._others.remove(name)


def _file(pairs: Iterable[Pair]) -> bytes:
    """A cassette as the core reads it; of equal pairs the same."""
    return INTERIM.file([INTERIM.item(_sent_and_received(*pair)) for pair in pairs])


def _sent_and_received(request: Any, response: Any) -> Interaction:
    """What crossed the wire, as VCR.py's files are read too."""
    made = interaction_of(request, response)
    sent, received = made.request, made.response
    headers, body = agreeing(received.headers, received.body, received.status, sent.method)
    return Interaction(
        replace(sent, url=sent_url(sent.url)), replace(received, headers=headers, body=body), RECORDED_AT
    )


def _pairs(data: bytes) -> list[Pair]:
    found = [item.decode() for item in INTERIM.read(data)]
    return [(to_request(each.request), to_response(each.response)) for each in found]


def _hooked(pairs: Iterable[Pair], hook: InteractionHook) -> list[Pair]:
    return [changed for pair in pairs if (changed := hook(*pair)) is not None]


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
