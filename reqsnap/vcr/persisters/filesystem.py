"""Cassettes in files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from reqsnap.errors import ReqsnapError
from reqsnap.storage import CassetteFile
from reqsnap.vcr.own_layout import own_layout
from reqsnap.vcr.serialize import Serializer, deserialize, serialize


class CassetteNotFoundError(ReqsnapError, FileNotFoundError):
    """There is no such cassette: what a persister raises for one that is yet to be recorded."""


class CassetteDecodeError(ReqsnapError, ValueError):
    """A cassette's file is no text: what a persister raises for one that is to be taken as missing."""


class FilesystemPersister:
    """Reads and writes cassettes in files. Its functions are called on the class."""

    @classmethod
    def load_cassette(cls, cassette_path: str | os.PathLike[str], serializer: Serializer) -> tuple[Any, ...]:
        """The requests, the answers, and the metadata if there are any.

        Raises CassetteNotFoundError where there is no file or an empty one, and CassetteDecodeError.
        """
        file = CassetteFile(cassette_path)
        data = file.read()
        if data is None or not data.strip():
            raise CassetteNotFoundError(f"{cassette_path}: there is no such cassette")
        own = own_layout(data, file)
        if own is not None:
            return own
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise CassetteDecodeError(f"{cassette_path}: it is not UTF-8 text ({error})") from error
        return deserialize(text, serializer)

    @staticmethod
    def save_cassette(
        cassette_path: str | os.PathLike[str], cassette_dict: Mapping[str, Any], serializer: Serializer
    ) -> None:
        """Replace the file, whose folder is made. Raises CassetteWriteError."""
        CassetteFile(cassette_path).write(serialize(cassette_dict, serializer).encode())
