"""`reqsnap convert`: cassettes in another format, compared with what they were before they are written."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from reqsnap.cli.cassette_files import is_leftover, read, survey
from reqsnap.cli.convert.converted import Converted, converted, lines, refuse_existing, write
from reqsnap.cli.convert.plan import Step, plan, some, wrong_paths
from reqsnap.cli.parsers import WRONG_USAGE, add_command
from reqsnap.cli.printable import counted, printable
from reqsnap.cli.redacting import add_redaction, policy_of
from reqsnap.cli.screen import Progress, Screen, told
from reqsnap.errors import CassetteError, ConfigurationError, ReqsnapError
from reqsnap.formats import NATIVE, Format, format_of, named
from reqsnap.rules.policy import Policy

_EXAMPLES = (
    "reqsnap convert items.yaml items.har",
    "reqsnap convert vcr_cassettes cassettes",
    "reqsnap convert cassettes archives --format har --strict",
    "reqsnap convert old.yaml new.yaml --redact-fields=ssn,phone",
)


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "convert",
        run,
        help="write cassettes in another format",
        description=(
            "Write a cassette, or every cassette of a folder and those below it, in another format. What was "
            "written is read back and compared; what the format cannot hold is told. Secrets are redacted."
        ),
        examples=_EXAMPLES,
    )
    parser.add_argument("source", metavar="SRC", type=Path, help="a cassette, in any format, or a folder")
    parser.add_argument("target", metavar="DST", type=Path, help="the file, or folder, that is to be written")
    parser.add_argument(
        "--format", metavar="NAME", help="the format to write; by default as DST ends, for folders native"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument(
        "--strict", action="store_true", help="do not write what the format cannot hold whole, and fail"
    )
    add_redaction(parser, "redact", "exclude_headers", "max_inline_size")


def run(arguments: argparse.Namespace) -> int:
    """Convert; 0 where all was, 1 where something failed, 2 for paths that cannot be meant."""
    source: Path = arguments.source
    target: Path = arguments.target
    format = _format(arguments.format, source, target)
    policy = policy_of(arguments)
    reason = wrong_paths(source, target)
    if reason is not None:
        told(printable(reason))
        return WRONG_USAGE
    run = _Run(format, policy, force=arguments.force, strict=arguments.strict)
    if os.path.isdir(source):
        return run.folder(source, target)
    return run.all([Step(source, target)])


def _format(name: str | None, source: Path, target: Path) -> Format:
    if name is not None:
        return named(name)
    if os.path.isdir(source):
        return NATIVE
    found = format_of(target, None)
    if target.suffix.lower() not in found.suffixes:
        raise ConfigurationError("DST", str(target), "no format's files end so", "--format NAME says which.")
    return found


class _Run:
    """Converts file by file, says what became of each, and goes on where one fails."""

    def __init__(self, format: Format, policy: Policy, *, force: bool, strict: bool) -> None:
        self._format, self._policy = format, policy
        self._force, self._strict = force, strict
        self._screen = Screen(sys.stdout)
        self._failed = self._interactions = self._lossy = self._done = 0

    def folder(self, source: Path, target: Path) -> int:
        """Convert what lies in a folder and below."""
        found = survey(source)
        for error in found.unlisted:
            self._fail(error)
        if not found.cassettes and not found.unlisted:
            told(f"{printable(str(source))}: there is no cassette in this folder")
            return 1
        self._left_alone("no cassette", found.others)
        self._left_alone(
            "no finished recording", [path for path in found.leftovers if is_leftover(path.name)]
        )
        return self.all(plan(found.cassettes, source, target, self._format))

    def all(self, steps: list[Step]) -> int:
        """Convert these."""
        with Progress("converting", len(steps)) as progress:
            for number, step in enumerate(steps, start=1):
                progress.done(number, printable(step.source.name))
                try:
                    result = self._one(step)
                except ReqsnapError as error:
                    progress.clear()
                    self._fail(error)
                else:
                    progress.clear()
                    self._tell(step, result)
        self._sum_up(len(steps))
        return 1 if self._failed else 0

    def _one(self, step: Step) -> Converted:
        if step.clash is not None:
            raise CassetteError(
                f"{step.clash} becomes {step.target} too; convert them one by one", step.source
            )
        refuse_existing(step.target, force=self._force)
        result = converted(read(step.source), self._format, self._policy)
        if self._strict and result.has_lost:
            raise CassetteError(
                f"{self._format.name} cannot hold all of it: {'; '.join(lines(result))}", step.source
            )
        write(step.target, result, self._policy, force=self._force)
        return result

    def _tell(self, step: Step, result: Converted) -> None:
        self._done += 1
        self._interactions += result.count
        self._lossy += result.has_lost
        redacted = f", {counted(result.secrets, 'secret')} redacted" if result.secrets else ""
        count = counted(result.count, "interaction")
        self._screen.line(printable(f"{step.source} -> {step.target}: {count}{redacted}"))
        for line in lines(result):
            self._screen.line(f"  {printable(line)}", "other")

    def _left_alone(self, what: str, paths: list[Path]) -> None:
        if paths:
            self._screen.line(printable(f"left alone, {what}: {some(paths)}"), "note")

    def _fail(self, error: ReqsnapError) -> None:
        self._failed += 1
        told(printable(str(error)))

    def _sum_up(self, total: int) -> None:
        summary = f"{self._done:,} of {counted(total, 'cassette')} converted to {self._format.name}"
        if self._lossy:
            summary += f", {self._lossy:,} with losses"
        if self._failed:
            summary += f", {self._failed:,} failed"
        self._screen.line(f"{summary}; {counted(self._interactions, 'interaction')}")
