"""Who is told of every block that is opened: the plugin of a test runner, which counts them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock

Watcher = Callable[["OpenBlock"], None]

VARIABLE = "REQSNAP_OPENED_IN"
"""The environment variable that names the folder in which a child process is to note its blocks."""


def _for_parent() -> list[Watcher]:
    folder = os.environ.get(VARIABLE)
    if not folder:
        return []
    # Here, because few processes are asked.
    from reqsnap.blocks.elsewhere import Notes

    return [Notes(folder).note]


for_parent = _for_parent()
"""Who tells a process that started this one and asks for it."""

watchers: list[Watcher] = [*for_parent]
"""Called one after the other, in the thread that opens the block, as soon as it is in force."""
