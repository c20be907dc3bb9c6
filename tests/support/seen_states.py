"""What a client's objects are like, so that those of two ways to them can be compared."""

from __future__ import annotations

import io
from http import client as stdlib
from typing import Any

_PLAIN = (bool, bytes, int, str, type(None))


def seen(value: Any, depth: int = 6, above: tuple[int, ...] = ()) -> Any:
    """A value as plain data: classes by their names, files by what is left to read."""
    if isinstance(value, float):
        # What is left of a timeout.
        return round(value)
    if isinstance(value, _PLAIN):
        return value
    if depth == 0 or id(value) in above:
        return type(value).__name__
    above = (*above, id(value))
    if isinstance(value, io.BytesIO):
        return type(value).__name__, value.closed or (value.tell(), value.getvalue())
    if isinstance(value, dict):
        return {str(key): seen(each, depth - 1, above) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [seen(each, depth - 1, above) for each in value]
    if isinstance(value, stdlib.HTTPMessage):
        return value.items(), value.defects, value.get_payload()
    own = getattr(value, "__dict__", None)
    if own is None or callable(value):
        return type(value).__name__
    # An attribute that is the class's own is the same whether it was set or not.
    unlike = {name: each for name, each in own.items() if getattr(type(value), name, own) is not each}
    return type(value).__name__, {name: seen(each, depth - 1, above) for name, each in unlike.items()}
