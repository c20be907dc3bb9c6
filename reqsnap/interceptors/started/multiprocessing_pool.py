"""Jobs of multiprocessing's pools, of processes and of threads, belong to the block in which they are given.

Workers of a `ThreadPool` belong to none. The callbacks of every pool, one of processes too,
are called in a thread of this process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

from reqsnap.carrying import Carried, Job, carried, starting_workers
from reqsnap.interceptors.started.executors import changed
from reqsnap.patching import Patch
from reqsnap.processes import jobs
from reqsnap.processes.children import ticket_here


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
    args, kwargs = _with_callbacks(*_with_job(pool, args, kwargs, again=False), 3)
    return wrapped(*args, **kwargs)


def map_async(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Pool._map_async`, and so `map`, `map_async`, `starmap` and `starmap_async`."""
    args, kwargs = _with_callbacks(*_with_job(pool, args, kwargs, again=True), 4)
    return wrapped(*args, **kwargs)


def imap(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Pool.imap` and `Pool.imap_unordered`."""
    args, kwargs = _with_job(pool, args, kwargs, again=True)
    return wrapped(*args, **kwargs)


Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def _with_job(pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, again: bool) -> Arguments:
    """The arguments with the function, which is called once or `again`, as a job of its block."""
    change: Callable[[Any], Any] | None = None
    if not isinstance(pool, ThreadPool):
        ticket = ticket_here()
        change = None if ticket is None else partial(jobs.Job, ticket)
    elif (here := carried()) is not None:
        change = partial(Job, here, again=again)
    return (args, kwargs) if change is None else changed(args, kwargs, 0, "func", change)


def _with_callbacks(args: tuple[Any, ...], kwargs: dict[str, Any], first: int) -> Arguments:
    """The arguments with both callbacks, of which `first` is the place of the first, as a job."""
    here: Carried | None = carried()
    if here is None:
        return args, kwargs
    # One of the two is called.
    either = partial(Job, here, stay=here.stay())
    for place, name in enumerate(("callback", "error_callback"), first):
        args, kwargs = changed(args, kwargs, place, name, either)
    return args, kwargs


PATCHES = (
    Patch("multiprocessing.pool", "ThreadPool.__init__", make),
    Patch("multiprocessing.pool", "Pool.apply_async", apply_async),
    Patch("multiprocessing.pool", "Pool._map_async", map_async),
    Patch("multiprocessing.pool", "Pool.imap", imap),
    Patch("multiprocessing.pool", "Pool.imap_unordered", imap),
)
