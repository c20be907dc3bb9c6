"""Errors of the network: told with what they mean, and replayed as aiohttp's own, without waiting."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from reqsnap.model import ErrorKind, NetworkError, Response
from tests.support.aiohttp_interceptor.bench import NotingRecorder, Script, answering, in_force, run, serving
from tests.support.aiohttp_interceptor.failing import (
    HALF,
    PATIENT,
    SOON,
    Never,
    ending,
    meet,
    read_aloud,
    resetting,
    the_failure,
)


def silent(data: bytes = b"") -> Script:
    """A script that says so much and no more."""
    return answering(data)


ENDLESS = b"HTTP/1.1 200 OK\r\n\r\nhalf"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TOTAL: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=SOON)}
READ: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(sock_read=SOON)}
# A connection is made, and a head that is sent comes, within these on a busy machine too.
TOTAL_AFTER_HEAD: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=1.0)}
READ_AFTER_HEAD: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(sock_read=0.5)}

CASES: dict[str, tuple[Script, dict[str, Any], ErrorKind, int, type[BaseException] | None]] = {
    "hung up": (ending(), PATIENT, ErrorKind.CLOSED, 0, aiohttp.ServerDisconnectedError),
    "half a status line": (ending(b"HTTP/1.1 2"), PATIENT, ErrorKind.CLOSED, 0, None),
    "half a head": (
        ending(b"HTTP/1.1 200 OK\r\nX: y\r\nContent-Type: te"),
        PATIENT,
        ErrorKind.CLOSED,
        200,
        aiohttp.ServerDisconnectedError,
    ),
    "interim only": (
        ending(b"HTTP/1.1 102 Processing\r\n\r\n"),
        PATIENT,
        ErrorKind.CLOSED,
        0,
        aiohttp.ServerDisconnectedError,
    ),
    "cut": (ending(HALF), PATIENT, ErrorKind.CLOSED, 200, aiohttp.ClientPayloadError),
    "cut before the body": (ending(HALF[:-4]), PATIENT, ErrorKind.CLOSED, 200, aiohttp.ClientPayloadError),
    "cut before the chunks": (ending(CHUNKED), PATIENT, ErrorKind.CLOSED, 200, aiohttp.ClientPayloadError),
    "cut between chunks": (
        ending(CHUNKED + b"3\r\none\r\n3\r\ntwo\r\n"),
        PATIENT,
        ErrorKind.CLOSED,
        200,
        aiohttp.ClientPayloadError,
    ),
    "cut in a chunk": (
        ending(CHUNKED + b"3\r\none\r\n40\r\ntwo"),
        PATIENT,
        ErrorKind.CLOSED,
        200,
        aiohttp.ClientPayloadError,
    ),
    "reset": (resetting(), PATIENT, ErrorKind.RESET, 0, aiohttp.ClientOSError),
    "reset in the body": (resetting(HALF), PATIENT, ErrorKind.RESET, 200, aiohttp.ClientPayloadError),
    "no head in time": (silent(), READ, ErrorKind.TIMEOUT, 0, aiohttp.SocketTimeoutError),
    "no body in time": (silent(HALF), READ_AFTER_HEAD, ErrorKind.TIMEOUT, 200, aiohttp.SocketTimeoutError),
    "no end in time": (silent(ENDLESS), READ_AFTER_HEAD, ErrorKind.TIMEOUT, 200, aiohttp.SocketTimeoutError),
    "no head in all the time": (silent(), TOTAL_AFTER_HEAD, ErrorKind.TIMEOUT, 0, TimeoutError),
    "no body in all the time": (silent(HALF), TOTAL_AFTER_HEAD, ErrorKind.TIMEOUT, 200, TimeoutError),
}


@pytest.mark.parametrize("case", CASES)
def test_what_breaks_off_breaks_off_again(case: str) -> None:
    script, keywords, kind, status, raised = CASES[case]
    recorder = NotingRecorder(asks=False, takes=True)

    async def program() -> None:
        async with serving(script, script) as server:
            url = server.url()
            bare = await meet(url, **keywords)
            with in_force(recorder):
                recorded = await meet(url, **keywords)
        request, response, cause = the_failure(recorder)
        assert (request.body, request.complete) == (b"to no avail", True)
        assert (cause.kind, response.status) == (kind, status)
        with in_force(NotingRecorder((response, cause))):
            replayed = await meet(url, **PATIENT)
        assert recorded[:2] == bare[:2]
        if raised is not None:
            assert type(bare.error) is raised
            assert replayed[:2] == bare[:2]
        assert type(replayed.error) is type(bare.error)

    run(program)
    assert not recorder.reasons


def test_an_answer_that_ends_where_it_is_reset_does_so_again() -> None:
    """aiohttp takes it for whole."""
    recorder = NotingRecorder(asks=False, takes=True)

    async def read(url: str) -> bytes:
        async with aiohttp.ClientSession() as session, session.post(url, data=b"to no avail") as response:
            return b"".join([piece async for piece in read_aloud(response)])

    async def program() -> None:
        async with serving(resetting(ENDLESS)) as server:
            url = server.url()
            with in_force(recorder):
                assert await read(url) == b"half"
        _, response, cause = the_failure(recorder)
        assert cause.kind is ErrorKind.RESET
        with in_force(NotingRecorder((response, cause))):
            assert await read(url) == b"half"

    run(program)


@pytest.mark.parametrize(
    ("timeout", "raised"),
    [
        (aiohttp.ClientTimeout(total=SOON), TimeoutError),
        (aiohttp.ClientTimeout(connect=SOON), aiohttp.ConnectionTimeoutError),
    ],
)
def test_a_connection_that_is_not_made_in_time_is_not_made_again(
    timeout: aiohttp.ClientTimeout, raised: type[BaseException]
) -> None:
    recorder = NotingRecorder(asks=False, takes=True)
    url = "http://127.0.0.1:9/"

    async def program() -> None:
        bare = await meet(url, connector=Never(), timeout=timeout)
        assert type(bare.error) is raised
        with in_force(recorder):
            recorded = await meet(url, connector=Never(), timeout=timeout)
        request, response, cause = the_failure(recorder)
        assert (request.body, response, cause.kind) == (
            b"to no avail",
            Response(0),
            ErrorKind.CONNECT_TIMEOUT,
        )
        with in_force(NotingRecorder((response, cause))):
            replayed = await meet(url, **PATIENT)
        assert recorded[:2] == bare[:2] == replayed[:2]

    run(program)


@pytest.mark.parametrize("via_socket", [True, False])
def test_nobody_listens(via_socket: bool, tmp_path: Path) -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    def connector() -> aiohttp.BaseConnector:
        return aiohttp.UnixConnector(str(tmp_path / "none")) if via_socket else aiohttp.TCPConnector()

    async def program() -> None:
        async with serving() as server:
            url = server.url()
        bare = await meet(url, connector=connector())
        with in_force(recorder):
            await meet(url, connector=connector())
        _, response, cause = the_failure(recorder)
        with in_force(NotingRecorder((response, cause))):
            replayed = await meet(url, connector=connector())
        assert replayed[:2] == bare[:2]
        for error in bare.error, replayed.error:
            assert isinstance(error, aiohttp.ClientConnectorError)
            assert (error.host, error.port) == ("127.0.0.1", server.port)
            assert error.os_error.errno == cause.errno == error.errno

    run(program)


class Nowhere(AbstractResolver):
    """Finds no host, and says so as aiodns does: without a number."""

    async def resolve(self, *args: Any, **kwargs: Any) -> list[ResolveResult]:
        raise OSError(None, "Domain name not found")

    async def close(self) -> None:
        """Nothing is open."""


class Stubborn(aiohttp.TCPConnector):
    """A connector that fails for a reason of its own."""

    async def _create_connection(self, *args: Any, **kwargs: Any) -> Any:
        raise aiohttp.ClientError("not today")


def test_a_name_that_is_not_found_is_not_found_again() -> None:
    recorder = NotingRecorder(asks=False, takes=True)
    url = "http://nowhere.example/"

    async def program() -> None:
        with in_force(recorder):
            live = await meet(url, connector=aiohttp.TCPConnector(resolver=Nowhere()))
        _, response, cause = the_failure(recorder)
        assert cause == NetworkError(ErrorKind.NAME, "Domain name not found")
        with in_force(NotingRecorder((response, cause))):
            replayed = await meet(url)
        assert type(live.error) is aiohttp.ClientConnectorDNSError
        assert replayed[:2] == live[:2]

    run(program)


@pytest.mark.parametrize("in_tunnel", [True, False])
def test_a_handshake_that_is_hung_up_on_is_hung_up_on_again(in_tunnel: bool) -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if in_tunnel:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await reader.read(5)

    async def program() -> None:
        async with serving(hang_up) as server:
            url = "https://nowhere.example/" if in_tunnel else server.url(scheme="https")
            route: dict[str, Any] = {"proxy": server.url()} if in_tunnel else {}
            with in_force(recorder):
                live = await meet(url, **PATIENT, **route)
        _, response, cause = the_failure(recorder)
        with in_force(NotingRecorder((response, cause))):
            replayed = await meet(url, **PATIENT, **route)
        assert isinstance(live.error, aiohttp.ClientConnectorError)
        assert replayed[:2] == live[:2]

    run(program)


def test_a_proxy_that_hangs_up_hangs_up_again() -> None:
    recorder = NotingRecorder(asks=False, takes=True)
    url = "https://nowhere.example/"

    async def program() -> None:
        async with serving(answering(b"", close=True)) as server:
            with in_force(recorder):
                live = await meet(url, **PATIENT, proxy=server.url())
        _, response, cause = the_failure(recorder)
        with in_force(NotingRecorder((response, cause))):
            replayed = await meet(url, **PATIENT, proxy=server.url())
        assert type(live.error) is aiohttp.ServerDisconnectedError
        assert replayed[:2] == live[:2]

    run(program)


def test_what_a_connector_has_against_a_request_is_no_matter_of_the_network() -> None:
    recorder = NotingRecorder(asks=False, takes=True)

    async def program() -> None:
        with in_force(recorder):
            await meet("http://nowhere.example/", connector=Stubborn())

    run(program)
    assert (recorder.failures, len(recorder.broken)) == ([], 1)
