"""Exchanges that come to no end: the program gets aiohttp's own error, the recorder is told once."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

import aiohttp
import aiohttp.web
import pytest
from aiohttp.http_exceptions import BadHttpMessage

from reqsnap.errors import UnmatchedRequestError
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    Script,
    answering,
    in_force,
    plain,
    run,
    serving,
)

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"


async def read_all(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        await response.read()


async def leave(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        await response.content.readexactly(4)


async def cancel(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await response.read()


async def run_out_of_time(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url, timeout=aiohttp.ClientTimeout(total=0.2)) as response:
        await response.read()


async def wait_in_vain(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url, timeout=aiohttp.ClientTimeout(sock_read=0.05)) as response:
        await response.read()


def saying(data: bytes) -> Script:
    """A script that answers and then hangs up."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)

    return script


@pytest.mark.parametrize(
    ("script", "program", "raised", "told"),
    [
        (saying(HALF), read_all, aiohttp.ClientPayloadError, aiohttp.ClientPayloadError),
        (saying(b"HTTP/1.1 200"), read_all, aiohttp.ServerDisconnectedError, aiohttp.ServerDisconnectedError),
        (
            saying(b"nonsense\r\n\r\n"),
            read_all,
            aiohttp.ClientResponseError,
            BadHttpMessage,
        ),
        (answering(HALF), leave, None, None),
        (answering(HALF), cancel, asyncio.CancelledError, asyncio.CancelledError),
        (answering(HALF), run_out_of_time, TimeoutError, (TimeoutError, asyncio.CancelledError)),
        (answering(HALF), wait_in_vain, aiohttp.SocketTimeoutError, aiohttp.SocketTimeoutError),
        (answering(b""), wait_in_vain, aiohttp.SocketTimeoutError, aiohttp.SocketTimeoutError),
        (
            saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
            read_all,
            aiohttp.ClientResponseError,
            BadHttpMessage,
        ),
    ],
)
def test_what_breaks_off_reaches_the_program_and_is_told_once(
    script: Script,
    program: Callable[[aiohttp.ClientSession, str], Awaitable[None]],
    raised: type[BaseException] | None,
    told: type[BaseException] | tuple[type[BaseException], ...] | None,
) -> None:
    recorder = NotingRecorder(asks=False)

    async def outcome(noted: bool) -> str:
        async with serving(script, script) as server, aiohttp.ClientSession() as session:
            session._retry_connection = False
            try:
                if noted:
                    with in_force(recorder):
                        await program(session, server.url())
                else:
                    await program(session, server.url())
            except BaseException as error:
                assert raised is not None and isinstance(error, raised)
                return f"{type(error)}{error}".replace(str(server.port), "PORT")
            return ""

    bare = run(lambda: outcome(False))
    assert run(lambda: outcome(True)) == bare
    assert not recorder.noted
    assert not recorder.open
    # Up to aiohttp 3.10 an idempotent request is tried twice even on a new connection.
    assert recorder.broken
    assert all(isinstance(error, told or type(None)) for error in recorder.broken)


@pytest.mark.parametrize(("length", "whole"), [(b"", True), (b"Content-Length: 10\r\n", False)])
def test_a_reset_breaks_an_answer_off_even_where_aiohttp_takes_it_for_whole(
    length: bytes, whole: bool
) -> None:
    recorder = NotingRecorder(asks=False)
    half_was_read = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\nhalf")
        await half_was_read.wait()
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async def program() -> None:
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(server.url()) as response:
                    await response.content.readexactly(4)
                    half_was_read.set()
                    with nullcontext() if whole else pytest.raises(aiohttp.ClientPayloadError):
                        assert await response.content.read() == b""

    run(program)
    (error,) = recorder.broken
    assert isinstance(error, ConnectionResetError if whole else aiohttp.ClientPayloadError)


def test_a_connection_that_cannot_be_made_is_told() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> None:
        async with serving() as server:
            url = server.url()
        async with aiohttp.ClientSession() as session:
            with in_force(recorder), pytest.raises(aiohttp.ClientConnectorError):
                await session.get(url)

    run(program)
    assert [type(error) for error in recorder.broken] == [aiohttp.ClientConnectorError]


def test_a_connection_that_takes_too_long_is_told() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> None:
        connector = aiohttp.TCPConnector(limit=1)
        async with serving(answering(HALF)) as server, aiohttp.ClientSession(connector=connector) as session:
            first = await session.get(server.url())
            timeout = aiohttp.ClientTimeout(connect=0.05)
            with in_force(recorder), pytest.raises(aiohttp.ConnectionTimeoutError):
                await session.get(server.url(), timeout=timeout)
            first.close()

    run(program)
    (error,) = recorder.broken
    assert isinstance(error, TimeoutError | asyncio.CancelledError)


def test_a_request_that_cannot_be_written_is_told() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> None:
        async with serving(answering()) as server, aiohttp.ClientSession() as session:
            with in_force(recorder), pytest.raises(ValueError, match=r"(?i)injection|security"):
                await session.get(server.url(), headers={"X": "a\r\nb"})

    run(program)
    assert (recorder.noted, recorder.broken, recorder.open) == ([], [None], set())


def test_a_reused_connection_that_has_gone_is_told_and_tried_again() -> None:
    recorder = NotingRecorder(asks=False)

    async def once_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(plain(b"1"), close=True)(reader, writer)
        await reader.readuntil(b"\r\n\r\n")

    async def program() -> bytes:
        async with serving(once_more, answering(plain(b"2"))) as server, aiohttp.ClientSession() as session:
            await read_all(session, server.url())
            with in_force(recorder):
                async with session.get(server.url()) as response:
                    return await response.read()

    assert run(program) == b"2"
    assert [type(error) for error in recorder.broken] == [aiohttp.ServerDisconnectedError]
    assert [response.body for _, response in recorder.noted] == [b"2"]


def test_a_websocket_passes_unrecorded() -> None:
    recorder = NotingRecorder(asks=False)

    async def echo(request: aiohttp.web.Request) -> aiohttp.web.WebSocketResponse:
        socket = aiohttp.web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    async def program() -> str:
        application = aiohttp.web.Application()
        application.router.add_get("/", echo)
        runner = aiohttp.web.AppRunner(application)
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.ws_connect(f"ws://127.0.0.1:{port}/") as socket:
                    await socket.send_str("hello")
                    answer = await socket.receive_str()
        await runner.cleanup()
        return answer

    assert run(program) == "hello"
    assert len(recorder.heads) == 1
    assert (recorder.noted, recorder.broken, recorder.open) == ([], [None], set())


@pytest.mark.parametrize("asks", [True, False])
def test_a_refused_request_is_not_sent(asks: bool) -> None:
    recorder = NotingRecorder(asks=asks, refuses=True)

    async def program() -> list[bytes]:
        async with serving(answering()) as server, aiohttp.ClientSession() as session:
            with in_force(recorder), pytest.raises(UnmatchedRequestError):
                await session.post(server.url(), data=b"x")
            return server.received

    assert run(program) == []


def test_a_server_that_speaks_first_is_noted_with_the_request() -> None:
    recorder = NotingRecorder(asks=False)

    class Slow(aiohttp.TCPConnector):
        async def _create_connection(self, *args: Any, **kwargs: Any) -> Any:
            protocol = await super()._create_connection(*args, **kwargs)
            while not protocol._tail:
                await asyncio.sleep(0)
            return protocol

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(plain(b"408"))
        await reader.read()

    async def program() -> bytes:
        async with serving(script) as server, aiohttp.ClientSession(connector=Slow()) as session:
            with in_force(recorder):
                async with session.get(server.url()) as response:
                    return await response.read()

    assert run(program) == b"408"
    assert [(request.headers.get("Accept"), response.body) for request, response in recorder.noted] == [
        ("*/*", b"408")
    ]
