"""The command line: `reqsnap COMMAND`, thin over the library. Each command has a module of its own."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from reqsnap import __version__
from reqsnap.cli.parsers import WRONG_USAGE
from reqsnap.cli.printable import printable
from reqsnap.cli.screen import told
from reqsnap.errors import ConfigurationError, ReqsnapError

COMMANDS = ("audit", "check", "convert", "demo", "ls", "migrate", "prune", "repair", "rm", "run", "show")

INTERRUPTED, CLOSED_PIPE = 130, 141
"""What a shell says of a program that Ctrl-C ended, and of one that wrote to where nobody reads any more."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 it did not hold, 2 wrong usage.

    Where the command runs a program, the status is that of the program.
    """
    arguments = _parsed(sys.argv[1:] if argv is None else argv)
    try:
        status: int = arguments.run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (ReqsnapError, KeyboardInterrupt, OSError) as error:
        return _failed(error)
    return status


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="reqsnap", description="Record HTTP exchanges once and replay them ever after."
    )
    parser.add_argument("--version", action="version", version=f"reqsnap {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    # The modules of the other commands take a while to import.
    for name in [name for name in COMMANDS if name in words[:1]] or COMMANDS:
        importlib.import_module(f"reqsnap.cli.{name}").add_to(commands)
    arguments = parser.parse_args(words)
    if not hasattr(arguments, "run"):
        parser.error(
            f"a command is missing, one of: {', '.join(COMMANDS)}; `reqsnap --help` says what each does"
        )
    return arguments


def _failed(error: ReqsnapError | KeyboardInterrupt | OSError) -> int:
    """Say what ended a command before its time; the exit status."""
    if isinstance(error, ReqsnapError):
        told(printable(str(error)))
        return WRONG_USAGE if isinstance(error, ConfigurationError) else 1
    if isinstance(error, KeyboardInterrupt):
        told("interrupted")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _drop_output()
        return CLOSED_PIPE
    about = f"{error.filename}: " if error.filename is not None else ""
    told(printable(f"{about}{error.strerror or error}"))
    _drop_output()
    return 1


def _drop_output() -> None:
    """Lose what could not be written to stdout: Python would try again at its end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
