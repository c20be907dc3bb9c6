"""Which cassette is in force here: for this task, this thread, this process.

One context variable holds the innermost block that was opened in this context. A
thread or task that has none, or whose blocks have all closed, belongs to the innermost
open block where all open blocks are one chain; where they are not, nothing is guessed.
Where no block is open, work that outlives its block still belongs to that.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context, ContextVar
from typing import TYPE_CHECKING

from reqsnap.errors import AmbiguousCassetteError

if TYPE_CHECKING:
    from reqsnap.recorder import Recorder


class Block:
    """One opening of a cassette. `recorder` is None where the mode is live.

    `shared` says that processes which are started in it belong to it; they know it by
    its `number`. `staying` has a key for each thread, job and task of it that has not ended.
    """

    __slots__ = (
        "__weakref__",
        "name",
        "number",
        "open",
        "parent",
        "recorder",
        "shared",
        "staying",
    )

    def __init__(self, recorder: Recorder | None, name: str, *, shared: bool = True) -> None:
        self.recorder = recorder
        self.name = name
        self.shared = shared
        self.number = next(_numbers)
        self.parent: Block | None = None
        self.open = False
        self.staying: dict[int, None] = {}


_numbers = itertools.count(1)
_innermost: ContextVar[Block | None] = ContextVar("reqsnap_block", default=None)
_joined: dict[Block, None] = {}
"""The blocks that are open and not suspended, in the order of their opening.

Only single operations are done on it, each of which is atomic: a garbage collection may end
a block between any two steps of any thread, so there is no lock it would have to wait for.
"""


def innermost(context: Context | None = None) -> Block | None:
    """The innermost open block of this very context, or of the one given; never another's."""
    block = _innermost.get() if context is None else context.get(_innermost)
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


def answering() -> Recorder | None:
    """The recorder that may answer a request made here and now, for who stands above what asks in earnest.

    None too where it is not clear which: what lies between may be a mock, which needs none.
    """
    try:
        recorder = current()
    except AmbiguousCassetteError:
        return None
    return recorder if recorder is not None and recorder.may_replay else None


def here() -> Block | None:
    """The block that a request made here and now belongs to. Raises as `current` does."""
    return innermost() or _only_leaf() or _outlived(_innermost.get())


def inherited_from(block: Block | None) -> Block | None:
    """The block of a process that was started in `block`, as a thread's. Raises as `current` does."""
    around = block
    while around is not None and not around.open:
        around = around.parent
    return around or _only_leaf() or block


def _outlived(block: Block | None) -> Block | None:
    """The closed block of which something is left that may be what asks here.

    Without that, this is only a context that kept a block which was left in another one.
    """
    while block is not None and not block.staying:
        block = block.parent
    return block


def _only_leaf() -> Block | None:
    leaves = _leaves()
    if not leaves:
        return None
    first = leaves[0]
    if any(not _same_cassette(first, other) for other in leaves[1:]):
        raise AmbiguousCassetteError(dict.fromkeys(leaf.name for leaf in leaves))
    return first


def _leaves() -> list[Block]:
    """The blocks in which no other is open."""
    joined = _joined.copy()
    if len(joined) == 1:
        return list(joined)
    around = {_around(block, joined) for block in joined}
    return [block for block in joined if block not in around]


def _around(block: Block, joined: dict[Block, None]) -> Block | None:
    parent = block.parent
    while parent is not None and parent not in joined:
        parent = parent.parent
    return parent


def _same_cassette(one: Block, other: Block) -> bool:
    if one.recorder is None or other.recorder is None:
        return one.recorder is other.recorder
    return one.recorder.cassette is other.recorder.cassette


def open_block(block: Block) -> None:
    """Put a block in force in this context, inside the one that was."""
    block.parent, block.open = innermost(), True
    _joined[block] = None
    _innermost.set(block)


def close_block(block: Block) -> None:
    """End a block, in whatever context, thread and order that happens."""
    _joined.pop(block, None)
    block.open = False
    if _innermost.get() is block:
        _innermost.set(innermost() or _outlived(block.parent))


def suspend(block: Block) -> None:
    """Leave a block open but in force nowhere; what was around it is in force here again."""
    _joined.pop(block, None)
    if _innermost.get() is block:
        _innermost.set(block.parent)


@contextmanager
def resumed(block: Block) -> Iterator[None]:
    """Put a suspended block in force for as long as the body runs."""
    _joined[block] = None
    token = _innermost.set(block)
    try:
        yield
    finally:
        _innermost.reset(token)
        _joined.pop(block, None)


@contextmanager
def carried(block: Block | None) -> Iterator[None]:
    """Give a job that another thread runs the block of the one that submitted it."""
    token = _innermost.set(block)
    try:
        yield
    finally:
        _innermost.reset(token)


def inherit(block: Block | None) -> None:
    """Give this thread, new and with an empty context, the block of the one that started it."""
    _innermost.set(block)


def _no_cassette() -> Block:
    block = Block(None, "no cassette", shared=False)
    block.open = True
    return block


_NOWHERE = _no_cassette()


def apart() -> AbstractContextManager[None]:
    """What runs within belongs to no block, and neither does what it hands on to other threads."""
    return carried(_NOWHERE)
