"""A program that finds its cassette in its environment: `REQSNAP_CASSETTE=x.yaml python anything.py`.

`reqsnap.pth`, which is installed beside the packages, calls `watch` where an interpreter starts
and the variable is there; also in a child process that does not heed `PYTHONPATH`, through
which children find the owner of their block.
"""

from __future__ import annotations

import atexit
import os
import shlex
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from reqsnap.blocks.programs import ProgramBlock
from reqsnap.errors import ConfigurationError
from reqsnap.options.words import read_words
from reqsnap.processes import tickets
from reqsnap.processes.startup import sitecustomize as startup

CASSETTE, OPTIONS = "REQSNAP_CASSETTE", "REQSNAP_OPTIONS"

UNUSABLE = 125
"""The exit status of a program that was not run, because its cassette cannot be used."""


def watch() -> None:
    """Open the cassette as soon as all is there that it takes.

    That is when `site` looks for a `sitecustomize`: it has read all of its .pth files by
    then, which say where packages are, and nothing of the program has run.
    """
    sys.meta_path.insert(0, _Watch())


class _Watch:
    """Finds no module. Begins when it is asked for `sitecustomize`."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        if name == "sitecustomize" and self in sys.meta_path:
            sys.meta_path.remove(self)
            begin()


def begin() -> None:
    """Open the cassette that the environment names, until the interpreter exits.

    The variables are taken out of the environment, because child processes belong to this
    one. A process that is itself a child belongs to its owner, and opens no file.
    """
    shown, words = os.environ.pop(CASSETTE, ""), os.environ.pop(OPTIONS, "")
    if tickets.VARIABLE in os.environ:
        if startup.FOLDER not in sys.path:
            ticket = os.environ.pop(tickets.VARIABLE)
            startup.leave_no_trace()
            startup.join(ticket)
    elif shown:
        _open(shown, words)


def _open(shown: str, words: str) -> None:
    try:
        block = ProgramBlock(shown, read_words(_split(words), OPTIONS))
    except Exception as error:
        # Without its cassette the program would send what it must not.
        _refuse_to_run(error)
    process = os.getpid()

    def end() -> None:
        if os.getpid() == process:
            interrupted = isinstance(getattr(sys, "last_value", None), KeyboardInterrupt)
            for line in block.close(interrupted=interrupted).lines(quiet=True):
                print(line, file=sys.stderr)

    # What the program registers later runs before it.
    atexit.register(end)


def _split(words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise ConfigurationError(OPTIONS, words, f"it is not written as a shell's words: {error}") from None


def _refuse_to_run(error: Exception) -> NoReturn:
    print(f"reqsnap: {error}", file=sys.stderr, flush=True)
    # An exception would be printed by `site`, which then goes on.
    os._exit(UNUSABLE)
