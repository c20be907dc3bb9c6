"""The body of a replayed answer, and the traces that httpcore leaves of an exchange."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Any

from reqsnap.interceptors.httpcore.checkpoints import checkpoint
from reqsnap.interceptors.httpcore.shapes import CoreRequest

STREAM_ID = 1
"""What HTTP/2 would call the first exchange of a connection of its own."""


class Traces:
    """The library's own traces of an exchange: `trace` callbacks and debug logging.

    Those of a connection are left out, as there is none.
    """

    __slots__ = ("_logger", "_request", "_stream", "_trace")

    def __init__(self, trace: Any, logger: logging.Logger, request: CoreRequest, http2: bool) -> None:
        self._trace, self._logger, self._request = trace, logger, request
        self._stream = {"stream_id": STREAM_ID} if http2 else {}

    def up_to_head(self, parsed: object) -> Iterator[Any]:
        """The steps up to the head of the answer, given as the library's parser gives it."""
        yield self.step("send_request_headers")
        yield self.step("send_request_body")
        yield self.step("receive_response_headers", parsed)

    def step(self, name: str, value: object = None) -> Any:
        """A step that ends with a value, as a context manager of either kind."""
        step = self._trace(name, self._logger, self._request, {"request": self._request, **self._stream})
        step.return_value = value
        return step

    def closed(self) -> Any:
        """The last step."""
        return self._trace("response_closed", self._logger, self._request, self._stream)


class ReplayedBody:
    """The body of a replayed answer: read once, in the pieces in which it was recorded."""

    __slots__ = ("_read_error", "_traces", "is_open", "pieces")

    def __init__(self, pieces: Iterator[bytes], traces: Traces | None, read_error: type[Exception]) -> None:
        self.pieces, self._traces, self._read_error = pieces, traces, read_error
        self.is_open = True

    def check_open(self) -> None:
        """Raise where it may not be read any more."""
        if not self.is_open:
            raise self._read_error("The response was closed before it was read")


class SyncBody(ReplayedBody):
    """As a sync pool gives it."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        self.check_open()
        return self.pieces if self._traces is None else self._traced(self._traces)

    def _traced(self, traces: Traces) -> Generator[bytes, None, None]:
        try:
            with traces.step("receive_response_body"):
                yield from self.pieces
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let it be read no more."""
        self.is_open = False
        if (traces := self._traces) is not None:
            self._traces = None
            with traces.closed():
                pass


class AsyncBody(ReplayedBody):
    """As an async pool gives it."""

    __slots__ = ()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return AsyncPieces(self) if self._traces is None else self._traced(self._traces)

    async def _traced(self, traces: Traces) -> AsyncGenerator[bytes, None]:
        self.check_open()
        try:
            async with traces.step("receive_response_body"):
                async for piece in AsyncPieces(self):
                    yield piece
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Let it be read no more."""
        self.is_open = False
        if (traces := self._traces) is not None:
            self._traces = None
            async with traces.closed():
                pass


class AsyncPieces:
    """Reads a body of which nobody is told.

    Not a generator: event loops keep account of those until they have ended.
    """

    __slots__ = ("_begun", "_body", "_pieces")

    def __init__(self, body: AsyncBody) -> None:
        self._body, self._pieces = body, body.pieces
        self._begun = False

    def __aiter__(self) -> AsyncPieces:
        return self

    async def __anext__(self) -> bytes:
        begun = self._begun
        if not (begun or self._body.is_open):
            self._body.check_open()
        for piece in self._pieces:
            if begun:
                await self._let_others_run()
            self._begun = True
            return piece
        raise StopAsyncIteration

    async def _let_others_run(self) -> None:
        try:
            await checkpoint()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Read no further."""
        self._pieces = iter(())
        self._body.is_open = False
