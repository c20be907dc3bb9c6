"""Running one and the same coroutine in plain threads, in asyncio and in trio."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import trio

T = TypeVar("T")
Step = Callable[[], Coroutine[Any, Any, T]]


class Runner(ABC):
    """A way to run coroutines, and several at the same time."""

    name: str

    @abstractmethod
    def run(self, step: Step[T]) -> T:
        """Run a coroutine to its end."""

    @abstractmethod
    async def gather(self, steps: Sequence[Step[T]]) -> list[T]:
        """Run several at the same time; their results in the order given."""

    @abstractmethod
    async def aside(self, function: Callable[[], T]) -> T:
        """Call something that blocks without stopping the other coroutines."""


class SyncRunner(Runner):
    """For clients that block: their coroutines never suspend. At the same time means threads."""

    name = "sync"

    def run(self, step: Step[T]) -> T:
        coroutine = step()
        try:
            coroutine.send(None)
        except StopIteration as stop:
            result: T = stop.value
            return result
        coroutine.close()
        raise RuntimeError("a blocking client has suspended")

    async def gather(self, steps: Sequence[Step[T]]) -> list[T]:
        with ThreadPoolExecutor(len(steps)) as executor:
            return list(executor.map(self.run, steps))

    async def aside(self, function: Callable[[], T]) -> T:
        return function()


class AsyncioRunner(Runner):
    """Under asyncio."""

    name = "asyncio"

    def run(self, step: Step[T]) -> T:
        return asyncio.run(step())

    async def gather(self, steps: Sequence[Step[T]]) -> list[T]:
        return list(await asyncio.gather(*(step() for step in steps)))

    async def aside(self, function: Callable[[], T]) -> T:
        return await asyncio.to_thread(function)


class TrioRunner(Runner):
    """Under trio."""

    name = "trio"

    def run(self, step: Step[T]) -> T:
        return trio.run(step)

    async def gather(self, steps: Sequence[Step[T]]) -> list[T]:
        results: dict[int, T] = {}

        async def keep(place: int, step: Step[T]) -> None:
            results[place] = await step()

        async with trio.open_nursery() as nursery:
            for place, step in enumerate(steps):
                nursery.start_soon(keep, place, step)
        return [results[place] for place in range(len(steps))]

    async def aside(self, function: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(function)


SYNC, ASYNCIO, TRIO = SyncRunner(), AsyncioRunner(), TrioRunner()
RUNNERS: dict[str, Runner] = {runner.name: runner for runner in (SYNC, ASYNCIO, TRIO)}


async def collect(awaitable: Awaitable[T]) -> T:
    """An awaitable as a coroutine."""
    return await awaitable
