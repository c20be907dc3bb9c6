"""What a storage is: where cassettes lie that are no local files, bytes by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from reqsnap.model import Interaction


class Stored(NamedTuple):
    """What a storage holds under a name: the bytes, and a version that is another whenever they are."""

    data: bytes
    version: str


class Storage(ABC):
    """A place for cassettes that is no local folder. Its methods are called from any thread.

    A subclass has `read`, `write` and `remove`; names are paths with `/` between their parts. What
    a method cannot do for another reason than it says, it raises OSError for.
    """

    @property
    def key(self) -> str:
        """What tells this storage from others: two that have the same key hold the same."""
        return f"{type(self).__name__} at {id(self):#x}"

    @property
    def passes_errors(self) -> bool:
        """Whether the user gets what `read` and `write` raise as it is, and not in a CassetteError."""
        return False

    @abstractmethod
    def read(self, name: str) -> Stored | None:
        """What is there; None where nothing is."""

    def exists(self, name: str) -> bool:
        """Whether anything is there."""
        return self.read(name) is not None

    @abstractmethod
    def write(self, name: str, data: bytes, expected: str | None) -> str:
        """Replace what is there, whole, and return its new version; it is kept when this returns.

        Raises CassetteConflictError, and changes nothing, where what is there has another version than
        `expected`; None expects that nothing is there. Where the store cannot promise that, it is
        compared as late as can be.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """Delete what is there, if anything is."""

    def append(self, name: str, kept: int, tail: bytes, expected: str) -> str | None:
        """Keep the first bytes of what is there, add a tail, and return the new version.

        None where this storage cannot; then all of it is written. Raises as `write` does.
        """
        return None

    def fit_to_copy(self, interaction: Interaction) -> Interaction | None:
        """What a copy elsewhere may hold of an interaction that cannot be written here; None for nothing."""
        return interaction

    def check(self, name: str, *, writable: bool) -> None:
        """Raise ConfigurationError for a name that cannot be used here."""
        return None
