"""The command line: `reqsnap COMMAND`, thin over the library. Each command has a module of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from reqsnap import __version__
from reqsnap.cli import demo, run
from reqsnap.errors import ReqsnapError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 it did not hold, 2 wrong usage.

    Where the command runs a program, the status is that of the program.
    """
    parser = argparse.ArgumentParser(
        prog="reqsnap", description="Record HTTP exchanges once and replay them ever after."
    )
    parser.add_argument("--version", action="version", version=f"reqsnap {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    demo.add_to(commands)
    run.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except ReqsnapError as error:
        print(f"reqsnap: {error}", file=sys.stderr)
        return 1
    return status
