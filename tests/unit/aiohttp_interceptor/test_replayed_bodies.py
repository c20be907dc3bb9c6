"""Bodies from memory: every framing, and pieces as they came."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from reqsnap import Cassette, use_cassette
from reqsnap.interceptors.aiohttp import replay as aiohttp_replay
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.aiohttp_interceptor.bench import (
    recorded,
    run,
)
from tests.support.aiohttp_interceptor.programs import (
    CHUNKED,
    PARTS,
    URL,
    Read,
    read_all,
    replay,
)


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


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (recorded(b""), b""),
        (recorded(b"", CHUNKED), b""),
        (recorded(b"abc", CHUNKED, trailers=Headers([("X-Sum", "3")])), b"abc"),
        (Response(200, "OK", Headers(), b"until the end"), b"until the end"),
        (Response(200, "OK", Headers(), b""), b""),
        (recorded(gzip.compress(b"a" * 5000, mtime=0), ("Content-Encoding", "gzip")), b"a" * 5000),
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


@pytest.mark.parametrize("methods", [["HEAD", "GET", "HEAD"], ["GET", "HEAD", "GET"]], ids=" ".join)
@pytest.mark.parametrize(
    "answer",
    [recorded(b"abc"), recorded(b"abc", CHUNKED), PARTS["chunked"], PARTS["closed"]],
    ids=["length", "chunked", "pieces", "closed"],
)
def test_head_and_get_share_a_recording(tmp_path: Path, answer: Response, methods: list[str]) -> None:
    """What HEAD leaves unread must not meet the next answer."""

    path, moment = tmp_path / "x.yaml", datetime(2026, 1, 1, tzinfo=UTC)
    made = Cassette()
    made.append(Interaction(Request("GET", URL), answer, moment))
    made.save(path)

    async def program() -> list[bytes]:
        bodies = []
        with use_cassette(path, mode="playback", match_on=["uri"]):
            async with aiohttp.ClientSession() as session:
                for method in methods:
                    async with session.request(method, URL) as response:
                        assert response.headers == dict(answer.headers.pairs)
                        bodies.append(await response.read())
        return bodies

    assert run(program) == [b"" if method == "HEAD" else answer.body for method in methods]


@pytest.mark.parametrize("status", [204, 304])
def test_no_body_comes_where_the_wire_has_none(status: int) -> None:
    answer = Response(status, "", Headers([("Content-Length", "3")]), b"abc")
    assert replay(answer, read_all) == b""


def test_an_interim_answer_alone_leaves_nobody_waiting() -> None:
    with pytest.raises(aiohttp.ServerDisconnectedError):
        replay(Response(103, "Early Hints", Headers([("Content-Length", "3")]), b"abc"), read_all, "POST")


@pytest.mark.parametrize("parts", [(1,), (1, 1), (2, 9), (9, 1)])
@pytest.mark.parametrize("headers", [(CHUNKED,), (("Content-Length", "6"),), ()])
def test_parts_that_do_not_add_up_lose_no_bytes(
    headers: tuple[tuple[str, str], ...], parts: tuple[int, ...]
) -> None:
    assert replay(Response(200, "OK", Headers(headers), b"abcdef", parts=parts), read_all) == b"abcdef"
