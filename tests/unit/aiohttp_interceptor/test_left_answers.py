"""Answers that the client leaves before their end, or that cannot be read back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from reqsnap.interceptors.http1 import Answer
from reqsnap.model import ErrorKind
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    answering,
    in_force,
    plain,
    run,
    serving,
)
from tests.support.aiohttp_interceptor.programs import (
    get,
)


def test_a_redirect_is_noted_as_far_as_aiohttp_has_read_it() -> None:
    recorder = NotingRecorder(asks=False)

    async def moved(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 1000\r\n\r\nnot")
        await reader.read()

    async def program() -> bytes:
        async with serving(moved, answering(plain(b"here"))) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(server.url()) as response:
                    return await response.read()

    assert run(program) == b"here"
    assert [response.status for _, response in recorder.noted] == [200]
    ((_, left, cause),) = recorder.failures
    assert left is not None
    assert (left.status, left.body, cause.kind) == (302, b"not", ErrorKind.ABANDONED)


async def leave_error(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(aiohttp.ClientResponseError):
        await session.get(url, raise_for_status=True)


async def read_error(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        assert await response.content.readexactly(3) == b"not"


async def wait_for_error(session: aiohttp.ClientSession, url: str) -> None:
    with pytest.raises(aiohttp.SocketTimeoutError):
        async with session.get(url, timeout=aiohttp.ClientTimeout(sock_read=0.05)) as response:
            await response.read()


@pytest.mark.parametrize(("read", "left"), [(leave_error, 1), (read_error, 1), (wait_for_error, 0)])
def test_an_error_is_noted_as_far_as_it_was_read(
    read: Callable[[aiohttp.ClientSession, str], Awaitable[None]], left: int
) -> None:
    recorder = NotingRecorder(asks=False)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\nnot")
        await reader.read()

    async def program() -> None:
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                await read(session, server.url())

    run(program)
    assert (recorder.noted, len(recorder.broken)) == ([], 1)
    assert [cause.kind for _, _, cause in recorder.failures] == [ErrorKind.ABANDONED] * left


async def read_nothing(response: aiohttp.ClientResponse) -> None:
    """To a program that asks for the status alone, the head is enough."""


async def read_a_line(response: aiohttp.ClientResponse) -> None:
    assert await response.content.readline() == b"one\n"


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 1000", b"Transfer-Encoding: chunked", b"Connection: close"]
)
@pytest.mark.parametrize("read", [read_nothing, read_a_line])
def test_an_answer_is_left_where_its_session_is_closed(
    read: Callable[[aiohttp.ClientResponse], Awaitable[None]], framing: bytes
) -> None:
    recorder = NotingRecorder(asks=False)
    piece = b"4\r\none\n\r\n" if b"chunked" in framing else b"one\n"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n%b" % (framing, piece))
        await reader.read()

    async def program() -> int:
        async with serving(script) as server:
            with in_force(recorder):
                async with aiohttp.ClientSession() as session:
                    response = await session.get(server.url())
                    await read(response)
                assert len(recorder.failures) == 1
                # Not to be warned of, as it is without a cassette.
                response.close()
                return response.status

    assert run(program) == 200
    ((_, left, cause),) = recorder.failures
    assert left is not None
    assert (left.status, left.body, cause.kind) == (200, b"one\n", ErrorKind.ABANDONED)
    assert recorder.noted == []


@pytest.mark.parametrize(("last", "noted"), [(b"data: 2\n\n", 1), (b"data: 2\n", 0)])
def test_an_event_stream_may_be_left_after_a_whole_event(last: bytes, noted: int) -> None:
    recorder = NotingRecorder(asks=False)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    events = [b"data: 1\n\n", last]

    async def program() -> None:
        answer = head + b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events)
        async with serving(answering(answer)) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(server.url()) as response:
                    await response.content.readexactly(len(b"".join(events)))

    run(program)
    assert [response.parts for _, response in recorder.noted] == [(9, 9)] * noted
    assert len(recorder.broken) == 1 - noted


def test_an_answer_that_only_aiohttp_can_read_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    def feed(answer: Answer, data: bytes) -> None:
        raise ValueError("unreadable")

    monkeypatch.setattr(Answer, "feed", feed)
    body, recorder = get(answering(plain()))
    assert body == b"hello"
    assert [str(error) for error in recorder.broken] == ["unreadable"]


def test_a_request_whose_framing_is_a_lie_is_not_recorded() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> int:
        async with serving(answering(plain(), body=5)) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                headers = {"Transfer-Encoding": "chunked"}
                async with session.post(server.url(), data=b"zzz\r\n", headers=headers) as response:
                    return response.status

    assert run(program) == 200
    assert [type(error) for error in recorder.broken] == [ValueError]
