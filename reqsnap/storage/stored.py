"""One cassette in a storage, to be used like a file of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count

from reqsnap.errors import CassetteConflictError, CassetteError, CassetteWriteError, ReqsnapError
from reqsnap.model import Interaction
from reqsnap.storage.apart import apart
from reqsnap.storage.beside import FOLDER, Bodies
from reqsnap.storage.files import PARTIAL
from reqsnap.storage.protocol import Storage


class StoredFile:
    """What a storage holds under a name. Making one touches nothing.

    `path` is what it is called in errors, and what `format` is chosen by. Once it was read it is written
    only where it is as it was then: CassetteConflictError says that it must be read again.
    """

    def __init__(self, storage: Storage, name: str, path: str, whole: StoredFile | None = None) -> None:
        self.path = path
        self._storage, self._name = storage, name
        self._whole = whole or self
        self._partial: StoredFile | None = None
        self._was_read = False
        self._version: str | None = None

    def __str__(self) -> str:
        return self.path

    @property
    def key(self) -> str:
        """What tells it from all other cassettes."""
        return f"{self._storage.key}/{self._name}"

    @property
    def partial(self) -> StoredFile:
        """`NAME.partial`, which holds a set that is not complete yet."""
        if self._partial is None:
            self._partial = StoredFile(self._storage, self._name + PARTIAL, self.path + PARTIAL, self)
        return self._partial

    def beside(self, max_inline_size: int) -> Bodies:
        """What is stored in `NAME.bodies`; for bodies of more than so many bytes."""
        return Bodies(self.path, self._whole._body, max_inline_size)

    def check(self, *, writable: bool) -> None:
        """Raise ConfigurationError for what cannot be used."""
        with apart():
            self._storage.check(self._name, writable=writable)

    def exists(self) -> bool:
        """Whether anything is stored there."""
        with self._reading():
            return self._storage.exists(self._name)

    def read(self, known: bytes | None = None) -> bytes | None:
        """The bytes, or None where nothing is stored. What is written next is written over these.

        What is `known` of them saves a storage nothing.
        """
        with self._reading():
            found = self._storage.read(self._name)
        self._was_read, self._version = True, None if found is None else found.version
        return None if found is None else found.data

    def write(self, data: bytes) -> None:
        """Replace all of it. Raises CassetteWriteError, and then it is as it was."""
        with self._writing():
            if not self._was_read:
                found = self._storage.read(self._name)
                self._version = None if found is None else found.version
            self._version = self._storage.write(self._name, data, self._version)
            self._was_read = True

    def append(self, size: int, kept: int, tail: bytes) -> bool:
        """Keep its first `kept` bytes and add a tail; False where all of it must be written."""
        if self._version is None:
            return False
        with self._writing():
            version = self._storage.append(self._name, kept, tail, self._version)
        if version is None:
            return False
        self._version = version
        return True

    def promote(self) -> None:
        """Let what the partial one holds be under this name. Raises CassetteWriteError."""
        data = self.partial.read()
        if data is None:
            raise CassetteWriteError("it is not there any more", self.partial.path)
        self.write(data)
        self.partial.remove()

    def remove(self) -> None:
        """Delete it, if it is there. Raises CassetteWriteError."""
        with self._writing():
            self._storage.remove(self._name)
        self._was_read, self._version = True, None

    def fit_to_copy(self, interaction: Interaction) -> Interaction | None:
        """What a copy elsewhere may hold of an interaction; None for nothing. Raises what hooks raise."""
        return self._storage.fit_to_copy(interaction)

    def keep_damaged(self, data: bytes) -> str:
        """Keep these bytes under a new name beside it; returns what that is called."""
        for number in chain([""], (f"-{number}" for number in count(2))):
            suffix = f".damaged{number}"
            file = StoredFile(self._storage, self._name + suffix, self.path + suffix)
            if not file.exists():
                file.write(data)
                break
        return file.path

    def _body(self, name: str) -> StoredFile:
        below = f"{FOLDER}/{name}"
        return StoredFile(self._storage, self._name + below, self.path + below)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with apart():
                yield
        except ReqsnapError:
            raise
        except Exception as error:
            if self._storage.passes_errors:
                raise
            raise CassetteError(f"it could not be read ({error!r})", self.path) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with apart():
                yield
        except CassetteConflictError:
            raise CassetteConflictError(self.path) from None
        except ReqsnapError:
            raise
        except Exception as error:
            if self._storage.passes_errors:
                raise
            # What stores raise has no root of its own.
            raise CassetteWriteError(f"it could not be written ({error!r})", self.path) from error
