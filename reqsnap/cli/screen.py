"""What commands write: plain lines, coloured and with progress only where a person looks on."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Mapping
from typing import Self, TextIO

COLOURS: Mapping[str, str] = {
    "title": "1;36",
    "request": "1",
    "good": "32",
    "other": "33",
    "bad": "1;31",
    "note": "2",
}
"""By the kind of a piece of text."""


class Screen:
    """A stream of lines. Coloured on a terminal, unless NO_COLOR is set (no-color.org).

    Python has None for a stream that whoever started it had closed.
    """

    def __init__(self, out: TextIO | None) -> None:
        self._out = io.StringIO() if out is None else out
        self._coloured = self._out.isatty() and not os.environ.get("NO_COLOR")
        self._encoding = self._out.encoding or "utf-8"

    def line(self, text: str = "", kind: str = "") -> None:
        """Write a line. What the stream's charset lacks is written as an escape."""
        shown = text.encode(self._encoding, "backslashreplace").decode(self._encoding)
        self._out.write(f"{self.painted(shown, kind)}\n")

    def painted(self, text: str, kind: str) -> str:
        """The text in the colour of a kind."""
        colour = COLOURS.get(kind)
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and text and self._coloured else text


def told(message: object) -> None:
    """Say on stderr, in one line, what went wrong."""
    Screen(sys.stderr).line(f"reqsnap: {message}")


class Progress:
    """How far long work is, on a terminal's last line; silent elsewhere, and where the work is short.

    `total` is in the unit that `done` counts. Used as a context manager; the line is gone at its end.
    """

    AFTER, EVERY = 0.5, 0.1
    """Seconds until the first line, and between two."""

    def __init__(self, doing: str, total: int = 0, out: TextIO | None = None) -> None:
        stream = sys.stderr if out is None else out
        self._out = io.StringIO() if stream is None else stream
        self._doing, self._total = doing, total
        self._wanted = self._out.isatty()
        self._next = time.monotonic() + self.AFTER
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.clear()

    def done(self, count: int, name: str = "") -> None:
        """Say that so much is done, and what is next."""
        if not self._wanted or (now := time.monotonic()) < self._next:
            return
        self._next = now + self.EVERY
        of = f" of {self._total:,}" if self._total else ""
        text = f"{self._doing} {count:,}{of} {name}".rstrip()[:78]
        self._out.write(f"\r{text:<{self._width}}")
        self._out.flush()
        self._width = len(text)

    def clear(self) -> None:
        """Take the line away, so that others can be written."""
        if self._width:
            self._out.write(f"\r{'':<{self._width}}\r")
            self._out.flush()
            self._width = 0
