"""Cassettes at any URL that fsspec knows: S3, Google Cloud Storage, Azure, SFTP and others."""

from __future__ import annotations

import contextvars
import hashlib
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from reqsnap.errors import CassetteConflictError, ConfigurationError
from reqsnap.storage.protocol import Storage, Stored

_STATED = ("ETag", "etag", "generation")
"""Where file systems tell an object's version; s3fs, adlfs and gcsfs do."""

_one_at_a_time = threading.RLock()
"""Where a store cannot compare versions itself, at least no two threads of one process do at once."""


class FsspecStorage(Storage):
    """Cassettes below a URL, through the file system that fsspec has for it, which is imported when used.

    Takes the URL of a folder, and what that file system takes, such as `anon=True` for S3.

    A version is compared by the store itself where its file system hands that on: on S3 always,
    elsewhere for what is not there yet. Else it is read once more just before it is written.

    >>> FsspecStorage("s3://bucket/cassettes", anon=True).key
    's3://bucket/cassettes'
    """

    def __init__(self, url: str, **options: Any) -> None:
        self._url, self._options = url.rstrip("/") if not url.endswith("://") else url, options
        self._opened: tuple[Any, str] | None = None

    @property
    def key(self) -> str:
        """The URL."""
        return self._url

    def check(self, name: str, *, writable: bool) -> None:
        """Raise ConfigurationError where fsspec, or what it needs for this URL, is not installed."""
        self._open()

    def read(self, name: str) -> Stored | None:
        """What is there; None where nothing is."""
        files, path = self._at(name)
        files.invalidate_cache(path)
        with suppress(FileNotFoundError):
            # Before the bytes: what is changed in between is found when it is written.
            stated = _stated(files.info(path))
            data: bytes = files.cat_file(path)
            return Stored(data, stated or _hashed(data))
        return None

    def write(self, name: str, data: bytes, expected: str | None) -> str:
        """Replace what is there, if it is as expected. Raises CassetteConflictError."""
        files, path = self._at(name)
        with _one_at_a_time:
            if expected is None:
                try:
                    files.pipe_file(path, data, mode="create")
                except FileExistsError:
                    raise CassetteConflictError(self._shown(name)) from None
            elif self._version(name) != expected:
                raise CassetteConflictError(self._shown(name))
            else:
                self._replace(name, data, expected)
            written = self._version(name)
        if written is None:
            raise FileNotFoundError(f"{self._shown(name)} was removed while it was written")
        return written

    def remove(self, name: str) -> None:
        """Delete what is there, if anything is."""
        files, path = self._at(name)
        with suppress(FileNotFoundError):
            files.rm_file(path)

    def _replace(self, name: str, data: bytes, expected: str) -> None:
        files, path = self._at(name)
        if "s3" not in files.protocol:
            files.pipe_file(path, data)
            return
        try:
            # s3fs gives what it does not know to PutObject, which compares.
            files.pipe_file(path, data, IfMatch=expected)
        except OSError:
            if self._version(name) == expected:
                raise
            raise CassetteConflictError(self._shown(name)) from None

    def _version(self, name: str) -> str | None:
        files, path = self._at(name)
        files.invalidate_cache(path)
        with suppress(FileNotFoundError):
            return _stated(files.info(path)) or _hashed(files.cat_file(path))
        return None

    def _shown(self, name: str) -> str:
        return f"{self._url.rstrip('/')}/{name}"

    def _at(self, name: str) -> tuple[Any, str]:
        files, root = self._open()
        return files, f"{root.rstrip('/')}/{name}"

    def _open(self) -> tuple[Any, str]:
        if self._opened is None:
            self._opened = self._found()
        return self._opened

    def _found(self) -> tuple[Any, str]:
        try:
            from fsspec.asyn import get_loop
            from fsspec.core import url_to_fs
        except ImportError:
            raise self._unusable("it needs fsspec", "Install it: pip install 'reqsnap[fsspec]'.") from None
        # Its thread, which never ends, belongs to no block.
        contextvars.Context().run(get_loop)
        try:
            files, root = url_to_fs(self._url, **self._options)
        except ImportError as error:
            # fsspec's own words name the package, such as s3fs.
            raise self._unusable(str(error), "Install that package beside reqsnap.") from None
        except (ValueError, TypeError) as error:
            raise self._unusable(f"fsspec cannot open it ({error})") from None
        return files, root

    def _unusable(self, allowed: str, hint: str = "") -> ConfigurationError:
        return ConfigurationError("path", self._url, allowed, hint)


def _stated(about: Mapping[str, Any]) -> str | None:
    """The version that the store itself tells of."""
    return next((str(about[each]) for each in _STATED if about.get(each)), None)


def _hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
