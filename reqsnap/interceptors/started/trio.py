"""trio's worker threads are kept for any later job, and belong to no block."""

from __future__ import annotations

from typing import Any

from reqsnap.carrying import given_to_worker
from reqsnap.patching import Patch


def start_thread_soon(wrapped: Any, cache: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadCache.start_thread_soon`: the job brings the context of its task along."""
    return given_to_worker(wrapped, args, kwargs)


PATCHES = (Patch("trio._core._thread_cache", "ThreadCache.start_thread_soon", start_thread_soon),)
