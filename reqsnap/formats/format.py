"""What a cassette format is: how a file's bytes become items, and items a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from reqsnap.model import Interaction


# Not frozen: that makes it three times as dear, and a file has thousands.
@dataclass(slots=True, eq=False)
class Item:
    """One interaction as it stands in a file: what it answers is known, the rest decoded when needed.

    `method` and `url` are the recorded request's, as they stand there. The item is
    `data[start:end]`; `decoder` makes the interaction of it, or raises CassetteFormatError.
    """

    method: str
    url: str
    data: bytes
    start: int
    end: int
    decoder: Callable[[Item], Interaction]

    @property
    def text(self) -> bytes:
        """The bytes that it is written as."""
        return self.data[self.start : self.end]

    @property
    def shows_all(self) -> bool:
        """Whether all that was redacted can be read as such in its text; False where it is not known."""
        return False

    @property
    def line(self) -> int:
        """The line of the file on which it begins, from 1."""
        return self.data.count(b"\n", 0, self.start) + 1

    def decode(self) -> Interaction:
        """The interaction. Raises CassetteFormatError."""
        return self.decoder(self)


def decoded(interaction: Interaction, text: bytes) -> Item:
    """An item whose interaction is known already, and the bytes that it is written as."""
    request = interaction.request
    return Item(request.method, request.url, text, 0, len(text), lambda item: interaction)


class Beside(Protocol):
    """The files beside a cassette, in which a format may keep bodies that are too large for it.

    `max_inline_size` is the size in bytes up to which a body belongs in the cassette itself.
    """

    @property
    def max_inline_size(self) -> int:
        """The most bytes that a body in the cassette itself has."""

    def read(self, name: str) -> bytes | None:
        """What the file of that name holds; None where there is none. Raises CassetteError."""

    def write(self, name: str, data: bytes) -> None:
        """Keep data under a name, which tells what it is. Raises CassetteWriteError."""

    def read_above(self, name: str) -> bytes | None:
        """What a relative path holds in the cassette's folder, or else in the nearest above it; or None."""
        return None


class Addition(NamedTuple):
    """How items are added to a file: its first `kept` bytes stay, and `tail` comes after them."""

    kept: int
    tail: bytes


class Torn(NamedTuple):
    """A file whose last addition was not finished: what stands before the tear, its line, and the rest."""

    items: Sequence[Item]
    line: int
    rest: bytes


class Format(ABC):
    """One way to write a cassette. Pure: bytes in, bytes out. Its methods are called from any thread.

    `name` is what users call it, `suffixes` are how the names of its files end (".yaml").
    Formats that share a suffix are told apart by `recognises`.
    """

    name: str
    suffixes: tuple[str, ...] = ()

    @abstractmethod
    def recognises(self, data: bytes) -> bool:
        """Whether a file's bytes look like this format, damaged or not. Cheap: it looks at the beginning."""

    @abstractmethod
    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        """The items of a file, in its order. Raises CassetteFormatError; `path` is only named in it."""

    @abstractmethod
    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        """The bytes of one interaction within a file. Without `beside` all of it stands there.

        Raises CassetteWriteError for one that the format cannot hold.
        """

    @abstractmethod
    def file(self, items: Sequence[bytes]) -> bytes:
        """The bytes of a whole file with these items, which `item` made or `read` found."""

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        """How these items are added to a file that holds `data`; None where it must be written anew."""
        return None

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        """What is left of a file that `read` refuses, where all that it lacks is the end of an addition.

        None where it is damaged in another way. `line` is where the tear is, from 1.
        """
        return None
