"""Answers from memory: aiohttp's own code above a connection that is none."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from reqsnap.model import Headers, Request
from reqsnap.recorder import Replay
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    in_force,
    recorded,
    run,
)
from tests.support.aiohttp_interceptor.programs import (
    URL,
    pieces,
    replay,
)


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
