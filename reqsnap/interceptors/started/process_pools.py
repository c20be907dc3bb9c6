"""Jobs of pools of processes belong to the block in which they are submitted, as those of threads do."""

from __future__ import annotations

from typing import Any

from reqsnap.patching import Patch
from reqsnap.processes.children import ticket_here
from reqsnap.processes.jobs import Job


def submit(wrapped: Any, executor: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ProcessPoolExecutor.submit`."""
    ticket = ticket_here() if args else None
    return wrapped(*args, **kwargs) if ticket is None else wrapped(Job(ticket, args[0]), *args[1:], **kwargs)


PATCHES = (Patch("concurrent.futures.process", "ProcessPoolExecutor.submit", submit),)
