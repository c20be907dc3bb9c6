"""What is called when a `concurrent.futures.Future` is done belongs to the block in which it was added."""

from __future__ import annotations

from typing import Any

from reqsnap.carrying import Job, carried
from reqsnap.patching import Patch


def add_done_callback(wrapped: Any, future: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Future.add_done_callback`: a worker calls it, whichever that is."""
    here = carried()
    if here is None or len(args) != 1 or kwargs:
        return wrapped(*args, **kwargs)
    return wrapped(Job(here, args[0]))


PATCHES = (Patch("concurrent.futures._base", "Future.add_done_callback", add_done_callback),)
