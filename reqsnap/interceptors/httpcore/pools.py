"""httpcore and httpcore2, below httpx, httpx2 and what stands on them.

Wrapped are the two ways into the connection pools; the pools for proxies inherit them.
Sync and async, and the two libraries, share everything but the waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reqsnap import scope
from reqsnap.interceptors.httpcore.ahead import read_ahead_async, read_ahead_sync
from reqsnap.interceptors.httpcore.bodies import (
    GatheredBody,
    SentBody,
    gather_async,
    gather_sync,
    is_at_hand,
    sent_body_async,
    sent_body_sync,
)
from reqsnap.interceptors.httpcore.failed import replay_failed_async, replay_failed_sync
from reqsnap.interceptors.httpcore.live import Exchange, ReceivedBodyAsync, ReceivedBodySync
from reqsnap.interceptors.httpcore.replay import replay_async, replay_sync
from reqsnap.interceptors.httpcore.shapes import (
    DEFAULT_PORTS,
    CoreRequest,
    CoreResponse,
    Decided,
    request_head,
    with_body,
)
from reqsnap.model import Request
from reqsnap.patching import Patch, Wrapper
from reqsnap.recorder import Forward, Recorder, Refuse, Replay, let_out

_Decision = Replay | Forward | Refuse


def patches(client: str) -> tuple[Patch, ...]:
    """The patches for httpcore, or for a library of another name that is made like it."""
    return (
        Patch(client, "ConnectionPool.handle_request", _sync_handler(client)),
        Patch(client, "AsyncConnectionPool.handle_async_request", _async_handler(client)),
    )


def _sync_handler(client: str) -> Wrapper:
    def handle_request(wrapped: Any, pool: object, args: Any, kwargs: Any) -> Any:
        turn = _turn(args, kwargs)
        if turn is None:
            return wrapped(*args, **kwargs)
        decision = turn.at_once() or turn.head()
        if decision is None:
            body = gather_sync(turn.request.stream)
            if body.error is not None:
                return wrapped(turn.doomed(body, body.error))
            decision = turn.before(body)
        if not isinstance(decision, Replay):
            return _send_sync(wrapped, *turn.forward(client, decision, sent_body_sync))
        if decision.error is not None:
            return replay_failed_sync(client, pool, turn.request, decision, decision.error)
        return replay_sync(client, turn.request, decision)

    return handle_request


def _async_handler(client: str) -> Wrapper:
    async def handle_async_request(wrapped: Any, pool: object, args: Any, kwargs: Any) -> Any:
        turn = _turn(args, kwargs)
        if turn is None:
            return await wrapped(*args, **kwargs)
        decision = turn.at_once() or turn.head()
        if decision is None:
            body = await gather_async(turn.request.stream)
            if body.error is not None:
                return await wrapped(turn.doomed(body, body.error))
            decision = turn.before(body)
        if not isinstance(decision, Replay):
            return await _send_async(wrapped, *turn.forward(client, decision, sent_body_async))
        if decision.error is not None:
            return await replay_failed_async(client, pool, turn.request, decision, decision.error)
        return await replay_async(client, turn.request, decision)

    return handle_async_request


def _send_sync(wrapped: Any, exchange: Exchange, outgoing: CoreRequest) -> CoreResponse:
    """Have a sync pool send a request, and note what comes of it."""
    try:
        response: CoreResponse = wrapped(outgoing)
    except BaseException as error:
        exchange.failed(error)
        raise
    exchange.listen(outgoing, response, ReceivedBodySync)
    if exchange.reads_ahead:
        read_ahead_sync(response)
    return response


async def _send_async(wrapped: Any, exchange: Exchange, outgoing: CoreRequest) -> CoreResponse:
    """Have an async pool send a request, and note what comes of it."""
    try:
        response: CoreResponse = await wrapped(outgoing)
    except BaseException as error:
        exchange.failed(error)
        raise
    exchange.listen(outgoing, response, ReceivedBodyAsync)
    if exchange.reads_ahead:
        await read_ahead_async(response)
    return response


class _Turn:
    """One request on its way to a decision, and from it to the wire."""

    __slots__ = ("_asked", "_body", "_head", "_recorder", "request")

    def __init__(self, recorder: Recorder, request: CoreRequest) -> None:
        self.request = request
        self._recorder = recorder
        self._head = request_head(request)
        self._body: GatheredBody | None = None
        self._asked: Request | None = None

    def at_once(self) -> _Decision | None:
        """The decision, where it was made above, or where a replay is possible and the body at hand."""
        stream, recorder = self.request.stream, self._recorder
        if isinstance(stream, Decided):
            self.request.stream, self._asked = stream.stream, stream.asked
            return stream.decision
        if not (is_at_hand(stream) and recorder.may_replay):
            return None
        # It can be read once more, so what is sent is the request as it is.
        asked = self._asked = self._head.request(b"".join(stream), True)
        return recorder.before(asked)

    def head(self) -> _Decision | None:
        """The decision where it does not need the body."""
        return self._recorder.head(self._head.method, self._head.url)

    def before(self, body: GatheredBody) -> Replay | Forward | Refuse:
        """The decision, given the whole body."""
        self._body = body
        asked = self._asked = self._request(body.pieces, True)
        return self._recorder.before(asked)

    def doomed(self, body: GatheredBody, error: Exception) -> CoreRequest:
        """The request to send where its body cannot be made, so that it fails as it would bare.

        No recording can answer it, and it will not be one.
        """
        if not self._recorder.may_send:
            raise error
        return with_body(self.request, body)

    def forward(
        self, client: str, decision: Forward | Refuse, tee: Callable[[object], SentBody | None]
    ) -> tuple[Exchange, CoreRequest]:
        """The exchange that begins now, and the request to send. Raises a refusal."""
        if isinstance(decision, Refuse):
            raise decision.error
        let_out(decision)
        asked = self._asked
        if asked is not None:
            outgoing = self.request if self._body is None else with_body(self.request, self._body)
            return Exchange(client, self._recorder, decision, lambda: asked, lambda: asked), outgoing
        sent = tee(self.request.stream)
        if sent is None:
            return Exchange(client, self._recorder, decision, self._unsent, self._unsent), self.request
        exchange = Exchange(
            client,
            self._recorder,
            decision,
            lambda: self._request(sent.pieces, sent.whole),
            lambda: self._request(*sent.meant()),
        )
        return exchange, with_body(self.request, sent)

    def _unsent(self) -> Request:
        return self._request([], False)

    def _request(self, pieces: list[bytes], complete: bool) -> Request:
        return self._head.request(b"".join(pieces), complete)


def _turn(args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Turn | None:
    """None where the library's own code goes on by itself: no cassette, or nothing that it would send."""
    recorder = scope.current()
    request: CoreRequest | None = args[0] if args else kwargs.get("request")
    if recorder is None or request is None or request.url.scheme not in DEFAULT_PORTS:
        return None
    return _Turn(recorder, request)


PATCHES = patches("httpcore")
