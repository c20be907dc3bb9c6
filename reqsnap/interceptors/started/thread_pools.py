"""Jobs of a `multiprocessing.pool.ThreadPool` belong to the block in which they are given to it.

Its workers belong to none. The callbacks of every pool, one of processes too, are called
in a thread of this process.
"""

from __future__ import annotations

from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

from reqsnap.carrying import Job, carried, starting_workers
from reqsnap.interceptors.started.executors import changed
from reqsnap.patching import Patch


def make(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadPool.__init__`: each worker calls the initializer when it starts."""
    here = carried()
    if here is None:
        return wrapped(*args, **kwargs)
    args, kwargs = changed(args, kwargs, 1, "initializer", lambda function: partial(here.run, function))
    with starting_workers():
        return wrapped(*args, **kwargs)


def apply_async(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Pool.apply_async`, and so `apply`."""
    return _give(wrapped, pool, args, kwargs, callbacks=3, again=False)


def map_async(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Pool._map_async`, and so `map`, `map_async` and `starmap`."""
    return _give(wrapped, pool, args, kwargs, callbacks=4, again=True)


def imap(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Pool.imap` and `Pool.imap_unordered`."""
    return _give(wrapped, pool, args, kwargs, callbacks=None, again=True)


def _give(
    wrapped: Any,
    pool: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    callbacks: int | None,
    again: bool,
) -> Any:
    """Give a pool a function, to be called once or `again`; `callbacks` is the place of the first."""
    here = carried()
    if here is None:
        return wrapped(*args, **kwargs)
    if isinstance(pool, ThreadPool):
        args, kwargs = changed(args, kwargs, 0, "func", partial(Job, here, again=again))
    if callbacks is not None:
        # One of the two is called.
        either = partial(Job, here, stay=here.stay())
        for place, name in enumerate(("callback", "error_callback"), callbacks):
            args, kwargs = changed(args, kwargs, place, name, either)
    return wrapped(*args, **kwargs)


PATCHES = (
    Patch("multiprocessing.pool", "ThreadPool.__init__", make),
    Patch("multiprocessing.pool", "Pool.apply_async", apply_async),
    Patch("multiprocessing.pool", "Pool._map_async", map_async),
    Patch("multiprocessing.pool", "Pool.imap", imap),
    Patch("multiprocessing.pool", "Pool.imap_unordered", imap),
)
