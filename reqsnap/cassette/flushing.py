"""Writes what is new in regular intervals, and when the interpreter exits.

A timer exists only from the moment at which something is new until it is written, so a
program that records nothing has none. It is a daemon, and keeps no process alive.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Timer

from reqsnap import own_threads


class Flusher:
    """Calls `flush` at most every `interval` seconds, and only while `is_dirty`.

    `problem` is the first error that a flush ended in; the next is tried all the same.
    """

    def __init__(self, flush: Callable[[], None], is_dirty: Callable[[], bool], interval: float) -> None:
        self._flush, self._is_dirty = flush, is_dirty
        self._interval = min(interval, threading.TIMEOUT_MAX)
        # Re-entrant, because a garbage collection may end an exchange anywhere.
        self._lock = threading.RLock()
        self._timer: Timer | None = None
        self._due = 0.0
        self._stopped = self._paused = False
        self._owner = os.getpid()
        self.problem: Exception | None = None

    def wake(self) -> None:
        """Something is new: have it written one interval from now, if that is not arranged yet."""
        if self._timer is None and self._is_owner():
            with self._lock:
                self._arm(self._interval)

    def stop(self) -> None:
        """Arrange for nothing more, and wait for a write that is under way."""
        with self._lock:
            self._stopped = True
            timer, self._timer = self._timer, None
            _open.pop(self, None)
        if timer is not None:
            timer.cancel()
            if timer is not threading.current_thread():
                timer.join()

    def abandon(self) -> None:
        """Arrange for nothing more, in a forked process, which has no timer and may hold no lock."""
        self._stopped, self._timer = True, None
        _open.pop(self, None)

    def pause(self) -> None:
        """Have no timer until `resume`, and wait for a write that is under way, but not for ever."""
        with self._lock:
            self._paused = True
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            own_threads.wait_for([timer])

    def resume(self) -> None:
        """Have what is new written when it would have been without a pause."""
        with self._lock:
            self._paused = False
            if self._is_dirty():
                self._arm(max(0.0, self._due - time.monotonic()))

    def exit(self) -> None:
        """Write at once, because the interpreter exits while the block is open."""
        self.stop()
        if self._is_owner() and self._is_dirty():
            self._try()

    def _arm(self, wait: float) -> None:
        if self._timer is None and not self._stopped:
            _open[self] = None
            if self._paused:
                return
            self._due = time.monotonic() + wait
            timer = Timer(wait, self._fire)
            timer.daemon, timer.name = True, "reqsnap flush"
            # No thread can be started where the interpreter exits; `exit` comes then.
            with suppress(RuntimeError):
                own_threads.start(timer)
                self._timer = timer

    def _fire(self) -> None:
        self._try()
        with self._lock:
            self._timer = None
            _open.pop(self, None)
            if self._is_dirty():
                self._arm(self._interval)

    def _try(self) -> None:
        try:
            self._flush()
        except Exception as problem:
            # Where it can be handled is the end of the block, not this thread.
            self.problem = self.problem or problem

    def _is_owner(self) -> bool:
        """Whether this is the process that opened the block; a forked one must not write for it."""
        return os.getpid() == self._owner


_open: dict[Flusher, None] = {}
_paused: list[Flusher] = []


def pause() -> None:
    """Have no timer in this process until `resume`."""
    for flusher in list(_open):
        _paused.append(flusher)
        flusher.pause()


def resume() -> None:
    """Begin anew after a `pause`."""
    while _paused:
        _paused.pop().resume()


def forked() -> None:
    """Leave what is paused to the process that this one was forked from."""
    _paused.clear()


@atexit.register
def flush_all() -> None:
    """Write what is new in every block that is still open; the first error is raised after the last."""
    flushers = list(_open)
    for flusher in flushers:
        flusher.exit()
    for flusher in flushers:
        if flusher.problem is not None:
            raise flusher.problem
