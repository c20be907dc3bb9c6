"""tornado's SimpleAsyncHTTPClient: decides where a connection is asked for, and listens on its stream.

`_HTTPConnection.run` makes one exchange on a connection of its own: it connects, builds the
request, writes it and reads the answer. Where a recording may answer, it first gets a stream in
memory, and the decision falls when the head is written there: the stream answers, or the whole
of `run` starts again with a real connection, so that nothing goes out and no time is counted
in another order than the client's own.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from reqsnap import scope
from reqsnap.carrying import Carried, Stay, carried
from reqsnap.interceptors.http1 import request_sent
from reqsnap.interceptors.network_errors import is_of_connecting
from reqsnap.interceptors.tornado.body import Made, made_by
from reqsnap.interceptors.tornado.errors import unconnected
from reqsnap.interceptors.tornado.note import Exchange
from reqsnap.interceptors.tornado.replay import ReplayStream
from reqsnap.model import ErrorKind, NetworkError, Request
from reqsnap.patching import Patch
from reqsnap.recorder import Forward, Recorder, Refuse, Replay, let_out

_EXCHANGE = "_reqsnap_exchange"
"""The attribute of a connection that holds the exchange noted on it."""
_BLOCK = "_reqsnap_block"
"""The attribute of a queued request that holds the block it belongs to, and the stay there."""


_NOWHERE = Carried(None, ())


class _StartAgainError(BaseException):
    """Ends a run whose request is known now, and is no matter of the client's."""


def _run(wrapped: Any, connection: Any, args: Any, kwargs: Any) -> Coroutine[Any, Any, None]:
    try:
        recorder = scope.current()
    except Exception as error:
        return _refused(connection, error)
    if recorder is None:
        run: Coroutine[Any, Any, None] = wrapped(*args, **kwargs)
        return run
    return _exchange(recorder, wrapped, connection)


async def _refused(connection: Any, error: Exception) -> None:
    """Where the client would handle an error in connecting."""
    connection._handle_exception(type(error), error, error.__traceback__)


async def _exchange(recorder: Recorder, wrapped: Any, connection: Any) -> None:
    door = connection.tcp_client = _Door(recorder, connection)
    try:
        await wrapped()
    except _StartAgainError:
        await door.make_body()
        if connection.final_callback is None:
            # Its time was over meanwhile.
            return
        connection._remove_timeout()
        await wrapped()


class _Door:
    """Stands before the TCP client of one connection. Asked twice where the first time settles nothing."""

    def __init__(self, recorder: Recorder, connection: Any) -> None:
        self._recorder, self._connection = recorder, connection
        self._client = connection.tcp_client
        self._decision: Replay | Forward | Refuse | None = None
        self._head: bytes | None = None
        self._made: Made | None = None

    async def connect(self, host: str, port: int, **options: Any) -> Any:
        """What the client takes for a connection to a server."""
        method, url = self._connection.request.method, self._url()
        if self._made is not None and self._made.error is not None:
            # There is no whole request to be sent, as the client finds out in sending.
            return self._stream(options)
        if self._decision is None:
            self._decision = self._decide(method, url)
        decision = self._decision
        if isinstance(decision, Refuse):
            raise decision.error
        if isinstance(decision, Replay):
            return self._replay(decision, options)
        records_errors = self._recorder.cassette.policy.records_errors
        if decision is None or (records_errors and self._head is None):
            return self._stream(options, self._head_written)
        return await self._forward(decision, method, url, host, port, options)

    def _decide(self, method: str, url: str) -> Replay | Forward | Refuse | None:
        """What is known by the method and the URL, or once the whole request is there."""
        if self._head is not None:
            request = self._request(self._head)
            return None if request is None else self._recorder.before(request)
        has_body = bool(self._connection.request.body) or self._has_producer()
        return self._recorder.head(method, url) if has_body or not self._recorder.may_replay else None

    async def _forward(
        self, forward: Forward, method: str, url: str, host: str, port: int, options: dict[str, Any]
    ) -> Any:
        meant = None if self._head is None else self._request(self._head)
        exchange = Exchange(self._recorder, let_out(forward), method, url, meant)
        setattr(self._connection, _EXCHANGE, exchange)
        try:
            stream = await self._client.connect(host, port, **options)
        except BaseException as error:
            exchange.unconnected(error)
            raise
        exchange.begin(stream)
        return stream

    def _replay(self, decision: Replay, options: dict[str, Any]) -> Any:
        error = decision.error
        if error is None or not _is_unconnected(decision, error):
            stream = self._stream(options)
            stream.answer(decision)
            return stream
        if error.kind is ErrorKind.CONNECT_TIMEOUT and error.errno is None and "timeout" not in options:
            # Up to tornado 6.5, told by this option, the client minds the time itself.
            self._connection._on_timeout("while connecting")
            return self._stream(options)
        raise unconnected(error)

    def _head_written(self, head: bytes) -> None:
        """The client has built its request. Raises where this run cannot go on."""
        self._head = head
        request = self._request(head)
        if request is None or self._decision is not None:
            raise _StartAgainError
        decision = self._decision = self._recorder.before(request)
        if isinstance(decision, Refuse):
            raise decision.error
        is_to_fail = isinstance(decision, Replay) and _is_unconnected(decision, decision.error)
        if isinstance(decision, Forward) or is_to_fail:
            raise _StartAgainError
        self._connection.stream.answer(decision)

    async def make_body(self) -> None:
        """Have the program make its body now, if it is to be known before it is sent."""
        if self._decision is None and self._has_producer():
            request = self._connection.request
            self._made = await made_by(request.body_producer)
            # Seen by this connection alone: a redirected request has a producer of its own.
            request.body_producer = self._made.give

    def _request(self, head: bytes) -> Request | None:
        """The request as it will be on the wire; None while its body is still to be made."""
        asked = self._connection.request
        if self._has_producer():
            if self._made is None:
                return None
            body = self._made.body
        else:
            body = asked.body or b""
        url = self._url()
        known = request_sent(asked.method, url, head)
        return Request(asked.method, url, known.headers, body) if body else known

    def _has_producer(self) -> bool:
        asked = self._connection.request
        return asked.body is None and asked.body_producer is not None

    def _stream(self, options: dict[str, Any], head_written: Any = None) -> ReplayStream:
        return ReplayStream(self._connection, options.get("max_buffer_size"), head_written)

    def _url(self) -> str:
        """The URL that the request asks for, as it is written to the connection."""
        parsed = self._connection.parsed
        authority = parsed.netloc.rpartition("@")[2]
        query = f"?{parsed.query}" if parsed.query else ""
        url = f"{parsed.scheme}://{authority}{parsed.path or '/'}{query}"
        return url if url.isascii() else url.encode().decode("latin-1")


def _is_unconnected(decision: Replay, error: NetworkError | None) -> bool:
    """Whether a replay fails before there is a connection."""
    return error is not None and not decision.response.status and is_of_connecting(error)


def _handle_exception(wrapped: Any, connection: Any, args: Any, kwargs: Any) -> bool:
    exchange: Exchange | None = getattr(connection, _EXCHANGE, None)
    if exchange is not None:
        exchange.told(args[1] if len(args) > 1 else kwargs["value"])
    handled: bool = wrapped(*args, **kwargs)
    return handled


def _fetch_impl(wrapped: Any, client: Any, args: Any, kwargs: Any) -> None:
    request = args[0] if args else kwargs["request"]
    if len(client.active) >= client.max_clients:
        # It waits, and is taken up where another one ends, which may be in another block.
        here = carried() or _NOWHERE
        setattr(request, _BLOCK, (here, here.stay()))
    wrapped(*args, **kwargs)


def _handle_request(wrapped: Any, client: Any, args: Any, kwargs: Any) -> None:
    request = args[0] if args else kwargs["request"]
    waited: tuple[Carried, Stay] | None = vars(request).pop(_BLOCK, None)
    if waited is None:
        wrapped(*args, **kwargs)
        return
    here, stay = waited
    here.run(wrapped, *args, **kwargs)
    stay.release()


PATCHES = (
    Patch("tornado.simple_httpclient", "_HTTPConnection.run", _run),
    Patch("tornado.simple_httpclient", "_HTTPConnection._handle_exception", _handle_exception),
    Patch("tornado.simple_httpclient", "SimpleAsyncHTTPClient.fetch_impl", _fetch_impl),
    Patch("tornado.simple_httpclient", "SimpleAsyncHTTPClient._handle_request", _handle_request),
)
