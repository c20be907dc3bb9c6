"""Programs that asyncio starts find in their environment whom to ask, whatever loop starts them.

asyncio's own loops use `subprocess`; uvloop starts them itself.
"""

from __future__ import annotations

from typing import Any

from reqsnap.patching import Patch
from reqsnap.processes.children import ticket_here
from reqsnap.processes.tickets import environment

NAMES = ("create_subprocess_exec", "create_subprocess_shell")


def start(wrapped: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """One of NAMES, which take `env` by its name."""
    ticket = ticket_here()
    if ticket is None:
        return wrapped(*args, **kwargs)
    return wrapped(*args, **{**kwargs, "env": environment(ticket, kwargs.get("env"))})


# Not when `asyncio.subprocess` is imported: what `asyncio` takes from it there stays for ever.
PATCHES = tuple(Patch(module, name, start) for module in ("asyncio.subprocess", "asyncio") for name in NAMES)
