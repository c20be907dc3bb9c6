"""Programs that are started inside a block find in their environment whom to ask."""

from __future__ import annotations

from typing import Any

from reqsnap.patching import Patch
from reqsnap.processes.children import ticket_here
from reqsnap.processes.tickets import environment

_ENV = 10
"""The place of `env` among the arguments of `Popen`."""


def popen(wrapped: Any, process: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`subprocess.Popen.__init__`."""
    ticket = ticket_here()
    if ticket is None:
        return wrapped(*args, **kwargs)
    if len(args) > _ENV:
        args = (*args[:_ENV], environment(ticket, args[_ENV]), *args[_ENV + 1 :])
    else:
        kwargs = {**kwargs, "env": environment(ticket, kwargs.get("env"))}
    return wrapped(*args, **kwargs)


PATCHES = (Patch("subprocess", "Popen.__init__", popen),)
