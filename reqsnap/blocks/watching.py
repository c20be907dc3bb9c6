"""Who is told of every block that is opened: the plugin of a test runner, which counts them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from reqsnap.blocks import elsewhere

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock

Watcher = Callable[["OpenBlock"], None]

for_parent: list[Watcher] = (
    [elsewhere.Notes(os.environ[elsewhere.VARIABLE]).note] if elsewhere.VARIABLE in os.environ else []
)
"""Who tells a process that started this one and asks for it."""

watchers: list[Watcher] = [*for_parent]
"""Called one after the other, in the thread that opens the block, as soon as it is in force."""
