"""`.jsonl`: a first line that names the layout, an interaction a line, and a last line that ends it.

A line is looked at only as far as its method and URL until its interaction is needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import json_lines
from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.json_lines import Line, with_line_ends
from reqsnap.formats.native_json import objects, torn
from reqsnap.formats.native_json.versions import check_version
from reqsnap.model import Interaction

START = b'{"reqsnap": 1}\n'
END = b'{"end": true}\n'

_FIRST = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"reqsnap"\s*:[^,{}\[\]\n]*\}')
# The beginning of an item as it is written, with a request line that needs no decoding.
_REQUEST = re.compile(
    rb'\{"request": \{(?:"head_charset": "[a-z0-9-]+", )?"head": \["'
    rb'([!#$%&\'*+.^_`|~0-9A-Za-z-]+) ([A-Za-z][A-Za-z0-9+.-]*://[!#-\[\]-~]*)"[,\]]'
)


class _JsonLines(Format):
    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")

    def recognises(self, data: bytes) -> bool:
        return _FIRST.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        _, *items, _ = _checked(list(json_lines.lines(data)), data, path)
        return [_item(line, data, path, beside) for line in items]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return objects.encoded(interaction, objects.dumped(objects.written(interaction, beside)))

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([START, *with_line_ends(items), END])

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        if not data.endswith(b"\n" + END):
            return None
        return Addition(len(data) - len(END), b"".join([*with_line_ends(items), END]))

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        return torn.of_lines(data, START, END, lambda whole: self.read(whole, path, beside))


JSON_LINES: Format = _JsonLines()


def _checked(lines: list[Line], data: bytes, path: str | None) -> list[Line]:
    """The lines of a file that begins and ends as it must. Raises CassetteFormatError."""
    if not lines:
        raise CassetteFormatError(path, 1, "the file is empty")
    check_version(lines[0].value(data, path))
    if len(lines) < 2 or not _is_end(lines[-1], data, path):
        reason = f"the file was cut short: its last line is not {END.strip().decode()}"
        raise CassetteFormatError(path, lines[-1].number(data), reason)
    return lines


def _is_end(line: Line, data: bytes, path: str | None) -> bool:
    try:
        return bool(line.value(data, path).plain == {"end": True})
    except CassetteFormatError:
        return False


def _item(line: Line, data: bytes, path: str | None, beside: Beside | None) -> Item:
    found = _REQUEST.match(data, line.start, line.end)
    decode = partial(_decode, path=path, beside=beside)
    if found is not None:
        method, url = found.groups()
        return Item(method.decode(), url.decode(), data, line.start, line.end, decode)
    request = objects.read(line.value(data, path), beside).request
    return Item(request.method, request.url, data, line.start, line.end, decode)


def _decode(item: Item, path: str | None, beside: Beside | None) -> Interaction:
    return objects.read(Line(item.start, item.end).value(item.data, path), beside)
