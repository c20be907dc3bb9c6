"""Threads belong to the block in which they are started, and hold the patches while they live."""

from __future__ import annotations

from typing import Any

from reqsnap import scope
from reqsnap.interceptors.started.executors import starting_worker
from reqsnap.patching import Hold, Patch


def start(wrapped: Any, thread: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Thread.start`: the new thread has an empty context, so it is given the block."""
    block = scope.innermost()
    if block is None or starting_worker():
        return wrapped(*args, **kwargs)
    own_run = thread.__dict__.get("run")
    original = thread.run
    hold = Hold()

    def give_back_its_run() -> None:
        if own_run is None:
            thread.__dict__.pop("run", None)
        else:
            thread.run = own_run

    def run() -> None:
        give_back_its_run()
        scope.inherit(block)
        try:
            original()
        finally:
            hold.release()

    # On the instance, so that a subclass with a `run` of its own is reached too.
    thread.run = run
    try:
        return wrapped(*args, **kwargs)
    except BaseException:
        give_back_its_run()
        hold.release()
        raise


PATCHES = (Patch("threading", "Thread.start", start),)
