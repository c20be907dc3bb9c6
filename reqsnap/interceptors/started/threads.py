"""Threads belong to the block in which they are started, and hold the patches while they live."""

from __future__ import annotations

from typing import Any

from reqsnap.carrying import carried, is_starting_worker
from reqsnap.patching import Patch


def start(wrapped: Any, thread: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Thread.start`: the new thread has an empty context, so it is given what it takes along."""
    here = None if is_starting_worker() else carried()
    if here is None:
        return wrapped(*args, **kwargs)
    own_run = thread.__dict__.get("run")
    original = thread.run
    stay = here.stay()

    def give_back_its_run() -> None:
        if own_run is None:
            thread.__dict__.pop("run", None)
        else:
            thread.run = own_run

    def run() -> None:
        give_back_its_run()
        here.take_on()
        try:
            original()
        finally:
            stay.release()

    # On the instance, so that a subclass with a `run` of its own is reached too.
    thread.run = run
    try:
        return wrapped(*args, **kwargs)
    except BaseException:
        give_back_its_run()
        stay.release()
        raise


# Found by way of a class that derives from it, since gevent puts a subclass in `Thread`'s place.
PATCHES = (Patch("threading", "_MainThread.__base__.start", start),)
