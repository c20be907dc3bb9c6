"""Exceptions as plain values."""

from __future__ import annotations

import re
from collections.abc import Awaitable

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


def plain(error: BaseException) -> tuple[object, ...]:
    """An exception's type, message and cause, with the addresses of objects taken out."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    cause = None if error.__cause__ is None else plain(error.__cause__)
    members = tuple(map(plain, error.exceptions)) if isinstance(error, BaseExceptionGroup) else ()
    return "raised", kind, _ADDRESS.sub("0x", str(error)), cause, members


async def attempt(awaitable: Awaitable[object]) -> object:
    """The result, or the exception as a plain value."""
    try:
        return await awaitable
    except Exception as error:
        return plain(error)
