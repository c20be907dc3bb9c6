"""Errors of the network, live and replayed: the same exceptions, made of the same, at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response
from tests.support.httpcore_interceptor.flavours import (
    Core,
    Flavour,
    every_async_flavour,
    every_flavour,
    forwarding,
    gathering,
    leaves_generators,
    mock_backend,
    recording,
)
from tests.support.httpcore_interceptor.troubles import TROUBLES, Place
from tests.support.listening import free_port
from tests.support.network import no_network
from tests.support.server import Server

forgets_sockets = pytest.mark.filterwarnings("ignore:unclosed <socket.* family=1,:ResourceWarning")
"""The libraries do not close a Unix socket that they could not connect."""


def name_of(error: BaseException | None) -> str:
    """The name of an exception's class, in full."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def told(error: BaseException) -> tuple[object, ...]:
    """All that a program can learn from an exception of the library."""
    beneath = error.__cause__ or error.__context__
    return (
        name_of(error),
        str(error),
        [name_of(each) if isinstance(each, BaseException) else each for each in error.args],
        error.__cause__ is None,
        error.__suppress_context__,
        (*shown(beneath), None if beneath is None else name_of(beneath.__cause__)),
    )


def shown(error: BaseException | None) -> tuple[str, str]:
    """An exception as its class and its words."""
    return name_of(error), str(error)


def meet(flavour: Flavour, place: Place, tracing: bool) -> tuple[object, ...]:
    """What a program sees of a trouble: the pieces of a body, the exception and the traces."""

    async def program(core: Core) -> tuple[object, ...]:
        pieces: list[bytes] = []
        traces: list[tuple[str, object]] = []

        def note(name: str, info: dict[str, Any]) -> None:
            if not name.startswith("connection."):
                traces.append((name, shown(info.get("exception"))))

        async def note_async(name: str, info: dict[str, Any]) -> None:
            note(name, info)

        extensions: dict[str, Any] = {"timeout": place.timeouts}
        if tracing:
            extensions["trace"] = note_async if core.asynchronous else note
        response = None
        try:
            with pytest.raises(Exception) as caught:
                response = await core.send(core.request("POST", place.url, place.body, extensions=extensions))
                async for piece in core.pieces(response):
                    pieces.append(piece)
                    place.seen.set()
        finally:
            if response is not None:
                await core.close(response)
        return response is None, b"".join(pieces), told(caught.value), traces

    return flavour.run(program, place.pool, **place.options)


@leaves_generators
@forgets_sockets
@every_flavour
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_replayed_failure_is_the_one_that_was_recorded(
    flavour: Flavour, trouble: str, server: Server, tmp_path: Path
) -> None:
    with TROUBLES[trouble](server, tmp_path) as place:
        with recording(None):
            bare = meet(flavour, place, True)
        recorders = [forwarding(), gathering()]
        live = []
        for recorder in recorders:
            place.seen.clear()
            with recording(recorder):
                live.append(meet(flavour, place, True))

    assert live == [bare, bare]
    requests = [recorder.failures[0][0] for recorder in recorders]
    assert [(each.body, each.complete) for each in requests] == [(place.body, True)] * 2
    for recorder in recorders:
        with no_network(), recording(recorder.replayed):
            assert meet(flavour, place, True) == bare
            assert meet(flavour, place, False) == (*bare[:3], [])


# What is told to the recorder


@every_flavour
def test_a_request_that_was_refused_is_whole_where_its_body_is_known(flavour: Flavour) -> None:
    url = f"http://127.0.0.1:{free_port()}/"

    def pieces() -> Iterator[bytes]:
        yield b"never sent"

    async def program(core: Core) -> None:
        for method, content in (("GET", None), ("POST", b"known"), ("POST", core.body(pieces))):
            with pytest.raises(core.library.ConnectError):
                await core.send(core.request(method, url, content))

    recorder = forwarding()
    with recording(recorder):
        flavour.run(program)

    sent = [(request.method, request.body, request.complete) for request, _, _ in recorder.failures]
    assert sent == [("GET", b"", True), ("POST", b"known", True), ("POST", b"", False)]
    assert {cause for _, _, cause in recorder.failures} == {
        NetworkError(ErrorKind.REFUSED, "Connection refused", 111)
    }


@leaves_generators
@every_flavour
def test_what_had_come_of_the_answer_is_told_in_its_pieces(flavour: Flavour) -> None:
    head = b"HTTP/1.1 200 Fine\r\nX-A: 1\r\nContent-Length: 20\r\n\r\n"

    async def program(core: Core) -> None:
        with pytest.raises(core.library.RemoteProtocolError, match="received 6 bytes, expected 20"):
            await core.fetch("GET", "http://example.com/")

    recorder = forwarding()
    with recording(recorder):
        backend = mock_backend(flavour, [head, b"one", b"two", b""])
        flavour.run(program, network_backend=backend)

    request, response, cause = recorder.failures[0]
    assert request == Request("GET", "http://example.com/", Headers([("Host", "example.com")]))
    assert response == Response(
        200, "Fine", Headers([("X-A", "1"), ("Content-Length", "20")]), b"onetwo", parts=(3, 3)
    )
    assert cause.kind is ErrorKind.CLOSED
    assert name_of(recorder.failure).startswith(flavour.library)


@every_flavour
def test_what_is_not_the_networks_fault_has_no_cause(flavour: Flavour, server: Server) -> None:
    recorder = forwarding()
    origin = server.origin("http")

    async def program(core: Core) -> None:
        library = core.library
        with pytest.raises(library.RemoteProtocolError, match="illegal"):
            await core.fetch("GET", origin + "/garbage")
        with pytest.raises(library.LocalProtocolError):
            await core.send(core.request("GET", origin + "/echo", headers=[(b"a b", b"c")]))
        held = await core.send(core.request("GET", origin + "/status/200"))
        with pytest.raises(library.PoolTimeout):
            await core.send(core.request("GET", origin + "/echo", extensions={"timeout": {"pool": 0.01}}))
        await core.read(held)

    with recording(recorder):
        flavour.run(program, max_connections=1)

    assert len(recorder.broken) == 3
    assert recorder.failures == []
    assert recorder.reasons == [""] * 3


@every_async_flavour
def test_a_cancelled_exchange_has_no_cause(flavour: Flavour, server: Server) -> None:
    recorder = forwarding()

    async def program(core: Core) -> None:
        with anyio.move_on_after(0.1):
            await core.fetch("GET", server.origin("http") + "/slow-head")
        server.gates.open("head")

    with recording(recorder):
        flavour.run(program)

    assert (recorder.failures, recorder.reasons) == ([], [""])


# Retries


class Counted:
    """A backend whose first connections are refused; it counts them, and what it waits between."""

    def __init__(self, flavour: Flavour, refusals: int) -> None:
        self.refusals, self.connects, self.sleeps = refusals, 0, 0
        self._backend = mock_backend(flavour, [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        self._flavour = flavour
        asynchronous = flavour.asynchronous
        self.connect_tcp: Any = self._connect_async if asynchronous else self._connect
        self.sleep: Any = self._sleep_async if asynchronous else self._sleep

    def _connect(self, **keywords: Any) -> Any:
        self.connects += 1
        if self.connects <= self.refusals:
            raise self._refusal()
        return self._backend.connect_tcp(**keywords)

    def _sleep(self, seconds: float) -> None:
        self.sleeps += 1

    async def _connect_async(self, **keywords: Any) -> Any:
        self.connects += 1
        if self.connects <= self.refusals:
            raise self._refusal()
        return await self._backend.connect_tcp(**keywords)

    async def _sleep_async(self, seconds: float) -> None:
        self.sleeps += 1

    def _refusal(self) -> Exception:
        library: Any = __import__(self._flavour.library)
        error: Exception = library.ConnectError(ConnectionRefusedError(111, "Connection refused"))
        return error


@every_flavour
def test_retries_that_are_all_refused_are_one_failure_and_not_waited_for_again(flavour: Flavour) -> None:
    async def program(core: Core) -> Any:
        with pytest.raises(core.library.ConnectError) as caught:
            await core.fetch("GET", "http://example.com/")
        return type(caught.value)

    recorder, live, replayed = forwarding(), Counted(flavour, 9), Counted(flavour, 9)
    with recording(recorder):
        kind = flavour.run(program, retries=2, network_backend=live)
    with no_network(), recording(recorder.replayed):
        assert flavour.run(program, retries=2, network_backend=replayed) is kind

    assert (live.connects, live.sleeps) == (3, 2)
    assert (replayed.connects, replayed.sleeps) == (0, 0)


@every_flavour
def test_a_retry_that_succeeds_is_one_answer(flavour: Flavour) -> None:
    recorder, backend = forwarding(), Counted(flavour, 1)

    async def program(core: Core) -> list[bytes]:
        _, pieces = await core.fetch("GET", "http://example.com/")
        return pieces

    with recording(recorder):
        assert flavour.run(program, retries=1, network_backend=backend) == [b"ok"]

    assert backend.connects == 2
    assert recorder.response.body == b"ok"
