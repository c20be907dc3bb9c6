"""What goes wrong reaches the caller as ever, and the recorder hears of it once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import trio

from reqsnap.errors import UnmatchedRequestError
from reqsnap.recorder import Refuse
from tests.support.httpcore_interceptor.flavours import (
    Core,
    Flavour,
    every_async_flavour,
    every_flavour,
    forwarding,
    gathering,
    recording,
    refusing,
)
from tests.support.network import no_network
from tests.support.server import Server


@every_flavour
def test_an_error_of_the_connection_passes_and_is_told(flavour: Flavour, server: Server) -> None:
    recorder = forwarding()

    async def program(core: Core) -> Any:
        with pytest.raises(core.library.RemoteProtocolError, match="disconnected") as caught:
            await core.fetch("POST", server.origin("http") + "/hang-up", b"body")
        return caught.value

    with recording(recorder):
        error = flavour.run(program)

    assert recorder.failure is error


@every_flavour
@pytest.mark.parametrize("endpoint", ["cut-length", "cut-chunked", "bad-chunk"])
def test_a_cut_answer_reaches_the_caller_and_is_not_recorded(
    flavour: Flavour, endpoint: str, server: Server
) -> None:
    recorder = forwarding()

    async def program(core: Core) -> Any:
        with pytest.raises(core.library.RemoteProtocolError) as caught:
            await core.fetch("GET", f"{server.origin('http')}/{endpoint}")
        return caught.value

    with recording(recorder):
        error = flavour.run(program)

    assert recorder.failure is error


@every_async_flavour
@pytest.mark.parametrize("endpoint", ["slow-head", "slow-body"])
def test_a_cancelled_exchange_is_told_once(flavour: Flavour, endpoint: str, server: Server) -> None:
    recorder = forwarding()

    async def program(core: Core) -> None:
        with anyio.move_on_after(0.1) as cancelled:
            await core.fetch("GET", f"{server.origin('http')}/{endpoint}")
        assert cancelled.cancelled_caught
        server.gates.open(endpoint.removeprefix("slow-"))

    with recording(recorder):
        flavour.run(program)

    assert isinstance(recorder.failure, asyncio.CancelledError | trio.Cancelled)


@every_flavour
def test_a_refusal_is_raised_and_nothing_is_sent(flavour: Flavour) -> None:
    recorder = refusing()

    async def program(core: Core) -> Any:
        with pytest.raises(UnmatchedRequestError) as caught:
            await core.send(core.request("GET", "http://localhost:1/"))
        return caught.value

    with no_network(), recording(recorder):
        error = flavour.run(program)

    assert isinstance(recorder.at_body, Refuse)
    assert error is recorder.at_body.error
    assert recorder.ended == []


@every_flavour
@pytest.mark.parametrize("make", [forwarding, gathering])
def test_a_body_of_the_wrong_kind_is_refused_by_assertion_as_ever(
    flavour: Flavour, make: Any, server: Server
) -> None:
    class Wrong:
        pass

    async def program(core: Core) -> None:
        with pytest.raises(AssertionError):
            await core.fetch("POST", server.origin("http") + "/echo", Wrong())

    recorder = make()
    with recording(recorder):
        flavour.run(program)

    assert [type(error) for error in recorder.broken] == ([AssertionError] if make is forwarding else [])


def failing_body() -> Iterator[bytes]:
    yield b"one"
    raise LookupError("no more")


@every_flavour
def test_an_error_in_the_body_fails_as_it_does_without_a_recorder(flavour: Flavour, server: Server) -> None:
    async def program(core: Core) -> None:
        with pytest.raises(LookupError, match="no more"):
            await core.fetch("POST", server.origin("http") + "/echo", core.body(failing_body))

    received = []
    for recorder in (None, forwarding(), gathering()):
        with recording(recorder):
            flavour.run(program)
        if recorder is not None:
            assert recorder.recorded == []
        server.settle()
        received.append(server.received())
        server.reset()

    assert received[0] == received[1] == received[2]
    assert b"transfer-encoding" in received[0][0][2][0].lower()


@every_flavour
def test_an_error_in_the_body_sends_nothing_where_nothing_may_be_sent(flavour: Flavour) -> None:
    recorder = gathering()
    recorder.may_send = False

    async def program(core: Core) -> None:
        with pytest.raises(LookupError, match="no more"):
            await core.fetch("POST", "http://localhost:1/", core.body(failing_body))

    with no_network(), recording(recorder):
        flavour.run(program)

    assert (recorder.asked, recorder.ended) == ([], [])
