"""An exchange that httpcore sends itself: its answer noted as the client reads it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from reqsnap.interceptors.http1 import SWITCHED, is_event_stream, is_left_between_events
from reqsnap.interceptors.httpcore.errors import meaning
from reqsnap.interceptors.httpcore.shapes import CoreRequest, CoreResponse, Tee, text_headers
from reqsnap.model import ErrorKind, NetworkError, Request, Response
from reqsnap.recorder import Forward, Recorder

_NO_BODY = frozenset((204, 304))
_ABANDONED = NetworkError(ErrorKind.ABANDONED)


class Exchange:
    """An exchange under way. However it ends, the recorder is told, and only once.

    `asked` gives the request as far as it was sent, `meant` as it was to be sent.
    """

    __slots__ = (
        "_asked",
        "_client",
        "_expected",
        "_head",
        "_meant",
        "_pending",
        "_pieces",
        "_received",
        "_recorder",
    )

    def __init__(
        self,
        client: str,
        recorder: Recorder,
        forward: Forward,
        asked: Callable[[], Request],
        meant: Callable[[], Request],
    ) -> None:
        self._client = client
        self._recorder = recorder
        # A list, as taking its one item is atomic: another thread may close the answer.
        self._pending = [forward]
        self._asked, self._meant = asked, meant
        self._head: Response | None = None
        self._expected: int | None = None
        self._received = 0
        self._pieces: list[bytes] = []

    def listen(self, request: CoreRequest, response: CoreResponse, body: type[ReceivedBody]) -> None:
        """Take in the head of the answer, and note its body while the client reads it."""
        if response.status == 101 or (request.method == b"CONNECT" and 200 <= response.status < 300):
            forward = self._end()
            if forward is not None:
                self._recorder.failed(forward, why=SWITCHED)
            return
        self._head = _described(response)
        self._expected = _length(request, self._head)
        if self._expected == 0:
            self.completed()
        else:
            response.stream = body(response.stream, self)

    @property
    def reads_ahead(self) -> bool:
        """Whether the answer is to be read to its end before the client gets it."""
        if self._head is None or is_event_stream(self._head.headers):
            return False
        return any(forward.reads_ahead for forward in self._pending)

    def received(self, piece: bytes) -> None:
        """Note a piece of the answer's body."""
        self._pieces.append(piece)
        self._received += len(piece)

    def completed(self) -> None:
        """The answer has arrived to its last byte."""
        forward = self._end()
        if forward is not None and self._head is not None:
            streamed = "content-length" not in self._head.headers
            self._recorder.after(forward, self._asked(), self._answer(self._head, streamed))

    def failed(self, error: BaseException) -> None:
        """The exchange broke off, or was given up."""
        forward = self._end()
        if forward is None:
            return
        cause = meaning(self._client, error)
        if cause is None:
            self._recorder.failed(forward, error)
        else:
            come = None if self._head is None else self._answer(self._head, True)
            self._recorder.failed(forward, error, request=self._meant(), response=come, cause=cause)

    def closed(self) -> None:
        """The client reads no further: complete if nothing is missing, else abandoned."""
        if self._expected is not None:
            whole = self._received == self._expected
        else:
            whole = self._head is not None and is_left_between_events(
                self._head.headers, b"".join(self._pieces[-2:])
            )
        if whole:
            self.completed()
        else:
            self._abandoned()

    def _abandoned(self) -> None:
        forward = self._end()
        if forward is not None:
            come = None if self._head is None else self._answer(self._head, True)
            self._recorder.failed(forward, request=self._asked(), response=come, cause=_ABANDONED)

    def __del__(self) -> None:
        if self._pending:
            self.closed()

    def _end(self) -> Forward | None:
        try:
            return self._pending.pop()
        except IndexError:
            return None

    def _answer(self, head: Response, in_parts: bool) -> Response:
        sizes = [len(piece) for piece in self._pieces if piece]
        parts = tuple(sizes) if in_parts and len(sizes) > 1 else ()
        return replace(head, body=b"".join(self._pieces), parts=parts)


class ReceivedBody(Tee):
    """An answer's body: each piece goes to the client at once and is noted."""

    __slots__ = ("_exchange",)

    def __init__(self, stream: Any, exchange: Exchange) -> None:
        super().__init__(stream)
        self._exchange = exchange


class ReceivedBodySync(ReceivedBody):
    """An answer's body from a sync pool."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        exchange = self._exchange
        try:
            for piece in self._stream:
                exchange.received(piece)
                yield piece
        except GeneratorExit:
            exchange.closed()
            raise
        except BaseException as error:
            exchange.failed(error)
            raise
        exchange.completed()

    def close(self) -> None:
        """Read no further."""
        try:
            self._stream.close()
        finally:
            self._exchange.closed()


class ReceivedBodyAsync(ReceivedBody):
    """An answer's body from an async pool."""

    __slots__ = ()

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        exchange = self._exchange
        try:
            async with aclosing(self._stream.__aiter__()) as pieces:
                async for piece in pieces:
                    exchange.received(piece)
                    yield piece
        except GeneratorExit:
            exchange.closed()
            raise
        except BaseException as error:
            exchange.failed(error)
            raise
        exchange.completed()

    async def aclose(self) -> None:
        """Read no further."""
        try:
            await self._stream.aclose()
        finally:
            self._exchange.closed()


def _described(response: CoreResponse) -> Response:
    """The head of an answer."""
    version: bytes = response.extensions.get("http_version", b"HTTP/1.1")
    reason: bytes = response.extensions.get("reason_phrase", b"")
    return Response(
        status=response.status,
        reason=reason.decode("latin-1"),
        headers=text_headers(response.headers),
        version=version.decode("latin-1"),
    )


def _length(request: CoreRequest, head: Response) -> int | None:
    """How many bytes of body will come, where that is known before they have."""
    if request.method == b"HEAD" or head.status in _NO_BODY:
        return 0
    length = head.headers.get("content-length", "")
    if "transfer-encoding" in head.headers or not length.isdecimal():
        return None
    return int(length)
