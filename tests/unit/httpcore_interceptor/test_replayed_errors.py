"""Recorded errors of the network, replayed wherever they come from."""

from __future__ import annotations

import anyio
import pytest

from reqsnap.model import ErrorKind, Headers, NetworkError, Response
from tests.support.httpcore_interceptor.flavours import (
    Core,
    FakeRecorder,
    Flavour,
    every_async_flavour,
    every_flavour,
    failing,
    recording,
)
from tests.support.network import no_network

PARTIAL = Response(200, "OK", Headers([("Content-Length", "9")]), b"onetwo", parts=(3, 3))
EXPECTED = {
    ErrorKind.NAME: ("ConnectError", "ReadError"),
    ErrorKind.REFUSED: ("ConnectError", "ReadError"),
    ErrorKind.CONNECT: ("ConnectError", "ReadError"),
    ErrorKind.CONNECT_TIMEOUT: ("ConnectTimeout", "ReadError"),
    ErrorKind.TLS: ("ConnectError", "ReadError"),
    ErrorKind.TIMEOUT: ("ReadTimeout", "ReadTimeout"),
    ErrorKind.RESET: ("ReadError", "ReadError"),
    ErrorKind.CLOSED: ("RemoteProtocolError", "RemoteProtocolError"),
}
"""The class for each kind where nothing had come, and where half a body had."""


@every_flavour
@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.value)
def test_an_error_that_was_written_by_hand_is_replayed(flavour: Flavour, kind: ErrorKind) -> None:
    without, within = EXPECTED[kind]

    async def program(core: Core) -> list[bytes]:
        with pytest.raises(getattr(core.library, without)):
            await core.send(core.request("GET", "https://example.com/"))
        recorder.at_body = failing(NetworkError(kind), PARTIAL).at_body
        response = await core.send(core.request("GET", "https://example.com/"))
        assert (response.status, response.headers) == (200, [(b"Content-Length", b"9")])
        pieces = []
        with pytest.raises(getattr(core.library, within)):
            async for piece in core.pieces(response):
                pieces.append(piece)
        return pieces

    recorder = failing(NetworkError(kind))
    with no_network(), recording(recorder):
        assert flavour.run(program) == [b"one", b"two"]


@every_flavour
@pytest.mark.parametrize("response", [Response(0), PARTIAL], ids=["head", "body"])
def test_each_replay_raises_an_error_of_its_own(flavour: Flavour, response: Response) -> None:
    async def program(core: Core) -> list[BaseException]:
        errors: list[BaseException] = []
        for _ in range(2):
            with pytest.raises(core.library.ReadTimeout) as caught:
                await core.fetch("GET", "http://example.com/")
            errors.append(caught.value)
        return errors

    with no_network(), recording(failing(NetworkError(ErrorKind.TIMEOUT), response)):
        first, second = flavour.run(program)

    assert first is not second


@every_flavour
def test_a_replay_within_an_except_clause_tells_what_lies_beneath(flavour: Flavour) -> None:
    async def program(core: Core) -> BaseException:
        with pytest.raises(core.library.ReadError) as caught:
            try:
                raise LookupError("of the program")
            except LookupError:
                await core.fetch("GET", "http://example.com/")
        error: BaseException = caught.value
        return error

    with no_network(), recording(failing(NetworkError(ErrorKind.RESET, "Connection reset by peer", 104))):
        error = flavour.run(program)

    assert error.args == (error.__context__,)


@every_async_flavour
def test_a_task_that_tries_until_it_succeeds_lets_others_run(flavour: Flavour) -> None:
    tries = 0

    async def program(core: Core) -> None:
        begun, done = anyio.Event(), anyio.Event()

        async def poll() -> None:
            nonlocal tries
            while not done.is_set() and tries < 1000:
                tries += 1
                begun.set()
                with pytest.raises(core.library.ConnectError):
                    await core.send(core.request("GET", "http://example.com/"))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(poll)
            await begun.wait()
            done.set()

    with no_network(), recording(failing(NetworkError(ErrorKind.REFUSED))):
        flavour.run(program)

    assert 0 < tries < 1000


@every_flavour
@pytest.mark.parametrize(
    "words",
    ["Server disconnected", "<StreamReset stream_id:1, error_code:2, remote_reset:True>"],
)
def test_http2_is_closed_in_words_of_its_own(flavour: Flavour, words: str) -> None:
    partial = Response(200, body=b"two", version="HTTP/2")

    async def program(core: Core) -> list[str]:
        said = []
        for response in (Response(0), partial):
            recorder.at_body = failing(NetworkError(ErrorKind.CLOSED, words), response).at_body
            with pytest.raises(core.library.RemoteProtocolError) as caught:
                await core.fetch("GET", "https://example.com/")
            said.append(str(caught.value))
        return said

    recorder = FakeRecorder(at_head=None)
    with no_network(), recording(recorder):
        assert flavour.run(program) == [words, words]
