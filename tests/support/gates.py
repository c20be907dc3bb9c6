"""Gates between a test and a server: one waits until the other has done something."""

from __future__ import annotations

import threading

from tests.support.listening import PATIENCE
from tests.support.wire import HangUpError


class Gates:
    """Named events. Nobody waits longer than PATIENCE: then the one who waits hangs up."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: set[str] = set()
        self._released = False

    def open(self, name: str) -> None:
        """Let those who wait for a name pass, now and later."""
        with self._changed:
            self._open.add(name)
            self._changed.notify_all()

    def wait(self, name: str) -> None:
        """Wait until a name is open."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._released or name in self._open, PATIENCE):
                raise HangUpError(f"nobody opened {name!r}")

    def release(self) -> None:
        """Let everybody pass, as the run is over."""
        with self._changed:
            self._released = True
            self._changed.notify_all()

    def reset(self) -> None:
        """Close every gate."""
        with self._changed:
            self._open.clear()
            self._released = False
