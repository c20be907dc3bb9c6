"""urllib3: what it overrides of http.client, and the pool that connects before it asks.

A pool's attempt (`_make_request`) runs as its own code, once. Where a replay is possible
it runs without connecting, and the request that it builds is decided on; if it is to go
to the server, the attempt is made again whole.
"""

from __future__ import annotations

import ssl
from typing import Any

from reqsnap import scope
from reqsnap.interceptors.http_client import connection, flow, state
from reqsnap.interceptors.http_client.answering import is_plain_replay
from reqsnap.interceptors.http_client.build import Built, known, mark_of_attempt
from reqsnap.interceptors.http_client.errors import cause_in_connecting, create_connection
from reqsnap.interceptors.http_client.one_shot import Body, is_repeatable, with_body
from reqsnap.interceptors.http_client.state import (
    FAILING,
    NOTING,
    Exchange,
    exchange_of,
    notes_errors,
    url_of,
)
from reqsnap.interceptors.urllib3 import ahead, http2
from reqsnap.interceptors.urllib3.at_once import urlopen
from reqsnap.interceptors.urllib3.replay import Answering, getresponse, would_be_verified
from reqsnap.model import Request
from reqsnap.patching import Patch
from reqsnap.recorder import Forward, Replay

_HELD = "_reqsnap_held_proxy"
_BODY = 3
"""The place of the body among the arguments of `_make_request`, the connection being the first."""


class _Attempt:
    """A pool's attempt that is captured, as its exchange knows it."""

    __slots__ = ("_pool",)

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def connected(self, conn: Any) -> None:
        """Let the pool see that it was not its proxy that failed."""
        conn._has_connected_to_proxy = True

    def validate_replay(self, conn: Any) -> None:
        """Have the pool look at the connection as it does once that is connected, and warn as then."""
        if hasattr(conn, "cert_reqs"):
            conn.is_verified = would_be_verified(conn)
        self._pool._validate_conn(conn)


def make_request(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnectionPool._make_request`: one attempt at one exchange."""
    recorder = scope.current()
    if recorder is None or len(args) < 3:
        return wrapped(*args, **kwargs)
    conn, method, url = args[:3]
    if http2.is_http2(conn):
        return http2.make_request(wrapped, recorder, args, kwargs, would_be_verified(conn))
    if not (recorder.may_replay or notes_errors(recorder)):
        return wrapped(*args, **kwargs)
    found = ahead.taken(pool)
    decision = None if found is None else found.decision
    if found is not None and found.conn is conn:
        mark, built = found.mark, found.built
    else:
        mark = mark_of_attempt(pool, wrapped, args, kwargs)
        built = known(conn, mark)
    if built is None:
        exchange = flow.begun(conn, recorder, method, url_of(conn, url), decision)
        exchange.marks = () if mark is None else (mark,)
    else:
        decision = decision or recorder.before(built.request)
        if is_plain_replay(decision):
            return _replayed(wrapped, pool, args, kwargs, decision, built)
        exchange = Exchange(recorder, method, built.request.url, None, decision)
        state.begin(conn, exchange)
    exchange.pooled = True
    if exchange.phase is NOTING:
        return _live(wrapped, pool, exchange, args, kwargs)
    body = Body(args[_BODY] if len(args) > _BODY else kwargs.get("body"))
    exchange.pool = _Attempt(pool)
    captured, named = with_body(args, kwargs, _BODY, body.first)
    try:
        return wrapped(*captured, **named)
    except flow.SendAgain:
        # The attempt that was captured is no attempt at the server.
        pool.num_requests -= 1
    exchange.pool = None
    args, kwargs = with_body(args, kwargs, _BODY, body.again())
    if exchange.phase is FAILING:
        return _in_vain(wrapped, pool, exchange, args, kwargs)
    return _live(wrapped, pool, exchange, args, kwargs)


def _replayed(
    wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any], replay: Replay, built: Built
) -> Any:
    """An attempt at an exchange whose answer is there: its connection need build and send nothing."""
    conn = args[0]
    if hasattr(conn, "cert_reqs"):
        conn.is_verified = would_be_verified(conn)
    with Answering(conn, replay, built.leaves):
        return wrapped(*args, **kwargs)


def _in_vain(
    wrapped: Any, pool: Any, exchange: Exchange, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """An attempt that fails to connect, as it did when it was recorded."""
    conn = args[0]
    if conn.sock is not None:
        conn.close()
    with flow.attempt_in_vain(conn, exchange):
        if conn.__dict__.pop(_HELD, False):
            _connect_to_proxy(pool, conn)
        return wrapped(*args, **kwargs)


def _live(wrapped: Any, pool: Any, exchange: Exchange, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    conn = args[0]
    try:
        if conn.__dict__.pop(_HELD, False):
            _connect_to_proxy(pool, conn)
        return wrapped(*args, **kwargs)
    except BaseException as error:
        if exchange_of(conn) is exchange:
            state.end(conn)
        if exchange.notes_errors and exchange.cause is None:
            exchange.cause = cause_in_connecting(conn, error)
        if exchange.lacks_request():
            exchange.whole = _drafted(wrapped, pool, exchange, args, kwargs)
        exchange.failed(error)
        raise


class _Draft(Exchange):
    """An exchange of which only the request is wanted."""

    def decide(self, request: Request) -> Forward | None:
        """Keep it; that ends the attempt."""
        self.whole = request
        raise flow.SendAgain


def _drafted(
    wrapped: Any, pool: Any, exchange: Exchange, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Request | None:
    """The whole request of an attempt that failed, built once more."""
    if not is_repeatable(args[_BODY] if len(args) > _BODY else kwargs.get("body")):
        return None
    conn = args[0]
    draft = _Draft(exchange.recorder, exchange.method, exchange.url, None)
    # A socket that was connected in vain is of no use, not even for setting its timeout.
    sock, conn.sock = conn.sock, None
    state.reset(conn)
    state.begin(conn, draft)
    try:
        wrapped(*args, **kwargs)
    except (flow.SendAgain, Exception):
        # What the program is to see is the error that it has already.
        return draft.whole
    finally:
        conn.sock = sock
        pool.num_requests -= 1
    return None


def _connect_to_proxy(pool: Any, conn: Any) -> None:
    """What was held back, with errors as `urlopen` reports them (urllib3 2.x, connectionpool)."""
    exchange = exchange_of(conn)
    assert exchange is not None
    exchange.sending = True
    try:
        conn.connect()
    except (ssl.SSLError, OSError) as error:
        pool._raise_timeout(err=error, url=pool.proxy.url, timeout_value=conn.timeout)
        raise
    finally:
        exchange.sending = False


def prepare_proxy(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`_prepare_proxy`: the tunnel is set, but not dug before the exchange is decided."""
    recorder = scope.current()
    if recorder is None or not (recorder.may_replay or notes_errors(recorder)):
        return wrapped(*args, **kwargs)
    conn = args[0] if args else kwargs["conn"]
    conn.__dict__["connect"] = lambda: None
    try:
        return wrapped(*args, **kwargs)
    finally:
        del conn.__dict__["connect"]
        conn.__dict__[_HELD] = True


def validate_conn(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`_validate_conn`, which connects: nothing to look at while nothing is decided."""
    conn = args[0] if args else kwargs["conn"]
    exchange = exchange_of(conn)
    if exchange is not None and exchange.phase is state.CAPTURING:
        return None
    return wrapped(*args, **kwargs)


_POOLS = "urllib3.connectionpool"
_CONNECTIONS = "urllib3.connection"

PATCHES = (
    Patch(_POOLS, "HTTPConnectionPool.urlopen", urlopen),
    Patch(_POOLS, "HTTPConnectionPool._make_request", make_request),
    Patch(_POOLS, "HTTPConnectionPool._prepare_proxy", prepare_proxy),
    Patch(_POOLS, "HTTPSConnectionPool._prepare_proxy", prepare_proxy),
    Patch(_POOLS, "HTTPConnectionPool._validate_conn", validate_conn),
    Patch(_POOLS, "HTTPSConnectionPool._validate_conn", validate_conn),
    Patch(_CONNECTIONS, "HTTPConnection.request", connection.request),
    Patch(_CONNECTIONS, "HTTPConnection.request_chunked", connection.request),
    Patch(_CONNECTIONS, "HTTPConnection.getresponse", getresponse),
    Patch("urllib3.util.connection", "create_connection", create_connection),
)
