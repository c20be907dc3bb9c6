"""`reqsnap migrate`: finds other recorders in a code base, and moves to reqsnap what can be moved exactly."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reqsnap.cli.convert.converted import lines
from reqsnap.cli.migrate import cassettes
from reqsnap.cli.migrate.model import Verdict
from reqsnap.cli.migrate.places import RESPONSES_FILE
from reqsnap.cli.migrate.report import Report, line_of, works
from reqsnap.cli.migrate.survey import Looked, Survey
from reqsnap.cli.parsers import WRONG_USAGE, add_command
from reqsnap.cli.printable import counted, printable
from reqsnap.cli.redacting import add_redaction, policy_of
from reqsnap.cli.screen import Progress, Screen, told
from reqsnap.errors import CassetteError, ReqsnapError
from reqsnap.storage import CassetteFile

_EXAMPLES = (
    "reqsnap migrate .",
    "reqsnap migrate tests --diff",
    "reqsnap migrate tests --write",
    "reqsnap migrate tests --convert-cassettes --no-redact",
)


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "migrate",
        run,
        help="find other recorders in a code base, and move it here",
        description=(
            "Find VCR.py, pytest-recording, pytest-vcr, cassetter, betamax and responses' recorder in a code "
            "base: what works as it is, what is to be changed, and why. Nothing is written unless you ask."
        ),
        examples=_EXAMPLES,
    )
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a file, or a folder")
    parser.add_argument("--write", action="store_true", help="rewrite the imports that can be rewritten")
    parser.add_argument("--diff", action="store_true", help="print what --write does, as a diff")
    parser.add_argument(
        "--convert-cassettes",
        action="store_true",
        help="write the cassettes in reqsnap's own layout, where they lie",
    )
    parser.add_argument("--all", action="store_true", help="tell each place that works, not each kind once")
    add_redaction(parser, "redact", "exclude_headers", "max_inline_size")


def run(arguments: argparse.Namespace) -> int:
    """Look through; 0 where nothing is left to be done, 1 where something is, 2 for what cannot be meant."""
    missing = [path for path in arguments.paths if not os.path.exists(path)]
    if missing:
        told(printable(f"{missing[0]}: there is no such file or folder"))
        return WRONG_USAGE
    policy = policy_of(arguments)
    survey = Survey(arguments.paths)
    run = _Run(Screen(sys.stdout), write=arguments.write, diff=arguments.diff)
    run.code(survey)
    run.tell_works(each_of_them=arguments.all)
    for format, paths in survey.cassettes.items():
        if arguments.convert_cassettes and format != RESPONSES_FILE:
            run.convert(paths, policy)
        else:
            run.cassettes(format, paths)
    run.sum_up()
    return 1 if run.report.is_left else 0


class _Run:
    """Says what was found file by file, writes what may be written, and goes on where something fails."""

    def __init__(self, screen: Screen, *, write: bool, diff: bool) -> None:
        self._screen, self._write, self._diff = screen, write, diff
        self.report = Report()

    def code(self, survey: Survey) -> None:
        """Tell of modules and settings, and rewrite imports."""
        for error in survey.unlisted:
            self._fail(f"{error.filename}: it cannot be listed ({error.strerror})")
        with Progress("looking through", survey.size) as progress:
            for number, looked in enumerate(survey.all(), start=1):
                progress.done(number, printable(looked.path.name))
                if looked.found or looked.problem:
                    progress.clear()
                    self._file(looked)
        for finding in survey.of_all():
            self._screen.line(printable(f"change: {finding.what}: {finding.advice}"), "other")
            self.report.add("", finding)

    def _file(self, looked: Looked) -> None:
        if looked.problem:
            self._fail(looked.problem)
            return
        for finding in looked.found:
            if finding.verdict is not Verdict.WORKS and not (self._diff and finding.edits):
                kind = "good" if finding.edits else "other"
                self._screen.line(printable(line_of(str(looked.path), finding)), kind)
        done = looked.changed is None or self._rewrite(looked, looked.changed)
        for finding in looked.found:
            self.report.add(str(looked.path), finding, is_done=done and self._write)

    def _rewrite(self, looked: Looked, changed: bytes) -> bool:
        """Show and write a file's new text; whether it is written, or was to be."""
        if self._diff:
            for line in _diff(str(looked.path), looked.data, changed):
                self._screen.line(printable(line), {"+": "good", "-": "bad"}.get(line[:1], ""))
        if not self._write:
            return True
        try:
            file = CassetteFile(looked.path)
            if file.read() != looked.data:
                raise CassetteError("it was changed meanwhile, and is left as it is", looked.path)
            file.write(changed)
        except ReqsnapError as error:
            self._fail(str(error))
            return False
        return True

    def tell_works(self, *, each_of_them: bool) -> None:
        """Tell what works as it is."""
        for line in works(self.report.working, each_of_them=each_of_them):
            self._screen.line(printable(line), "note")

    def cassettes(self, format: str, paths: list[Path]) -> None:
        """Tell of cassettes that stay as they are."""
        self._screen.line(printable(cassettes.told(format, paths, str(paths[0]))), "note")
        if format == RESPONSES_FILE:
            self.report.changes += len(paths)

    def convert(self, paths: list[Path], policy: Any) -> None:
        """Convert cassettes where they lie."""
        with Progress("converting", len(paths)) as progress:
            for number, path in enumerate(paths, start=1):
                progress.done(number, printable(path.name))
                try:
                    into, result = cassettes.convert(path, policy)
                except ReqsnapError as error:
                    progress.clear()
                    self._fail(str(error))
                    continue
                progress.clear()
                secrets = f", {counted(result.secrets, 'secret')} redacted" if result.secrets else ""
                count = counted(result.count, "interaction")
                self._screen.line(printable(f"converted: {path} -> {into}: {count}{secrets}"))
                for line in lines(result):
                    self._screen.line(f"  {printable(line)}", "other")
                self.report.converted += 1

    def sum_up(self) -> None:
        """The last line."""
        self._screen.line(self.report.summary(written=self._write))

    def _fail(self, message: str) -> None:
        self.report.failed += 1
        told(printable(message))


def _diff(name: str, before: bytes, after: bytes) -> Iterator[str]:
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    yield from difflib.unified_diff(old, new, name, name, lineterm="")
