"""Where a cassette of VCR.py's kind lies, and in which format."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reqsnap.formats import Format
from reqsnap.formats.registry import named, recognised
from reqsnap.storage import Storage
from reqsnap.vcr.serializers import jsonserializer, yamlserializer

if TYPE_CHECKING:
    from reqsnap.vcr.cassette import Cassette

_FORMATS = {id(yamlserializer): "vcr", id(jsonserializer): "vcr-json"}


@dataclass(frozen=True, slots=True)
class Formats:
    """The format of a cassette's file: what it is in already, else what its serializer writes."""

    new: str

    def __call__(self, path: str | os.PathLike[str], data: bytes | None) -> Format:
        """The format of what is there, or of a new file."""
        there = None if data is None or not data.strip() else recognised(path, data)
        return there or named(self.new)

    @classmethod
    def of(cls, cassette: Cassette) -> Formats:
        """The formats of a cassette."""
        return cls(_FORMATS.get(id(cassette._serializer), "vcr"))


def storage_of(cassette: Cassette) -> Storage | None:
    """Where a cassette lies that is no file of VCR.py's own kind."""
    return None
