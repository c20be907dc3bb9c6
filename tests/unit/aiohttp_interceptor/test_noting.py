"""Exchanges that are forwarded: the program and the server see nothing, the recorder sees all."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest

from reqsnap import scope
from reqsnap.model import Headers, Response
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    Server,
    answering,
    in_force,
    plain,
    run,
    serving,
)
from tests.support.aiohttp_interceptor.programs import (
    get,
    the_exchange,
)


def test_request_and_answer_are_noted_as_they_crossed_the_wire() -> None:
    recorder = NotingRecorder(asks=False)
    answer = (
        b"HTTP/1.1 207 Mixed  Bag\r\nX-a: 1\r\nx-A:  2 \r\nSet-Cookie: \xe9\r\nContent-Length: 3\r\n\r\nabc"
    )

    async def program() -> tuple[int, bytes, Server]:
        async with serving(answering(answer, body=4)) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                headers = {"X-Case": "\u00e9", "User-Agent": "me"}
                async with session.put(server.url("/p?q=1#f"), data=b"body", headers=headers) as response:
                    return response.status, await response.read(), server

    status, body, server = run(program)
    request, response = the_exchange(recorder)
    assert (status, body) == (207, b"abc")
    assert recorder.heads == [("PUT", server.url("/p?q=1"))]
    assert (request.method, request.url) == recorder.heads[0]
    lines = b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in request.headers)
    assert server.received[0] == b"PUT /p?q=1 HTTP/1.1\r\n" + lines + b"\r\n"
    assert (request.body, request.complete) == (b"body", True)
    assert request.headers.get("X-Case") == "\xc3\xa9"
    assert response == Response(
        207,
        "Mixed  Bag",
        Headers([("X-a", "1"), ("x-A", "2"), ("Set-Cookie", "\xe9"), ("Content-Length", "3")]),
        b"abc",
    )


def test_chunks_and_trailers_are_kept() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n"
    )
    body, recorder = get(answering(answer))
    response = the_exchange(recorder)[1]
    assert (body, response.body, response.parts) == (b"abcde", b"abcde", (3, 2))
    assert response.trailers == Headers([("X-Sum", "5")])


def test_a_coded_body_is_noted_as_it_was_sent() -> None:
    packed = gzip.compress(b"hello " * 1000)
    body, recorder = get(answering(plain(packed, "Content-Encoding: gzip")))
    assert body == b"hello " * 1000
    assert the_exchange(recorder)[1].body == packed


def test_a_body_that_the_close_delimits_is_whole_when_the_connection_ends() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\none")

    body, recorder = get(script)
    response = the_exchange(recorder)[1]
    assert (body, response.body, response.version) == (b"one", b"one", "HTTP/1.0")


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("GET", b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 None\r\n\r\n"),
    ],
)
def test_answers_without_a_body_are_whole_at_once(method: str, answer: bytes) -> None:
    body, recorder = get(answering(answer), method)
    response = the_exchange(recorder)[1]
    assert body == response.body == b""
    assert response.status >= 200


def test_the_caller_gets_the_first_piece_before_the_server_sends_the_second() -> None:
    recorder = NotingRecorder(asks=False)
    first_was_read = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        await first_was_read.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        await reader.read()

    async def program() -> list[bytes]:
        pieces = []
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(server.url()) as response:
                    async for piece in response.content.iter_any():
                        pieces.append(piece)
                        first_was_read.set()
        return pieces

    assert run(program) == [b"one", b"two"]
    assert the_exchange(recorder)[1].parts == (3, 3)


def test_exchanges_on_one_connection_are_kept_apart_across_the_borders_of_a_block() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> tuple[list[bytes], int]:
        bodies = []
        script = answering(*(plain(b"%d" % number) for number in range(5)))
        async with serving(script) as server, aiohttp.ClientSession() as session:

            async def fetch() -> None:
                async with session.get(server.url()) as response:
                    bodies.append(await response.read())

            await fetch()
            with in_force(recorder):
                await fetch()
                await fetch()
            await fetch()
            with in_force(recorder):
                await fetch()
            return bodies, len(server.scripts)

    bodies, left = run(program)
    assert bodies == [b"0", b"1", b"2", b"3", b"4"]
    assert left == 0
    assert [response.body for _, response in recorder.noted] == [b"1", b"2", b"4"]


def test_an_answer_begun_in_a_block_is_noted_to_its_end_after_it() -> None:
    recorder = NotingRecorder(asks=False)
    block_has_ended = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none")
        await block_has_ended.wait()
        writer.write(b"two")
        await reader.read()

    async def program() -> bytes:
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                response = await session.get(server.url())
            block_has_ended.set()
            return await response.read()

    assert run(program) == b"onetwo"
    assert the_exchange(recorder)[1].body == b"onetwo"


def test_an_upload_is_noted_without_its_chunks() -> None:
    recorder = NotingRecorder(asks=False)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        yield b"second"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(plain())
        await reader.read()

    async def program() -> bytes:
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                await session.post(server.url(), data=pieces())
            return b"".join(server.received)

    received = run(program)
    request = the_exchange(recorder)[0]
    assert received.endswith(b"\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n")
    assert (request.body, request.complete) == (b"firstsecond", True)


def test_an_upload_that_is_answered_early_is_noted_as_far_as_it_went() -> None:
    recorder = NotingRecorder(asks=False)
    answered = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        await answered.wait()
        yield b"second"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"first")
        writer.write(plain(b"too much", "Connection: close", status="413 Too Large"))

    async def program() -> tuple[int, bytes]:
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.post(server.url(), data=pieces()) as response:
                    return response.status, await response.read()

    assert run(program) == (413, b"too much")
    request = the_exchange(recorder)[0]
    assert (request.body, request.complete) == (b"first", False)


def test_without_a_block_nothing_is_noted_though_patches_are_in_place() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> bytes:
        async with serving(answering(plain(), plain())) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                first = await session.get(server.url())
                await first.read()
                live = scope.Block(None, "live")
                scope.open_block(live)
                try:
                    async with session.get(server.url()) as response:
                        return await response.read()
                finally:
                    scope.close_block(live)

    assert run(program) == b"hello"
    assert len(recorder.heads) == 1
