"""Whether other tasks are to run before a replayed answer, as they would while a server is waited for.

Making way takes a whole cycle of the event loop, with a system call, so it is left out where
nothing else would run. asyncio is not imported here: blocking clients do without it.
"""

from __future__ import annotations

import functools
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

MOST = 31
"""How many answers in a row a task gets without making way. Timers and sockets are looked at only then."""


def may_go_on(loop: Any = None) -> bool:
    """Whether the running task may have its answer at once, since nothing else waits for its turn.

    Takes the loop that runs, from who has it at hand.

    Where that cannot be known, as with trio, uvloop and other loops than asyncio's own, it may not.
    Nor may one that did not make way last: another had its turn since, or it is new. A task
    that starts eagerly (Python 3.12) runs within the one that starts it, which is to go on.
    """
    if loop is None:
        loop = _running_loop()
    turn = _turns.latest
    kind: Any = type(loop)
    if kind is not turn.kind:
        if not _is_asyncios_own(kind):
            return False
        turn.kind = kind
    task = sys.modules["asyncio"].current_task(loop)
    if task is None:
        # trio may run as asyncio's guest.
        return False
    if turn.left and turn.task() is task and not (loop._ready or loop._stopping or task.cancelling()):
        turn.left -= 1
        return True
    turn.task, turn.left = weakref.ref(task), MOST
    return False


def _running_loop() -> Any:
    asyncio: Any = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()


def _no_task() -> Any:
    return None


class _Turn:
    """The task that made way last, and how often it need not do so again.

    `kind` is the class of the loop, which is one of asyncio's own.
    """

    __slots__ = ("kind", "left", "task")

    def __init__(self) -> None:
        self.kind: Any = None
        self.task: Callable[[], Any] = _no_task
        self.left = 0


class _Turns(threading.local):
    """The latest turn of each thread."""

    def __init__(self) -> None:
        self.latest = _Turn()


_turns = _Turns()


@functools.lru_cache(maxsize=16)
def _is_asyncios_own(kind: Any) -> bool:
    """Whether it is known what a loop of this class keeps; of a subclass that is not."""
    return str(kind.__module__).partition(".")[0] == "asyncio"
