"""One cassette in another format: made, read back and compared before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reqsnap.cli.cassette_files import Cassette
from reqsnap.cli.convert.losses import Comparison, compare
from reqsnap.cli.redacting import all_redacted
from reqsnap.errors import CassetteError, CassetteWriteError
from reqsnap.formats import Format
from reqsnap.model import Interaction
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile, Sharing


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An interaction that the format cannot hold: its number in the source, its request, and why."""

    number: int
    method: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A cassette as it is to be written, and what is to be said of it."""

    data: bytes
    bodies: dict[str, bytes]
    count: int
    secrets: int
    left_out: list[LeftOut]
    comparison: Comparison

    @property
    def has_lost(self) -> bool:
        """Whether anything of the source is not in it."""
        return bool(self.left_out or self.comparison.losses)


class InMemory:
    """The files beside a cassette that is not written yet. Fits `reqsnap.formats.Beside`."""

    def __init__(self, max_inline_size: int) -> None:
        self.files: dict[str, bytes] = {}
        self._max_inline_size = max_inline_size

    @property
    def max_inline_size(self) -> int:
        """The most bytes that a body in the cassette itself has."""
        return self._max_inline_size

    def read(self, name: str) -> bytes | None:
        """What the file of that name holds; None where there is none."""
        return self.files.get(name)

    def write(self, name: str, data: bytes) -> None:
        """Keep data under a name."""
        self.files[name] = data

    def read_above(self, name: str) -> bytes | None:
        """None: it lies nowhere."""
        return None


def converted(source: Cassette, target: Format, policy: Policy) -> Converted:
    """A cassette in the target format, by the policy's redaction and size of bodies.

    Raises CassetteError where the source cannot be read, or where what was written is not what was meant.
    """
    interactions, secrets = all_redacted([item.decode() for item in source.whole], policy.rules)
    beside = InMemory(policy.max_inline_size)
    items, kept, left_out = [], [], []
    for number, each in enumerate(interactions, start=1):
        try:
            items.append(target.item(each, beside))
            kept.append(each)
        except CassetteWriteError as error:
            left_out.append(LeftOut(number, each.request.method, each.request.url, error.message))
    data = target.file(items)
    comparison = compare(kept, _read_back(target, data, beside))
    if comparison.wrong:
        what = "; ".join(
            f"{what} (first in {_named(kept, place)})" for what, place in comparison.wrong.items()
        )
        raise CassetteError(
            f"as {target.name} it would not say the same: {what}; nothing was written", source.path
        )
    return Converted(data, beside.files, len(kept), secrets, left_out, comparison)


def _named(interactions: Sequence[Interaction], place: int) -> str:
    if place == len(interactions):
        return "none of them"
    request = interactions[place].request
    return f"{request.method} {request.url}"


def _read_back(target: Format, data: bytes, beside: InMemory) -> list[Interaction]:
    return [item.decode() for item in target.read(data, None, beside)]


def write(path: Path, result: Converted, policy: Policy, *, force: bool) -> None:
    """Write a converted cassette, atomically. `force` replaces a file that is there.

    Raises CassetteError, ConfigurationError for a path that cannot be written.
    """
    file = refuse_existing(path, force=force)
    # Who records into a cassette must not find another between two looks at it.
    with Sharing(file).turn():
        refuse_existing(path, force=force)
        beside = file.beside(policy.max_inline_size)
        for name, body in result.bodies.items():
            beside.write(name, body)
        file.write(result.data)


def refuse_existing(path: Path, *, force: bool) -> CassetteFile:
    """The file at a path, where one may be written.

    Raises CassetteWriteError for one that is there and is not to be replaced, and ConfigurationError.
    """
    file = CassetteFile(path)
    file.check(writable=True)
    if not force and file.exists():
        raise CassetteWriteError("there is such a file already; --force replaces it", path)
    return file


def lines(result: Converted, most: int = 3) -> Iterable[str]:
    """What is said of a conversion beside its names: what was redacted, lost and left out."""
    for what, count in result.comparison.losses.items():
        yield f"lost: {what} ({_in(count)})"
    for each in result.left_out[:most]:
        request = f"{each.method} {each.url}"
        reason = each.reason.removeprefix(f"{request} ")
        yield f"left out: [{each.number}] {request}: {reason}"
    if len(result.left_out) > most:
        yield f"left out: {len(result.left_out) - most:,} more"


def _in(count: int) -> str:
    return f"in {count:,} interaction{'' if count == 1 else 's'}"
