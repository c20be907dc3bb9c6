"""What stands in a cassette beside its interactions: the values that `Cassette.get_metadata` keeps."""

from __future__ import annotations

import json
import os
from typing import Any, Protocol

from reqsnap.formats.vcr import VCR
from reqsnap.formats.vcr.yaml_layout import end_of_items
from reqsnap.storage import CassetteFile, sharing_of
from reqsnap.vcr.serialize import deserialize
from reqsnap.vcr.serializers import jsonserializer, yamlserializer
from reqsnap.vcr.stored import PersisterStorage

_KEY = "metadata"
_EMPTY = b"interactions: []\n"


class Metadata(Protocol):
    """Where the values of one cassette are stored."""

    def read(self) -> dict[str, Any]:
        """What is stored."""

    def write(self, values: dict[str, Any]) -> None:
        """Store these and no others. Raises CassetteWriteError."""


def metadata_at(path: str | os.PathLike[str], storage: object, serializer: Any) -> Metadata:
    """Where the values of a cassette are stored."""
    if isinstance(storage, PersisterStorage):
        return OfPersister(storage)
    return InFile(CassetteFile(path), is_json=serializer is jsonserializer)


class OfPersister:
    """Those of a cassette that a persister keeps."""

    def __init__(self, storage: PersisterStorage) -> None:
        self._storage = storage

    def read(self) -> dict[str, Any]:
        """What the persister gave with the cassette."""
        return dict(self._storage.metadata)

    def write(self, values: dict[str, Any]) -> None:
        """Have the persister save what it has, with these."""
        name = self._storage.name
        found = self._storage.read(name)
        self._storage.metadata = values
        self._storage.write(name, VCR.file([]) if found is None else found.data, None)


class InFile:
    """Those of a cassette in a file of VCR.py's kind."""

    def __init__(self, file: CassetteFile, *, is_json: bool) -> None:
        self._file, self._is_json = file, is_json

    def read(self) -> dict[str, Any]:
        """What stands in the file, after the interactions or wherever."""
        data = self._file.read()
        if data is None or _KEY.encode() not in data:
            return {}
        if _is_json(data):
            found = json.loads(data).get(_KEY)
        else:
            end = end_of_items(data)
            tail = None if end is None else yamlserializer.deserialize(data[end:].decode())
            if isinstance(tail, dict) and "version" in tail:
                found = tail.get(_KEY)
            else:
                _, _, *more = deserialize(data.decode(), yamlserializer)
                found = more[0] if more else None
        return dict(found) if isinstance(found, dict) else {}

    def write(self, values: dict[str, Any]) -> None:
        """Put them into the file, whose interactions stay as they stand there."""
        with sharing_of(self._file).turn():
            data = self._file.read()
            is_json = self._is_json if data is None else _is_json(data)
            self._file.write(_json_with(data, values) if is_json else _yaml_with(data or _EMPTY, values))


def _is_json(data: bytes) -> bool:
    return data.lstrip().startswith(b"{")


def _json_with(data: bytes | None, values: dict[str, Any]) -> bytes:
    found = {"version": 1, "interactions": []} if data is None else json.loads(data)
    return jsonserializer.serialize({**found, _KEY: values}).encode()


def _yaml_with(data: bytes, values: dict[str, Any]) -> bytes:
    end = len(_EMPTY) if data.startswith(_EMPTY) else end_of_items(data)
    tail = {_KEY: values, "version": 1}
    if end is not None:
        return data[:end] + yamlserializer.serialize(tail).encode()
    return yamlserializer.serialize({**yamlserializer.deserialize(data.decode()), **tail}).encode()
