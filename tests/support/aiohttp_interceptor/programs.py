"""Programs that several tests run, and what they read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp

from reqsnap.model import Headers, Request, Response
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    Script,
    in_force,
    plain,
    recorded,
    run,
    serving,
)

URL = "http://nowhere.example/x"
CHUNKED = ("Transfer-Encoding", "chunked")
PARTS = {
    "chunked": recorded(b"onetwothree!", CHUNKED, parts=(3, 3, 6)),
    "closed": Response(200, "OK", Headers(), b"onetwothree!", "HTTP/1.0", parts=(3, 3, 6)),
}
"""Answers in three pieces, by what delimits them."""

Read = Callable[[aiohttp.ClientResponse], Awaitable[Any]]


def the_exchange(recorder: NotingRecorder) -> tuple[Request, Response]:
    """The one exchange that was noted."""
    assert len(recorder.noted) == 1
    assert not recorder.open
    assert not recorder.broken
    return recorder.noted[0]


def get(script: Script, method: str = "GET") -> tuple[bytes, NotingRecorder]:
    """The body of an answer, and who has noted it."""
    recorder = NotingRecorder(asks=False)

    async def program() -> bytes:
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.request(method, server.url()) as response:
                    return await response.read()

    return run(program), recorder


def replay(answer: Response, read: Read, method: str = "GET", **keywords: Any) -> Any:
    """What a program gets that asks for the answer and reads it."""

    async def program() -> Any:
        async with aiohttp.ClientSession() as session:
            with in_force(NotingRecorder(answer)):
                async with session.request(method, URL, **keywords) as response:
                    return await read(response)

    return run(program)


async def read_all(response: aiohttp.ClientResponse) -> bytes:
    return await response.read()


async def pieces() -> AsyncIterator[bytes]:
    yield b"first"
    yield b""
    yield bytes(bytearray(b"second"))


async def post(url: str, body: dict[str, Any]) -> list[bytes]:
    """Send a body, and tell in which pieces the traces saw it."""
    seen: list[bytes] = []

    async def note(session: Any, context: Any, params: aiohttp.TraceRequestChunkSentParams) -> None:
        seen.append(bytes(params.chunk))

    if asyncio.iscoroutine(body.get("data")):
        body["data"] = await body["data"]
    tracing = aiohttp.TraceConfig()
    tracing.on_request_chunk_sent.append(note)
    session = aiohttp.ClientSession(trace_configs=[tracing])
    async with session, session.post(url, **body) as response:
        await response.read()
    return seen


async def take_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read a request whole, then answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if length := re.search(rb"content-length: (\d+)", head):
        await reader.readexactly(int(length[1]))
    elif b"transfer-encoding: chunked" in head:
        await reader.readuntil(b"0\r\n\r\n")
    writer.write(plain())
    await reader.read()
