"""trio's worker threads are kept for any later job, and belong to no block."""

from __future__ import annotations

from typing import Any

from reqsnap.carrying import Job, carried, starting_workers
from reqsnap.patching import Patch


def start_thread_soon(wrapped: Any, cache: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadCache.start_thread_soon`: the job brings the context of its task along."""
    here = carried()
    if here is None or not args:
        return wrapped(*args, **kwargs)
    function, *rest = args
    with starting_workers():
        return wrapped(Job(here, function), *rest, **kwargs)


PATCHES = (Patch("trio._core._thread_cache", "ThreadCache.start_thread_soon", start_thread_soon),)
