"""What a store does is no business of the block that it is done for: its own requests are not recorded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

_around: Callable[[], AbstractContextManager[None]] = nullcontext


def keep_apart(around: Callable[[], AbstractContextManager[None]]) -> None:
    """Have everything that a store does happen within this."""
    global _around
    _around = around


def apart() -> AbstractContextManager[None]:
    """Outside of every block."""
    return _around()
