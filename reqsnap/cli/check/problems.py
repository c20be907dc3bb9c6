"""What is wrong with a cassette. Pure, but for the files beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reqsnap.cli.cassette_files import Cassette
from reqsnap.cli.convert.converted import InMemory
from reqsnap.cli.redacting import redacted
from reqsnap.errors import (
    CassetteError,
    CassetteFormatError,
    CassetteWriteError,
    ConfigurationError,
    MissingBodyError,
    ReqsnapError,
)
from reqsnap.formats import Format, Item
from reqsnap.model import Interaction
from reqsnap.rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is (`line` from 1), and whether that is an error or a warning.

    `kind` is one of: unreadable, secret, incomplete, layout, leftover.
    """

    path: Path
    line: int | None
    kind: str
    what: str
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: whether secrets are an error, a warning (`warn`) or not looked for (`ignore`)."""

    policy: Policy
    secrets: str = "warn"
    canonical: bool = False


class _Lines:
    """The lines of places in a file that are asked for in its order, each byte looked at once."""

    def __init__(self) -> None:
        self._data, self._place, self._line = b"", 0, 1

    def at(self, item: Item, place: int | None = None) -> int:
        """The line, from 1, of an item or of a place in its data."""
        place = item.start if place is None else place
        if item.data is not self._data or place < self._place:
            self._data, self._place, self._line = item.data, 0, 1
        self._line += item.data.count(b"\n", self._place, place)
        self._place = place
        return self._line


@dataclass(slots=True)
class _Found:
    """Where a secret's name stands in clear text: the first line, and in how many interactions."""

    line: int
    interactions: int = 0


def problems_of(
    cassette: Cassette, asked: Asked, done: Callable[[int], None] = lambda count: None
) -> Iterator[Problem]:
    """Every problem of one cassette. `done` is told how many interactions have been looked at."""
    items = cassette.items
    readable: list[Interaction] = []
    lines = _Lines()
    secrets: defaultdict[str, _Found] = defaultdict(lambda: _Found(0))
    for count, item in enumerate(items, start=1):
        done(count)
        try:
            interaction = item.decode()
        except ReqsnapError as error:
            yield unreadable(cassette.path, error, lines.at(item))
            continue
        readable.append(interaction)
        if not interaction.request.complete:
            what = "the request was answered before all of it had been sent, and is recorded as far as it was"
            yield Problem(cassette.path, lines.at(item), "incomplete", what, is_error=False)
        if asked.secrets != "ignore":
            _note_secrets(item, interaction, asked.policy, secrets, lines)
    yield from _in_clear_text(cassette.path, secrets, asked.secrets == "error")
    if cassette.torn is not None:
        yield unreadable(cassette.path, cassette.torn)
    elif asked.canonical and len(readable) == len(items):
        yield from _laid_out_otherwise(cassette, readable, asked.policy)


def unreadable(path: Path, error: ReqsnapError, line: int | None = None) -> Problem:
    """A file, or what stands on a line of it, that cannot be read. Its path is told before the reason."""
    reason = str(error)
    if isinstance(error, MissingBodyError):
        line, reason = (
            error.line,
            f"the body of {error.of} is in the file {error.file} beside it, which {error.reason}",
        )
    elif isinstance(error, CassetteFormatError):
        line, reason = line if error.line is None else error.line, error.reason
    elif isinstance(error, CassetteError):
        reason = error.message
    elif isinstance(error, ConfigurationError):
        reason = error.allowed
    return Problem(path, line, "unreadable", reason)


def _note_secrets(
    item: Item, interaction: Interaction, policy: Policy, secrets: defaultdict[str, _Found], lines: _Lines
) -> None:
    _, found = redacted(interaction, policy.rules)
    for name, value in {secret.name: secret.value for secret in found}.items():
        known = secrets[name]
        known.interactions += 1
        if not known.line:
            # A value that the file spells otherwise is not found, and then its interaction is named.
            place = item.data.find(value.encode("utf-8", "surrogatepass"), item.start, item.end)
            known.line = lines.at(item, max(place, item.start))


def _in_clear_text(path: Path, secrets: dict[str, _Found], is_error: bool) -> Iterator[Problem]:
    for name, found in secrets.items():
        others = found.interactions - 1
        more = f", here and in {others:,} other interaction{'' if others == 1 else 's'}" if others else ""
        yield Problem(path, found.line, "secret", f"a secret in clear text: {name}{more}", is_error)


def _laid_out_otherwise(
    cassette: Cassette, interactions: Sequence[Interaction], policy: Policy
) -> Iterator[Problem]:
    beside = InMemory(policy.max_inline_size)
    try:
        canonical = cassette.format.file(
            [
                _canonical(cassette.format, *each, beside)
                for each in zip(cassette.items, interactions, strict=True)
            ]
        )
    except CassetteWriteError as error:
        yield Problem(cassette.path, None, "layout", f"it cannot be written anew: {error.message}")
        return
    if canonical != cassette.data:
        line = first_differing_line(cassette.data, canonical)
        yield Problem(cassette.path, line, "layout", "the file is not laid out as reqsnap would write it")


def _canonical(format: Format, item: Item, interaction: Interaction, beside: InMemory) -> bytes:
    """An item as it would be written; all of it in the cassette, where that is how it stands there."""
    text = item.text
    return text if text == format.item(interaction) else format.item(interaction, beside)


def first_differing_line(one: bytes, other: bytes) -> int:
    r"""The first line, from 1, in which two texts differ.

    >>> first_differing_line(b"a\nb\n", b"a\nc\n"), first_differing_line(b"a\n", b"a\nb\n")
    (2, 2)
    """
    lines, others = one.split(b"\n"), other.split(b"\n")
    for number, (line, another) in enumerate(zip(lines, others, strict=False), start=1):
        if line != another:
            return number
    return min(len(lines), len(others)) + 1


def leftover(path: Path) -> Problem:
    """What a file or folder says that a recording left behind."""
    if path.suffix == ".partial":
        what = "a recording that has not ended, or was broken off; the next one goes on with it"
    elif path.suffix.startswith(".damaged"):
        what = "what was left of a damaged cassette; take from it what you need, and delete it"
    elif path.suffix == ".lock":
        what = "a process is using the cassette, or died while it did"
    else:
        what = "a file that a process died over; it may be deleted"
    return Problem(path, None, "leftover", what, is_error=False)
