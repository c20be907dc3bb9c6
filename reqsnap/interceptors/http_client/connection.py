"""http.client, and with it everything that derives from its connections.

Where a replay is possible, a request is built once with `send` captured, decided, and,
if it goes to the server after all, built and sent again by the client's own code. Where
none is, nothing is captured: the client's own code runs and is noted. The answer is
noted while the program reads it.
"""

from __future__ import annotations

from typing import Any

from reqsnap import scope
from reqsnap.interceptors.http_client import flow, state
from reqsnap.interceptors.http_client.answering import answer_later, is_plain_replay
from reqsnap.interceptors.http_client.build import known, mark_of
from reqsnap.interceptors.http_client.errors import BreakingFile, cause_in_answer, cause_in_sending
from reqsnap.interceptors.http_client.note import heard_class, note_answer
from reqsnap.interceptors.http_client.one_shot import Body, noted, with_body
from reqsnap.interceptors.http_client.replay import StandInSocket, genuine_response
from reqsnap.interceptors.http_client.state import CAPTURING, NOTING, REPLAYING, Exchange
from reqsnap.interceptors.http_client.written import standard
from reqsnap.model import NetworkError
from reqsnap.patching import Patch
from reqsnap.recorder import Recorder


def request(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.request`: a whole request in one call."""
    exchange: Exchange | None = conn.__dict__.get(state.ATTRIBUTE)
    if exchange is None:
        recorder = scope.current()
        if recorder is None:
            return wrapped(*args, **kwargs)
        is_begun_here = recorder.may_replay or state.notes_errors(recorder)
        if is_begun_here and len(args) > 1 and type(args[0]) is type(args[1]) is str:
            return _deferred(wrapped, conn, recorder, args, kwargs)
        return _not_deferred(wrapped, conn, args, kwargs)
    if exchange.building or exchange.started:
        return wrapped(*args, **kwargs)
    # A pool has begun this exchange, and has the body in hand.
    if exchange.phase is NOTING:
        return flow.sent(wrapped, conn, exchange, args, kwargs)
    mark = mark_of(conn, wrapped, args, kwargs)
    exchange.as_written = mark is not None
    built = known(conn, mark)
    if built is not None:
        flow.decided(conn, exchange, built)
    else:
        flow.captured(wrapped, conn, exchange, mark, args, kwargs)
    if exchange.phase is not REPLAYING:
        raise flow.SendAgain
    return None


def _not_deferred(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`putrequest` begins an exchange, and decides as a request that is built step by step."""
    try:
        return wrapped(*args, **kwargs)
    except BaseException as error:
        exchange = state.exchange_of(conn)
        if exchange is not None:
            flow.broken_off(wrapped, conn, exchange, args, kwargs, error)
        raise


def _deferred(
    wrapped: Any, conn: Any, recorder: Recorder, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    mark = mark_of(conn, wrapped, args, kwargs)
    built = known(conn, mark)
    if mark is not None and built is not None:
        decision = recorder.before(built.request)
        if mark.kind in standard and is_plain_replay(decision):
            answer_later(conn, decision, built.leaves)
            return None
        exchange = flow.begun_whole(conn, recorder, built, decision)
        exchange.as_written = True
    else:
        exchange = flow.begun(conn, recorder, args[0], state.url_of(conn, args[1]))
        if exchange.phase is CAPTURING:
            body = Body(args[2] if len(args) > 2 else kwargs.get("body"))
            flow.captured(wrapped, conn, exchange, mark, *with_body(args, kwargs, 2, body.first))
            args, kwargs = with_body(args, kwargs, 2, body.again())
    if exchange.phase is REPLAYING:
        return None
    return flow.sent(wrapped, conn, exchange, args, kwargs)


def putrequest(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.putrequest`: where every request begins to be built."""
    exchange: Exchange | None = conn.__dict__.get(state.ATTRIBUTE)
    if exchange is not None and not exchange.started:
        result = wrapped(*args, **kwargs)
        exchange.started = True
        return result
    recorder = scope.current()
    if recorder is None:
        return wrapped(*args, **kwargs)
    result = wrapped(*args, **kwargs)
    method, url = _argument(args, kwargs, 0, "method"), _argument(args, kwargs, 1, "url")
    try:
        flow.begun(conn, recorder, method, state.url_of(conn, url or "/")).started = True
    except BaseException:
        state.reset(conn)
        raise
    return result


def endheaders(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.endheaders`: a request without a body is whole now."""
    exchange: Exchange | None = conn.__dict__.get(state.ATTRIBUTE)
    if exchange is None or (exchange.building and exchange.phase is CAPTURING):
        return wrapped(*args, **kwargs)
    try:
        result = wrapped(*args, **kwargs)
    except BaseException as error:
        if not exchange.building:
            flow.give_up_unless_answered(conn, exchange, error)
        raise
    if exchange.phase is CAPTURING and not exchange.building:
        flow.decide_if_whole(conn, exchange)
    return result


def send(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.send`: where every byte goes out."""
    exchange = state.exchange_of(conn)
    if exchange is None or exchange.sending:
        return wrapped(*args, **kwargs)
    data = _argument(args, kwargs, 0, "data")
    if exchange.phase is REPLAYING:
        return None
    if exchange.phase is CAPTURING:
        exchange.pieces.extend(state.as_pieces(data, conn.blocksize))
        if not exchange.building and len(exchange.pieces) > 1:
            flow.decide_if_whole(conn, exchange)
        return None
    return _noted_send(wrapped, conn, exchange, data)


def _noted_send(wrapped: Any, conn: Any, exchange: Exchange, data: Any) -> Any:
    # A tunnel's CONNECT is sent from within, by `connect`, and is no part of the request.
    exchange.sending = True
    try:
        return wrapped(noted(data, exchange.pieces))
    except BaseException as error:
        if exchange.notes_errors:
            exchange.cause = cause_in_sending(conn, error)
        if isinstance(error, BrokenPipeError | ConnectionResetError):
            exchange.sending_broke = True
        raise
    finally:
        exchange.sending = False


def getresponse(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.getresponse`: the recorded answer, or the live one with a listener."""
    exchange = state.exchange_of(conn)
    # urllib3 1.26 asks with an argument that there is not, and again on TypeError.
    if exchange is None or args or kwargs:
        return wrapped(*args, **kwargs)
    if exchange.phase is CAPTURING:
        flow.decide_and_send(conn, exchange)
    if exchange.phase is REPLAYING:
        return _replayed(wrapped, conn, exchange)
    exchange.answering = True
    # If sending broke off, an answer may have come all the same.
    exchange.cause = None
    try:
        with state.ResponseClass(conn, heard_class(conn.response_class)):
            response = wrapped(*args, **kwargs)
    except BaseException as error:
        if exchange.notes_errors:
            exchange.cause = cause_in_answer(error)
        flow.give_up(conn, exchange, error)
        raise
    if state.exchange_of(conn) is exchange:
        state.end(conn)
    exchange.hold.release()
    note_answer(exchange, response)
    return response


def _replayed(wrapped: Any, conn: Any, exchange: Exchange) -> Any:
    """Let the client's own `getresponse` run on an answer that has its head already."""
    assert exchange.replay is not None
    exchange.answering = True
    if exchange.failure is not None:
        return _failed(wrapped, conn, exchange, exchange.failure)
    response = genuine_response(conn, exchange.replay)
    try:
        if exchange.as_written and state.keep_response(conn, response):
            return response
        with state.ResponseClass(conn, lambda *_, **__: response):
            return wrapped()
    finally:
        state.end(conn)
        exchange.hold.release()


def _failed(wrapped: Any, conn: Any, exchange: Exchange, failure: NetworkError) -> Any:
    """Let the client's own `getresponse` wait for an answer that does not come."""
    conn.sock = StandInSocket(conn.timeout, BreakingFile(b"", (), failure))
    try:
        return wrapped()
    finally:
        state.end(conn)
        exchange.hold.release()


def close(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.close`: an exchange without an answer is given up."""
    exchange = state.exchange_of(conn)
    if exchange is not None and not exchange.sending and not exchange.answering:
        state.end(conn)
        exchange.left()
    return wrapped(*args, **kwargs)


def connect(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnection.connect`, called by the program itself: held back where nothing may be sent."""
    if state.exchange_of(conn) is None:
        recorder = scope.current()
        if recorder is not None and not recorder.may_send:
            return None
    return wrapped(*args, **kwargs)


def _argument(args: tuple[Any, ...], kwargs: dict[str, Any], place: int, name: str) -> Any:
    return args[place] if len(args) > place else kwargs.get(name)


def _patches() -> tuple[Patch, ...]:
    wrappers = {
        "request": request,
        "putrequest": putrequest,
        "endheaders": endheaders,
        "send": send,
        "getresponse": getresponse,
        "close": close,
        "connect": connect,
    }
    found = [Patch("http.client", f"HTTPConnection.{name}", wrapper) for name, wrapper in wrappers.items()]
    return (*found, Patch("http.client", "HTTPSConnection.connect", connect))


PATCHES = _patches()
