"""What a thread or a job takes along from where it was started: its block and its naming context.

Each wrapper of a way to hand work on asks `carried()` there, and has `run` run the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from reqsnap import scope
from reqsnap.naming.context import Frames, carried_frames, frames, inherit_frames
from reqsnap.patching import Hold

_starting_worker: ContextVar[bool] = ContextVar("reqsnap_starting_worker", default=False)


class Stay(Hold):
    """Work of a block that may outlive it: a thread, a job or a task. Ended by `release()`.

    The patches stay in place until then, and what is asked there belongs to the block.
    """

    __slots__ = ("_block",)

    def __init__(self, block: scope.Block | None) -> None:
        self._block = block
        super().__init__()
        if block is not None:
            block.staying[id(self)] = None

    def release(self) -> None:
        """Let the block go, and the patches."""
        if self._block is not None:
            self._block.staying.pop(id(self), None)
        super().release()


@dataclass(frozen=True, slots=True)
class Carried:
    """What belongs to the place where work is handed on."""

    block: scope.Block | None
    names: Frames

    def stay(self) -> Stay:
        """Work that takes this along, from now until it is released."""
        return Stay(self.block)

    def take_on(self) -> None:
        """Put this in force in a thread that is new and has an empty context."""
        scope.inherit(self.block)
        inherit_frames(self.names)

    def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function with this in force, in whatever thread."""
        with scope.carried(self.block), carried_frames(self.names):
            return function(*args, **kwargs)


class Job:
    """A function that is called with what it takes along in force.

    It is work of its block until it was called, or is dropped without that; one that is
    called `again` and again is so until it is dropped.
    """

    __slots__ = ("_again", "_carried", "_function", "_stay")

    def __init__(
        self,
        carried: Carried,
        function: Callable[..., Any],
        stay: Stay | None = None,
        *,
        again: bool = False,
    ) -> None:
        self._carried, self._function, self._again = carried, function, again
        self._stay = stay or carried.stay()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        try:
            return self._carried.run(self._function, *args, **kwargs)
        finally:
            if not self._again:
                self._stay.release()


def carried() -> Carried | None:
    """What work that is handed on here takes along; None where there is nothing."""
    block, names = scope.innermost(), frames()
    return Carried(block, names) if block is not None or names else None


def is_starting_worker() -> bool:
    """Whether a thread that starts now is a pool's worker, which outlives the block it starts in."""
    return _starting_worker.get()


@contextmanager
def starting_workers() -> Iterator[None]:
    """Threads that are started in here are a pool's workers, and belong to no block."""
    token = _starting_worker.set(True)
    try:
        yield
    finally:
        _starting_worker.reset(token)


def given_to_worker(give: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Give a job, the first of the arguments, to a pool's worker, with what it takes along."""
    here = carried()
    if here is None or not args:
        return give(*args, **kwargs)
    function, *rest = args
    with starting_workers():
        return give(Job(here, function), *rest, **kwargs)
