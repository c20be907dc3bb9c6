"""How an exchange on an http.client connection goes: captured, decided, sent or given up."""

from __future__ import annotations

from http import client as stdlib
from typing import Any

from reqsnap.interceptors import http_client_state as state
from reqsnap.interceptors.http_client_build import Built, Mark, remember
from reqsnap.interceptors.http_client_state import NOTING, Exchange
from reqsnap.recorder import Recorder, Refuse


class SendAgain(BaseException):
    """Ends a pool's attempt that was captured, so that it is made again for the server."""


def begun(conn: Any, recorder: Recorder, method: str, url: str) -> Exchange:
    """A new exchange on a connection, decided as far as method and URL decide."""
    decision = recorder.head(method, url)
    if isinstance(decision, Refuse):
        raise decision.error
    exchange = Exchange(recorder, method, url, decision)
    state.begin(conn, exchange)
    return exchange


def begun_whole(conn: Any, recorder: Recorder, built: Built) -> Exchange:
    """A new exchange on a connection whose request is known, decided."""
    exchange = Exchange(recorder, built.request.method, built.request.url, None)
    state.begin(conn, exchange)
    decided(conn, exchange, built)
    return exchange


def decided(conn: Any, exchange: Exchange, built: Built) -> None:
    """Decide on a request that need not be built to be known."""
    try:
        if exchange.decide(built.request) is None:
            exchange.started = True
            conn.__dict__.update(built.leaves)
            _stand_in(conn, exchange)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise


def captured(
    wrapped: Any,
    conn: Any,
    exchange: Exchange,
    mark: Mark | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    """Build a request without sending it, and decide."""
    exchange.building = True
    # On the instance, which is quicker than through the wrapper, and is what it sends with.
    conn.__dict__["send"] = exchange.pieces.append
    try:
        try:
            wrapped(*args, **kwargs)
        finally:
            del conn.__dict__["send"]
        request = exchange.request()
        if mark is not None:
            remember(conn, mark, request, exchange.recorder.built)
        if exchange.decide(request) is None:
            exchange.building = False
            _stand_in(conn, exchange)
        else:
            state.reset(conn)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise


def _stand_in(conn: Any, exchange: Exchange) -> None:
    state.give_stand_in(conn, exchange)
    if exchange.pool is not None:
        exchange.pool.validate_replay(conn)


def sent(wrapped: Any, conn: Any, exchange: Exchange, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Build and send a request that is noted."""
    exchange.building = True
    try:
        return wrapped(*args, **kwargs)
    except BaseException as error:
        give_up_unless_answered(conn, exchange, error)
        raise
    finally:
        exchange.building = False


def give_up_unless_answered(conn: Any, exchange: Exchange, error: BaseException) -> None:
    """A server may break off an upload and answer all the same; programs then read on."""
    if not exchange.sending_broke:
        give_up(conn, exchange, error)


def give_up(conn: Any, exchange: Exchange, error: BaseException | None) -> None:
    """Nothing comes of an exchange; the connection is as if it had not begun."""
    if exchange.started and exchange.phase is not NOTING:
        state.reset(conn)
    if state.exchange_of(conn) is exchange:
        state.end(conn)
    exchange.failed(error)


def decide_if_whole(conn: Any, exchange: Exchange) -> None:
    """For a request that is built step by step: decide with its last byte."""
    if exchange.is_whole():
        decide_and_send(conn, exchange)


def decide_and_send(conn: Any, exchange: Exchange) -> None:
    """Decide on what was captured; what goes to the server is sent now, as it was."""
    pieces = exchange.pieces
    try:
        forward = exchange.decide(exchange.request())
    except BaseException as error:
        give_up(conn, exchange, error)
        raise
    exchange.started = True
    if forward is None:
        state.give_stand_in(conn, exchange)
        return
    try:
        for piece in pieces:
            stdlib.HTTPConnection.send(conn, piece)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise
