"""Answers from memory: aiohttp's own code above a connection that is none."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from reqsnap.interceptors import aiohttp_replay
from reqsnap.model import Headers, Request, Response
from reqsnap.recorder import Replay
from tests.unit.aiohttp_interceptor.bench import NotingRecorder, in_force, recorded, run

CHUNKED = ("Transfer-Encoding", "chunked")
URL = "http://nowhere.example/x"

Read = Callable[[aiohttp.ClientResponse], Awaitable[Any]]


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


async def read_any(response: aiohttp.ClientResponse) -> list[bytes]:
    return [piece async for piece in response.content.iter_any()]


async def read_any_slowly(response: aiohttp.ClientResponse) -> list[bytes]:
    pieces = []
    async for piece in response.content.iter_any():
        for _ in range(5):
            await asyncio.sleep(0)
        pieces.append(piece)
    return pieces


async def read_chunks(response: aiohttp.ClientResponse) -> list[tuple[bytes, bool]]:
    return [chunk async for chunk in response.content.iter_chunks()]


async def read_twos(response: aiohttp.ClientResponse) -> list[bytes]:
    return [piece async for piece in response.content.iter_chunked(2)]


async def wait_unread(response: aiohttp.ClientResponse) -> bytes:
    await response.content.wait_eof()
    return await response.content.read()


def test_the_response_is_aiohttps_own_with_everything_on_it() -> None:
    async def read(response: aiohttp.ClientResponse) -> tuple[object, ...]:
        return (
            type(response),
            response.status,
            response.reason,
            response.version,
            response.raw_headers,
            response.cookies["a"].value,
            await response.json(),
            response.closed,
            response.connection,
        )

    answer = recorded(
        b'{"a": 1}',
        ("content-Type", "application/json"),
        ("Set-Cookie", "a=b"),
        ("X", "\xe9"),
        status=201,
        reason="Made  It",
        version="HTTP/1.0",
    )
    assert replay(answer, read) == (
        aiohttp.ClientResponse,
        201,
        "Made  It",
        aiohttp.HttpVersion10,
        (
            (b"content-Type", b"application/json"),
            (b"Set-Cookie", b"a=b"),
            (b"X", b"\xe9"),
            (b"Content-Length", b"8"),
        ),
        "b",
        {"a": 1},
        True,
        None,
    )


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (recorded(b""), b""),
        (recorded(b"", CHUNKED), b""),
        (recorded(b"abc", CHUNKED, trailers=Headers([("X-Sum", "3")])), b"abc"),
        (Response(200, "OK", Headers(), b"until the end"), b"until the end"),
        (Response(200, "OK", Headers(), b""), b""),
        (recorded(gzip.compress(b"a" * 5000), ("Content-Encoding", "gzip")), b"a" * 5000),
        (recorded(b"x" * 3_000_000), b"x" * 3_000_000),
        (Response(200, "OK", Headers(), b"x" * 3_000_000), b"x" * 3_000_000),
        (recorded(b"h2", version="HTTP/2"), b"h2"),
        (Response(204, "No Content"), b""),
        (Response(304, "Not Modified", Headers([("Content-Length", "7")])), b""),
    ],
)
def test_every_framing_ends_where_it_should(answer: Response, body: bytes) -> None:
    assert replay(answer, read_all) == body


def test_an_answer_to_head_has_no_body_whatever_its_head_says() -> None:
    assert replay(recorded(b"abc"), read_all, "HEAD") == b""


def test_a_body_shorter_than_its_head_says_is_an_error_and_no_wait() -> None:
    short = Response(200, "OK", Headers([("Content-Length", "7")]), b"abc")
    with pytest.raises(aiohttp.ClientPayloadError):
        replay(short, read_all)


def test_an_answer_that_is_no_http_is_aiohttps_own_error() -> None:
    with pytest.raises(aiohttp.ClientResponseError, match="400"):
        replay(recorded(b"", ("Bad\x00Name", "x")), read_all)


PARTS = {"chunked": recorded(b"onetwothree!", CHUNKED, parts=(3, 3, 6))}
PARTS["closed"] = Response(200, "OK", Headers(), b"onetwothree!", "HTTP/1.0", parts=(3, 3, 6))


@pytest.mark.parametrize("answer", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize(
    ("read", "pieces"),
    [
        (read_any, [b"one", b"two", b"three!"]),
        (read_any_slowly, [b"one", b"two", b"three!"]),
        (read_twos, [b"on", b"e", b"tw", b"o", b"th", b"re", b"e!"]),
    ],
)
def test_pieces_come_out_one_by_one(answer: Response, read: Read, pieces: list[bytes]) -> None:
    assert replay(answer, read) == pieces


@pytest.mark.parametrize("answer", PARTS.values(), ids=PARTS)
def test_a_program_that_only_waits_gets_every_piece(
    answer: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aiohttp_replay, "_PATIENCE", 0)
    assert replay(answer, wait_unread) == b"onetwothree!"


def test_chunks_keep_their_ends() -> None:
    assert replay(PARTS["chunked"], read_chunks) == [(b"one", True), (b"two", True), (b"three!", True)]


def test_pieces_that_decode_to_nothing_hold_nothing_up() -> None:
    packed = gzip.compress(b"hello" * 100)
    answer = recorded(packed, CHUNKED, ("Content-Encoding", "gzip"), parts=(1,) * (len(packed) - 5) + (5,))
    assert replay(answer, read_all) == b"hello" * 100


@pytest.mark.parametrize("patience", [0, 60])
def test_large_pieces_wait_for_their_reader(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_replay, "_PATIENCE", patience)
    answer = recorded(b"x" * 4_000_000, CHUNKED, parts=(1_000_000,) * 4)

    async def read(response: aiohttp.ClientResponse) -> tuple[int, int]:
        first = len(await response.content.readexactly(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return first, len(await response.content.read())

    assert replay(answer, read, read_bufsize=1000) == (1, 3_999_999)


async def pieces() -> AsyncIterator[bytes]:
    yield b"first"
    yield b"second"


@pytest.mark.parametrize("data", [None, b"body", pieces])
def test_a_client_that_waits_for_100_gets_it(data: Any) -> None:
    sent = []

    async def program() -> int:
        tracing = aiohttp.TraceConfig()

        async def note(session: Any, context: Any, params: aiohttp.TraceRequestChunkSentParams) -> None:
            sent.append(params.chunk)

        tracing.on_request_chunk_sent.append(note)
        async with aiohttp.ClientSession(trace_configs=[tracing]) as session:
            with in_force(NotingRecorder(recorded())):
                body = data() if callable(data) else data
                async with session.post(URL, data=body, expect100=True) as response:
                    return response.status

    assert run(program) == 200
    assert b"".join(sent) == {None: b"", b"body": b"body", pieces: b"firstsecond"}[data]


def test_traces_see_the_request_on_a_connection_of_its_own() -> None:
    seen: list[str] = []

    def noting(name: str) -> Any:
        async def note(*args: object) -> None:
            seen.append(name)

        return note

    async def program() -> None:
        tracing = aiohttp.TraceConfig()
        for name in (
            "request_start",
            "connection_create_start",
            "connection_create_end",
            "connection_reuseconn",
            "request_headers_sent",
            "request_chunk_sent",
            "response_chunk_received",
            "request_end",
        ):
            getattr(tracing, f"on_{name}").append(noting(name))
        async with aiohttp.ClientSession(trace_configs=[tracing]) as session:
            with in_force(NotingRecorder(recorded(), recorded())):
                for _ in range(2):
                    async with session.post(URL, data=b"x") as response:
                        await response.read()

    run(program)
    once = [
        "request_start",
        "connection_create_start",
        "connection_create_end",
        "request_headers_sent",
        "request_chunk_sent",
        "request_end",
        "response_chunk_received",
    ]
    assert seen == once * 2


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


def test_a_recording_may_be_replayed_again_and_again() -> None:
    class Again(NotingRecorder):
        replay = Replay(recorded(b"again"), {})

        def before(self, request: Request) -> Replay:
            return self.replay

    async def program() -> list[bytes]:
        async with aiohttp.ClientSession() as session:
            with in_force(Again()):
                return [await (await session.get(URL)).read() for _ in range(3)]

    assert run(program) == [b"again"] * 3


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


def test_an_answer_is_read_and_a_session_closed_after_the_block() -> None:
    async def program() -> bytes:
        session = aiohttp.ClientSession()
        with in_force(NotingRecorder(recorded(b"onetwo", CHUNKED, parts=(3, 3)))):
            response = await session.get(URL)
        await session.close()
        return await response.read()

    assert run(program) == b"onetwo"


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


def test_other_tasks_run_while_a_program_only_replays() -> None:
    async def program() -> int:
        stop = asyncio.Event()

        async def stopper() -> None:
            stop.set()

        task = asyncio.create_task(stopper())
        rounds = 0
        async with aiohttp.ClientSession() as session:
            with in_force(NotingRecorder(*[recorded()] * 10)):
                while not stop.is_set():
                    async with session.get(URL) as response:
                        await response.read()
                    rounds += 1
        await task
        return rounds

    assert run(program) == 1


def test_redirects_cookies_and_middlewares_stay_aiohttps() -> None:
    recorder = NotingRecorder(
        recorded(b"", ("Location", "/y"), ("Set-Cookie", "a=b; Path=/"), status=302), recorded(b"there")
    )
    passed: list[str] = []

    async def middleware(request: Any, handler: Any) -> Any:
        passed.append(str(request.url))
        request.headers["X-Middle"] = "1"
        return await handler(request)

    # Middlewares have come with aiohttp 3.12.
    can = hasattr(aiohttp, "DigestAuthMiddleware")
    keywords: dict[str, Any] = {"middlewares": (middleware,)} if can else {}

    async def program() -> tuple[bytes, list[int]]:
        async with aiohttp.ClientSession(**keywords) as session:
            with in_force(recorder):
                async with session.get(URL) as response:
                    return await response.read(), [entry.status for entry in response.history]

    assert run(program) == (b"there", [302])
    assert [request.headers.get("Cookie") for request in recorder.asked] == [None, "a=b"]
    assert passed == ([URL, "http://nowhere.example/y"] if can else [])
    assert [request.headers.get("X-Middle") for request in recorder.asked] == ["1" if can else None] * 2


def test_the_recorder_is_asked_for_what_would_be_on_the_wire() -> None:
    recorder = NotingRecorder(recorded(), recorded())

    async def program() -> None:
        async with aiohttp.ClientSession(version=aiohttp.HttpVersion10) as session:
            with in_force(recorder):
                await session.patch(f"{URL}?b=1&a=%20#f", headers={"a": " \u00e9 "})
                await session.get(
                    URL, proxy="http://user:pass@proxy.example:1", skip_auto_headers=["User-Agent"]
                )

    run(program)
    first, second = recorder.asked
    assert first == Request(
        "PATCH",
        f"{URL}?b=1&a=%20",
        Headers(
            [
                ("Host", "nowhere.example"),
                ("a", "\xc3\xa9"),
                *((name, value) for name, value in second.headers if name.startswith("Accept")),
                ("User-Agent", aiohttp.http.SERVER_SOFTWARE),
                ("Content-Length", "0"),
                ("Content-Type", "application/octet-stream"),
                *([] if hasattr(aiohttp.ClientRequest, "keep_alive") else [("Connection", "keep-alive")]),
            ]
        ),
    )
    assert second.headers.get("Proxy-Authorization") == "Basic dXNlcjpwYXNz"
    assert "User-Agent" not in second.headers
