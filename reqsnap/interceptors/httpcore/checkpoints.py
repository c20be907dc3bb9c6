"""Where an async client lets others run, under asyncio and under trio."""

from __future__ import annotations

import sys
import types
from collections.abc import Generator
from typing import Any


async def checkpoint() -> None:
    """Let other tasks run, as waiting for a server would.

    A task that polls until another has done something would otherwise run for ever.
    """
    if is_under_trio():
        await sys.modules["trio"].lowlevel.checkpoint()
    else:
        await _let_others_run()


def is_under_trio() -> bool:
    """Whether trio runs the caller, and not asyncio."""
    trio: Any = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_task())


@types.coroutine
def _let_others_run() -> Generator[None, None, None]:
    """What `asyncio.sleep(0)` does."""
    yield
