"""Bodies that are gathered before the decision: known to the byte, and sent as without us."""

from __future__ import annotations

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.payload import AsyncIterablePayload, BytesPayload

from reqsnap.interceptors.aiohttp.body import gather
from reqsnap.interceptors.http1 import request_sent
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    in_force,
    plain,
    recorded,
    run,
    serving,
)
from tests.support.aiohttp_interceptor.programs import (
    pieces,
    post,
    take_request,
)

LARGE = bytes(range(256)) * 2000


async def views() -> AsyncIterator[Any]:
    buffer = bytearray(b"abc")
    yield memoryview(buffer)
    buffer[:] = b"xyz"
    yield buffer


def form(path: Path) -> aiohttp.FormData:
    data = aiohttp.FormData()
    data.add_field("plain", "value")
    data.add_field("file", path.open("rb"), filename="f.bin", content_type="image/png")
    data.add_field("memory", io.BytesIO(b"memory"), filename="m")
    return data


async def stream() -> aiohttp.StreamReader:
    class Protocol:
        _reading_paused = False

        def resume_reading(self, *args: object, **kwargs: object) -> None:
            pass

    protocol: Any = Protocol()
    reader = aiohttp.StreamReader(protocol, 2**16, loop=asyncio.get_running_loop())
    reader.feed_data(b"streamed")
    reader.feed_eof()
    return reader


class Thorough(BytesPayload):
    """A payload that does more than write."""

    async def write(self, writer: Any) -> None:
        await writer.drain()
        writer.enable_chunking()
        await writer.write(self._value[:1])
        await writer.write_eof(self._value[1:])

    async def write_with_length(self, writer: Any, content_length: int | None) -> None:
        await self.write(writer)


def pipe() -> Any:
    """A file that cannot be rewound."""
    reading, writing = os.pipe()
    os.write(writing, b"piped")
    os.close(writing)
    return os.fdopen(reading, "rb")


BODIES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "none": lambda _: {},
    "empty": lambda _: {"data": b""},
    "bytes": lambda _: {"data": b"bytes"},
    "text": lambda _: {"data": "t\u00e9xt"},
    "json": lambda _: {"json": {"a": [1, "\u00e9"]}},
    "fields": lambda _: {"data": {"a": "1", "b": "\u00e9 &"}},
    "form": lambda path: {"data": form(path)},
    "file": lambda path: {"data": path.open("rb")},
    "text file": lambda path: {"data": path.with_suffix(".txt").open(encoding="utf-8")},
    "memory": lambda _: {"data": io.BytesIO(LARGE)},
    "text in memory": lambda _: {"data": io.StringIO("t\u00e9xt")},
    "generator": lambda _: {"data": pieces()},
    "views": lambda _: {"data": views()},
    "stream": lambda _: {"data": stream()},
    "payload": lambda _: {"data": AsyncIterablePayload(pieces(), content_type="x/y")},
    "thorough": lambda _: {"data": Thorough(b"thorough"), "chunked": True},
    "pipe": lambda _: {"data": pipe()},
    "compressed": lambda _: {"data": b"z" * 5000, "compress": "gzip"},
    "compressed generator": lambda _: {"data": pieces(), "compress": True},
    "chunked": lambda _: {"data": io.BytesIO(b"chunked"), "chunked": True},
    "cut": lambda _: {"data": io.BytesIO(b"chunked"), "headers": {"Content-Length": "7"}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "f.txt").write_text("a text file, \u00e9", encoding="utf-8")
    (tmp_path / "f.bin").write_bytes(LARGE)
    return tmp_path / "f.bin"


def steady(data: bytes) -> bytes:
    """The same without the port and the boundary that are drawn at random."""
    return re.sub(rb"(127.0.0.1:|--|boundary=)\w+", rb"\1x", data)


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_body_is_known_before_it_is_sent_and_sent_as_ever(name: str, path: Path) -> None:
    async def send(recorder: NotingRecorder | None) -> tuple[bytes, list[bytes]]:
        async with serving(take_request) as server:
            if recorder is None:
                seen = await post(server.url(), BODIES[name](path))
            else:
                with in_force(recorder):
                    seen = await post(server.url(), BODIES[name](path))
            return steady(b"".join(server.received)), list(map(steady, seen))

    bare, seen = run(lambda: send(None))
    recorder = NotingRecorder()
    assert run(lambda: send(recorder)) == (bare, seen)
    (asked,) = recorder.asked
    ((noted, _),) = recorder.noted
    assert asked == noted
    assert steady(asked.body) == request_sent("POST", "", bare).body

    replaying = NotingRecorder(recorded())

    async def replay() -> list[bytes]:
        with in_force(replaying):
            return await post("http://nowhere.example/", BODIES[name](path))

    assert list(map(steady, run(replay))) == seen


def test_nothing_is_gathered_where_the_body_changes_nothing() -> None:
    first_has_arrived = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"first"
        await first_has_arrived.wait()
        yield b"second"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"first")
        first_has_arrived.set()
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(plain())
        await reader.read()

    recorder = NotingRecorder(asks=False)

    async def program() -> None:
        async with serving(script) as server:
            with in_force(recorder):
                await post(server.url(), {"data": body()})

    run(program)
    assert not recorder.asked
    assert recorder.noted[0][0].body == b"firstsecond"


@pytest.mark.parametrize("sendable", [True, False])
def test_a_source_that_fails_is_the_programs_own_error(sendable: bool) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"first"
        raise LookupError("no second")

    recorder = NotingRecorder(*([] if sendable else [recorded()]))

    async def program() -> str:
        with in_force(recorder), pytest.raises(aiohttp.ClientConnectionError) as caught:
            await post("http://nowhere.example/", {"data": body()})
        return repr(caught.value.__cause__)

    assert run(program) == "LookupError('no second')"
    assert not recorder.asked


def test_a_length_that_is_none_is_aiohttps_own_error() -> None:
    async def program() -> None:
        with in_force(NotingRecorder()), pytest.raises((ValueError, aiohttp.ClientError)):
            await post("http://localhost:1/", {"data": b"x", "headers": {"Content-Length": "x"}})

    run(program)


@pytest.mark.parametrize("body", [b"plain", bytearray(b"plain"), [b"pl", b"ain"]])
def test_bodies_that_old_requests_are_given_by_hand_are_gathered_too(body: Any) -> None:
    """Up to aiohttp 3.11 a request's body may be bytes, or any iterable of them."""

    class Request:
        compress = None

    request: Any = Request()
    request.body = body
    assert asyncio.run(gather(request)).body == b"plain"
    assert b"".join(bytes(piece) for piece in ([body] if body[0] == 112 else request.body)) == b"plain"
