"""Runs a program as a shell would: its descriptors, its signals and its end are as without us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

FORWARDED = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGBREAK")
"""Signals that somebody may send to us who means the program."""

FROM_KEYBOARD = ("SIGINT", "SIGQUIT", "SIGBREAK")

NOT_EXECUTABLE, NOT_FOUND = 126, 127


class NotRunError(Exception):
    """The program could not be started. `status` is what a shell would exit with."""

    def __init__(self, name: str, error: OSError) -> None:
        super().__init__(f"{name} cannot be run: {error.strerror or error}")
        self.status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE


def run_to_its_end(command: Sequence[str]) -> int:
    """Run a command and wait; its exit status, or less than 0, the number of the signal that ended it.

    Signals are passed on to it. Raises NotRunError where it cannot be started.
    """
    passing = _Passing()
    with passing.on():
        try:
            # The program inherits all descriptors that it would: those of `make` for its jobs, too.
            process = subprocess.Popen(command, close_fds=False)
        except OSError as error:
            raise NotRunError(command[0], error) from error
        passing.to(process)
        return process.wait()


class _Passing:
    """Passes signals on to a process, those too that come before it is known."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        """Handle signals, except those that whoever started us has had ignored."""
        numbers = [getattr(signal, name) for name in FORWARDED if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers}
        handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
        # Before the program is started, which begins with none of our handlers.
        for number in handled:
            signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number in handled:
                signal.signal(number, before[number])

    def to(self, process: subprocess.Popen[bytes]) -> None:
        """Pass them on to this process from now on."""
        self._process = process
        for number in self._early:
            self._pass(process, number)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._process is None:
            self._early.append(number)
        else:
            self._pass(self._process, number)

    def _pass(self, process: subprocess.Popen[bytes], number: int) -> None:
        # A terminal sends what is typed to all of a group, the program included: once is enough.
        if signal.Signals(number).name in FROM_KEYBOARD and _is_in_foreground():
            return
        with suppress(OSError):
            process.send_signal(number)


def _is_in_foreground() -> bool:
    """Whether what is typed at the terminal reaches the processes of our group."""
    if sys.platform == "win32":
        return True
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def die_of(number: int) -> int:
    """End as the program did, so that who waits for us sees the signal. Returns a status if that fails."""
    if sys.platform != "win32":
        import resource

        # One memory dump is enough: the program's.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    return 128 + number
