"""Every way to hand work on to a thread, a job or a task, each as a context that gives a function.

The function takes work, has it done by whatever the way is about, and returns when it is
done. What lives on, a pool or a loop, is made when the context is entered.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import multiprocessing.dummy
import queue
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

Work = Callable[[], object]
HandOn = Callable[[Work], object]
Way = Callable[[], AbstractContextManager[HandOn]]

WAYS: dict[str, Way] = {}


def way(made: Callable[[], Iterator[HandOn]]) -> Callable[[], Iterator[HandOn]]:
    """Put a way into the table."""
    WAYS[made.__name__] = contextmanager(made)
    return made


def ended(thread: threading.Thread) -> None:
    thread.start()
    thread.join()


# Threads


@way
def thread() -> Iterator[HandOn]:
    yield lambda work: ended(threading.Thread(target=work))


class OwnRun(threading.Thread):
    """A thread with a `run` of its own, as many libraries have."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work

    def run(self) -> None:
        self.work()


@way
def thread_with_its_own_run() -> Iterator[HandOn]:
    yield lambda work: ended(OwnRun(work))


@way
def timer() -> Iterator[HandOn]:
    yield lambda work: ended(threading.Timer(0, work))


@way
def thread_in_a_thread() -> Iterator[HandOn]:
    yield lambda work: ended(threading.Thread(target=lambda: ended(threading.Thread(target=work))))


@way
def dummy_process() -> Iterator[HandOn]:
    def hand_on(work: Work) -> None:
        process = multiprocessing.dummy.Process(target=work)
        process.start()
        process.join()

    yield hand_on


# Pools


@way
def executor() -> Iterator[HandOn]:
    with ThreadPoolExecutor(2) as pool:
        pool.submit(int).result()
        yield lambda work: pool.submit(work).result()


@way
def executor_map() -> Iterator[HandOn]:
    with ThreadPoolExecutor(2) as pool:
        yield lambda work: list(pool.map(lambda _: work(), [0]))


@way
def done_callback() -> Iterator[HandOn]:
    with ThreadPoolExecutor(1) as pool:

        def hand_on(work: Work) -> None:
            gate, done = threading.Event(), threading.Event()
            future = pool.submit(gate.wait)

            def callback(_: Future[bool]) -> None:
                try:
                    work()
                finally:
                    done.set()

            future.add_done_callback(callback)
            gate.set()
            done.wait(10)

        yield hand_on


@contextmanager
def thread_pool() -> Iterator[ThreadPool]:
    with ThreadPool(2) as pool:
        yield pool
        pool.close()
        pool.join()


@way
def thread_pool_apply() -> Iterator[HandOn]:
    with thread_pool() as pool:
        yield lambda work: pool.apply(work)


@way
def thread_pool_map() -> Iterator[HandOn]:
    with thread_pool() as pool:
        yield lambda work: pool.map(lambda _: work(), [0])


@way
def thread_pool_starmap() -> Iterator[HandOn]:
    with thread_pool() as pool:
        yield lambda work: pool.starmap(work, [()])


@way
def thread_pool_imap() -> Iterator[HandOn]:
    with thread_pool() as pool:
        yield lambda work: list(pool.imap(lambda _: work(), [0]))


@way
def thread_pool_imap_unordered() -> Iterator[HandOn]:
    with thread_pool() as pool:
        yield lambda work: list(pool.imap_unordered(lambda _: work(), [0], chunksize=2))


@way
def thread_pool_callback() -> Iterator[HandOn]:
    with thread_pool() as pool:

        def hand_on(work: Work) -> None:
            done: queue.Queue[object] = queue.Queue()
            pool.apply_async(int, callback=lambda _: done.put(work()))
            done.get(timeout=10)

        yield hand_on


# asyncio


async def done(work: Work) -> None:
    await asyncio.sleep(0)
    work()


@way
def task() -> Iterator[HandOn]:
    async def main(work: Work) -> None:
        await asyncio.create_task(done(work))

    yield lambda work: asyncio.run(main(work))


@way
def task_group() -> Iterator[HandOn]:
    async def main(work: Work) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(done(work))

    yield lambda work: asyncio.run(main(work))


@way
def call_later() -> Iterator[HandOn]:
    async def main(work: Work) -> None:
        over = asyncio.Event()

        def call() -> None:
            try:
                work()
            finally:
                over.set()

        asyncio.get_running_loop().call_later(0, call)
        await over.wait()

    yield lambda work: asyncio.run(main(work))


@way
def to_thread() -> Iterator[HandOn]:
    yield lambda work: asyncio.run(asyncio.to_thread(work))


@way
def run_in_executor() -> Iterator[HandOn]:
    async def main(work: Work) -> None:
        await asyncio.get_running_loop().run_in_executor(None, work)

    yield lambda work: asyncio.run(main(work))


if sys.version_info >= (3, 12):

    @way
    def eager_task() -> Iterator[HandOn]:
        async def main(work: Work) -> None:
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)

            async def at_once() -> None:
                work()

            await asyncio.create_task(at_once())
            await asyncio.create_task(done(work))

        yield lambda work: asyncio.run(main(work))


@contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread for as long as the context, as fsspec and others have one."""
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever)
    running.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        running.join()
        loop.close()


@way
def run_coroutine_threadsafe() -> Iterator[HandOn]:
    with loop_in_a_thread() as loop:
        yield lambda work: asyncio.run_coroutine_threadsafe(done(work), loop).result()


@way
def call_soon_threadsafe() -> Iterator[HandOn]:
    with loop_in_a_thread() as loop:

        def hand_on(work: Work) -> None:
            future: Future[object] = Future()

            def call() -> None:
                try:
                    future.set_result(work())
                except BaseException as error:
                    future.set_exception(error)

            loop.call_soon_threadsafe(call)
            future.result()

        yield hand_on


@way
def executor_of_a_loop_in_a_thread() -> Iterator[HandOn]:
    async def in_executor(work: Work) -> None:
        await asyncio.get_running_loop().run_in_executor(None, work)

    with loop_in_a_thread() as loop:
        yield lambda work: asyncio.run_coroutine_threadsafe(in_executor(work), loop).result()


# anyio and trio


def with_anyio(backend: str) -> None:
    import anyio.from_thread
    import anyio.to_thread

    async def handed_to_a_thread(work: Work) -> None:
        await anyio.to_thread.run_sync(work)

    async def handed_back(work: Work) -> None:
        await anyio.to_thread.run_sync(lambda: anyio.from_thread.run(done_in_anyio, work))

    async def in_a_group(work: Work) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(done_in_anyio, work)

    async def done_in_anyio(work: Work) -> None:
        await anyio.sleep(0)
        work()

    def runs(main: Callable[[Work], Coroutine[Any, Any, None]]) -> Iterator[HandOn]:
        yield lambda work: anyio.run(main, work, backend=backend)

    def portal() -> Iterator[HandOn]:
        with anyio.from_thread.start_blocking_portal(backend) as opened:
            yield lambda work: opened.call(done_in_anyio, work)

    for main in (handed_to_a_thread, handed_back, in_a_group):
        WAYS[f"{backend}: {main.__name__}"] = contextmanager(partial(runs, main))
    WAYS[f"{backend}: blocking portal"] = contextmanager(portal)


with contextlib.suppress(ImportError):
    import anyio

    for backend in anyio.get_all_backends():
        # Both have a module here, whether or not what it is for is installed.
        if importlib.util.find_spec(backend):
            with_anyio(backend)
