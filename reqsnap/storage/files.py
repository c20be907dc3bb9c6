"""A cassette's bytes on disk: checked at the door, read whole, replaced atomically.

All file I/O of the library is here. A file is replaced by one that was written and synced
beside it, so whoever reads it, and whatever dies half way, sees the old one or the new one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from itertools import chain, count
from pathlib import Path

from reqsnap.errors import CassetteError, CassetteWriteError, ConfigurationError
from reqsnap.storage import beside, leftovers
from reqsnap.storage.links import real_path
from reqsnap.storage.whole import whole_file

PARTIAL = ".partial"
"""What the name of a set that is not complete yet has after the cassette's."""

_LONGEST_NAME = 255
"""In bytes: what file systems take."""

_AS_EFFECTIVE_USER = os.access in os.supports_effective_ids


class CassetteFile:
    """One cassette's file, and the partial one beside it. Making one touches nothing.

    `path` is the path as it was given. A symbolic link is followed once, here, and so is a
    relative path, so that a program may change its directory while a block is open. Of one
    that `is_real` that was done before.
    """

    __slots__ = ("_like", "_target", "path")

    def __init__(self, path: str | os.PathLike[str], *, is_real: bool = False) -> None:
        self._like: Path | None = None
        try:
            # A path that is one already need not be taken apart again.
            self.path = path if isinstance(path, Path) else Path(path)
            self._target = self.path if is_real else Path(real_path(os.fspath(path)))
        except (TypeError, ValueError) as error:
            raise ConfigurationError("path", path, f"it is no path ({error})") from None

    @property
    def key(self) -> str:
        """What tells it from all other cassettes."""
        return os.path.normcase(self._target)

    @property
    def partial(self) -> CassetteFile:
        """`NAME.partial`, which holds a set that is not complete yet; as private as NAME."""
        name = _with_room(self._target.name)
        partial = CassetteFile(self._target.with_name(name + PARTIAL))
        partial._like = self._target
        return partial

    def beside(self, max_inline_size: int) -> beside.Bodies:
        """The files in `NAME.bodies`, which a partial file shares; for bodies of more than so many bytes."""
        return beside.Bodies(str(self.path), self._body, max_inline_size, self._read_above)

    @property
    def lock_folder(self) -> Path:
        """`.NAME.lock`, in which the processes that use the file agree."""
        return self._target.with_name(f".{_with_room(self._target.name)}.lock")

    def check(self, *, writable: bool) -> None:
        """Raise ConfigurationError for a path that cannot be read, or written where that is meant."""
        try:
            is_there = self._check_file()
            if writable or not is_there:
                self._check_folder(writable=writable)
            if writable:
                self._check_writable()
        except OSError as error:
            raise _unusable(self.path, f"it cannot be opened ({_reason(error)})") from error

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self._target.is_file()

    def read(self, known: bytes | None = None) -> bytes | None:
        """The bytes, or None where there is no such file; `known` itself where it holds just that."""
        try:
            return whole_file(self._target, known)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CassetteError(f"it could not be read ({_reason(error)})", self.path) from error

    def write(self, data: bytes) -> None:
        """Replace the whole file; its directory is made, its permissions are kept.

        Raises CassetteWriteError, and then the old file is as it was.
        """
        with self._reporting("it could not be written, and is as it was"):
            folder = self._target.parent
            _make_folder(folder)
            leftovers.remove(folder)
            temporary = leftovers.new(folder)
            try:
                with open(temporary, "xb") as file:
                    leftovers.hold(file.fileno())
                    # Before the first byte, so that a private file is never open to others.
                    self._give_mode_to(temporary)
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, self._target)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
            _sync_folder(folder)

    def append(self, size: int, kept: int, tail: bytes) -> bool:
        """Let a file of `size` bytes hold its first `kept` bytes and a tail, in place and on the disk.

        What the tail has beyond the end of the file is on the disk before anything is overwritten: whoever
        dies half way leaves all that was there, and behind it what was not finished. False where that is
        not to be had: where what ends the file is nothing, and a tear would not show, or is more than is
        overwritten at once. Raises CassetteWriteError, and then the file is as it was.
        """
        if not 0 < size - kept <= min(len(tail) - 1, _AT_ONCE):
            return False
        with self._reporting("it could not be added to, and is as it was"):
            if not self.exists():
                return False
            with open(self._target, "r+b", buffering=0) as file:
                if os.fstat(file.fileno()).st_size != size:
                    return False
                _replace_end(file, size, kept, tail)
        return True

    def keep_damaged(self, data: bytes) -> str:
        """Keep what the file holds, as it is, under a new name beside it; returns its path."""
        numbers = chain([""], (f"-{number}" for number in count(2)))
        files = (CassetteFile(f"{self._target}.damaged{number}") for number in numbers)
        file = next(each for each in files if not each.exists())
        file._like = self._target
        file.write(data)
        return str(file.path)

    def promote(self) -> None:
        """Let the partial file take the name. Raises CassetteWriteError, and then both are as they were."""
        partial = self.partial._target
        with self._reporting(f"{partial.name} could not take its name"):
            self._give_mode_to(partial)
            os.replace(partial, self._target)
            _sync_folder(self._target.parent)

    def remove(self) -> None:
        """Delete the file, if it is there. Raises CassetteWriteError."""
        with self._reporting("it could not be removed"):
            self._target.unlink(missing_ok=True)

    def _body(self, name: str) -> CassetteFile:
        target = self._like or self._target
        file = CassetteFile(target.with_name(target.name + beside.FOLDER) / name)
        file._like = target
        return file

    def _read_above(self, name: str) -> bytes | None:
        for folder in self._target.parents:
            with suppress(OSError):
                return (folder / name).read_bytes()
        return None

    def _check_file(self) -> bool:
        """Whether it is there, and then can be read."""
        try:
            mode = self._target.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
        if stat.S_ISDIR(mode):
            raise _unusable(self.path, "it is a directory, and a cassette is a file")
        if not stat.S_ISREG(mode):
            raise _unusable(self.path, "it is not a regular file")
        os.close(os.open(self._target, os.O_RDONLY))
        return True

    def _check_folder(self, *, writable: bool) -> None:
        folder = next(folder for folder in self._target.parents if os.path.lexists(folder))
        if not folder.is_dir():
            raise _unusable(self.path, f"{folder} is not a directory")
        if writable and not _may(folder, os.W_OK | os.X_OK):
            raise _unusable(self.path, f"the directory {folder} cannot be written")

    def _check_writable(self) -> None:
        if self.exists() and not _may(self._target, os.W_OK):
            raise _unusable(self.path, "the file is read-only")
        # The longest name that will be written: this finds one that is too long.
        with suppress(FileNotFoundError):
            self.partial._target.stat()

    def _give_mode_to(self, other: Path) -> None:
        for model in (self._target, self._like):
            with suppress(FileNotFoundError):
                if model is not None:
                    other.chmod(stat.S_IMODE(model.stat().st_mode))
                    return

    @contextmanager
    def _reporting(self, message: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CassetteWriteError(f"{message} ({_reason(error)})", self.path) from error


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=_AS_EFFECTIVE_USER)


_AT_ONCE = 512
"""In bytes: what a disk writes as one, a sector."""


def _with_room(name: str) -> str:
    """A name to which an ending can be added: itself, or a hash where it is as long as names can be."""
    encoded = os.fsencode(name)
    if len(encoded) <= _LONGEST_NAME - len(PARTIAL):
        return name
    # Here, because no cassette but one of these needs it.
    import hashlib

    return hashlib.sha256(encoded).hexdigest()


def _replace_end(file: FileIO, size: int, kept: int, tail: bytes) -> None:
    """Put a tail in the place of what stands behind `kept`; where that fails, have the file as it was."""
    replaced = size - kept
    file.seek(kept)
    before = file.read(replaced)
    try:
        _put(file, size, tail[replaced:])
        _put(file, kept, tail[:replaced])
    except BaseException:
        with suppress(OSError):
            _put(file, kept, before)
            file.truncate(size)
        raise


def _put(file: FileIO, place: int, data: bytes) -> None:
    """Write all of it at a place of a file, and have it on the disk."""
    file.seek(place)
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _make_folder(folder: Path) -> None:
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in made:
        _sync_folder(each.parent)


def _sync_folder(folder: Path) -> None:
    """Make a new name last through a power failure, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _unusable(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError("path", str(path), reason)
