"""`reqsnap ls`: the cassettes in folders, and what they hold."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from reqsnap.cli.cassette_files import all_below, read
from reqsnap.cli.parsers import add_command
from reqsnap.cli.printable import counted, printable
from reqsnap.cli.screen import Screen, told
from reqsnap.errors import ReqsnapError


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "ls",
        run,
        help="list cassettes and what they hold",
        description="List cassettes with the number of their interactions, their size and their format.",
    )
    parser.add_argument(
        "paths",
        metavar="PATH",
        type=Path,
        nargs="*",
        help="a cassette, or a folder of them; here if left out",
    )


def run(arguments: argparse.Namespace) -> int:
    """List; 1 where something could not be read."""
    screen, status, cassettes, interactions = Screen(sys.stdout), 0, 0, 0
    for path in all_below(arguments.paths or [Path()]):
        try:
            if isinstance(path, ReqsnapError):
                raise path
            cassette = read(path)
        except ReqsnapError as error:
            told(printable(str(error)))
            status = 1
            continue
        count = len(cassette.items)
        cassettes, interactions = cassettes + 1, interactions + count
        torn = "  torn" if cassette.torn is not None else ""
        about = f"{count:>6,} {len(cassette.data):>12,}  {cassette.format.name:<8}"
        screen.line(f"{about}  {printable(str(path))}{torn}")
    screen.line(f"{counted(cassettes, 'cassette')}, {counted(interactions, 'interaction')}")
    return status
