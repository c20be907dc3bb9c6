"""Which cassette is in force here: for this task, this thread, this process.

One context variable holds the innermost block that was opened in this context. A
thread or task that has none, or whose blocks have all closed, belongs to the innermost
open block where all open blocks are one chain; where they are not, nothing is guessed.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar, Token

from reqsnap.errors import AmbiguousCassetteError
from reqsnap.recorder import Recorder


class Block:
    """One opening of a cassette. `recorder` is None where the mode is live."""

    __slots__ = ("__weakref__", "children", "name", "open", "parent", "recorder")

    def __init__(self, recorder: Recorder | None, name: str) -> None:
        self.recorder = recorder
        self.name = name
        self.parent: Block | None = None
        self.open = False
        self.children = 0


_innermost: ContextVar[Block | None] = ContextVar("reqsnap_block", default=None)
_inherited: ContextVar[Block | None] = ContextVar("reqsnap_inherited", default=None)
_lock = threading.Lock()
_leaves: dict[Block, None] = {}
"""The open blocks in which no other is open, in the order of their opening."""


def innermost() -> Block | None:
    """The innermost open block of this very context, never another's."""
    block = _innermost.get()
    while block is not None and not block.open:
        block = block.parent
    return block


def current() -> Recorder | None:
    """The recorder for a request made here and now; None lets the client's own code run.

    Raises AmbiguousCassetteError where several unrelated blocks are open and this
    thread or task belongs to none of them.
    """
    block = _innermost.get()
    if block is not None and block.open:
        return block.recorder
    block = innermost() or _only_leaf() or _inherited.get()
    return None if block is None else block.recorder


def _only_leaf() -> Block | None:
    with _lock:
        leaves = list(_leaves)
    if not leaves:
        return None
    first = leaves[0]
    if any(not _same_cassette(first, other) for other in leaves[1:]):
        raise AmbiguousCassetteError(dict.fromkeys(leaf.name for leaf in leaves))
    return first


def _same_cassette(one: Block, other: Block) -> bool:
    if one.recorder is None or other.recorder is None:
        return one.recorder is other.recorder
    return one.recorder.cassette is other.recorder.cassette


def open_block(block: Block) -> None:
    """Put a block in force in this context, inside the one that was."""
    parent = innermost()
    with _lock:
        block.parent, block.open, block.children = parent, True, 0
        if parent is not None:
            parent.children += 1
            _leaves.pop(parent, None)
        _leaves[block] = None
    _innermost.set(block)


def close_block(block: Block) -> None:
    """End a block, in whatever context, thread and order that happens."""
    with _lock:
        block.open = False
        _leaves.pop(block, None)
        parent = block.parent
        while parent is not None and not parent.open:
            parent = parent.parent
        if parent is not None:
            parent.children += block.children - 1
            if not parent.children:
                _leaves[parent] = None
    if _innermost.get() is block:
        _innermost.set(innermost())


def enter(block: Block | None) -> Token[Block | None]:
    """Put an open block in force for a while; `leave` with the token that is returned."""
    return _innermost.set(block)


def leave(token: Token[Block | None]) -> None:
    """Undo `enter`."""
    _innermost.reset(token)


def suspend(block: Block) -> None:
    """Leave a block open but put what was around it in force here, until it is entered."""
    if _innermost.get() is block:
        _innermost.set(block.parent)


def inherit(block: Block | None) -> None:
    """Give this thread, new and with an empty context, the block of the one that started it."""
    _innermost.set(block)
    _inherited.set(block)
