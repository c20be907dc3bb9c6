"""Items that are not the bytes that stand in their file, and what they are written as."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reqsnap.errors import CassetteWriteError
from reqsnap.formats.format import Item
from reqsnap.formats.json_values import Number, Value
from reqsnap.model import Interaction


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
        return _number(value)
    return value


def _number(value: Number) -> float | None:
    """A number as JSON can hold it; nothing where it is more than a double, as JavaScript writes it."""
    if len(value) < 19 and value.lstrip("-").isdecimal():
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


def dumped(value: Any) -> bytes:
    """The text of a value. Raises ValueError for a text that UTF-8 does not allow."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def written(interaction: Interaction, entry: Callable[[Interaction], Any]) -> bytes:
    """The text of what `entry` makes of an interaction, whose ValueErrors are CassetteWriteErrors here."""
    try:
        return dumped(entry(interaction))
    except ValueError as error:
        request = interaction.request
        reason = f"{request.method} {request.url} cannot be written: {error}"
        raise CassetteWriteError(reason, None) from None


def dumped_again(value: Any) -> bytes:
    """The text of what stood in a file before, of which not all need have a meaning."""
    try:
        return dumped(value)
    except UnicodeEncodeError:
        # Half of a surrogate pair: JSON has it as an escape, UTF-8 has it not.
        return json.dumps(value, indent=2).encode()
