"""The plain values that VCR.py's files consist of, YAML and JSON alike, each with its line."""

from __future__ import annotations

from typing import NamedTuple


class Leaf(NamedTuple):
    """A text, bytes, or nothing. Numbers and dates are the text that stands in the file.

    `is_bare` is True of a number or a truth value.
    """

    value: str | bytes | None
    line: int
    is_bare: bool = False


class Mapping(NamedTuple):
    """A mapping; of a key that stands there twice the last value counts, as for VCR.py."""

    entries: dict[str, Node]
    line: int


class Sequence(NamedTuple):
    """A list or tuple."""

    items: list[Node]
    line: int


Node = Leaf | Mapping | Sequence


class UnreadableError(ValueError):
    """A value that has no meaning where it stands."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line, self.reason = line, reason
