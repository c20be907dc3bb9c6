"""A replayed answer as urllib3's own response: made by its code once, and cast from that from then on.

Making one takes urllib3 longer than all the rest of an attempt: it looks for what a parser
may have found amiss, and goes through the header fields five times.
"""

from __future__ import annotations

from http import client as stdlib
from typing import Any, NamedTuple

from reqsnap.interceptors.http_client.state import REPLAYING, exchange_of

_PLAIN = frozenset({bool, bytes, int, str, type(None)})
_KEPT = "urllib3"


def getresponse(wrapped: Any, conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """urllib3's own `HTTPConnection.getresponse` (2.0 and later), around that of http.client."""
    exchange = exchange_of(conn)
    if exchange is None or exchange.phase is not REPLAYING or not exchange.as_written or args or kwargs:
        return wrapped(*args, **kwargs)
    options, sock, replay = conn._response_options, conn.sock, exchange.replay
    if options is None or replay is None or exchange.failure is not None:
        return wrapped()
    mould: _Mould | None = replay.kept.get(_KEPT)
    if mould is not None and mould.options == options:
        conn._response_options = None
        response = mould.cast(stdlib.HTTPConnection.getresponse(conn), sock)
    else:
        # Not read yet: what is the same for all replays is seen only now.
        conn._response_options = options._replace(preload_content=False)
        response = wrapped()
        replay.kept[_KEPT] = _mould_of(response, sock, options)
    if options.preload_content:
        response._body = response.read(decode_content=options.decode_content)
    return response


class _Mould(NamedTuple):
    """What all replays of an answer have in common, and the names of what each has for itself.

    `options` are those of the request, which decide too what the response is like.
    """

    options: Any
    kind: Any
    kind_of_headers: Any
    same: dict[str, Any]
    fields: dict[str, list[str]]
    originals: list[str]
    shutdowns: list[str]
    buffers: list[tuple[str, type]]

    def cast(self, original: Any, sock: Any) -> Any:
        """A response that was not read, around one of http.client's."""
        response: Any = self.kind.__new__(self.kind)
        own = response.__dict__
        own.update(self.same)
        headers = own["headers"] = self.kind_of_headers.__new__(self.kind_of_headers)
        headers._container = {name: values.copy() for name, values in self.fields.items()}
        for name in self.originals:
            own[name] = original
        for name in self.shutdowns:
            own[name] = sock.shutdown
        for name, kind in self.buffers:
            own[name] = kind()
        return response


def _mould_of(response: Any, sock: Any, options: Any) -> _Mould | None:
    """What a response was made of; None where there is more in it than is known here."""
    original, headers = response._original_response, response.headers
    if vars(headers).keys() != {"_container"} or _is_mended(response, original):
        return None
    fields = {name: values.copy() for name, values in headers._container.items()}
    mould = _Mould(options, type(response), type(headers), {}, fields, [], [], [])
    for name, value in vars(response).items():
        if type(value) in _PLAIN:
            mould.same[name] = value
        elif value is original:
            mould.originals.append(name)
        elif value == sock.shutdown:
            mould.shutdowns.append(name)
        elif type(value).__name__ == "BytesQueueBuffer":
            mould.buffers.append((name, type(value)))
        elif value is not headers:
            return None
    return mould


def _is_mended(response: Any, original: Any) -> bool:
    """Whether urllib3 warns of the head each time, or changes it."""
    if response.chunked and "content-length" in response.headers:
        return True
    return any("\n" in value for _, value in vars(original.msg)["_headers"])
