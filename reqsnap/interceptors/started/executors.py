"""Jobs of a thread pool belong to the block in which they are submitted; its workers to none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from reqsnap import scope
from reqsnap.patching import Hold, Patch

_starting_worker: ContextVar[bool] = ContextVar("reqsnap_starting_worker", default=False)


def starting_worker() -> bool:
    """Whether a thread that starts now is a pool's worker, which outlives the block it starts in."""
    return _starting_worker.get()


@contextmanager
def starting_workers() -> Iterator[None]:
    """Threads that are started in here are a pool's workers."""
    token = _starting_worker.set(True)
    try:
        yield
    finally:
        _starting_worker.reset(token)


def submit(wrapped: Any, executor: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadPoolExecutor.submit`."""
    block = scope.innermost()
    if block is None or not args:
        return wrapped(*args, **kwargs)
    function, *rest = args
    with starting_workers():
        return wrapped(_run, block, Hold(), function, *rest, **kwargs)


def _run(block: scope.Block, hold: Hold, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    try:
        with scope.carried(block):
            return function(*args, **kwargs)
    finally:
        hold.release()


PATCHES = (Patch("concurrent.futures.thread", "ThreadPoolExecutor.submit", submit),)
