"""Timers that fire when a test says that time passes, and at no other moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest


class Clock:
    """Stands in for the timers of `reqsnap.cassette.flushing`. `now` is in seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.waiting: list[ManualTimer] = []
        monkeypatch.setattr("reqsnap.cassette.flushing.Timer", self._timer)

    def _timer(self, interval: float, function: Callable[[], None]) -> ManualTimer:
        return ManualTimer(self, interval, function)

    def pass_time(self, seconds: float) -> None:
        """Let time pass; what is due is done, in order."""
        end = self.now + seconds
        while due := [timer for timer in self.waiting if timer.at <= end + 1e-9]:
            first = min(due, key=lambda timer: timer.at)
            self.waiting.remove(first)
            self.now = max(self.now, first.at)
            first.function()
        self.now = end


class ManualTimer:
    """As `threading.Timer`, in a test's time and in its thread."""

    daemon = False
    name = ""
    native_id = None

    def __init__(self, clock: Clock, interval: float, function: Callable[[], None]) -> None:
        self._clock, self._interval, self.function = clock, interval, function
        self.at = 0.0

    def start(self) -> None:
        self.at = self._clock.now + self._interval
        self._clock.waiting.append(self)

    def cancel(self) -> None:
        if self in self._clock.waiting:
            self._clock.waiting.remove(self)

    def join(self, timeout: float | None = None) -> None:
        pass

    def is_alive(self) -> bool:
        """It runs in the thread of the test."""
        return False
