"""A connection that answers an aiohttp request from memory.

Everything above the transport is aiohttp's own: the request is written to it and the
answer's bytes are parsed, decoded and streamed as if a server had sent them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from aiohttp import ClientRequest
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, Connection

from reqsnap.interceptors.http1 import is_bodiless, is_chunked
from reqsnap.model import Response
from reqsnap.recorder import Replay

_PATIENCE = 1.0
"""Seconds for which a piece waits for its reader before the next one follows it all the same."""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_VERSIONS = frozenset({"HTTP/1.0", "HTTP/1.1"})


_Answer = tuple[tuple[bytes, ...], bool]
"""The bytes of an answer, piece by piece, and whether the connection ends after them."""

_KEPT = "aiohttp"


def replay(connector: BaseConnector, request: ClientRequest, decision: Replay) -> Connection:
    """A connection on which the request gets its answer."""
    answer: _Answer | None = decision.kept.get(_KEPT)
    if answer is None:
        answer = decision.kept[_KEPT] = _bytes_of(request.method, decision.response)
    return _connection(connector, request, answer)


def mute(connector: BaseConnector, request: ClientRequest) -> Connection:
    """A connection for a request that cannot be sent whole, on which no answer comes."""
    return _connection(connector, request, ((), True))


def _connection(connector: BaseConnector, request: ClientRequest, answer: _Answer) -> Connection:
    loop = asyncio.get_running_loop()
    handler = ReplayHandler(loop, *answer)
    handler.transport = ReplayTransport(handler, request._continue is not None)
    return ReplayConnection(connector, request.connection_key, handler, loop)


def _bytes_of(method: str, response: Response) -> _Answer:
    version = response.version if response.version in _VERSIONS else "HTTP/1.1"
    lines = [f"{version} {response.status} {response.reason}\r\n"]
    length = codings = None
    for name, value in response.headers.pairs:
        lines.append(f"{name}: {value}\r\n")
        if len(name) == 14 and name.lower() == "content-length":
            length = value
        elif len(name) == 17 and name.lower() == "transfer-encoding":
            codings = value
    lines.append("\r\n")
    head = "".join(lines).encode("latin-1")
    if is_bodiless(method, response.status):
        return (head,), False
    if codings is not None and is_chunked(codings):
        return _chunked(head, response), False
    # A body of another length than the head says must not leave its reader waiting.
    closes = codings is not None or length != str(len(response.body))
    if not response.parts:
        return (head + response.body,), closes
    first, *rest = response.pieces()
    return (head + first, *rest), closes


def _chunked(head: bytes, response: Response) -> tuple[bytes, ...]:
    steps = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in response.pieces()]
    trailers = "".join([f"{name}: {value}\r\n" for name, value in response.trailers])
    end = b"0\r\n%b\r\n" % trailers.encode("latin-1")
    steps[-1:] = [b"".join((*steps[-1:], end))]
    steps[0] = head + steps[0]
    return tuple(steps)


class ReplayConnection(Connection):
    """A connection that belongs to no pool: released or closed, it is gone at once."""

    def close(self) -> None:
        """End it."""
        self._notify_release()
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.close()

    release = close


class ReplayTransport(asyncio.Transport):
    """Takes what the client writes, and minds whether the client reads."""

    def __init__(self, handler: ReplayHandler, expects_continue: bool) -> None:
        super().__init__()
        self.reading = True
        self._handler = handler
        self._expects_continue = expects_continue
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Take a piece of the request. A client that waits for 100 has written its head now."""
        if self._expects_continue:
            self._expects_continue = False
            self._handler.go_on()

    def writelines(self, chunks: Any) -> None:
        """Take pieces of the request."""
        self.write(b"")

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing

    def is_reading(self) -> bool:
        """Whether the client takes more of the answer now."""
        return self.reading

    def pause_reading(self) -> None:
        """Hold the rest of the answer back."""
        self.reading = False

    def resume_reading(self) -> None:
        """Let the answer go on."""
        self.reading = True

    def get_write_buffer_size(self) -> int:
        """Nothing that is written waits."""
        return 0

    def close(self) -> None:
        """Close, and tell the protocol soon, as every transport does."""
        if not self._closing:
            self.end()
            self._handler.lose()

    abort = close

    def end(self) -> None:
        """Close without telling."""
        self._closing = True


class ReplayHandler(ResponseHandler):
    """aiohttp's own protocol, which receives an answer once the request has been written.

    The first step holds the head and the first piece of the body, each further step one
    piece. A piece waits until the one before it has been read, so that pieces stay apart
    as they were; a program that does not read gets them all the same.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, steps: tuple[bytes, ...], closes: bool) -> None:
        super().__init__(loop)
        self._steps = deque(steps)
        self._closes = closes
        self._begun = False
        self._waiting = False
        self._due: asyncio.Handle | None = None

    def go_on(self) -> None:
        """Answer 100 to a request that expects it."""
        self._loop.call_soon(self.data_received, _CONTINUE)

    def start_timeout(self) -> None:
        """The request has been written: aiohttp starts to wait, and the answer may come."""
        super().start_timeout()
        if not self._begun:
            self._begun = True
            self._due = self._loop.call_soon(self._answer)

    def resume_reading(self, *args: Any, **kwargs: Any) -> None:
        """aiohttp has room again, or its reader has taken a piece."""
        super().resume_reading(*args, **kwargs)
        if self._waiting:
            self._wait()

    def close(self) -> None:
        """End at once and completely, with nothing left to the loop."""
        transport, self.transport = self.transport, None
        if isinstance(transport, ReplayTransport):
            transport.end()
        self._drop_answer()
        self._drop_timeout()
        self._payload = self._parser = None

    abort = close

    def lose(self) -> None:
        """The transport was closed under the protocol."""
        self._drop_answer()
        if not self._loop.is_closed():
            self._loop.call_soon(self.connection_lost, None)

    def _drop_answer(self) -> None:
        self._waiting = False
        self._steps.clear()
        if self._due is not None:
            self._due.cancel()

    def _answer(self) -> None:
        transport, self._due = self.transport, None
        if not isinstance(transport, ReplayTransport) or not transport.reading:
            return
        self._waiting = False
        if not self._steps:
            self.connection_lost(None)
            return
        self.data_received(self._steps.popleft())
        if (self._steps or self._closes) and not transport.is_closing():
            self._wait()

    def _wait(self) -> None:
        """Have the next step come when this one has been read, or when nobody seems to read."""
        unread = self._steps and getattr(self._payload, "_buffer", None)
        if unread or not self._is_reading():
            # Up to aiohttp 3.12 a reader calls `resume_reading` only where reading is paused.
            self._waiting = self._reading_paused = True
            if self._due is None:
                self._due = self._loop.call_later(_PATIENCE, self._answer)
            return
        if self._due is not None:
            self._due.cancel()
        self._waiting = False
        self._due = self._loop.call_soon(self._answer)

    def _is_reading(self) -> bool:
        return isinstance(self.transport, ReplayTransport) and self.transport.reading
