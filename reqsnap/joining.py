"""How a process that was started inside a block comes to belong to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from reqsnap import patching, scope

# Loaded for blocks that the process opens later: what they need may be found only while it joins.
from reqsnap.blocks import opening as opening
from reqsnap.interceptors import TABLE
from reqsnap.processes import children
from reqsnap.processes.remote import RemoteRecorder
from reqsnap.processes.tickets import Ticket

_root: scope.Block | None = None


def join(text: str) -> None:
    """Belong to the block of a ticket for as long as this process lives.

    Raises ValueError for a ticket that another version of reqsnap has written.
    """
    global _root
    ticket = Ticket.from_text(text)
    if _root is not None:
        _root.recorder = RemoteRecorder(ticket)
        return
    root = scope.Block(RemoteRecorder(ticket), ticket.cassette or "a cassette in memory")
    patching.acquire()
    scope.open_block(root)
    children.opened(root)
    _root = root


@cache
def patched(client: str, name: str, original: Callable[..., Any]) -> Any:
    """A function of a client as its patch would have it, for who has kept it since before that."""
    patches: tuple[patching.Patch, ...] = import_module(TABLE[client]).PATCHES
    patch = next(each for each in patches if each.attribute.split(".")[-1] == name)
    return patching.wrapped(original, patch)
