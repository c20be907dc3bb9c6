"""A location, and the storage that it is in -> the file of a cassette."""

from __future__ import annotations

import os

from reqsnap.errors import ConfigurationError
from reqsnap.locations import Location, Url, location
from reqsnap.storage.files import CassetteFile
from reqsnap.storage.fsspec_storage import FsspecStorage
from reqsnap.storage.protocol import Storage
from reqsnap.storage.stored import StoredFile

File = CassetteFile | StoredFile
"""The file of a cassette, wherever it lies."""


def file_at(path: str | os.PathLike[str]) -> File:
    """The file of a cassette: of this machine, or at a URL. Raises ConfigurationError for what is neither."""
    lies = location(path) if isinstance(path, str) else path
    return stored_at(lies, None) if isinstance(lies, Url) else CassetteFile(lies)


def stored_at(path: Location, storage: Storage | None) -> StoredFile:
    """What a storage holds under a name, or what is at a URL, which names its storage itself.

    Raises ConfigurationError.
    """
    if storage is not None:
        if isinstance(path, Url):
            allowed = "with storage= it is a name in that storage, and no URL"
            raise ConfigurationError("path", str(path), allowed)
        name = path.as_posix()
        return StoredFile(storage, name, name)
    if not isinstance(path, Url) or not path.parts[1]:
        raise ConfigurationError("path", str(path), "it is a folder, and a cassette is a file")
    folder, name = path.parts
    return StoredFile(FsspecStorage(folder), name, str(path))
