"""A connection that answers an aiohttp request from memory.

Everything above the transport is aiohttp's own: the request is written to it and the
answer's bytes are parsed, decoded and streamed as if a server had sent them.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientRequest
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import BaseConnector, Connection
from aiohttp.helpers import BaseTimerContext
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader

from reqsnap.interceptors.aiohttp.answer import Answer, Parsed, settings_of
from reqsnap.interceptors.making_way import may_go_on

_PATIENCE = 1.0
"""Seconds for which a piece waits for its reader before the next one follows it all the same."""

Received = tuple[RawResponseMessage, StreamReader]
"""The head of an answer and the stream of its body."""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NOTHING = Answer((), True)


def replay(connector: BaseConnector, request: ClientRequest, answer: Answer) -> Connection:
    """A connection on which the request gets its answer."""
    at_once = answer.at_once and request._continue is None
    return connection_on(connector, request, ReplayHandler(asyncio.get_running_loop(), answer, at_once))


def mute(connector: BaseConnector, request: ClientRequest) -> Connection:
    """A connection for a request that cannot be sent whole, on which no answer comes."""
    return replay(connector, request, _NOTHING)


def connection_on(connector: BaseConnector, request: ClientRequest, handler: ReplayHandler) -> Connection:
    """A connection for a request, with what receives its answer."""
    with_transport(handler, request)
    return ReplayConnection(connector, request.connection_key, handler, handler._loop)


def with_transport(handler: ReplayHandler, request: ClientRequest) -> ReplayHandler:
    """A handler, given the transport that takes the request."""
    handler.transport = ReplayTransport(handler, request._continue is not None)
    return handler


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

    reading = True
    _closing = False

    def __init__(self, handler: ReplayHandler, expects_continue: bool) -> None:
        super().__init__()
        self._handler = handler
        self._expects_continue = expects_continue

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

    An answer that comes at once is received as its reader asks for it. Of another, the
    first step holds the head and the first piece of the body, each further step one
    piece. A piece waits until the one before it has been read, so that pieces stay apart
    as they were; a program that does not read gets them all the same.
    """

    _begun = False
    _waiting = False
    _due: asyncio.Handle | None = None
    _left = 0
    _parsed: Parsed | None = None
    _breaks = False
    """Whether the connection fails in the end: what was not read by then is lost."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: Answer, at_once: bool) -> None:
        super().__init__(loop)
        self._answer = answer
        self._at_once = at_once

    def set_response_params(self, *, timer: BaseTimerContext | None = None, **settings: Any) -> None:
        """Take the settings of the answer's parser. None is made where they were met before."""
        if self._at_once:
            self._clock, self._settings = timer, settings_of(settings)
            self._parsed = self._answer.parsed(self._settings)
        if self._parsed is None:
            super().set_response_params(timer=timer, **settings)

    def go_on(self) -> None:
        """Answer 100 to a request that expects it."""
        self._loop.call_soon(self.data_received, _CONTINUE)

    def start_timeout(self) -> None:
        """The request has been written: aiohttp starts to wait, and the answer may come."""
        if self._begun:
            return
        self._begun = True
        if not self._at_once:
            super().start_timeout()
            self._left = len(self._answer.steps)
            self._due = self._loop.call_soon(self._step)
        elif self._waiter is not None:
            # aiohttp's writing task is still to end; only then is the connection let go.
            self._due = self._loop.call_soon(self._arrive)

    async def read(self) -> Received:
        """The head of the answer and its body. Others that wait run first, as they would with a server."""
        if self._begun and self._at_once:
            if not may_go_on():
                await asyncio.sleep(0)
            if (received := self._receive()) is not None:
                return received
        return await super().read()

    def _arrive(self) -> None:
        self._due = None
        if (received := self._receive()) is not None:
            self.feed_data(received, 0)

    def _receive(self) -> Received | None:
        """Receive an answer that comes at once. None leaves it to the parser, or to a lost connection."""
        self._at_once = False
        if self.transport is None or self.transport.is_closing():
            return None
        if self._parsed is None:
            self._parse()
            return None
        return self._parsed.message, self._parsed.body(self, self._clock, self._loop)

    def _parse(self) -> None:
        self.data_received(self._answer.steps[0])
        if self._buffer and not self.upgraded:
            (message, payload), _ = self._buffer[0]
            self._answer.keep(self._settings, message, payload)

    def resume_reading(self, *args: Any, **kwargs: Any) -> None:
        """aiohttp has room again, or its reader has taken a piece."""
        if self._parser is not None:
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
        self._waiting, self._left = False, 0
        if self._due is not None:
            self._due.cancel()

    def _step(self) -> None:
        transport, self._due = self.transport, None
        if not isinstance(transport, ReplayTransport) or not transport.reading:
            return
        self._waiting = False
        if not self._left:
            self._end()
            return
        step = self._answer.steps[-self._left]
        self._left -= 1
        self.data_received(step)
        if (self._left or self._answer.closes) and not transport.is_closing():
            self._wait()

    def _end(self) -> None:
        self.connection_lost(None)

    def _wait(self) -> None:
        """Have the next step come when this one has been read, or when nobody seems to read."""
        unread = (self._left or self._breaks) and getattr(self._payload, "_buffer", None)
        if unread or not self._is_reading():
            # Up to aiohttp 3.12 a reader calls `resume_reading` only where reading is paused.
            self._waiting = self._reading_paused = True
            if self._due is None and self._comes_unasked():
                self._due = self._loop.call_later(_PATIENCE, self._step)
            return
        if self._due is not None:
            self._due.cancel()
        self._waiting = False
        self._due = self._loop.call_soon(self._step)

    def _comes_unasked(self) -> bool:
        """Whether the next step comes in the end though nobody reads."""
        return True

    def _is_reading(self) -> bool:
        return isinstance(self.transport, ReplayTransport) and self.transport.reading
