"""reqsnap's own cassette file: YAML that a person can read, review and change.

`load` and `dump` are pure and inverse to each other: what is dumped is loaded as it was. The
layout is described in docs/reference; the modules beside this one each hold one part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.native import torn, writer
from reqsnap.model import Interaction

START = writer.START.encode()
END = writer.END.encode()

# A mark, a comment and the start of a document may come first.
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?(?:(?:---|[ \t]*(?:#[^\r\n]*)?)[ \t]*[\r\n])*+\s*reqsnap")


def load(data: bytes, path: str | None = None, beside: Beside | None = None) -> list[Interaction]:
    """The interactions in a cassette's bytes. Raises CassetteFormatError, and nothing else.

    `path` is only named in errors; `beside` has the files in which large bodies are.
    """
    # Here, because parsing needs yaml and importing reqsnap must not.
    from reqsnap.formats.native import reader

    return reader.load(data, path, beside)


def dump(interactions: Iterable[Interaction]) -> bytes:
    """The bytes of a whole cassette. Raises CassetteWriteError for a value that no file can hold."""
    return NATIVE.file([dump_item(interaction) for interaction in interactions])


def dump_item(interaction: Interaction, beside: Beside | None = None) -> bytes:
    """The bytes of one interaction. A file is START, any number of these, and END."""
    return writer.item(interaction, beside).encode()


class _Native(Format):
    name = "native"
    suffixes = (".yaml", ".yml")

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        from reqsnap.formats.native.items import items

        return items(data, path, beside)

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return dump_item(interaction, beside)

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([START, *items, END])

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        return torn.addition(data, items)

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        return torn.salvage(data, lambda whole: self.read(whole, path, beside))


NATIVE: Format = _Native()
