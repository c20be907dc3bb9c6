"""reqsnap's own cassette file: YAML that a person can read, review and change.

`load` and `dump` are pure and inverse to each other: what is dumped is loaded as it was. The
layout is described in docs/reference; the modules beside this one each hold one part of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from reqsnap.formats import native_writer
from reqsnap.model import Interaction

START = native_writer.START.encode()
END = native_writer.END.encode()


def load(data: bytes, path: str | None = None) -> list[Interaction]:
    """The interactions in a cassette's bytes. Raises CassetteFormatError, and nothing else.

    `path` is only named in errors.
    """
    # Here, because parsing needs yaml and importing reqsnap must not.
    from reqsnap.formats import native_reader

    return native_reader.load(data, path)


def dump(interactions: Iterable[Interaction]) -> bytes:
    """The bytes of a whole cassette. Raises CassetteWriteError for a value that no file can hold."""
    return START + b"".join(dump_item(interaction) for interaction in interactions) + END


def dump_item(interaction: Interaction) -> bytes:
    """The bytes of one interaction. A file is START, any number of these, and END."""
    return native_writer.item(interaction).encode()
