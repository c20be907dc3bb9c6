"""Who is told of every block that is opened: the plugin of a test runner, which counts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock

watchers: list[Callable[[OpenBlock], None]] = []
"""Called one after the other, in the thread that opens the block, as soon as it is in force."""
