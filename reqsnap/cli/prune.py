"""`reqsnap prune`: deletes what no cassette needs any more, once a person has agreed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from reqsnap.cli.asking import agrees
from reqsnap.cli.cassette_files import Noted, beside, is_leftover, leftovers_of, read, survey
from reqsnap.cli.parsers import add_command, add_paths
from reqsnap.cli.printable import counted, printable, size
from reqsnap.cli.screen import Screen, told
from reqsnap.errors import CassetteError, MissingBodyError, ReqsnapError
from reqsnap.formats.bodies.files import is_name
from reqsnap.storage import CassetteFile, Sharing
from reqsnap.storage.beside import FOLDER

_EXAMPLES = (
    "reqsnap prune --objects cassettes",
    "reqsnap prune --objects cassettes --yes",
)


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "prune",
        run,
        help="delete what no cassette needs any more",
        description=(
            "List the files of large bodies beside cassettes that no interaction names any more, and "
            "delete them once you agree."
        ),
        examples=_EXAMPLES,
    )
    add_paths(parser)
    parser.add_argument(
        "--objects", action="store_true", required=True, help="the files of bodies that no interaction names"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="delete without asking")


def run(arguments: argparse.Namespace) -> int:
    """List, ask and delete; 1 where something could not be read or deleted."""
    pruner = _Pruner(Screen(sys.stdout))
    cassettes = [cassette for path in arguments.paths for cassette in pruner.cassettes(path)]
    found = [path for cassette in cassettes for path in pruner.orphans(cassette)]
    if not found:
        pruner.say("nothing to delete")
    elif arguments.yes or agrees(f"delete {counted(len(found), 'file')}? [y/N] "):
        for cassette in cassettes:
            pruner.delete(cassette, set(found))
        pruner.say(f"{counted(pruner.deleted, 'file')} deleted")
    else:
        pruner.say("nothing was deleted; --yes deletes without asking")
    return 1 if pruner.failed else 0


class _Pruner:
    """Finds the files beside cassettes that nothing names. One that cannot be read keeps all of its."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.deleted = 0
        self.failed = False

    def say(self, text: str) -> None:
        """Print a line."""
        self._screen.line(text)

    def cassettes(self, path: Path) -> Iterator[Path]:
        """The cassettes, there or not, that have files beside them."""
        if os.path.isdir(path) and path.name.endswith(FOLDER):
            yield path.with_name(path.name.removesuffix(FOLDER))
        elif os.path.isdir(path):
            found = survey(path)
            for error in found.unlisted:
                self._fail(error)
            yield from (each.with_name(each.name.removesuffix(FOLDER)) for each in found.bodies)
        elif os.path.exists(path) or os.path.isdir(_folder(path)):
            yield path
        else:
            self._fail(CassetteError("there is no such file or folder", path))

    def orphans(self, cassette: Path) -> list[Path]:
        """The files beside a cassette that nothing names; each is told."""
        try:
            with Sharing(CassetteFile(cassette)).turn():
                found = _orphans(cassette)
        except ReqsnapError as error:
            self._fail(error)
            return []
        for path in found:
            self._screen.line(f"{printable(str(path))}: {size(path.stat().st_size)}")
        return found

    def delete(self, cassette: Path, agreed: set[Path]) -> None:
        """Delete what was agreed on of a cassette's, as far as nothing has come to name it meanwhile."""
        try:
            with Sharing(CassetteFile(cassette)).turn():
                for path in agreed.intersection(_orphans(cassette)):
                    _remove(path)
                    self.deleted += 1
                with suppress(OSError):
                    _folder(cassette).rmdir()
        except ReqsnapError as error:
            self._fail(error)

    def _fail(self, error: ReqsnapError) -> None:
        self.failed = True
        told(printable(str(error)))


def _folder(cassette: Path) -> Path:
    return cassette.with_name(cassette.name + FOLDER)


def _orphans(cassette: Path) -> list[Path]:
    """The files beside a cassette that neither it nor its partial set names. Raises CassetteError.

    Called with the turn, so that whoever writes a body has written what names it. Where there is no
    cassette the folder may be anyone's, and only what is named as reqsnap does is meant.
    """
    folder = _folder(cassette)
    if not os.path.isdir(folder):
        return []
    both = (cassette, cassette.with_name(f"{cassette.name}.partial"))
    holders = [path for path in both if os.path.exists(path)]
    named = {name for path in holders for name in _names(path)}
    for path in leftovers_of(cassette):
        if path.suffix.startswith(".damaged"):
            raise CassetteError(
                "it may name bodies that are needed to mend the cassette; none is deleted", path
            )
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and path.name not in named
        and not is_leftover(path.name)
        and (holders or is_name(path.name))
    )


def _names(path: Path) -> set[str]:
    """The names that the interactions of a file give to the files beside a cassette."""
    noted = Noted(beside(path))
    for item in read(path, noted).whole:
        # One that is missing, or was changed, is named all the same.
        with suppress(MissingBodyError):
            item.decode()
    return noted.names


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CassetteError(f"it could not be deleted ({error.strerror})", path) from error
