"""A replay without a connection's machinery, where nobody could tell.

A request without a body that aiohttp writes as it stands is taken as a whole, and an answer that
came at once and whole, and was parsed before, is given out as it was parsed. What aiohttp does in
between, in `ClientRequest.send`, is done here in the few steps that leave something behind.
Everything else takes the longer way, in replay.py.
"""

from __future__ import annotations

import asyncio
import types
from typing import Any, NamedTuple

import aiohttp.http_writer
from aiohttp import BaseConnector, ClientRequest, ClientResponse, HttpVersion11, hdrs
from aiohttp.connector import Connection
from aiohttp.helpers import BaseTimerContext

from reqsnap.interceptors.aiohttp.answer import UNSET, Answer, given_as
from reqsnap.interceptors.aiohttp.made import (
    SHOWS_WRITER,
    TAKEN_WITH,
    Writer,
    Written,
    makes_response_to,
    new_response,
    response_to,
    stream_of,
)
from reqsnap.interceptors.aiohttp.replay import Received, ReplayConnection, ReplayHandler, with_transport
from reqsnap.interceptors.making_way import may_go_on
from reqsnap.model import Request

_SERIALIZE: Any = getattr(aiohttp.http_writer, "_serialize_headers", None)

_MADE_WITH = frozenset({"writer", "continue100", "timer", "request_info", "traces", "loop", "session"})
"""What `send` makes a response with, from aiohttp 3.11 on; since 3.14 there is the `stream_writer` too."""

_SEND = ClientRequest.__dict__.get("send")
_START = ClientResponse.__dict__.get("start")


def _is_known() -> bool:
    """Whether this aiohttp sends as those do that this module was written for, and nobody has changed it."""
    return (
        isinstance(_SEND, types.FunctionType)
        and _SEND.__code__.co_filename == ClientRequest.update_headers.__code__.co_filename
        and TAKEN_WITH - {"stream_writer"} == _MADE_WITH
        and _SERIALIZE is not None
        and not hasattr(ClientRequest, "keep_alive")
    )


_KNOWN = _is_known()


class Plain(NamedTuple):
    """A request without a body that aiohttp writes as it stands."""

    request: Request
    written: Written


def is_plain(request: ClientRequest, connector: BaseConnector) -> bool:
    """Whether a request has no body, nobody looks on as it is sent, and its connection is an ordinary one."""
    return (
        type(request) is ClientRequest
        and ClientRequest.send is _SEND
        and not request.body
        and request.version is HttpVersion11
        and request._continue is None
        and request.proxy is None
        and not (request.compress or request.chunked or connector._force_close)
        # Since aiohttp 3.14.
        and getattr(request, "_upload_tracker", None) is None
    )


def written_of(request: ClientRequest) -> Written | None:
    """What is told of the writing of such a request; None where aiohttp adds to it or refuses to write it."""
    if not _KNOWN or request.method in request.POST_METHODS or request.method == hdrs.METH_CONNECT:
        return None
    try:
        head = _SERIALIZE(f"{request.method} {request.url.raw_path_qs} HTTP/1.1", request.headers)
    except (ValueError, TypeError):
        return None
    return {"stream_writer": Writer(len(head))} if SHOWS_WRITER else {}


def reply(connector: BaseConnector, request: ClientRequest, answer: Answer, written: Written) -> Connection:
    """A connection on which a plain request has its answer at once."""
    # Made without a call of `__init__`, which would take longer than all it does.
    handler: PromptHandler = object.__new__(PromptHandler)
    connection: PromptConnection = object.__new__(PromptConnection)
    handler.loop = connection._loop = request.loop
    handler.answer, handler.connection = answer, connection
    connection.protocol = connection._protocol = handler
    connection.request, connection.written = request, written
    connection._connector, connection._callbacks = connector, []
    # Called in the place of the method, once. A plain function, so that nothing refers to itself.
    request.send = _send  # type: ignore[method-assign, assignment]
    return connection


class PromptConnection(ReplayConnection):
    """A connection to which one request belongs from the start. It is released as soon as it is read."""

    protocol: Any = None
    """A property of the class above, which is read four times in every replay."""

    request: ClientRequest
    written: Written
    response: ClientResponse
    """What `send` has made."""

    @property
    def _key(self) -> Any:  # type: ignore[override]
        return self.request.connection_key

    def use(self, handler: ReplayHandler) -> None:
        """Have the request sent after all, and its answer received by a whole protocol."""
        del self.request.send
        self.protocol = self._protocol = with_transport(handler, self.request)

    def close(self) -> None:
        """End it."""
        if self._callbacks:
            self._notify_release()
        self.protocol = self._protocol = None

    release = close


async def _send(connection: PromptConnection) -> Any:
    """What `ClientRequest.send` leaves behind; and `ClientResponse.start`, if nothing stands against it."""
    request: Any = connection.request
    del request.send
    handler: PromptHandler = connection.protocol
    parsed: Any = handler._parsed
    is_plain, start = parsed is not None and not parsed.sets_cookies, None
    if is_plain and parsed.content is not None and makes_response_to(request):
        if may_go_on(handler.loop):
            content = stream_of(parsed.content, handler, handler._clock, handler.loop)
            response = response_to(request, connection.written, handler, parsed.message, content)
            request.response = response
            connection.close()
            connection.response, response.start = response, _started
            return response
        start = _start_after_others
    response = request.response = new_response(request, connection.written)
    if start is None and is_plain and type(response).start is _START:
        start = _start if may_go_on(handler.loop) else _start_after_others
    if start is not None:
        connection.response, response.start = response, start
    return response


async def _started(connection: PromptConnection) -> Any:
    """What is left for `ClientResponse.start` where all was there at once."""
    response: Any = connection.response
    del response.start
    return response


async def _start_after_others(connection: PromptConnection) -> Any:
    """As `_start`, when others that wait have had their turn."""
    response: Any = connection.response
    del response.start
    with response._timer:
        await asyncio.sleep(0)
    return _receive(connection, response)


async def _start(connection: PromptConnection) -> Any:
    """What `ClientResponse.start` leaves behind, but for cookies."""
    response: Any = connection.response
    del response.start
    return _receive(connection, response)


def _receive(connection: PromptConnection, response: Any) -> Any:
    handler: PromptHandler = connection.protocol
    message, content = handler.received()
    response._closed, response._protocol, response._connection = False, handler, connection
    content.on_eof(response._response_eof)
    response.version, response.status, response.reason = message.version, message.code, message.reason
    response._headers, response._raw_headers = message.headers, message.raw_headers
    response.content = content
    # `start` looks for cookies in them, and a property is worked out but once.
    response.headers  # noqa: B018
    return response


class _Open(asyncio.Transport):
    """Stands where aiohttp looks whether it is connected."""

    def is_closing(self) -> bool:
        return False


class PromptHandler(ReplayHandler):
    """Gives out an answer that was parsed before; only where that was done otherwise, a whole protocol does.

    What a protocol keeps is not made for it until somebody asks.
    """

    answer: Answer
    loop: asyncio.AbstractEventLoop
    connection: PromptConnection | None
    upgraded = False
    transport = _Open()
    _made = False

    def set_response_params(
        self,
        *,
        timer: BaseTimerContext | None = None,
        skip_payload: Any = UNSET,
        read_until_eof: Any = UNSET,
        auto_decompress: Any = UNSET,
        read_timeout: Any = UNSET,
        read_bufsize: Any = UNSET,
        timeout_ceil_threshold: Any = UNSET,
        max_line_size: Any = UNSET,
        max_field_size: Any = UNSET,
        max_headers: Any = UNSET,
        **others: Any,
    ) -> None:
        """Take the settings of the answer's parser, each by its name, which is done at once."""
        settings = (
            skip_payload,
            read_until_eof,
            auto_decompress,
            read_timeout,
            read_bufsize,
            timeout_ceil_threshold,
            max_line_size,
            max_field_size,
            max_headers,
            others or None,
        )
        connection, self.connection = self.connection, None
        self._parsed, self._clock = self.answer.parsed(settings), timer
        if self._parsed is None and connection is not None:
            handler = ReplayHandler(self.loop, self.answer, True)
            connection.use(handler)
            handler.set_response_params(timer=timer, **given_as(settings))

    async def read(self) -> Received:
        """The head of the answer and its body. Others that wait run first, as they would with a server."""
        if not may_go_on(self.loop):
            await asyncio.sleep(0)
        return self.received()

    def received(self) -> Received:
        """The head of the answer and its body."""
        parsed = self._parsed
        assert parsed is not None
        return parsed.message, parsed.body(self, self._clock, self.loop)

    def resume_reading(self, resume_parser: bool = True) -> None:
        """All of the answer is there."""

    def close(self) -> None:
        """There is nothing to end."""

    abort = close

    def __getattr__(self, name: str) -> Any:
        if self._made:
            raise AttributeError(name)
        self._made = True
        ReplayHandler.__init__(self, self.loop, self.answer, True)
        return getattr(self, name)
