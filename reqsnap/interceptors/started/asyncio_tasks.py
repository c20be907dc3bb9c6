"""asyncio's tasks inherit the block by themselves; here they hold the patches while they live."""

from __future__ import annotations

from typing import Any

from reqsnap import scope
from reqsnap.carrying import Stay
from reqsnap.patching import Patch


def create_task(wrapped: Any, loop: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`BaseEventLoop.create_task`."""
    block = scope.innermost(kwargs.get("context"))
    if block is None:
        return wrapped(*args, **kwargs)
    stay = Stay(block)
    task = wrapped(*args, **kwargs)
    if task.done():
        stay.release()
    else:
        task.add_done_callback(lambda _: stay.release())
    return task


PATCHES = (Patch("asyncio.base_events", "BaseEventLoop.create_task", create_task),)
