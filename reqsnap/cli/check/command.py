"""`reqsnap check`: whether cassettes can be read, hold secrets, and are as they should be."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reqsnap.cli.cassette_files import leftovers_of, read, survey
from reqsnap.cli.check.problems import Asked, Problem, leftover, problems_of, unreadable
from reqsnap.cli.check.reports import Tally, as_annotation, as_json, as_line, summary
from reqsnap.cli.parsers import add_command, add_paths
from reqsnap.cli.printable import printable
from reqsnap.cli.redacting import add_redaction, policy_of
from reqsnap.cli.screen import Progress, Screen
from reqsnap.errors import ReqsnapError

_EXAMPLES = (
    "reqsnap check cassettes",
    "reqsnap check cassettes --secrets=error --strict",
    "reqsnap check tests --json > problems.json",
)


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "check",
        run,
        help="find what is wrong with cassettes",
        description=(
            "Read every cassette whole and tell what is wrong, one line a problem: what cannot be read, "
            "secrets in clear text, requests that were recorded incomplete, what a recording left behind."
        ),
        examples=_EXAMPLES,
    )
    add_paths(parser)
    parser.add_argument(
        "--secrets",
        choices=("warn", "error", "ignore"),
        default="warn",
        help="what a secret in clear text is: a warning (default), an error, or nothing to look for",
    )
    parser.add_argument(
        "--canonical", action="store_true", help="a file that reqsnap would lay out otherwise is an error"
    )
    parser.add_argument("--strict", action="store_true", help="fail where there are warnings, too")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print one JSON document")
    output.add_argument("--github", action="store_true", help="print annotations for GitHub Actions")
    add_redaction(parser, "max_inline_size")


def run(arguments: argparse.Namespace) -> int:
    """Check; 0 where all is well, 1 where something is wrong."""
    checker = _Checker(Asked(policy_of(arguments), arguments.secrets, arguments.canonical))
    screen = Screen(sys.stdout)
    kept: list[Problem] = []
    for problem in checker.problems(arguments.paths):
        if arguments.json:
            kept.append(problem)
        else:
            screen.line((as_annotation if arguments.github else as_line)(problem))
    tally = checker.tally
    if arguments.json:
        screen.line(as_json(kept, tally))
    elif not arguments.github:
        screen.line(summary(tally))
    return 1 if tally.errors or (arguments.strict and tally.warnings) else 0


class _Checker:
    """Goes through cassettes and counts."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.tally = Tally()

    def problems(self, paths: list[Path]) -> Iterator[Problem]:
        """Every problem, as it is found."""
        for path in paths:
            for problem in self._folder(path) if os.path.isdir(path) else self._file(path):
                if problem.is_error:
                    self.tally.errors += 1
                else:
                    self.tally.warnings += 1
                yield problem

    def _folder(self, folder: Path) -> Iterator[Problem]:
        found = survey(folder)
        self.tally.others += len(found.others)
        for error in found.unlisted:
            yield unreadable(Path(error.path or folder), error)
        for path in found.cassettes:
            yield from self._cassette(path)
        yield from map(leftover, found.leftovers)
        if not found.cassettes and not found.unlisted:
            yield Problem(folder, None, "unreadable", "there is no cassette in this folder")

    def _file(self, path: Path) -> Iterator[Problem]:
        yield from self._cassette(path)
        yield from map(leftover, leftovers_of(path))

    def _cassette(self, path: Path) -> Iterator[Problem]:
        self.tally.cassettes += os.path.lexists(path)
        try:
            cassette = read(path)
        except ReqsnapError as error:
            yield unreadable(path, error)
            return
        before = self.tally.interactions
        with Progress(f"checking {printable(path.name)}:") as progress:

            def done(count: int) -> None:
                self.tally.interactions = before + count
                progress.done(count)

            for problem in problems_of(cassette, self._asked, done):
                progress.clear()
                yield problem
