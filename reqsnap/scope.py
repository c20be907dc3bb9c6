"""Which cassette is in force here: for this task, this thread, this process.

One context variable holds the innermost block that was opened in this context. A
thread or task that has none, or whose blocks have all closed, belongs to the innermost
open block where all open blocks are one chain; where they are not, nothing is guessed.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from reqsnap.errors import AmbiguousCassetteError
from reqsnap.recorder import Recorder


class Block:
    """One opening of a cassette. `recorder` is None where the mode is live.

    `shared` says that processes which are started in it belong to it; they know it by
    its `number`.
    """

    __slots__ = (
        "__weakref__",
        "children",
        "joined",
        "name",
        "number",
        "open",
        "parent",
        "recorder",
        "shared",
    )

    def __init__(self, recorder: Recorder | None, name: str, *, shared: bool = True) -> None:
        self.recorder = recorder
        self.name = name
        self.shared = shared
        self.number = next(_numbers)
        self.parent: Block | None = None
        self.open = False
        self.joined = False
        self.children = 0


_numbers = itertools.count(1)
_innermost: ContextVar[Block | None] = ContextVar("reqsnap_block", default=None)
_inherited: ContextVar[Block | None] = ContextVar("reqsnap_inherited", default=None)
guard = threading.Lock()
"""Held while the open blocks change."""
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
    block = here()
    return None if block is None else block.recorder


def here() -> Block | None:
    """The block that a request made here and now belongs to. Raises as `current` does."""
    return innermost() or _only_leaf() or _inherited.get()


def inherited_from(block: Block | None) -> Block | None:
    """The block of a process that was started in `block`, as a thread's. Raises as `current` does."""
    around = block
    while around is not None and not around.open:
        around = around.parent
    return around or _only_leaf() or block


def _only_leaf() -> Block | None:
    with guard:
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
    block.parent, block.open, block.children = innermost(), True, 0
    with guard:
        _join(block)
    _innermost.set(block)


def close_block(block: Block) -> None:
    """End a block, in whatever context, thread and order that happens."""
    with guard:
        _part(block)
        block.open = False
    if _innermost.get() is block:
        _innermost.set(innermost())


def suspend(block: Block) -> None:
    """Leave a block open but in force nowhere; what was around it is in force here again."""
    with guard:
        _part(block)
    if _innermost.get() is block:
        _innermost.set(block.parent)


@contextmanager
def resumed(block: Block) -> Iterator[None]:
    """Put a suspended block in force for as long as the body runs."""
    with guard:
        _join(block)
    token = _innermost.set(block)
    try:
        yield
    finally:
        _innermost.reset(token)
        with guard:
            _part(block)


def _join(block: Block) -> None:
    """Make a block the end of its chain."""
    parent = _open_parent(block)
    if parent is not None:
        parent.children += 1
        _leaves.pop(parent, None)
    block.joined = True
    if not block.children:
        _leaves[block] = None


def _part(block: Block) -> None:
    """Take a block out of its chain; what is open within it hangs on what is around it."""
    if not block.joined:
        return
    block.joined = False
    _leaves.pop(block, None)
    parent = _open_parent(block)
    if parent is not None:
        parent.children += block.children - 1
        if not parent.children:
            _leaves[parent] = None


def _open_parent(block: Block) -> Block | None:
    parent = block.parent
    while parent is not None and not parent.joined:
        parent = parent.parent
    return parent


@contextmanager
def carried(block: Block | None) -> Iterator[None]:
    """Give a job that another thread runs the block of the one that submitted it."""
    tokens = _innermost.set(block), _inherited.set(block)
    try:
        yield
    finally:
        _innermost.reset(tokens[0])
        _inherited.reset(tokens[1])


def inherit(block: Block | None) -> None:
    """Give this thread, new and with an empty context, the block of the one that started it."""
    _innermost.set(block)
    _inherited.set(block)
