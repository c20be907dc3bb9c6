"""What stands in for a connection: outside the pool, and gone when it is closed."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    in_force,
    recorded,
    run,
)
from tests.support.aiohttp_interceptor.programs import (
    CHUNKED,
    PARTS,
    URL,
    replay,
)


def test_the_pool_is_left_alone() -> None:
    async def program() -> None:
        connector = aiohttp.TCPConnector(limit=1, limit_per_host=1, force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            recorder = NotingRecorder(recorded(b"a" * 100, CHUNKED, parts=(50, 50)), recorded())
            with in_force(recorder):
                first = await session.get(URL)
                second = await session.get(URL)
                assert await second.read() == b"hello"
                assert not connector._acquired
                assert not connector._conns
                connection = first.connection
                assert connection is not None and connection.transport is not None
                closed = [connection.closed]
                assert connection.transport.get_extra_info("peername") is None
                first.close()
                assert [*closed, connection.closed] == [False, True]
                with pytest.raises(aiohttp.ClientConnectionError):
                    await first.read()
        close = None if hasattr(aiohttp.ClientRequest, "keep_alive") else "close"
        assert [request.headers.get("Connection") for request in recorder.asked] == [close, close]

    run(program)


def test_the_transport_does_what_a_program_may_ask_of_one() -> None:
    async def read(response: aiohttp.ClientResponse) -> bytes:
        assert response.connection is not None
        transport: Any = response.connection.transport
        transport.writelines([b"a", b"b"])
        assert transport.get_write_buffer_size() == 0
        assert transport.is_reading()
        transport.pause_reading()
        assert not transport.is_reading()
        transport.resume_reading()
        body = await response.read()
        transport.close()
        transport.close()
        assert transport.is_closing()
        return body

    assert replay(PARTS["chunked"], read) == b"onetwothree!"


def test_a_transport_that_is_closed_ends_the_answer() -> None:
    async def read(response: aiohttp.ClientResponse) -> None:
        assert response.connection is not None and response.connection.transport is not None
        response.connection.transport.abort()
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    replay(PARTS["chunked"], read)


def test_a_loop_that_is_closed_first_is_no_matter() -> None:
    async def program() -> tuple[aiohttp.ClientSession, aiohttp.ClientResponse]:
        session = aiohttp.ClientSession()
        with in_force(NotingRecorder(PARTS["chunked"])):
            response = await session.get(URL)
        await session.close()
        return session, response

    _, response = asyncio.run(program())
    connection = response.connection
    assert connection is not None and connection.transport is not None
    connection.transport.close()
    response.release()
    assert connection.closed


def test_an_answer_is_read_and_a_session_closed_after_the_block() -> None:
    async def program() -> bytes:
        session = aiohttp.ClientSession()
        with in_force(NotingRecorder(recorded(b"onetwo", CHUNKED, parts=(3, 3)))):
            response = await session.get(URL)
        await session.close()
        return await response.read()

    assert run(program) == b"onetwo"
