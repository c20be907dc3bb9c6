"""Jobs of `multiprocessing.Pool` belong to the block in which they are submitted."""

from __future__ import annotations

from multiprocessing.pool import ThreadPool
from typing import Any

from reqsnap.patching import Patch
from reqsnap.processes.children import ticket_here
from reqsnap.processes.jobs import Job

METHODS = ("apply", "apply_async", "map", "map_async", "starmap", "starmap_async", "imap", "imap_unordered")


def hand_over(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """One of METHODS, each of which takes the function first. Some call others of them."""
    function = args[0] if args else kwargs.get("func")
    if function is None or isinstance(function, Job) or isinstance(pool, ThreadPool):
        return wrapped(*args, **kwargs)
    ticket = ticket_here()
    if ticket is None:
        return wrapped(*args, **kwargs)
    job = Job(ticket, function)
    return wrapped(job, *args[1:], **kwargs) if args else wrapped(**{**kwargs, "func": job})


PATCHES = tuple(Patch("multiprocessing.pool", f"Pool.{name}", hand_over) for name in METHODS)
