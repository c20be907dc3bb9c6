"""Streams and responses as aiohttp's own steps leave them, made without those steps.

When this module is loaded it is tried out whether they come out the same. Where they do not, or
where a program has changed one of the steps, aiohttp's own code makes them.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from aiohttp import ClientResponse, HttpVersion11
from aiohttp.base_protocol import BaseProtocol
from aiohttp.helpers import BaseTimerContext, TimerNoop
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

_new = object.__new__

_INIT_STREAM = StreamReader.__init__
_FEED_DATA = StreamReader.feed_data
_FEED_EOF = StreamReader.feed_eof
_ON_EOF = StreamReader.on_eof
_INIT_RESPONSE = ClientResponse.__init__
_START = ClientResponse.start
_RESPONSE_EOF = ClientResponse._response_eof
_CLEANUP_WRITER = ClientResponse._cleanup_writer
_RELEASE_CONNECTION = ClientResponse._release_connection


TAKEN_WITH = frozenset(inspect.signature(ClientResponse.__init__).parameters) - {"self", "method", "url"}
"""What a response is made with, besides its method and its URL."""

SHOWS_WRITER = "stream_writer" in TAKEN_WITH
"""Since aiohttp 3.14."""

Written = dict[str, Any]
"""What a response is told of the writer of its request."""


class Writer(NamedTuple):
    """A writer that has written all, as far as a response asks it."""

    output_size: int


class Content(NamedTuple):
    """A whole body: its size, its pieces, where its chunks end, how many bytes it had while it was coded.

    `limits` are those of the stream it came in, in bytes and, since aiohttp 3.13, in chunks.
    """

    limits: tuple[int, int, Any, Any]
    size: int
    pieces: tuple[bytes, ...]
    chunk_ends: tuple[int, ...] | None = None
    compressed: int | None = None


def content_of(stream: Any) -> Content:
    """What a stream holds that has come to its end and was not read."""
    low, high = stream.get_read_buffer_limits()
    many, few = getattr(stream, "_high_water_chunks", None), getattr(stream, "_low_water_chunks", None)
    ends = stream._http_chunk_splits
    # Since aiohttp 3.13 coded bytes are counted apart.
    compressed = getattr(stream, "total_compressed_bytes", None)
    chunk_ends = None if ends is None else tuple(ends)
    return Content((low, high, many, few), stream.total_bytes, tuple(stream._buffer), chunk_ends, compressed)


def stream_of(
    content: Content,
    protocol: BaseProtocol,
    timer: BaseTimerContext | None,
    loop: asyncio.AbstractEventLoop,
) -> StreamReader:
    """A new stream of a body, all of it there."""
    if (
        _MAKES_STREAMS
        and timer is not None
        and StreamReader.__init__ is _INIT_STREAM
        and StreamReader.feed_data is _FEED_DATA
        and StreamReader.feed_eof is _FEED_EOF
    ):
        made: StreamReader = _made_stream(content, protocol, timer, loop)
        return made
    return _fed_stream(content, protocol, timer, loop)


def _fed_stream(
    content: Content,
    protocol: BaseProtocol,
    timer: BaseTimerContext | None,
    loop: asyncio.AbstractEventLoop,
) -> StreamReader:
    stream = StreamReader(protocol, content.limits[0], timer=timer, loop=loop)
    if content.chunk_ends is not None:
        stream.begin_http_chunk_receiving()
        splits: Any = stream._http_chunk_splits
        splits.extend(content.chunk_ends)
    for piece in content.pieces:
        stream.feed_data(piece)
    if content.compressed is not None:
        stream.total_compressed_bytes = content.compressed
    stream.feed_eof()
    return stream


def _made_stream(
    content: Content, protocol: BaseProtocol, timer: BaseTimerContext, loop: asyncio.AbstractEventLoop
) -> Any:
    stream: Any = _new(StreamReader)
    limits, size, pieces, chunk_ends, stream.total_compressed_bytes = content
    stream._low_water, stream._high_water, stream._high_water_chunks, stream._low_water_chunks = limits
    stream._protocol, stream._timer, stream._loop = protocol, timer, loop
    stream._size = stream.total_bytes = size
    stream._buffer = deque(pieces)
    stream._http_chunk_splits = None if chunk_ends is None else deque(chunk_ends)
    stream._cursor = stream._buffer_offset = stream._eof_counter = 0
    stream._waiter = stream._eof_waiter = stream._exception = None
    stream._eof, stream._eof_callbacks = True, []
    return stream


def new_response(request: Any, written: Written) -> Any:
    """A response of the request's class, of which nothing has been received."""
    return request.response_class(
        request.method,
        request.original_url,
        writer=None,
        continue100=None,
        timer=request._timer,
        request_info=request.request_info,
        traces=request._traces,
        loop=request.loop,
        session=request._session,
        **written,
    )


def makes_response_to(request: Any) -> bool:
    """Whether a response to this request may be made here."""
    return (
        _MAKES_RESPONSES
        and request.response_class is ClientResponse
        and ClientResponse.__init__ is _INIT_RESPONSE
        and ClientResponse.start is _START
        and ClientResponse._response_eof is _RESPONSE_EOF
        and ClientResponse._cleanup_writer is _CLEANUP_WRITER
        and ClientResponse._release_connection is _RELEASE_CONNECTION
        and StreamReader.on_eof is _ON_EOF
        and request._session is not None
        and not request.loop.get_debug()
    )


def response_to(request: Any, written: Written, protocol: Any, message: Any, content: Any) -> Any:
    """The response to a request: its head received, its whole body there to be read, its connection released.

    It sets no cookies.
    """
    response: Any = _new(ClientResponse)
    response.method = request.method
    url = response._real_url = request.original_url
    response._url = url.with_fragment(None) if url.raw_fragment else url
    if written:
        response._output_size = written["stream_writer"].output_size
    response._request_info = request.request_info
    response._timer = request._timer
    response._cache = {}
    response._traces = request._traces
    response._loop = request.loop
    response._session = None
    response._resolve_charset = request._session._resolve_charset
    response._closed, response._protocol, response._connection = True, protocol, None
    response.version, response.status, response.reason = message.version, message.code, message.reason
    response._headers, response._raw_headers = message.headers, message.raw_headers
    response.content = content
    # `start` looks for cookies in them, and a property is worked out but once.
    response.headers  # noqa: B018
    return response


class _Server(BaseProtocol):
    """A protocol that has an answer at once."""

    upgraded = False
    answer: tuple[Any, Any]

    async def read(self) -> tuple[Any, Any]:
        return self.answer

    def release(self) -> None:
        """As a connection it is no more."""


class _Loop:
    """A loop on which nothing runs."""

    def get_debug(self) -> bool:
        return False


def _makes_streams() -> bool:
    """Whether a stream comes out as if it had been fed."""
    timer, loop = TimerNoop(), cast(Any, _Loop())
    protocol = _Server(loop)
    model = content_of(StreamReader(protocol, 2**16, timer=timer, loop=loop))
    for ends, compressed in ((None, None), ((1, 3), 7)):
        content = Content(model.limits, 3, (b"a", b"bc"), ends, compressed)
        fed = _fed_stream(content, protocol, timer, loop)
        if _state(fed) != _state(_made_stream(content, protocol, timer, loop)):
            return False
    return True


def _state(stream: Any) -> dict[str, Any]:
    slots = [name for kind in type(stream).__mro__ for name in getattr(kind, "__slots__", ())]
    held = {name: getattr(stream, name) for name in slots}
    return {**getattr(stream, "__dict__", {}), **held, "kinds": [type(value) for value in held.values()]}


def _makes_responses() -> bool:
    """Whether a response comes out as one that was started on a connection and had its answer at once."""
    timer, loop = TimerNoop(), cast(Any, _Loop())
    protocol: Any = _Server(loop)
    protocol.protocol = protocol
    fields: CIMultiDict[str] = CIMultiDict(Server="localhost")
    message = SimpleNamespace(
        version=HttpVersion11, code=200, reason="OK", headers=CIMultiDictProxy(fields), raw_headers=()
    )
    written: Written = {"stream_writer": Writer(9)} if SHOWS_WRITER else {}
    for url in URL("http://localhost/"), URL("http://localhost/#top"):
        content = StreamReader(protocol, 2**16, timer=timer, loop=loop)
        content.feed_eof()
        protocol.answer = message, content
        request: Any = SimpleNamespace(
            method="GET",
            original_url=url,
            request_info=object(),
            response_class=ClientResponse,
            _timer=timer,
            _traces=[],
            loop=loop,
            _session=SimpleNamespace(_resolve_charset=object()),
        )
        started = new_response(request, written)
        with suppress(StopIteration):
            started.start(protocol).send(None)
        made = response_to(request, written, protocol, message, content)
        if list(vars(started).items()) != list(vars(made).items()):
            return False
    return True


def _is_so(tried: Callable[[], bool]) -> bool:
    try:
        return tried()
    except Exception:
        # An aiohttp that goes other ways.
        return False


_MAKES_STREAMS = _is_so(_makes_streams)
_MAKES_RESPONSES = _is_so(_makes_responses)
