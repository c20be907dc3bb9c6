"""What aiohttp's parser has made of an answer is kept, and replayed again without it."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import aiohttp
import pytest
from aiohttp import client_proto

from reqsnap.model import Headers, Request, Response
from reqsnap.recorder import Replay
from tests.support.aiohttp_interceptor.bench import NotingRecorder, in_force, recorded, run
from tests.support.aiohttp_interceptor.programs import CHUNKED, PARTS, URL, Read, read_all

PACKED = gzip.compress(b"a" * 5000, mtime=0)
GZIP = ("Content-Encoding", "gzip")
ONE_BY_ONE = {
    "plain": recorded(b'{"a": 1}', ("content-Type", "application/json"), ("X", "\xe9"), status=201),
    "cookies": recorded(b"x", ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), version="HTTP/1.0"),
    "empty": recorded(b""),
    "chunked": recorded(b"abc", CHUNKED, trailers=Headers([("X-Sum", "3")])),
    "chunked and empty": recorded(b"", CHUNKED),
    "gzip": recorded(PACKED, GZIP),
    "gzip in chunks": recorded(PACKED, GZIP, CHUNKED),
    "several pieces": PARTS["chunked"],
    "until the end": Response(200, "OK", Headers(), b"until the end"),
    "no content": Response(204, "No Content"),
    "not modified": Response(304, "Not Modified", Headers([("Content-Length", "7")])),
    "error": recorded(b"no", status=404, reason="Not Found"),
    "large": recorded(b"x" * 100_000),
    "larger": recorded(b"x" * 1_000_000),
}


class Again(NotingRecorder):
    """Replays one recording for ever."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.replay = Replay(answer, {})

    def before(self, request: Request) -> Replay:
        return self.replay


@pytest.fixture
def parsers(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The parsers that are made from here on."""
    made: list[object] = []
    kind = vars(client_proto)["HttpResponseParser"]

    def parser(*args: Any, **keywords: Any) -> object:
        made.append(kind(*args, **keywords))
        return made[-1]

    monkeypatch.setattr(client_proto, "HttpResponseParser", parser)
    return made


def replays(answer: Response, read: Read, *requests: dict[str, Any]) -> list[Any]:
    """What a program reads that sends these requests and gets the one recording each time."""

    async def program() -> list[Any]:
        results = []
        async with aiohttp.ClientSession() as session:
            with in_force(Again(answer)):
                for request in requests:
                    async with session.request(**{"method": "GET", "url": URL, **request}) as response:
                        results.append(await read(response))
        return results

    return run(program)


async def everything(response: aiohttp.ClientResponse) -> tuple[object, ...]:
    content = response.content
    head = (
        (response.status, response.reason, response.version, response.ok),
        (response.raw_headers, list(response.headers.items()), response.cookies),
        (response.closed, response.connection is None, content.is_eof(), content.at_eof(), repr(content)),
        (content.total_bytes, getattr(content, "total_raw_bytes", None)),
    )
    # aiohttp 3.14.5 iterates for ever over the chunks of a second answer that can have no body.
    chunks = [] if response.status in {204, 304} else [chunk async for chunk in content.iter_chunks()]
    return head, chunks, content.exception(), repr(content)


async def in_thousands(response: aiohttp.ClientResponse) -> list[bytes]:
    return [piece async for piece in response.content.iter_chunked(1000)]


@pytest.mark.parametrize("answer", ONE_BY_ONE.values(), ids=ONE_BY_ONE)
@pytest.mark.parametrize("read", [everything, in_thousands, read_all])
@pytest.mark.parametrize("request_", [{}, {"method": "POST", "data": b"body"}], ids=["GET", "POST"])
def test_a_later_replay_is_as_the_first(answer: Response, read: Read, request_: dict[str, Any]) -> None:
    first, *later = replays(answer, read, *[request_] * 3)
    assert later == [first, first]


def test_an_answer_is_parsed_once(parsers: list[object]) -> None:
    assert replays(recorded(b"abc"), read_all, {}, {}, {"method": "POST", "data": b"x"}) == [b"abc"] * 3
    assert len(parsers) == 1


def test_a_large_answer_is_not_kept_twice(parsers: list[object]) -> None:
    body = b"x" * 100_000
    assert replays(recorded(body), read_all, {}, {}) == [body] * 2
    assert len(parsers) == 2


def test_a_response_that_was_read_leaves_nothing_read_for_the_next() -> None:
    async def read_a_bit(response: aiohttp.ClientResponse) -> bytes:
        return await response.content.read(1)

    answer = recorded(b"abc")
    assert replays(answer, read_a_bit, {}, {}, {}) == [b"a"] * 3


@pytest.mark.parametrize("request_", [{}, {"method": "POST", "data": b"body"}], ids=["GET", "POST"])
def test_an_answer_that_came_whole_has_left_its_connection(request_: dict[str, Any]) -> None:
    async def look(response: aiohttp.ClientResponse) -> tuple[bool, object]:
        return response.closed, response.connection

    assert replays(recorded(b"abc"), look, *[request_] * 3) == [(True, None)] * 3


def test_what_is_kept_is_for_the_same_settings_only() -> None:
    requests = [{"auto_decompress": plain} for plain in (True, False, True, False, False)]
    plain, packed = b"a" * 5000, PACKED
    assert replays(recorded(PACKED, GZIP), read_all, *requests) == [plain, packed, plain, packed, packed]


def test_head_and_get_of_one_recording_are_told_apart() -> None:
    requests = [{"method": method} for method in ("HEAD", "GET", "HEAD", "GET")]
    assert replays(recorded(b"abc"), read_all, *requests) == [b"", b"abc", b"", b"abc"]


def test_a_client_that_waits_for_100_is_told_each_time() -> None:
    requests = [{"method": "POST", "data": b"x", "expect100": wait} for wait in (False, True, True)]
    assert replays(recorded(b"abc"), read_all, *requests) == [b"abc"] * 3


def test_an_answer_is_replayed_in_another_loop() -> None:
    recorder = Again(recorded(b"abc"))

    async def program() -> bytes:
        async with aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(URL) as response:
                    return await response.read()

    assert [run(program) for _ in range(2)] == [b"abc"] * 2


def test_what_is_no_http_fails_each_time() -> None:
    for _ in range(2):
        with pytest.raises(aiohttp.ClientResponseError, match="400"):
            replays(recorded(b"", ("Bad\x00Name", "x")), read_all, {})


def test_a_task_that_is_cancelled_while_it_waits_leaves_nothing() -> None:
    async def program() -> None:
        async with aiohttp.ClientSession() as session:
            with in_force(Again(recorded())):
                for _ in range(2):
                    task = asyncio.ensure_future(session.get(URL))
                    await asyncio.sleep(0)
                    task.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await task
                assert await (await session.get(URL)).read() == b"hello"

    run(program)
