"""trio's worker threads are kept for any later job; each job brings the context of its task along."""

from __future__ import annotations

from typing import Any

from reqsnap.interceptors.started.executors import starting_workers
from reqsnap.patching import Patch


def start_thread_soon(wrapped: Any, cache: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadCache.start_thread_soon`: the worker that it may start belongs to no block."""
    with starting_workers():
        return wrapped(*args, **kwargs)


PATCHES = (Patch("trio._core._thread_cache", "ThreadCache.start_thread_soon", start_thread_soon),)
