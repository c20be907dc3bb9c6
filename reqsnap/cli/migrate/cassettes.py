"""Cassettes of other recorders: what becomes of them, and how they are converted where they lie."""

from __future__ import annotations

import os
from pathlib import Path

from reqsnap.cli.cassette_files import read
from reqsnap.cli.convert.converted import Converted, converted, write
from reqsnap.cli.convert.plan import renamed
from reqsnap.cli.migrate.model import BETAMAX, CASSETTER, RESPONSES, VCRPY
from reqsnap.cli.migrate.places import RESPONSES_FILE
from reqsnap.cli.printable import counted
from reqsnap.errors import CassetteError
from reqsnap.formats import format_of
from reqsnap.rules.policy import Policy

_WHOSE = {
    "vcr": VCRPY,
    "vcr-json": VCRPY,
    "cassetter": CASSETTER,
    "cassetter-toml": CASSETTER,
    "betamax": BETAMAX,
    RESPONSES_FILE: RESPONSES,
}


def told(format: str, paths: list[Path], first: str) -> str:
    """A line about the cassettes of one format.

    >>> told("vcr", [Path("a.yaml"), Path("b.yaml")], "a.yaml")
    'works: 2 cassettes of VCR.py, replayed as they are, first a.yaml'
    """
    if format == RESPONSES_FILE:
        files = counted(len(paths), "file")
        return f"change: {files} of {RESPONSES} hold no requests; record them again, first {first}"
    cassettes, is_one = counted(len(paths), "cassette"), len(paths) == 1
    replayed = "replayed as it is" if is_one else "replayed as they are"
    return f"works: {cassettes} of {_WHOSE[format]}, {replayed}{':' if is_one else ', first'} {first}"


def convert(path: Path, policy: Policy) -> tuple[Path, Converted]:
    """Write a cassette in reqsnap's own layout; the file that it is now, and what was converted.

    YAML becomes YAML and JSON becomes JSON, so that code goes on naming it as it does.
    Raises CassetteError, and then the file is as it was.
    """
    target = format_of(path if path.suffix.lower() != ".toml" else path.with_suffix(".yaml"), None)
    into = renamed(path, target)
    result = converted(read(path), target, policy)
    if into != path and os.path.exists(into):
        raise CassetteError(f"it would become {into}, and there is such a file already", path)
    write(into, result, policy, force=True)
    return into, result
