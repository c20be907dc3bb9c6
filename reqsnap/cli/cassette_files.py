"""The cassettes that a command is given: files by name, and what lies in folders."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reqsnap.cassette.reading import settled
from reqsnap.cli.printable import counted
from reqsnap.errors import CassetteError, CassetteFormatError
from reqsnap.formats import Beside, Format, Item, format_of
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile
from reqsnap.storage.beside import FOLDER, Bodies
from reqsnap.storage.files import PARTIAL

_HEAD = 64 * 1024
"""The bytes at its beginning by which a file in a folder is told to be a cassette."""

_LEFT_FILE = re.compile(r".+\.(?:partial|damaged(?:-[0-9]+)?)|\.reqsnap-[0-9a-f]+\.tmp")
_LEFT_FOLDER = re.compile(r"\..+\.lock")


@dataclass(frozen=True, slots=True)
class Cassette:
    """A cassette as it was read: what its file holds, and in which format.

    `torn` is the error of one whose last addition was not finished; `items` are what stands before that.
    """

    path: Path
    data: bytes
    format: Format
    items: Sequence[Item]
    torn: CassetteFormatError | None = None

    @property
    def whole(self) -> Sequence[Item]:
        """Its items. Raises CassetteFormatError where it is torn."""
        if self.torn is not None:
            raise self.torn
        return self.items


class Noted:
    """The files beside a cassette, and the names of those that were read. Fits `reqsnap.formats.Beside`."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self.names: set[str] = set()

    @property
    def max_inline_size(self) -> int:
        """The most bytes that a body in the cassette itself has."""
        return self._beside.max_inline_size

    def read(self, name: str) -> bytes | None:
        """What the file of that name holds; None where there is none. Raises CassetteError."""
        self.names.add(name)
        return self._beside.read(name)

    def write(self, name: str, data: bytes) -> None:
        """Keep data under a name. Raises CassetteWriteError."""
        self._beside.write(name, data)

    def read_above(self, name: str) -> bytes | None:
        """What a relative path holds in the cassette's folder, or else in the nearest above it; or None."""
        return self._beside.read_above(name)


@dataclass(slots=True)
class Folder:
    """What lies in a folder and below, each list in the order of its names.

    `leftovers` are what a recording leaves that has not ended, or was mended; `bodies` are
    the folders beside cassettes; `unlisted` are folders that cannot be looked into.
    """

    cassettes: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    leftovers: list[Path] = field(default_factory=list)
    bodies: list[Path] = field(default_factory=list)
    unlisted: list[CassetteError] = field(default_factory=list)


def survey(folder: Path) -> Folder:
    """What lies in a folder and below. Hidden folders and links to folders are left out."""
    found = Folder()

    def note(error: OSError) -> None:
        found.unlisted.append(CassetteError(f"it cannot be listed ({error.strerror})", error.filename))

    for place, folders, names in os.walk(folder, onerror=note):
        found.leftovers += [Path(place, name) for name in sorted(folders) if _LEFT_FOLDER.fullmatch(name)]
        found.bodies += [Path(place, name) for name in sorted(folders) if name.endswith(FOLDER)]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not name.endswith(FOLDER)
        )
        for name in sorted(names):
            _sort_in(Path(place, name), found)
    return found


def _sort_in(path: Path, found: Folder) -> None:
    if is_leftover(path.name):
        found.leftovers.append(path)
    elif _looks_like_one(path):
        found.cassettes.append(path)
    else:
        found.others.append(path)


def is_leftover(name: str) -> bool:
    """Whether a file of that name is what a recording leaves that has not ended, or was mended."""
    return _LEFT_FILE.fullmatch(name) is not None


def leftovers_of(path: Path) -> Iterator[Path]:
    """The leftovers of one cassette."""
    file = CassetteFile(path)
    yield from sorted(each for each in _siblings(path) if is_leftover(each.name))
    if os.path.isdir(file.lock_folder):
        yield path.with_name(file.lock_folder.name)


def _siblings(path: Path) -> Iterator[Path]:
    """What lies beside a cassette and has a name that begins with its."""
    try:
        yield from (each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}."))
    except OSError:
        return


def _looks_like_one(path: Path) -> bool:
    """Whether a format knows a file's beginning. One that is empty or cannot be read is taken at its name."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        head = b""
    if not head.strip():
        return path.suffix.lower() in format_of(path, None).suffixes
    return format_of(path, head).recognises(head)


def read(path: Path, noted: Noted | None = None) -> Cassette:
    """Read one file. Raises CassetteError, or ConfigurationError for what is no file.

    `noted` stands for the files beside it.
    """
    file = CassetteFile(path)
    file.check(writable=False)
    data = file.read()
    if data is None:
        partial = f"; {path.name}{PARTIAL} is a recording that has not ended" if file.partial.exists() else ""
        raise CassetteError(f"there is no such file{partial}", path)
    format = format_of(path.name.removesuffix(PARTIAL), data)
    found = settled(format, data, file, noted or beside(path))
    torn = None if found.torn is None else CassetteFormatError(path, found.torn.line, _torn(len(found.items)))
    return Cassette(path, found.data, format, found.items, torn)


def beside(path: Path) -> Bodies:
    """The files beside a cassette."""
    return CassetteFile(path.with_name(path.name.removesuffix(PARTIAL))).beside(Policy().max_inline_size)


def _torn(count: int) -> str:
    before = counted(count, "interaction")
    return f"its last addition was not finished; 'reqsnap repair' mends it and keeps {before}"


def all_below(paths: Sequence[Path]) -> Iterator[Path | CassetteError]:
    """Every cassette that the paths name, in order; in its place what is wrong with one of them."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        found = survey(path)
        yield from found.unlisted
        yield from found.cassettes
        if not found.cassettes and not found.unlisted:
            yield CassetteError("there is no cassette in this folder", path)
