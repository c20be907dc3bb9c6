"""Python source that is looked through and changed in exact places. Pure: bytes in, bytes out."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_FROM = re.compile(r"from(?:[ \t\f]|\\(?:\r\n|\r|\n))*")


class UnparsableError(Exception):
    """A file that is no Python this interpreter can read. `line` is from 1, or None."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A module's text as it stands in its file, line ends included, and its tree."""

    text: str
    encoding: str
    tree: ast.Module
    lines: Sequence[str]
    starts: Sequence[int]

    def place(self, line: int, column: int) -> int:
        """Where in the text something stands, as ast says it: a line from 1, a column in bytes of UTF-8."""
        shown = self.lines[line - 1]
        return self.starts[line - 1] + (
            column if shown.isascii() else len(shown.encode("utf-8", "surrogatepass")[:column].decode())
        )

    def span(self, node: ast.alias | ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.place(node.lineno, node.col_offset), self.place(end_line, end_column)

    def module_of(self, node: ast.ImportFrom) -> int | None:
        """Where the module's name begins in `from NAME import ...`; None where it is not found."""
        start, end = self.span(node)
        found = _FROM.match(self.text, start, end)
        return None if found is None else found.end()

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The file with these edits, which do not overlap.

        Raises UnparsableError where that would be no Python.
        """
        text = self.text
        for edit in sorted(edits, key=lambda each: each.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        data = text.encode(self.encoding)
        parsed(data)
        return data


def parsed(data: bytes) -> Source:
    """A file's text and tree. Raises UnparsableError for what cannot be read or given back byte for byte."""
    text, encoding = _decoded(data)
    try:
        with warnings.catch_warnings():
            # What the compiler thinks of a string's escapes is no matter of ours.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise UnparsableError(f"it is no Python that this one reads ({error.msg})", error.lineno) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnparsableError(f"it is no Python that this one reads ({error})") from None
    lines = _LINE.findall(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return Source(text, encoding, tree, [*lines, ""], starts)


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        same = text.encode(encoding) == data
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise UnparsableError(f"its text cannot be read ({error})") from None
    if not same:
        raise UnparsableError(f"its text is not the same after it was read as {encoding}")
    return text, encoding
