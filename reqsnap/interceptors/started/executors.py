"""Jobs of a thread pool belong to the block in which they are submitted; its workers to none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from reqsnap.carrying import carried, given_to_worker
from reqsnap.patching import Patch


def submit(wrapped: Any, executor: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadPoolExecutor.submit`."""
    return given_to_worker(wrapped, args, kwargs)


def make(wrapped: Any, executor: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`ThreadPoolExecutor.__init__`: each worker calls the initializer when it starts."""
    here = carried()
    if here is None:
        return wrapped(*args, **kwargs)
    args, kwargs = changed(args, kwargs, 2, "initializer", lambda function: partial(here.run, function))
    return wrapped(*args, **kwargs)


def changed(
    args: tuple[Any, ...], kwargs: dict[str, Any], place: int, name: str, change: Callable[[Any], Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call with one of them changed, where it is given."""
    if len(args) > place and args[place] is not None:
        return (*args[:place], change(args[place]), *args[place + 1 :]), kwargs
    if kwargs.get(name) is not None:
        return args, kwargs | {name: change(kwargs[name])}
    return args, kwargs


PATCHES = (
    Patch("concurrent.futures.thread", "ThreadPoolExecutor.__init__", make),
    Patch("concurrent.futures.thread", "ThreadPoolExecutor.submit", submit),
)
