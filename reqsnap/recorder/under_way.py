"""Forwarded exchanges that have not ended yet, and whether one ends in time."""

from __future__ import annotations

import threading

from reqsnap.recorder.decisions import Forward


class UnderWay:
    """What a recorder has let out. Nothing is added once it is closed. Called from any thread."""

    __slots__ = ("_forwards", "_lock", "closed")

    def __init__(self) -> None:
        self.closed = False
        self._forwards: dict[Forward, None] = {}
        # Re-entrant, because a garbage collection may end a block inside of it.
        self._lock = threading.RLock()

    def begin(self, forward: Forward) -> bool:
        """An exchange is let out; whether in time to be recorded."""
        with self._lock:
            if not self.closed:
                self._forwards[forward] = None
            return not self.closed

    def end(self, forward: Forward) -> bool:
        """Whether an exchange ends in time to be recorded, and for the first time."""
        with self._lock:
            return self._forwards.pop(forward, _UNKNOWN) is None and not self.closed

    def close(self) -> tuple[Forward, ...]:
        """Let nothing more end in time; returns what has not ended."""
        with self._lock:
            self.closed = True
            return tuple(self._forwards)

    def forked(self) -> None:
        """In a forked process: what is under way is the other's, and so is the lock."""
        self._lock = threading.RLock()
        self._forwards, self.closed = {}, True


_UNKNOWN = object()
