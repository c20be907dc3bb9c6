"""A cassette around a function of any kind.

Every call, and every generator that is made, has a block of its own.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reqsnap import scope

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock

Opens = Callable[[tuple[Any, ...], dict[str, Any]], "OpenBlock"]
"""Opens a block, at each call, of whose arguments it is told."""

Ends = Callable[["OpenBlock", "BaseException | None"], None]
"""Ends a block, with the error that ended it if there was one."""


def decorate_function(function: Any, opens: Opens, ends: Ends) -> Any:
    """The function with each call in a block that `opens` opens and `ends` ends."""
    if inspect.isasyncgenfunction(function):
        return _async_generator(function, opens, ends)
    if inspect.isgeneratorfunction(function):
        return _generator(function, opens, ends)
    if inspect.iscoroutinefunction(function):
        return _coroutine(function, opens, ends)
    return _plain(function, opens, ends)


@contextmanager
def in_block(block: OpenBlock, ends: Ends) -> Iterator[None]:
    """Run the body in an open block and end it."""
    try:
        yield
    except BaseException as error:
        ends(block, error)
        raise
    else:
        ends(block, None)


def _plain(function: Any, opens: Opens, ends: Ends) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        block = opens(args, kwargs)
        try:
            found = function(*args, **kwargs)
        except BaseException as error:
            ends(block, error)
            raise
        if not inspect.iscoroutine(found):
            ends(block, None)
            return found
        # Another decorator hides that the function is a coroutine function: its work is still to come.
        scope.suspend(block.scope)
        return _continued(found, block, ends)

    return call


async def _continued(coroutine: Coroutine[Any, Any, Any], block: OpenBlock, ends: Ends) -> Any:
    """Await what a function returned, in the block that it was called in."""
    with in_block(block, ends), scope.resumed(block.scope):
        return await coroutine


def _coroutine(function: Any, opens: Opens, ends: Ends) -> Any:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        with in_block(opens(args, kwargs), ends):
            return await function(*args, **kwargs)

    return call


def _generator(function: Any, opens: Opens, ends: Ends) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        block = opens(args, kwargs)
        with in_block(block, ends):
            scope.suspend(block.scope)
            return (yield from _stepped(function(*args, **kwargs), block))

    return call


def _async_generator(function: Any, opens: Opens, ends: Ends) -> Any:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        block = opens(args, kwargs)
        with in_block(block, ends):
            scope.suspend(block.scope)
            generator = function(*args, **kwargs)
            step: Callable[[], Awaitable[Any]] = functools.partial(anext, generator)
            while True:
                with scope.resumed(block.scope):
                    try:
                        value = await step()
                    except StopAsyncIteration:
                        return
                try:
                    sent = yield value
                except GeneratorExit:
                    with scope.resumed(block.scope):
                        await generator.aclose()
                    raise
                except BaseException as error:
                    step = functools.partial(generator.athrow, error)
                else:
                    step = functools.partial(generator.asend, sent)

    return call


def _stepped(generator: Generator[Any, Any, Any], block: OpenBlock) -> Generator[Any, Any, Any]:
    """Run a generator with its block in force only while it runs, not while it is paused."""
    step: Callable[[], Any] = functools.partial(next, generator)
    while True:
        with scope.resumed(block.scope):
            try:
                value = step()
            except StopIteration as stop:
                return stop.value
        try:
            sent = yield value
        except GeneratorExit:
            with scope.resumed(block.scope):
                generator.close()
            raise
        except BaseException as error:
            step = functools.partial(generator.throw, error)
        else:
            step = functools.partial(generator.send, sent)
