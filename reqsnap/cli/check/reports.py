"""How the problems of cassettes are told: to people, to programs, to GitHub. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from reqsnap.cli.check.problems import Problem
from reqsnap.cli.printable import counted, printable


@dataclass(slots=True)
class Tally:
    """What was looked at, and what was found. `others` are files in folders that are no cassettes."""

    cassettes: int = 0
    others: int = 0
    interactions: int = 0
    errors: int = 0
    warnings: int = 0


def as_line(problem: Problem) -> str:
    """`path:line: what`, which editors and terminals open."""
    place = printable(str(problem.path)) + (f":{problem.line}" if problem.line is not None else "")
    return f"{place}: {'' if problem.is_error else 'warning: '}{printable(problem.what)}"


def as_annotation(problem: Problem) -> str:
    """A workflow command of GitHub Actions, which shows the problem beside its line."""
    properties = f"file={_escaped(str(problem.path), ',:')}"
    if problem.line is not None:
        properties += f",line={problem.line}"
    return f"::{'error' if problem.is_error else 'warning'} {properties}::{_escaped(problem.what)}"


def as_json(problems: Sequence[Problem], tally: Tally) -> str:
    """All of it as one JSON document."""
    told = [
        {
            "path": str(problem.path),
            "line": problem.line,
            "severity": "error" if problem.is_error else "warning",
            "kind": problem.kind,
            "message": problem.what,
        }
        for problem in problems
    ]
    document = {
        "cassettes": tally.cassettes,
        "others": tally.others,
        "interactions": tally.interactions,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "problems": told,
    }
    return json.dumps(document, indent=2)


def summary(tally: Tally) -> str:
    """What was looked at and how it came out, in a line."""
    looked = f"{counted(tally.cassettes, 'cassette')}, {counted(tally.interactions, 'interaction')}"
    found = f"{counted(tally.errors, 'error')}, {counted(tally.warnings, 'warning')}"
    if not tally.errors and not tally.warnings:
        found = "no problems"
    alone = f" ({counted(tally.others, 'other file')} left alone)" if tally.others else ""
    return f"{looked}: {found}{alone}"


def _escaped(text: str, more: str = "") -> str:
    """Text as workflow commands take it: `%` and line ends, and in a property `,` and `:`, in percents."""
    for character in ("%", "\r", "\n", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return printable(text)
