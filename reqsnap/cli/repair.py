"""`reqsnap repair`: mends cassettes whose last addition was not finished."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reqsnap.cassette.repair import Repaired, repair
from reqsnap.cli.parsers import add_command
from reqsnap.errors import CassetteError, ConfigurationError
from reqsnap.formats import named_like, recognised
from reqsnap.storage import file_at
from reqsnap.storage.beside import FOLDER as BODIES
from reqsnap.storage.files import PARTIAL


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "repair",
        run,
        help="mend cassettes whose last addition was not finished",
        description=(
            "Mend cassettes that a process was adding to when it was killed. What stands before the tear "
            "stays, and the file as it was is kept as PATH.damaged. Files that are whole are not touched."
        ),
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a cassette, or a folder of cassettes")


def run(arguments: argparse.Namespace) -> int:
    """Mend all; 1 where something could not be mended."""
    status, mended, whole = 0, 0, 0
    for path in _all(arguments.paths):
        try:
            done = repair(file_at(path))
        except (CassetteError, ConfigurationError) as error:
            print(f"cannot be mended: {error}", flush=True)
            status = 1
            continue
        mended += done.line is not None
        whole += done.line is None
        if done.line is not None:
            print(_told(path, done), flush=True)
    print(f"{_files(mended)} mended, {_files(whole)} whole")
    return status


def _told(path: str, done: Repaired) -> str:
    count = f"{done.count} interaction{'s' * (done.count != 1)}"
    return f"mended: {path}: torn at line {done.line}, {count} kept; as it was it is {done.kept}"


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


def _all(paths: list[str]) -> Iterator[str]:
    """Every cassette that is named, or lies in a folder that is named."""
    for path in paths:
        if os.path.isdir(path):
            yield from _in_folder(path)
        else:
            yield path


def _in_folder(folder: str) -> Iterator[str]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not name.endswith(BODIES)
        )
        for name in sorted(names):
            path = Path(root, name)
            if path.is_file() and _is_cassette(path):
                yield str(path)


def _is_cassette(path: Path) -> bool:
    plain = path.name.removesuffix(PARTIAL)
    if not named_like(plain):
        return False
    try:
        return recognised(plain, path.read_bytes()) is not None
    except OSError:
        # Why it cannot be read is told when it is to be mended.
        return True
