"""Which turn at writing a path this process has: its threads take it one after the other."""

from __future__ import annotations

import threading
from weakref import WeakValueDictionary

from reqsnap.storage.locks import HeldFile


class Turn:
    """One process's turn at one path. Re-entrant, because a garbage collection may open or end a block."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth = 0
        self.held: HeldFile | None = None


_turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
_turns_lock = threading.RLock()


def turn_at(key: str) -> Turn:
    """The turn at the path with this key: the same for all who have one at the same time."""
    with _turns_lock:
        return _turns.setdefault(key, Turn())


def forget_turns() -> None:
    """In a forked process nothing is held, and nobody waits."""
    global _turns_lock
    _turns_lock = threading.RLock()
    _turns.clear()
