"""A replay under asyncio makes way for whatever else wants to run, and only then or every so often."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any

import pytest

from reqsnap.interceptors.making_way import MOST, may_go_on
from reqsnap.model import Response
from tests.support.httpcore_interceptor.flavours import Core, recording, replaying
from tests.support.network import no_network

ROUND = MOST + 1
"""A task that is alone makes way in one of so many replays."""

FEW = ROUND + 1
"""How many replays there may be at most before what waits for a timer or a socket comes on: it runs after
the task that has made way, which then makes way again.
"""


class LoopOfAUser(asyncio.SelectorEventLoop):
    """What such a loop keeps where is not known."""


def replays(program: Callable[[Callable[[], Coroutine[Any, Any, None]]], Coroutine[Any, Any, None]]) -> None:
    """Run a program that is given what makes one request, which is replayed."""

    async def whole() -> None:
        core = Core("httpcore", True, "ConnectionPool", {})

        async def one() -> None:
            _, pieces = await core.fetch("GET", "http://nowhere.invalid/")
            assert pieces == [b"answer"]

        await program(one)
        await core.shut()

    with recording(replaying(Response(200, body=b"answer"))):
        asyncio.run(whole())


async def asked(times: int) -> list[bool]:
    """What a task is told that makes way whenever it has to."""
    told = []
    for _ in range(times):
        told.append(may_go_on())
        if not told[-1]:
            await asyncio.sleep(0)
    return told


def test_a_task_that_is_alone_makes_way_every_so_often() -> None:
    assert asyncio.run(asked(2 * ROUND + 1)) == [*([False] + [True] * MOST) * 2, False]


def test_a_task_makes_way_where_it_is_not_known_what_else_wants_to_run() -> None:
    assert not may_go_on()
    with asyncio.Runner(loop_factory=LoopOfAUser) as runner:
        assert runner.run(asked(ROUND)) == [False] * ROUND


def test_a_new_task_makes_way_first() -> None:
    async def program() -> None:
        await asked(1)
        assert await asyncio.create_task(asked(2)) == [False, True]

    asyncio.run(program())


def test_what_is_no_task_makes_way() -> None:
    async def program() -> None:
        told: asyncio.Future[list[bool]] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(lambda: told.set_result([may_go_on() for _ in range(ROUND)]))
        assert await told == [False] * ROUND

    asyncio.run(program())


def test_a_loop_that_is_told_to_stop_does() -> None:
    loop = asyncio.SelectorEventLoop()

    async def program() -> None:
        await asked(2)
        loop.stop()
        assert not may_go_on()

    with closing(loop):
        loop.run_until_complete(loop.create_task(program()))


def test_each_thread_has_a_task_of_its_own() -> None:
    async def program() -> None:
        await asked(1)
        other = threading.Thread(target=lambda: asyncio.run(asked(ROUND)))
        other.start()
        other.join()
        assert await asked(1) == [True]

    asyncio.run(program())


@pytest.mark.parametrize("factory", dict.fromkeys((None, getattr(asyncio, "eager_task_factory", None))))
def test_tasks_take_turns(factory: Any) -> None:
    """Those too that start within the one that starts them (Python 3.12)."""
    turns: list[tuple[int, int]] = []

    async def program(one: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def several(number: int) -> None:
            for turn in range(5):
                turns.append((turn, number))
                await one()

        asyncio.get_running_loop().set_task_factory(factory)
        await asyncio.gather(*(several(number) for number in range(10)))

    with no_network():
        replays(program)

    assert turns == sorted(turns)


async def tries(one: Callable[[], Coroutine[Any, Any, None]], done: asyncio.Event) -> int:
    """How many replays it takes until something else has happened."""
    for count in range(1, 1000):
        await one()
        if done.is_set():
            return count
    raise AssertionError("nothing else has run")


def test_a_timer_comes_on() -> None:
    async def program(one: Callable[[], Coroutine[Any, Any, None]]) -> None:
        for _ in range(3):
            done = asyncio.Event()
            asyncio.get_running_loop().call_later(0, done.set)
            assert await tries(one, done) <= FEW

    replays(program)


def test_a_call_from_another_thread_comes_on_at_once() -> None:
    async def program(one: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(3):
            done = asyncio.Event()
            caller = threading.Thread(target=loop.call_soon_threadsafe, args=[done.set])
            caller.start()
            caller.join()
            assert await tries(one, done) == 1

    replays(program)


def test_data_on_a_socket_comes_on() -> None:
    async def program(one: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        here, there = socket.socketpair()
        with here, there:
            loop.add_reader(here, done.set)
            await one()
            there.send(b"x")
            assert await tries(one, done) <= FEW
            loop.remove_reader(here)

    replays(program)


def test_a_task_that_has_cancelled_itself_ends_at_its_next_request() -> None:
    async def program(one: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def cancelled() -> None:
            await one()
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await one()
            raise AssertionError("it went on")

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(cancelled())

    replays(program)
