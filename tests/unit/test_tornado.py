"""tornado's clients from memory: whose block a request belongs to, and what is told of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.ioloop import IOLoop
from tornado.iostream import UnsatisfiableReadError
from tornado.simple_httpclient import HTTPStreamClosedError, HTTPTimeoutError, SimpleAsyncHTTPClient
from tornado.websocket import websocket_connect

from reqsnap import (
    Cassette,
    CutRecordingError,
    LostExchangeWarning,
    SwallowedRefusalWarning,
    UnmatchedRequestError,
    use_cassette,
)
from reqsnap.interceptors.tornado import curl
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.network import no_network

URL = "http://reqsnap.test/one"
WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def saved(path: Path, *answers: Response, error: NetworkError | None = None, url: str = URL) -> Path:
    """A cassette with these answers to one URL."""
    cassette = Cassette()
    for answer in answers:
        cassette.append(Interaction(Request("GET", url), answer, WHEN, error=error))
    cassette.save(path)
    return path


def answer(body: bytes, *fields: tuple[str, str]) -> Response:
    return Response(200, "OK", Headers([*fields, ("Content-Length", str(len(body)))]), body)


def fetched(path: Path, mode: str = "playback", **options: Any) -> HTTPResponse:
    """What one request gets from a cassette, with the network forbidden."""

    async def fetch() -> HTTPResponse:
        client = SimpleAsyncHTTPClient(force_instance=True, **options)
        try:
            with use_cassette(path, mode=mode):
                return await client.fetch(URL)
        finally:
            client.close()

    with no_network():
        return asyncio.run(fetch())


def test_a_request_that_waits_for_another_belongs_to_its_own_block(tmp_path: Path) -> None:
    async def one(client: SimpleAsyncHTTPClient, name: str) -> bytes:
        path = saved(tmp_path / name, answer(name.encode()))
        with use_cassette(path, mode="playback"):
            return (await client.fetch(URL)).body

    async def all_at_once() -> list[bytes]:
        client = SimpleAsyncHTTPClient(force_instance=True, max_clients=1)
        try:
            names = ["first.yaml", "second.yaml", "third.yaml"]
            return await asyncio.gather(*(one(client, name) for name in names))
        finally:
            client.close()

    with no_network():
        assert asyncio.run(all_at_once()) == [b"first.yaml", b"second.yaml", b"third.yaml"]


def test_a_request_that_waits_longer_than_its_block_is_open_is_refused(tmp_path: Path) -> None:
    async def wait() -> None:
        client = SimpleAsyncHTTPClient(force_instance=True, max_clients=1)
        with use_cassette(saved(tmp_path / "cassette.yaml", answer(b"one")), mode="playback"):
            futures = [client.fetch(URL) for _ in range(2)]
        for future in futures:
            with pytest.raises(UnmatchedRequestError):
                await future
        client.close()

    with no_network():
        asyncio.run(wait())


def test_an_answer_that_the_recorded_program_left_ends_with_an_error(tmp_path: Path) -> None:
    cut = Response(200, "OK", Headers([("Content-Length", "9")]), b"half")
    path = saved(tmp_path / "cassette.yaml", cut, error=NetworkError(ErrorKind.ABANDONED))
    with pytest.raises(CutRecordingError, match="the recording of its answer ends here"):
        fetched(path)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NetworkError(ErrorKind.TIMEOUT), HTTPTimeoutError),
        (NetworkError(ErrorKind.CONNECT_TIMEOUT), HTTPTimeoutError),
        (NetworkError(ErrorKind.CLOSED), HTTPStreamClosedError),
        (NetworkError(ErrorKind.REFUSED), ConnectionRefusedError),
        (NetworkError(ErrorKind.CONNECT), OSError),
        (NetworkError(ErrorKind.RESET, "EOF occurred in violation of protocol (_ssl.c:1)"), OSError),
    ],
)
def test_an_error_that_another_client_recorded_is_tornado_s_own(
    tmp_path: Path, error: NetworkError, expected: type[Exception]
) -> None:
    path = saved(tmp_path / "cassette.yaml", Response(0), error=error)
    with pytest.raises(expected):
        fetched(path)


def test_a_head_that_is_too_long_for_the_client(tmp_path: Path) -> None:
    path = saved(tmp_path / "cassette.yaml", answer(b"", ("X-Long", "x" * 2000)))
    assert fetched(path).headers["X-Long"]
    with pytest.raises(UnsatisfiableReadError):
        fetched(path, max_header_size=1000)


def produced(path: Path, *pieces: bytes, error: Exception | None = None) -> bytes:
    """What a POST gets whose body is made as it is sent."""

    async def made(write: Any) -> None:
        for piece in pieces:
            await write(piece)
        if error is not None:
            raise error

    # tornado's type names a Future, and its documentation coroutines.
    produce: Any = made

    async def post() -> bytes:
        client = SimpleAsyncHTTPClient(force_instance=True)
        try:
            with use_cassette(path, mode="update"):
                response = await client.fetch(HTTPRequest(URL, "POST", body_producer=produce))
                return response.body
        finally:
            client.close()

    with no_network():
        return asyncio.run(post())


def posted(path: Path) -> Path:
    """A cassette with the answer to a POST of two words."""
    cassette = Cassette()
    form = Headers([("Content-Type", "application/x-www-form-urlencoded")])
    cassette.append(Interaction(Request("POST", URL, form, b"two words"), answer(b"thanks"), WHEN))
    cassette.save(path)
    return path


def test_a_body_that_is_made_finds_its_recording(tmp_path: Path) -> None:
    assert produced(posted(tmp_path / "cassette.yaml"), b"two ", b"words") == b"thanks"


def test_a_body_that_cannot_be_made_is_the_program_s_own_error(tmp_path: Path) -> None:
    path = posted(tmp_path / "cassette.yaml")
    with pytest.raises(LookupError, match="no more words"):
        produced(path, b"two ", error=LookupError("no more words"))
    assert produced(path, b"two ", b"words") == b"thanks"


def test_a_web_socket_is_refused_as_any_request_is(tmp_path: Path) -> None:
    async def connect() -> None:
        with use_cassette(saved(tmp_path / "cassette.yaml", answer(b"one")), mode="playback"):
            await websocket_connect("ws://reqsnap.test/socket")

    with no_network(), pytest.raises(UnmatchedRequestError, match=r"http://reqsnap\.test/socket"):
        asyncio.run(connect())


# libcurl's client, for which a function stands that is called in its place


class Curl:
    """As much of a CurlAsyncHTTPClient as is looked at, and what reached libcurl."""

    def __init__(self) -> None:
        self.io_loop = IOLoop.current()
        self.sent: list[str] = []

    def send(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        self.sent.append(request.url)
        callback(HTTPResponse(request, 200))

    async def fetch(self, url: str) -> HTTPResponse:
        answered: asyncio.Future[HTTPResponse] = asyncio.get_running_loop().create_future()
        (patch,) = curl.PATCHES
        patch.wrapper(self.send, self, (HTTPRequest(url), answered.set_result), {})
        return await answered


def by_curl(program: Callable[[Curl], Coroutine[Any, Any, None]]) -> list[str]:
    """The URLs that reach libcurl in a program."""

    async def run() -> list[str]:
        client = Curl()
        await program(client)
        return client.sent

    return asyncio.run(run())


def test_outside_a_block_libcurl_sends() -> None:
    async def program(client: Curl) -> None:
        assert (await client.fetch(URL)).code == 200

    assert by_curl(program) == [URL]


def test_what_libcurl_sends_is_lost_with_a_warning(tmp_path: Path) -> None:
    async def program(client: Curl) -> None:
        with use_cassette(tmp_path / "cassette.yaml"):
            assert (await client.fetch(URL)).code == 200

    with pytest.warns(LostExchangeWarning, match="it was sent by libcurl"):
        assert by_curl(program) == [URL]


@pytest.mark.parametrize("url", [URL, "http://reqsnap.test/two"])
def test_in_playback_libcurl_sends_nothing_recorded_or_not(tmp_path: Path, url: str) -> None:
    async def program(client: Curl) -> None:
        with use_cassette(saved(tmp_path / "cassette.yaml", answer(b"one")), mode="playback"):
            response = await client.fetch(url)
        assert response.code == 599
        assert isinstance(response.error, UnmatchedRequestError)
        assert response.error.url == url

    with pytest.warns(SwallowedRefusalWarning):
        assert by_curl(program) == []


def test_a_url_that_is_left_out_is_sent_by_libcurl_in_every_mode(tmp_path: Path) -> None:
    async def program(client: Curl) -> None:
        path = saved(tmp_path / "cassette.yaml", answer(b"one"))
        with use_cassette(path, mode="playback", exclude_urls=["/two"]):
            assert (await client.fetch("http://reqsnap.test/two")).code == 200

    assert by_curl(program) == ["http://reqsnap.test/two"]
