"""A replayed answer as urllib3's own response: made by its code once, and cast from that from then on.

Making one takes urllib3 longer than all the rest of an attempt: it looks for what a parser
may have found amiss, and goes through the header fields five times.
"""

from __future__ import annotations

import ssl
from typing import Any

from reqsnap.interceptors.http_client.answering import given, through_own_code
from reqsnap.interceptors.http_client.replay import StandInSocket, emptied_response, genuine_response
from reqsnap.interceptors.http_client.state import ATTRIBUTE, REPLAYING, exchange_of, keep_response
from reqsnap.interceptors.urllib3.alike import mould_like, remember, shape_of
from reqsnap.interceptors.urllib3.moulds import Mould, mould_of
from reqsnap.recorder import Replay

_OPTIONS = "_response_options"
_KEPT = "urllib3"
_NOT_SEEN, _SEEN = "not seen", "seen"
"""Instead of a mould: how often an answer was replayed that has none. Many are replayed once."""


class Answering:
    """For a `with` block: the connection answers an attempt of its pool, and builds and sends nothing.

    What does so stands on the connection itself, in the place of its methods. So nothing has to
    stay wrapped meanwhile. `leaves` are the attributes that building the request leaves.
    """

    __slots__ = ("_conn", "_leaves", "_own", "_replaced", "_replay", "_sock")

    def __init__(self, conn: Any, replay: Replay, leaves: dict[str, Any]) -> None:
        self._conn, self._replay, self._leaves = conn, replay, leaves
        self._own: dict[str, Any] = conn.__dict__

    def __enter__(self) -> None:
        own = self._own
        self._replaced = own["sock"]
        self._sock = own["sock"] = StandInSocket(own["timeout"], replaced=self._replaced)
        own["request"], own["getresponse"] = self._request, self._getresponse

    def __exit__(self, *error: object) -> None:
        own = self._own
        own.pop("request", None)
        own.pop("getresponse", None)
        if own["sock"] is self._sock:
            own["sock"] = self._replaced

    def _request(self, *args: Any, **kwargs: Any) -> None:
        self._own.update(self._leaves)

    def _getresponse(self) -> Any:
        return _given(self._conn, self._replay, self._sock)


def answer(conn: Any, replay: Replay, leaves: dict[str, Any]) -> Any:
    """The same without the pool's attempt: what a connection answers to a request that it did not build."""
    own = conn.__dict__
    replaced = own["sock"]
    sock = own["sock"] = StandInSocket(own["timeout"], replaced=replaced)
    own.update(leaves)
    try:
        return _given(conn, replay, sock)
    finally:
        if own["sock"] is sock:
            own["sock"] = replaced


def would_be_verified(conn: Any) -> bool:
    """Whether connecting would have checked the certificate (urllib3.connection, `connect`)."""
    from urllib3.util.ssl_ import resolve_cert_reqs

    required = resolve_cert_reqs(conn.cert_reqs) == ssl.CERT_REQUIRED
    return required or bool(conn.assert_fingerprint)


def getresponse(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """urllib3's own `HTTPConnection.getresponse` (2.0 and later), around that of http.client."""
    exchange = exchange_of(conn)
    if exchange is None or exchange.phase is not REPLAYING or not exchange.as_written or args or kwargs:
        return wrapped(*args, **kwargs)
    if exchange.replay is None or exchange.failure is not None or conn._response_options is None:
        return wrapped()
    # From here on the connection's own code has it to itself.
    del conn.__dict__[ATTRIBUTE]
    try:
        return _given(conn, exchange.replay, conn.sock)
    finally:
        conn.sock = exchange.replaced_sock
        exchange.hold.release()


def _given(conn: Any, replay: Replay, sock: Any) -> Any:
    """What urllib3 makes of http.client's response, and has read of it."""
    own = conn.__dict__
    options = own.get(_OPTIONS)
    mould, shape = replay.kept.get(_KEPT, _NOT_SEEN), None
    if mould is _NOT_SEEN and options is not None:
        shape = shape_of(conn, replay, options)
        like = None if shape is None else mould_like(shape, replay.response, options)
        if like is not None:
            mould = replay.kept[_KEPT] = like
    if type(mould) is Mould and mould.options == options and mould.kind_of_original is conn.response_class:
        original = _original(conn, replay, mould)
        if keep_response(conn, original):
            own[_OPTIONS] = None
            response = mould.cast(original, sock)
            return _preloaded(response, options) if mould.read is None else response
    original = genuine_response(conn, replay)
    if options is None:
        # Before 2.0 it is the pool that makes something of it.
        return given(conn, original)
    own[_OPTIONS] = options._replace(preload_content=False)
    response = _preloaded(through_own_code(conn, original), options)
    if mould is _NOT_SEEN and shape is None:
        replay.kept[_KEPT] = _SEEN
        return response
    made = replay.kept[_KEPT] = mould_of(response, original, sock, options)
    if made is not None and shape is not None:
        remember(shape, made, replay.response)
    return response


def _original(conn: Any, replay: Replay, mould: Mould) -> Any:
    """http.client's response, read if urllib3 has it read at once."""
    if mould.read is None:
        return genuine_response(conn, replay)
    return emptied_response(mould.read, mould.read_text)


def _preloaded(response: Any, options: Any) -> Any:
    """A response, read if that was asked for: what is the same for all replays is seen only before."""
    if options.preload_content:
        response._body = response.read(decode_content=options.decode_content)
    return response
