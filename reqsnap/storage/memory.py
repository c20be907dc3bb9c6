"""A storage in memory, for tests."""

from __future__ import annotations

import threading

from reqsnap.errors import CassetteConflictError
from reqsnap.storage.protocol import Storage, Stored


class MemoryStorage(Storage):
    """Cassettes in the memory of this process, gone when it ends.

    >>> storage = MemoryStorage()
    >>> version = storage.write("x.yaml", b"reqsnap: 1", None)
    >>> storage.names, storage.read("x.yaml").data
    (['x.yaml'], b'reqsnap: 1')
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Stored] = {}
        self._writes = 0

    @property
    def names(self) -> list[str]:
        """The names of all that it holds, sorted."""
        return sorted(self._held)

    def read(self, name: str) -> Stored | None:
        """What is there; None where nothing is."""
        return self._held.get(name)

    def write(self, name: str, data: bytes, expected: str | None) -> str:
        """Replace what is there, if it is as expected. Raises CassetteConflictError."""
        with self._lock:
            return self._replace(name, data, expected)

    def append(self, name: str, kept: int, tail: bytes, expected: str) -> str | None:
        """Add to what is there, if it is as expected. Raises CassetteConflictError."""
        with self._lock:
            held = self._held.get(name)
            return self._replace(name, (b"" if held is None else held.data[:kept]) + tail, expected)

    def remove(self, name: str) -> None:
        """Delete what is there, if anything is."""
        with self._lock:
            self._held.pop(name, None)

    def _replace(self, name: str, data: bytes, expected: str | None) -> str:
        held = self._held.get(name)
        if (None if held is None else held.version) != expected:
            raise CassetteConflictError(name)
        self._writes += 1
        self._held[name] = Stored(data, str(self._writes))
        return str(self._writes)
