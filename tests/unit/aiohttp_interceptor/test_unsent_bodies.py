"""Bodies that were gathered and then not sent."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.payload import AsyncIterablePayload

from reqsnap.errors import UnmatchedRequestError
from reqsnap.interceptors.http1 import request_sent
from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    in_force,
    run,
    serving,
)
from tests.support.aiohttp_interceptor.programs import (
    pieces,
    post,
    take_request,
)

SOURCES: dict[str, Callable[[], Any]] = {
    "generator": pieces,
    "memory": lambda: io.BytesIO(b"firstsecond"),
}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("asks", [True, False])
def test_what_was_gathered_and_not_sent_can_be_sent_later(name: str, asks: bool) -> None:
    """A program that could not connect may try again with the same source."""
    recorder = NotingRecorder()
    source = SOURCES[name]()

    async def program() -> bytes:
        async with serving() as server:
            nobody = server.url()
        with in_force(recorder):
            with pytest.raises(aiohttp.ClientConnectorError):
                await post(nobody, {"data": source})
            recorder.asks = asks
            async with serving(take_request) as server:
                await post(server.url(), {"data": source})
                return b"".join(server.received)

    received = request_sent("POST", "", run(program))
    assert (received.body, received.complete) == (b"firstsecond", True)
    assert recorder.noted[0][0].body == b"firstsecond"


def test_a_payload_that_was_not_sent_keeps_what_was_gathered() -> None:
    recorder = NotingRecorder()

    async def program() -> bytes:
        async with serving() as server:
            nobody = server.url()
        payload = AsyncIterablePayload(pieces())
        form = aiohttp.MultipartWriter(boundary="b")
        form.append(pieces())
        with in_force(recorder):
            for data in (payload, form):
                with pytest.raises(aiohttp.ClientConnectorError):
                    await post(nobody, {"data": data})
            bodies = []
            for data in (payload, form):
                async with serving(take_request) as server:
                    await post(server.url(), {"data": data})
                    bodies.append(request_sent("POST", "", b"".join(server.received)).body)
        return b"|".join(bodies)

    assert run(program).startswith(b"firstsecond|--b\r\n")
    assert recorder.asked[1].body == recorder.asked[3].body


class Unhashable:
    """A source of which nothing can be remembered."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __aiter__(self) -> AsyncIterator[bytes]:
        return pieces()


def test_a_source_that_cannot_be_remembered_is_sent_all_the_same() -> None:
    payload = AsyncIterablePayload(Unhashable())
    other = pieces()
    recorder = NotingRecorder()

    async def program() -> bytes:
        async with serving() as server:
            nobody = server.url()
        with in_force(recorder):
            for data in (other, payload):
                with pytest.raises(aiohttp.ClientConnectorError):
                    await post(nobody, {"data": data})
            async with serving(take_request) as server:
                await post(server.url(), {"data": payload})
                return b"".join(server.received)

    assert request_sent("POST", "", run(program)).body == b"firstsecond"


def test_a_refused_source_is_put_back() -> None:
    source = io.BytesIO(b"memory")

    async def program() -> None:
        with in_force(NotingRecorder(refuses=True)), pytest.raises(UnmatchedRequestError):
            await post("http://nowhere.example/", {"data": source})

    run(program)
    assert source.read() == b"memory"
