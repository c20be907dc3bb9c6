"""Exchanges that fail: the request that is told of, and what is no failure of the network."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from reqsnap.interceptors.http1 import SWITCHED
from reqsnap.model import ErrorKind
from tests.support.aiohttp_interceptor.bench import NotingRecorder, answering, in_force, plain, run, serving
from tests.support.aiohttp_interceptor.failing import HALF, SOON, Never, ending, meet, the_failure
from tests.support.aiohttp_interceptor.programs import pieces, take_request


async def refused(recorder: NotingRecorder, **keywords: Any) -> None:
    """Send a request where nobody listens."""
    async with serving() as server:
        url = server.url()
    async with aiohttp.ClientSession() as session:
        with in_force(recorder), pytest.raises(aiohttp.ClientConnectorError):
            await session.post(url, **keywords)


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({}, b""),
        ({"data": b"bytes"}, b"bytes"),
        ({"json": {"a": 1}}, b'{"a": 1}'),
        ({"data": b"bytes", "compress": "deflate"}, None),
        ({"data": io.BytesIO(b"a file")}, b"a file"),
    ],
)
def test_a_request_that_was_never_sent_is_told_whole(body: dict[str, Any], sent: bytes | None) -> None:
    recorder = NotingRecorder(asks=False, takes=True)
    run(lambda: refused(recorder, headers={"X-Name": "value"}, **body))
    request, _, cause = the_failure(recorder)
    assert cause.kind is ErrorKind.REFUSED
    assert request.complete
    assert request.headers.get("x-name") == "value"
    assert request.body == sent if sent is not None else request.body.startswith(b"x")


def test_a_body_that_is_made_as_it_is_sent_is_told_whole_and_can_be_sent_again() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def program() -> None:
        source = pieces()
        await refused(recorder, data=source)
        assert the_failure(recorder)[0].body == b"firstsecond"
        async with serving(take_request) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.post(server.url(), data=source) as response:
                    await response.read()

    run(program)
    assert [request.body for request, _ in recorder.noted] == [b"firstsecond"]


def test_a_body_whose_making_fails_is_no_request() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def source() -> AsyncIterator[bytes]:
        yield b"so far"
        raise LookupError("the rest is lost")

    run(lambda: refused(recorder, data=source()))
    assert all(request is None for request, _, _ in recorder.failures)
    assert not recorder.open


def test_a_program_that_has_no_time_left_is_not_kept_waiting_for_a_body() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def source() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b"never"

    async def program() -> None:
        async with aiohttp.ClientSession(connector=Never()) as session:
            with in_force(recorder), pytest.raises(TimeoutError):
                timeout = aiohttp.ClientTimeout(total=SOON)
                await session.post("http://127.0.0.1:9/", data=source(), timeout=timeout)

    run(program)
    assert [request for request, _, _ in recorder.failures] == [None]
    assert not recorder.open


def test_a_length_that_is_none_fails_as_it_does_without_us() -> None:
    recorder = NotingRecorder(asks=False, takes=True)
    run(lambda: refused(recorder, data=b"x", headers={"Content-Length": "many"}))
    assert not recorder.open
    assert all(request is None or request.body == b"x" for request, _, _ in recorder.failures)


def test_of_a_body_that_was_cut_off_is_told_what_was_sent() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def source() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.Event().wait()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"first\r\n")

    async def program() -> None:
        async with serving(hang_up) as server, aiohttp.ClientSession() as session:
            with in_force(recorder), pytest.raises(aiohttp.ServerDisconnectedError):
                await session.post(server.url(), data=source())

    run(program)
    request, response, cause = the_failure(recorder)
    assert (request.body, request.complete) == (b"first", False)
    assert (response.status, cause.kind) == (0, ErrorKind.CLOSED)


# What is no failure of the network


async def leave(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        await response.content.readexactly(4)


async def leave_in_anger(session: aiohttp.ClientSession, url: str) -> None:
    with suppress(LookupError):
        async with session.get(url) as response:
            await response.content.readexactly(4)
            raise LookupError


async def forget(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.get(url)
    response.close()


async def cancel(session: aiohttp.ClientSession, url: str) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(SOON), session.get(url) as response:
            await response.read()


async def close_the_session(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.get(url)
    await session.close()
    with pytest.raises((aiohttp.ClientError, RuntimeError)):
        await response.read()


async def not_sent(session: aiohttp.ClientSession, url: str) -> None:
    with suppress(ValueError):
        await session.get(url, headers={"X": "a\r\nb"})


@pytest.mark.parametrize(
    ("program", "kinds"),
    [
        (leave, [ErrorKind.ABANDONED]),
        (leave_in_anger, [ErrorKind.ABANDONED]),
        (forget, [ErrorKind.ABANDONED]),
        (close_the_session, [ErrorKind.ABANDONED]),
        (cancel, []),
        (not_sent, []),
    ],
)
def test_what_the_program_ends_is_no_error_of_the_network(
    program: Callable[[aiohttp.ClientSession, str], Awaitable[None]], kinds: list[ErrorKind]
) -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def run_it() -> None:
        async with serving(answering(HALF)) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                await program(session, server.url())

    run(run_it)
    assert [cause.kind for _, _, cause in recorder.failures] == kinds
    assert (recorder.noted, recorder.reasons, recorder.open) == ([], [], set())


def test_waiting_for_a_free_connection_is_no_matter_of_the_network() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def program() -> None:
        connector = aiohttp.TCPConnector(limit=1)
        async with serving(answering(HALF)) as server, aiohttp.ClientSession(connector=connector) as session:
            first = await session.get(server.url())
            for timeout in aiohttp.ClientTimeout(connect=SOON), aiohttp.ClientTimeout(total=SOON):
                with in_force(recorder), pytest.raises(TimeoutError):
                    await session.get(server.url(), timeout=timeout)
            first.close()

    run(program)
    assert len(recorder.broken) == 2
    assert (recorder.failures, recorder.reasons) == ([], [])


def test_a_program_that_stops_waiting_for_a_connection_is_no_matter_of_the_network() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def program() -> None:
        async with aiohttp.ClientSession(connector=Never()) as session:
            with in_force(recorder), pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON):
                    await session.get("http://127.0.0.1:9/")

    run(program)
    assert (recorder.failures, len(recorder.broken)) == ([], 1)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GET", b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
        ("CONNECT", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_a_protocol_that_was_switched_is_the_reason(method: str, answer: bytes) -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def program() -> None:
        async with serving(answering(answer)) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                response = await session.request(method, server.url())
                response.close()

    run(program)
    assert (recorder.failures, recorder.noted) == ([], [])
    assert recorder.reasons == [SWITCHED]


def test_a_failed_try_and_the_next_are_told_each() -> None:
    """aiohttp itself tries once more where a connection that was kept has gone."""
    recorder = NotingRecorder(asks=False, takes=True)

    async def once_more(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(plain(b"1"), close=True)(reader, writer)
        await reader.readuntil(b"\r\n\r\n")

    async def get(session: aiohttp.ClientSession, url: str) -> bytes:
        async with session.get(url) as response:
            return await response.read()

    async def program() -> None:
        async with serving(once_more, answering(plain(b"2"))) as server, aiohttp.ClientSession() as session:
            assert await get(session, server.url()) == b"1"
            with in_force(recorder):
                assert await get(session, server.url()) == b"2"
        ((_, nothing, cause),) = recorder.failures
        assert nothing is not None
        ((_, answer),) = recorder.noted
        async with aiohttp.ClientSession() as session:
            with in_force(NotingRecorder((nothing, cause), answer)):
                assert await get(session, server.url()) == b"2"

    run(program)


def test_a_request_that_cannot_be_read_back_is_told_as_it_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    def unreadable(*args: object) -> None:
        raise ValueError("unreadable")

    monkeypatch.setattr("reqsnap.interceptors.aiohttp.note.request_sent", unreadable)

    async def program() -> None:
        async with serving(ending()) as server:
            with in_force(recorder):
                await meet(server.url())

    run(program)
    assert the_failure(recorder)[0].body == b"to no avail"
