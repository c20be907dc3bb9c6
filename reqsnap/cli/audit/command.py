"""`reqsnap audit`: what of cassettes must not be kept: secrets in clear text, and what is old or unused."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reqsnap.cli.audit.places import places_of_secrets
from reqsnap.cli.cassette_files import all_below, read
from reqsnap.cli.parsers import add_command, add_paths
from reqsnap.cli.printable import counted, printable
from reqsnap.cli.redacting import add_redaction, policy_of
from reqsnap.cli.screen import Screen
from reqsnap.errors import ReqsnapError
from reqsnap.formats import Item
from reqsnap.model import Interaction
from reqsnap.redaction import Remembered, Rules

_EXAMPLES = (
    "reqsnap audit tests/cassettes",
    "reqsnap audit tests/cassettes --stale-days 365 --unused report.json",
)


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "audit",
        run,
        help="find secrets, and recordings that are old or unused",
        description=(
            "Tell of every secret in clear text where it stands, as FILE:ENTRY:PLACE, and of recordings that "
            "are old or that nobody plays where that is asked for. Exits with 1 where there is anything."
        ),
        examples=_EXAMPLES,
    )
    add_paths(parser)
    parser.add_argument("--no-secrets", action="store_true", help="look for no secrets")
    parser.add_argument("--stale-days", metavar="N", type=_days, help="what was recorded more days ago")
    parser.add_argument(
        "--unused",
        metavar="REPORT",
        type=Path,
        help="what a run of pytest found with --reqsnap-unused and --reqsnap-report-file=REPORT",
    )
    add_redaction(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look; 0 where there is nothing, 1 where there is."""
    rules = None if arguments.no_secrets else policy_of(arguments).rules
    oldest = None
    if arguments.stale_days is not None:
        oldest = datetime.now(UTC) - timedelta(days=arguments.stale_days)
    unused = None if arguments.unused is None else _unused(arguments)
    screen, found, cassettes = Screen(sys.stdout), 0, 0
    for path in all_below(arguments.paths):
        cassettes += isinstance(path, Path)
        for told in _told_of(path, rules, oldest, unused):
            found += 1
            screen.line(printable(told))
    screen.line(
        f"{counted(cassettes, 'cassette')}: {counted(found, 'finding') if found else 'nothing found'}"
    )
    return 1 if found else 0


def _told_of(
    path: Path | ReqsnapError,
    rules: Rules | None,
    oldest: datetime | None,
    unused: Mapping[str, frozenset[str]] | None,
) -> Iterator[str]:
    """Everything about one cassette, a line each."""
    if isinstance(path, ReqsnapError):
        yield str(path)
        return
    of_it = None if unused is None else unused.get(os.path.realpath(path))
    if of_it is not None and not of_it:
        yield f"{path}: no test owns this cassette"
    try:
        items, remembered = read(path).whole, Remembered()
        for number, item in enumerate(items, start=1):
            interaction = item.decode()
            secrets = [] if rules is None else places_of_secrets(interaction, rules, remembered)
            found = [(place, "a secret in clear text") for place in secrets]
            for place, what in [*found, *_found_in(item, interaction, oldest, of_it)]:
                yield f"{path}:{number}:{place}: {what}"
    except ReqsnapError as error:
        yield str(error)


def _found_in(
    item: Item,
    interaction: Interaction,
    oldest: datetime | None,
    unused: frozenset[str] | None,
) -> Iterator[tuple[str, str]]:
    """What else is wrong in one recording, and where."""
    if oldest is not None and interaction.recorded_at < oldest:
        yield "recorded_at", f"recorded on {interaction.recorded_at:%Y-%m-%d}"
    if unused and f"{item.method} {item.url}" in unused:
        yield "request", f"never played: {item.method} {item.url}"


def _days(text: str) -> int:
    days = int(text)
    if days < 0:
        raise ValueError(text)
    return days


def _unused(arguments: argparse.Namespace) -> dict[str, frozenset[str]]:
    """The requests that nobody plays, by the real paths of their cassettes; none of what no test owns."""
    try:
        found = json.loads(arguments.unused.read_text("utf-8"))["unused"]
        recordings = {path: frozenset(requests) for path, requests in found["recordings"].items()}
        return recordings | dict.fromkeys(found["cassettes"], frozenset())
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        arguments.fail(f"{arguments.unused} is no report of a run with --reqsnap-unused: {error}")
        raise
