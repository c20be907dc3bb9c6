"""Errors of the network that come from a cassette, whoever has written it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from reqsnap.model import ErrorKind, NetworkError, Response
from tests.support.aiohttp_interceptor.bench import NotingRecorder, in_force, recorded, run
from tests.support.aiohttp_interceptor.failing import PATIENT, meet
from tests.support.aiohttp_interceptor.programs import pieces


def test_pieces_that_had_come_come_again_however_slowly_they_are_read() -> None:
    response = Response(200, "OK", body=b"onetwothree", parts=(3, 3, 5))
    read: list[bytes] = []

    async def program() -> None:
        with in_force(NotingRecorder((response, NetworkError(ErrorKind.TIMEOUT)))):
            async with aiohttp.ClientSession() as session, session.get("http://nowhere.example/") as answer:
                with pytest.raises(aiohttp.SocketTimeoutError):
                    while True:
                        for _ in range(20):
                            await asyncio.sleep(0)
                        read.append(await answer.content.readany())

    run(program)
    assert read == [b"one", b"two", b"three"]


def test_a_total_timeout_is_a_timeout_of_the_socket_where_there_is_no_total() -> None:
    cause = NetworkError(ErrorKind.TIMEOUT, "total timeout")
    unconnected = NetworkError(ErrorKind.CONNECT_TIMEOUT, "total timeout")

    async def program() -> None:
        with in_force(NotingRecorder((Response(0), cause), (Response(0), unconnected))):
            for raised in aiohttp.SocketTimeoutError, aiohttp.ConnectionTimeoutError:
                fate = await meet("http://nowhere.example/", timeout=aiohttp.ClientTimeout(total=None))
                assert type(fate.error) is raised

    run(program)


def test_a_proxy_that_is_gone_is_named_again() -> None:
    cause = NetworkError(ErrorKind.REFUSED)

    async def program() -> list[BaseException]:
        fates = []
        for scheme in "http", "https":
            with in_force(NotingRecorder((Response(0), cause))):
                url = f"{scheme}://nowhere.example/"
                fates.append(await meet(url, proxy="http://proxy.example:3128"))
        return [fate.error for fate in fates]

    for error in run(program):
        assert isinstance(error, aiohttp.ClientProxyConnectionError)
        assert (error.host, error.port) == ("proxy.example", 3128)
        assert str(error) == "Cannot connect to host proxy.example:3128 ssl:default [Connection refused]"


@pytest.mark.parametrize(
    ("cause", "raised", "words"),
    [
        (NetworkError(ErrorKind.NAME), aiohttp.ClientConnectorDNSError, "[Name or service not known]"),
        (NetworkError(ErrorKind.NAME, "No such"), aiohttp.ClientConnectorDNSError, "[No such]"),
        (NetworkError(ErrorKind.REFUSED), aiohttp.ClientConnectorError, "[Connection refused]"),
        (NetworkError(ErrorKind.CONNECT), aiohttp.ClientConnectorError, "[None]"),
        (
            NetworkError(ErrorKind.CONNECT, "SSL handshake is taking longer than 60 seconds"),
            aiohttp.ClientConnectorError,
            "[None]",
        ),
        (
            NetworkError(ErrorKind.CONNECT, "No route to host", 113),
            aiohttp.ClientConnectorError,
            "[No route to host]",
        ),
        (
            NetworkError(ErrorKind.CONNECT_TIMEOUT, "Connection timed out", 110),
            aiohttp.ClientConnectorError,
            "[Connection timed out]",
        ),
        (NetworkError(ErrorKind.TLS), aiohttp.ClientConnectorSSLError, "[The TLS handshake failed]"),
        (
            NetworkError(ErrorKind.TLS, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: x"),
            aiohttp.ClientConnectorCertificateError,
            "certificate verify failed: x",
        ),
        (NetworkError(ErrorKind.CONNECT_TIMEOUT), aiohttp.ConnectionTimeoutError, "timeout"),
        (NetworkError(ErrorKind.TIMEOUT, "timed out"), aiohttp.SocketTimeoutError, "Timeout"),
        (NetworkError(ErrorKind.TIMEOUT, "slow", 110), aiohttp.ClientOSError, "slow"),
        (NetworkError(ErrorKind.RESET), aiohttp.ClientOSError, "Connection reset by peer"),
        (
            NetworkError(ErrorKind.RESET, "[SSL: BAD] bad (_ssl.c:1)", 1),
            aiohttp.ClientOSError,
            "bad (_ssl.c:1)",
        ),
        (NetworkError(ErrorKind.CLOSED), aiohttp.ServerDisconnectedError, "Server disconnected"),
        (NetworkError(ErrorKind.CLOSED, "No route", 113), aiohttp.ClientOSError, "No route"),
    ],
)
def test_any_error_is_one_of_aiohttps(cause: NetworkError, raised: type[BaseException], words: str) -> None:
    """Whoever recorded it, and be it written by hand."""

    async def program() -> BaseException:
        with in_force(NotingRecorder((Response(0), cause))):
            return (await meet("https://nowhere.example/", **PATIENT)).error

    error = run(program)
    assert type(error) is raised
    assert words in str(error)


def test_a_head_that_another_client_took_for_whole_is_cut_for_aiohttp() -> None:
    async def program() -> BaseException:
        with in_force(NotingRecorder((Response(200, "OK"), NetworkError(ErrorKind.CLOSED)))):
            return (await meet("http://nowhere.example/", **PATIENT)).error

    error = run(program)
    assert type(error) is aiohttp.ServerDisconnectedError
    assert "code=200" in str(error)


@pytest.mark.parametrize(
    ("cause", "steps"),
    [
        (NetworkError(ErrorKind.REFUSED), ["start", "create", "exception"]),
        (NetworkError(ErrorKind.CLOSED), ["start", "create", "created", "exception"]),
    ],
)
def test_traces_see_how_far_it_went(cause: NetworkError, steps: list[str]) -> None:
    seen: list[str] = []

    def note(step: str) -> Any:
        async def noted(session: Any, context: Any, parameters: Any) -> None:
            seen.append(step)

        return noted

    tracing = aiohttp.TraceConfig()
    tracing.on_request_start.append(note("start"))
    tracing.on_connection_create_start.append(note("create"))
    tracing.on_connection_create_end.append(note("created"))
    tracing.on_request_exception.append(note("exception"))

    async def program() -> None:
        async with aiohttp.ClientSession(trace_configs=[tracing]) as session:
            with in_force(NotingRecorder((Response(0), cause))), pytest.raises(aiohttp.ClientError):
                await session.post("http://nowhere.example/")

    run(program)
    assert seen == steps


@pytest.mark.parametrize("source", [pieces, lambda: io.BytesIO(b"firstsecond")])
def test_a_body_that_was_not_sent_can_be_sent_later(source: Callable[[], Any]) -> None:
    body = source()
    refused = Response(0), NetworkError(ErrorKind.REFUSED, "Connection refused", 111)
    recorder = NotingRecorder(refused, recorded())

    async def program() -> None:
        with in_force(recorder):
            await meet("http://nowhere.example/", data=body)
            async with (
                aiohttp.ClientSession() as session,
                session.post("http://nowhere.example/", data=body) as response,
            ):
                await response.read()

    run(program)
    assert [request.body for request in recorder.asked] == [b"firstsecond"] * 2
