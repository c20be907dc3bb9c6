"""How an exchange on an http.client connection goes: captured, decided, sent or given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import client as stdlib
from typing import Any

from reqsnap.interceptors.http_client import one_shot, state
from reqsnap.interceptors.http_client.build import Built, Mark, remember
from reqsnap.interceptors.http_client.errors import is_of_sending, unconnectable
from reqsnap.interceptors.http_client.state import FAILING, NOTING, Decision, Exchange
from reqsnap.interceptors.network_errors import is_of_connecting, os_error
from reqsnap.model import Request
from reqsnap.recorder import Recorder, Refuse


class SendAgain(BaseException):
    """Ends a pool's attempt that was captured, so that it is made again for the server."""


def begun(conn: Any, recorder: Recorder, method: str, url: str, decision: Decision | None = None) -> Exchange:
    """A new exchange on a connection, decided as far as method and URL decide, or already."""
    forward = recorder.head(method, url) if decision is None else None
    if isinstance(forward, Refuse):
        raise forward.error
    exchange = Exchange(recorder, method, url, forward, decision)
    state.begin(conn, exchange)
    return exchange


def begun_whole(conn: Any, recorder: Recorder, built: Built, decision: Decision) -> Exchange:
    """A new exchange on a connection whose request is known, decided."""
    exchange = Exchange(recorder, built.request.method, built.request.url, None, decision)
    state.begin(conn, exchange)
    decided(conn, exchange, built)
    return exchange


def decided(conn: Any, exchange: Exchange, built: Built) -> None:
    """Decide on a request that need not be built to be known."""
    try:
        if exchange.decide(built.request) is None:
            exchange.started = True
            conn.__dict__.update(built.leaves)
            if exchange.failure is None:
                _stand_in(conn, exchange)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise
    if exchange.failure is not None:
        _fail(conn, exchange)


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
            for each in (mark, *exchange.marks):
                remember(conn, each, request)
        if exchange.decide(request) is None:
            exchange.building = False
            if exchange.failure is None:
                _stand_in(conn, exchange)
        else:
            state.reset(conn)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise
    if exchange.failure is not None:
        _fail(conn, exchange)


def _fail(conn: Any, exchange: Exchange) -> None:
    """Replay an error that came before any answer, or let it come with the answer.

    A pool connects where it does not ask yet: its attempt is made again to find that out.
    """
    assert exchange.failure is not None
    if is_of_connecting(exchange.failure):
        exchange.phase = FAILING
        if exchange.pool is None:
            _connect_in_vain(conn, exchange)
        state.reset(conn)
        state.end(conn)
        return
    try:
        _stand_in(conn, exchange)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise
    if exchange.pool is not None:
        exchange.pool.connected(conn)
    elif is_of_sending(exchange.failure):
        raise os_error(exchange.failure)


def _connect_in_vain(conn: Any, exchange: Exchange) -> None:
    with attempt_in_vain(conn, exchange):
        conn.connect()


@contextmanager
def attempt_in_vain(conn: Any, exchange: Exchange) -> Iterator[None]:
    """Within, the client's own code runs on a connection that cannot be made."""
    assert exchange.failure is not None
    exchange.started, exchange.building, exchange.sending = False, True, True
    conn.__dict__[state.ATTRIBUTE] = exchange
    try:
        with unconnectable(conn, exchange.failure):
            yield
    finally:
        state.end(conn)
        exchange.hold.release()


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
        broken_off(wrapped, conn, exchange, args, kwargs, error)
        raise
    finally:
        exchange.building = False


def broken_off(
    wrapped: Any,
    conn: Any,
    exchange: Exchange,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    error: BaseException,
) -> None:
    """A request that was not sent to its end: give the exchange up, unless a pool sees to that."""
    if exchange.pooled:
        return
    if exchange.lacks_request():
        exchange.whole = _drafted(wrapped, conn, exchange, args, kwargs)
    give_up_unless_answered(conn, exchange, error)


def _drafted(
    wrapped: Any, conn: Any, exchange: Exchange, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Request | None:
    """The whole request of a call that failed, built once more; the connection stays as it is."""
    if not one_shot.is_repeatable(args[2] if len(args) > 2 else kwargs.get("body")):
        return None
    own, buffer = conn.__dict__, list(conn._buffer)
    kept = dict(own)
    draft = Exchange(exchange.recorder, exchange.method, exchange.url, None)
    draft.building = True
    try:
        state.reset(conn)
        own.update({state.ATTRIBUTE: draft, "send": draft.pieces.append})
        wrapped(*args, **kwargs)
        return draft.request()
    except Exception:
        # What the program is to see is the error that it has already.
        return None
    finally:
        own.clear()
        own.update(kept)
        conn._buffer[:] = buffer
        draft.hold.release()


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
        if exchange.failure is None:
            state.give_stand_in(conn, exchange)
        else:
            _fail(conn, exchange)
        return
    try:
        for piece in pieces:
            stdlib.HTTPConnection.send(conn, piece)
    except BaseException as error:
        give_up(conn, exchange, error)
        raise
