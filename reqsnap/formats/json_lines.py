"""A file with a JSON value on each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from reqsnap.formats import json_values
from reqsnap.formats.json_values import Value

_LINE = re.compile(rb"[ \t\r]*([^ \t\r\n](?:[^\n]*[^ \t\r\n])?)[ \t\r]*(?:\n|\Z)")


class Line(NamedTuple):
    """Where a line stands in its file, without the blanks around it."""

    start: int
    end: int

    def number(self, data: bytes) -> int:
        """Its number in the file, from 1."""
        return data.count(b"\n", 0, self.start) + 1

    def value(self, data: bytes, path: str | None) -> Value:
        """The value on it. Raises CassetteFormatError."""
        source = json_values.decoded(data[self.start : self.end], path, partial(self.number, data))
        return json_values.parse(source)


def lines(data: bytes) -> Iterator[Line]:
    """The lines of a file that are not empty; a byte order mark is passed over."""
    place = len(json_values.BOM) if data.startswith(json_values.BOM) else 0
    for found in _LINE.finditer(data, place):
        yield Line(*found.span(1))


def with_line_ends(items: Sequence[bytes]) -> Iterator[bytes]:
    """Values, each on a line of its own."""
    for item in items:
        yield item
        yield b"\n"
