"""Answers that come before the request was sent whole."""

from __future__ import annotations

import gc
import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.httpcore_interceptor.flavours import (
    Core,
    FakeRecorder,
    Flavour,
    Pieces,
    every_async_flavour,
    every_flavour,
    forwarding,
    gathering,
    leaves_generators,
    recording,
)


def backend_that_fails_writing(flavour: Flavour, answer: bytes, writes: int) -> Any:
    """A connection that takes so many writes and then is closed, with an answer to be read."""
    library: Any = importlib.import_module(flavour.library)
    left = iter(range(writes))

    def write(buffer: bytes, timeout: float | None = None) -> None:
        if next(left, None) is None:
            raise library.WriteError("closed")

    async def async_write(buffer: bytes, timeout: float | None = None) -> None:
        write(buffer)

    if flavour.asynchronous:
        stream, backend = library.AsyncMockStream([answer]), library.AsyncMockBackend([])
        stream.write = async_write

        async def connect(*args: object, **keywords: object) -> Any:
            return stream

        backend.connect_tcp = connect
    else:
        stream, backend = library.MockStream([answer]), library.MockBackend([])
        stream.write = write
        backend.connect_tcp = lambda *args, **keywords: stream
    return backend


@leaves_generators
@every_flavour
@pytest.mark.parametrize("generator", [True, False])
def test_an_early_answer_leaves_the_request_incomplete(flavour: Flavour, generator: bool) -> None:
    recorder = forwarding()
    backend = backend_that_fails_writing(
        flavour, b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno", 3
    )

    def pieces() -> Iterator[bytes]:
        yield from (b"first", b"second", b"third", b"fourth")

    async def program(core: Core) -> Any:
        content = core.body(pieces) if generator else Pieces(pieces())
        return await core.fetch("POST", "http://example.com/", content)

    with recording(recorder):
        response, body = flavour.run(program, network_backend=backend)

    assert (response.status, body) == (413, [b"no"])
    assert recorder.response.status == 413
    # The head and two pieces went through; the third was handed over and got lost.
    assert (recorder.request.body, recorder.request.complete) == (b"firstsecondthird", False)


@every_async_flavour
@pytest.mark.parametrize("generator", [True, False])
def test_generators_are_left_unfinished_as_often_as_without_a_recorder(
    flavour: Flavour, generator: bool
) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b"first", b"second", b"third")

    async def program(core: Core) -> None:
        content = core.body(pieces) if generator else Pieces(pieces())
        response = await core.send(core.request("POST", "http://example.com/", content))
        async for piece in response.stream:
            assert piece == b"no"
            break
        await core.close(response)

    def warned(recorder: FakeRecorder | None) -> int:
        answer = b"HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"
        backend = backend_that_fails_writing(flavour, answer, 2)
        with recording(recorder), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            flavour.run(program, network_backend=backend)
            gc.collect()
        return len([one for one in caught if "async_generator" in str(one.message)])

    assert warned(forwarding()) <= warned(None)


@every_flavour
def test_a_gathered_request_is_whole_however_early_the_answer(flavour: Flavour) -> None:
    recorder = gathering()
    backend = backend_that_fails_writing(flavour, b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", 2)

    def pieces() -> Iterator[bytes]:
        yield from (b"first", b"second", b"third")

    async def program(core: Core) -> Any:
        return await core.fetch("POST", "http://example.com/", core.body(pieces))

    with recording(recorder):
        flavour.run(program, network_backend=backend)

    assert (recorder.request.body, recorder.request.complete) == (b"firstsecondthird", True)


@every_flavour
def test_a_request_without_a_body_is_complete_however_early_the_answer(flavour: Flavour) -> None:
    recorder = forwarding()
    backend = backend_that_fails_writing(flavour, b"HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n", 0)

    async def program(core: Core) -> Any:
        return await core.fetch("GET", "http://example.com/")

    with recording(recorder):
        flavour.run(program, network_backend=backend)

    assert (recorder.request.body, recorder.request.complete) == (b"", True)
