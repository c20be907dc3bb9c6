"""Items that are not the bytes that stand in their file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reqsnap.formats.format import Item
from reqsnap.formats.json_values import Number, Value


@dataclass(slots=True, eq=False)
class RewrittenItem(Item):
    """An item that would be written otherwise than it stands; `value` is what stands there."""

    value: Value

    @property
    def line(self) -> int:
        """The line of the file on which it begins, from 1."""
        return self.value.error("it stands here").line or 1


def plain(value: Any) -> Any:
    """A value with its numbers as numbers, to be written."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Number):
        return int(value) if value.lstrip("-").isdecimal() and len(value) < 19 else float(value)
    return value
