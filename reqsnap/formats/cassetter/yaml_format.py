"""cassetter's YAML cassettes as a format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.cassetter import entries
from reqsnap.formats.cassetter.entries import Entry
from reqsnap.formats.format import Beside, Format, Item
from reqsnap.formats.unwritable import unwritable
from reqsnap.formats.vcr.values import UnreadableError
from reqsnap.model import Interaction

_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:(?:---)?[ \t]*(?:\#[^\r\n]*)?\r?\n)*+version:[ ]1[ ]*\r?\n"
    rb"interactions:(?:[ ]\[\]|[ ]*\r?\n-[ ]+request:[ ]*\r?\n[ ]+method:)"
)
# VCR.py's answers have it, where somebody has put the version first.
_OF_VCR = re.compile(rb"^ +status:[ ]*\r?\n +(?:code|message):", re.M)
_HEAD = 64 * 1024
_START, _EMPTY = b"version: 1\ninteractions:\n", b"version: 1\ninteractions: []\n"


@dataclass(slots=True, eq=False)
class PlainItem(Item):
    """An item that is laid out anew where it is written; `at` is the line on which it stands."""

    at: int
    format: Format

    @property
    def text(self) -> bytes:
        """The bytes that it is written as."""
        return self.format.item(self.decode())

    @property
    def line(self) -> int:
        """The line of the file on which it begins, from 1."""
        return self.at


class _CassetterYaml(Format):
    name = "cassetter"
    suffixes = (".yaml", ".yml")

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None and _OF_VCR.search(data[:_HEAD]) is None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        # Here, because parsing needs yaml and importing reqsnap must not.
        from reqsnap.formats.cassetter import yaml_text

        try:
            root, lines = yaml_text.parse(data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise CassetteFormatError(
                path, line, f"the byte 0x{data[error.start]:02X} is not UTF-8 text"
            ) from None
        except UnreadableError as error:
            raise CassetteFormatError(path, error.line, error.reason) from None
        try:
            found = entries.entries(root)
        except ValueError as error:
            raise CassetteFormatError(path, 1, str(error)) from None
        return [item(self, entry, line, path) for entry, line in zip(found, lines, strict=True)]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        from reqsnap.formats.cassetter import yaml_text

        lines = yaml_text.dumped([written(interaction)], "")
        return "".join(f"{line}\n" for line in lines).encode()

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([_START, *items]) if items else _EMPTY


CASSETTER: Format = _CassetterYaml()


def item(format: Format, entry: Entry, line: int, path: str | None) -> Item:
    """An item of a file. Raises CassetteFormatError."""
    try:
        method, url = entries.target(entry)
    except ValueError as error:
        raise CassetteFormatError(path, line, str(error)) from None
    return PlainItem(method, url, b"", 0, 0, partial(_decoded, entry=entry, path=path), line, format)


def _decoded(item: Item, entry: Entry, path: str | None) -> Interaction:
    try:
        return entries.interaction(entry)
    except ValueError as error:
        raise CassetteFormatError(path, item.line, str(error)) from None


def written(interaction: Interaction) -> Entry:
    """What is written for an interaction. Raises CassetteWriteError."""
    try:
        return entries.entry(interaction)
    except ValueError as error:
        raise unwritable(interaction, error) from None
