"""`reqsnap rm`: deletes cassettes with all that lies beside them, once a person has agreed."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reqsnap.cli.asking import agrees
from reqsnap.cli.cassette_files import all_below, leftovers_of
from reqsnap.cli.parsers import add_command, add_paths
from reqsnap.cli.printable import counted, printable
from reqsnap.cli.screen import Screen, told
from reqsnap.errors import CassetteError, ReqsnapError
from reqsnap.storage import CassetteFile, Sharing
from reqsnap.storage.beside import FOLDER

_EXAMPLES = (
    "reqsnap rm -i tests/cassettes",
    "reqsnap rm --yes cassettes/test_items/test_renamed.yaml",
)


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "rm",
        run,
        help="delete cassettes and what lies beside them",
        description=(
            "Delete cassettes, with the bodies beside them and what a broken recording left, once you agree. "
            "In folders only cassettes are deleted, and no other file."
        ),
        examples=_EXAMPLES,
    )
    add_paths(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("-i", "--interactive", action="store_true", help="ask for each cassette")
    how.add_argument("-y", "--yes", action="store_true", help="delete without asking")


def run(arguments: argparse.Namespace) -> int:
    """Ask and delete; 1 where something could not be found or deleted."""
    screen = Screen(sys.stdout)
    status, deleted, found = 0, 0, list[Path]()
    for path in all_below(arguments.paths):
        if isinstance(path, Path) and os.path.lexists(path):
            found.append(path)
        else:
            told(printable(str(path if isinstance(path, CassetteError) else CassetteError(_MISSING, path))))
            status = 1
    for path in _agreed(found, arguments, screen):
        try:
            _delete(path)
        except (ReqsnapError, OSError) as error:
            told(printable(str(error)))
            status = 1
            continue
        deleted += 1
    screen.line(f"{counted(deleted, 'cassette')} deleted")
    return status


_MISSING = "there is no such file or folder"


def _agreed(found: list[Path], arguments: argparse.Namespace, screen: Screen) -> Iterator[Path]:
    """Those that are to be deleted."""
    if arguments.interactive:
        yield from (path for path in found if agrees(f"delete {printable(str(path))}? [y/N] "))
        return
    for path in found:
        screen.line(printable(str(path)))
    if found and (arguments.yes or agrees(f"delete {counted(len(found), 'cassette')}? [y/N] ")):
        yield from found


def _delete(path: Path) -> None:
    """Delete one with what lies beside it, while nobody writes it. Raises ReqsnapError and OSError."""
    with Sharing(CassetteFile(path)).turn():
        beside = [each for each in leftovers_of(path) if each.suffix != ".lock"]
        path.unlink()
        for each in beside:
            each.unlink(missing_ok=True)
        shutil.rmtree(path.with_name(path.name + FOLDER), ignore_errors=True)
