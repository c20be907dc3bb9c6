"""Items that are not the bytes that stand in their file."""

from __future__ import annotations

from dataclasses import dataclass

from reqsnap.formats.format import Item
from reqsnap.formats.json_values import Value


@dataclass(slots=True, eq=False)
class RewrittenItem(Item):
    """An item that would be written otherwise than it stands; `value` is what stands there."""

    value: Value

    @property
    def line(self) -> int:
        """The line of the file on which it begins, from 1."""
        return self.value.error("it stands here").line or 1
