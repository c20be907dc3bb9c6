"""Answers are recorded whole, however little of them the program reads, as by VCR.py."""

from __future__ import annotations

import asyncio
import http.client
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3

import reqsnap.vcr as vcr
from tests.support.network import no_network
from tests.support.server import Server, serving

Program = Callable[[str, bool], tuple[int, bytes]]
"""Asks for a URL, reads the answer if it is told to, and returns the status and what it has read."""


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def origin(listening: Server) -> Iterator[str]:
    yield listening.origin("http", "127.0.0.1")
    listening.reset()


def with_http_client(url: str, reads: bool) -> tuple[int, bytes]:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc)) as connection:
        connection.request("GET", parts.path)
        with closing(connection.getresponse()) as answer:
            return answer.status, answer.read() if reads else b""


def with_urllib(url: str, reads: bool) -> tuple[int, bytes]:
    answer = urllib.request.urlopen(url)
    return answer.status, answer.read() if reads else b""


def with_urllib3(url: str, reads: bool) -> tuple[int, bytes]:
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request("GET", url, preload_content=False)
        body = b"".join(answer.stream(4096, decode_content=False)) if reads else b""
        answer.release_conn()
        return answer.status, body


def with_requests(url: str, reads: bool) -> tuple[int, bytes]:
    with requests.get(url, stream=True) as answer:
        return answer.status_code, answer.raw.read(decode_content=False) if reads else b""


def with_httpx(url: str, reads: bool) -> tuple[int, bytes]:
    with httpx.Client(verify=False) as client, client.stream("GET", url) as answer:
        return answer.status_code, b"".join(answer.iter_raw()) if reads else b""


def with_async_httpx(url: str, reads: bool) -> tuple[int, bytes]:
    async def ask() -> tuple[int, bytes]:
        async with httpx.AsyncClient(verify=False) as client, client.stream("GET", url) as answer:
            return answer.status_code, b"".join([each async for each in answer.aiter_raw()]) if reads else b""

    return asyncio.run(ask())


def with_aiohttp(url: str, reads: bool) -> tuple[int, bytes]:
    async def ask() -> tuple[int, bytes]:
        async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(url) as answer:
            return answer.status, await answer.read() if reads else b""

    return asyncio.run(ask())


PROGRAMS: list[Program] = [
    with_http_client,
    with_urllib,
    with_urllib3,
    with_requests,
    with_httpx,
    with_async_httpx,
    with_aiohttp,
]
ANSWERS = ["length", "empty", "chunked", "until-close", "gzip-chunked", "large", "large-chunked"]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_is_not_read_is_recorded_whole(
    program: Program, answer: str, origin: str, path: str
) -> None:
    bare = program(f"{origin}/{answer}", True)
    with vcr.use_cassette(path) as cassette:
        assert program(f"{origin}/{answer}", False) == (bare[0], b"")
        assert [each["body"]["string"] for each in cassette.responses] == [bare[1]]
        assert program(f"{origin}/{answer}", True) == bare
    with no_network(), vcr.use_cassette(path, record_mode="none"):
        assert program(f"{origin}/{answer}", True) == bare


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("answer", ["cut-length", "cut-chunked", "bad-chunk"])
def test_an_answer_that_breaks_off_fails_where_it_is_read(
    program: Program, answer: str, origin: str, path: str
) -> None:
    with pytest.raises(Exception) as bare:
        program(f"{origin}/{answer}", True)
    with vcr.use_cassette(path) as cassette:
        with pytest.raises(bare.type) as found:
            program(f"{origin}/{answer}", True)
        assert len(cassette) == 0
    assert str(found.value) == str(bare.value)
    assert not Path(path).exists()


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_answer_that_is_not_recorded_is_not_waited_for(
    program: Program, listening: Server, origin: str, path: str
) -> None:
    with vcr.use_cassette(path, ignore_localhost=True) as cassette:
        # The server sends the rest when it is told to, which is after the program has left.
        status, _ = program(f"{origin}/slow-body", False)
        listening.gates.open("body")
    assert (status, len(cassette)) == (200, 0)
