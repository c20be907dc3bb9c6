"""`reqsnap show`: prints interactions as a person reads them. What is secret is never shown."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from reqsnap.cli.cassette_files import Cassette, all_below, read
from reqsnap.cli.parsers import add_command, add_paths
from reqsnap.cli.printable import counted, printable
from reqsnap.cli.redacting import add_redaction, policy_of, redacted
from reqsnap.cli.screen import Progress, Screen, told
from reqsnap.cli.show.bodies import content_of
from reqsnap.cli.show.choice import Choice, numbers, statuses, words
from reqsnap.cli.show.text import Line, Wanted, interaction_lines
from reqsnap.errors import ReqsnapError
from reqsnap.formats import Item
from reqsnap.model import Interaction
from reqsnap.redaction import Rules

_Read = TypeVar("_Read")
_Group: TypeAlias = argparse._ArgumentGroup
"""Options that stand together in the help; argparse names their type nowhere else."""

_EXAMPLES = (
    "reqsnap show cassettes/items.yaml",
    "reqsnap show cassettes --status 4xx,5xx,error",
    "reqsnap show items.yaml --grep 'order_id' --response-only",
    "reqsnap show items.yaml --index 3 --raw | jq .",
)

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    parser = add_command(
        commands,
        "show",
        run,
        help="print the interactions of cassettes for people to read",
        description=(
            "Print the interactions of cassettes: content codings undone, JSON laid out, binary as hex, long "
            "bodies cut. A secret that a cassette holds in clear text is shown redacted."
        ),
        examples=_EXAMPLES,
    )
    add_paths(parser)
    _add_which(parser.add_argument_group("which interactions", "Those that meet every one of these."))
    _add_what(parser.add_argument_group("what of them"))
    add_redaction(parser)


def _add_which(which: _Group) -> None:
    which.add_argument(
        "--grep",
        metavar="PATTERN",
        type=_checked(_pattern),
        help="whose URL, headers or bodies, as they are shown, hold this regular expression, in any case",
    )
    which.add_argument("--method", metavar="NAME", action="append", default=[], help="GET, or GET,POST")
    which.add_argument("--host", metavar="HOST", action="append", default=[], help="such as '*.example.com'")
    which.add_argument("--status", type=_checked(statuses), default=(), help="404, or 4xx,5xx; or error")
    which.add_argument(
        "--index",
        metavar="N",
        type=_checked(numbers),
        default=(),
        help="numbers in a cassette, from 1: 3, or 2,5-7,9-",
    )


def _add_what(what: _Group) -> None:
    half = what.add_mutually_exclusive_group()
    half.add_argument("--request-only", action="store_true", help="leave out the responses")
    half.add_argument("--response-only", action="store_true", help="leave out the requests")
    what.add_argument("--no-truncate", action="store_true", help="all of long bodies and long lines")
    what.add_argument(
        "--raw",
        action="store_true",
        help="nothing but the bytes of one interaction's body, content codings undone; the response's, "
        "or with --request-only the request's",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show what was asked for; 1 where something could not be read, or nothing was found."""
    choice = Choice(
        tuple(name.upper() for name in words(arguments.method)),
        tuple(host.lower() for host in words(arguments.host)),
        arguments.index,
        arguments.status,
        arguments.grep,
    )
    wanted = Wanted(not arguments.response_only, not arguments.request_only, not arguments.no_truncate)
    shower = _Shower(choice, policy_of(arguments).rules)
    if arguments.raw:
        return shower.show_body(arguments.paths, of_request=arguments.request_only)
    return shower.show(arguments.paths, wanted)


class _Shower:
    """Goes through cassettes, tells of those that cannot be read, and goes on."""

    def __init__(self, choice: Choice, rules: Rules) -> None:
        self._choice, self._rules = choice, rules
        self._failed = False

    def show(self, paths: list[Path], wanted: Wanted) -> int:
        """Print all that was chosen, as it is found."""
        screen = Screen(sys.stdout)
        shown = 0
        for cassette, items in self._cassettes(paths):
            is_headed = not items
            if not items and self._choice == Choice():
                screen.line(f"{printable(str(cassette.path))}: no interactions", "title")
            for number, interaction in self._chosen(cassette, items):
                if not is_headed:
                    head = f"{printable(str(cassette.path))}: {counted(len(items), 'interaction')}"
                    screen.line(head, "title")
                    screen.line()
                    is_headed = True
                _print(screen, interaction_lines(number, interaction, wanted))
                shown += 1
        return self._status(shown)

    def show_body(self, paths: list[Path], *, of_request: bool) -> int:
        """Print the bytes of one body and nothing else."""
        found = [each for cassette, items in self._cassettes(paths) for each in self._chosen(cassette, items)]
        if len(found) > 1:
            told(f"--raw is for one interaction, and these are {len(found):,}; --index N chooses one")
            return 1
        for _, interaction in found:
            message = interaction.request if of_request else interaction.response
            if not _write(content_of(message.body, message.headers).data):
                told(
                    "this body holds control characters, which a terminal obeys; send it to a file or a pipe"
                )
                return 1
        return self._status(len(found))

    def _status(self, shown: int) -> int:
        if not shown and not self._failed and self._choice != Choice():
            told("no interaction is like that")
            return 1
        return 1 if self._failed else 0

    def _cassettes(self, paths: list[Path]) -> Iterator[tuple[Cassette, list[Item]]]:
        for path in all_below(paths):
            try:
                if isinstance(path, ReqsnapError):
                    raise path
                cassette = read(path)
                yield cassette, list(cassette.items)
                if cassette.torn is not None:
                    raise cassette.torn
            except ReqsnapError as error:
                self._tell(error)

    def _chosen(self, cassette: Cassette, items: list[Item]) -> Iterator[tuple[int, Interaction]]:
        with Progress(f"searching {cassette.path.name}:", len(items)) as progress:
            for number, item in enumerate(items, start=1):
                progress.done(number)
                if not self._choice.may_be(number, item.method, item.url):
                    continue
                try:
                    interaction, _ = redacted(item.decode(), self._rules)
                except ReqsnapError as error:
                    self._tell(error)
                    continue
                if self._choice.holds(interaction):
                    progress.clear()
                    yield number, interaction

    def _tell(self, error: ReqsnapError) -> None:
        self._failed = True
        told(printable(str(error)))


def _write(data: bytes) -> bool:
    """Write bytes to stdout; False for those that a terminal would obey."""
    if sys.stdout is None:
        return True
    if sys.stdout.isatty() and _CONTROL.search(data):
        return False
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    return True


def _print(screen: Screen, lines: Iterator[Line]) -> None:
    for line in lines:
        mark = screen.painted(line.mark, "note")
        screen.line(f"{mark}{screen.painted(line.text, line.kind)}")


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression ({error})") from None


def _checked(convert: Callable[[str], _Read]) -> Callable[[str], _Read]:
    """What argparse makes of a word; where it cannot, the reason is told."""

    def read_word(text: str) -> _Read:
        try:
            return convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read_word
