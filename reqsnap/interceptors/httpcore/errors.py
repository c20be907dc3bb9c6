"""What httpcore's and httpcore2's exceptions mean, where the network is to blame for them."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from reqsnap.interceptors.network_errors import Phase, cause_of
from reqsnap.model import ErrorKind, NetworkError

SSL_EOF = 8
"""`ssl.SSL_ERROR_EOF`; importing ssl takes its time."""

WRITE_TIMED_OUT = "The write operation timed out"
"""What Python's TLS sockets say. The kind of error alone does not tell writing from reading."""

NO_ANSWER = "Server disconnected without sending a response."
"""What the libraries say of a connection that was closed before the head of the answer was whole."""

CUT = "peer closed connection without sending complete message body"
"""How h11 begins to tell of a connection that was closed within a body."""

HTTP2_CLOSED = re.compile(r"Server disconnected\Z|<(?:StreamReset|ConnectionTerminated)\b")
"""What the libraries say of HTTP/2."""

_CLOSED = re.compile(f"{re.escape(NO_ANSWER)}|{CUT}|{HTTP2_CLOSED.pattern}")
_TLS_ENDED = "EOF occurred in violation of protocol"


def meaning(name: str, error: BaseException) -> NetworkError | None:
    """What an exception out of the library of that name means, where the network is to blame.

    A pool that is full, a request that cannot be sent and an answer that is no HTTP are not
    the network's fault.
    """
    if not isinstance(error, Exception):
        return None
    for each in type(error).__mro__:
        if each.__module__.partition(".")[0] == name and each.__name__ in _MEANINGS:
            return _MEANINGS[each.__name__](error)
    return None


def _not_connected(error: Exception) -> NetworkError:
    found = cause_of(error, Phase.CONNECTING)
    if found is None:
        return NetworkError(ErrorKind.CONNECT, str(error))
    if found.kind is ErrorKind.CLOSED:
        # The one thing that anyio does not hand on from the handshake.
        return NetworkError(ErrorKind.TLS, found.message or _TLS_ENDED, SSL_EOF)
    if found.kind in (ErrorKind.NAME, ErrorKind.TLS):
        return found
    kind = ErrorKind.REFUSED if found.kind is ErrorKind.REFUSED else ErrorKind.CONNECT
    return _in_common_words(replace(found, kind=kind))


def _not_connected_in_time(error: Exception) -> NetworkError:
    found = cause_of(error, Phase.CONNECTING)
    return NetworkError(ErrorKind.CONNECT_TIMEOUT) if found is None else found


def _not_read_in_time(error: Exception) -> NetworkError:
    found = cause_of(error, Phase.EXCHANGING)
    return NetworkError(ErrorKind.TIMEOUT) if found is None else found


def _not_written_in_time(error: Exception) -> NetworkError:
    return NetworkError(ErrorKind.TIMEOUT, WRITE_TIMED_OUT)


def _reset(error: Exception) -> NetworkError:
    found = cause_of(error, Phase.EXCHANGING)
    if found is None:
        return NetworkError(ErrorKind.RESET, str(error))
    if found.kind is ErrorKind.TLS:
        return NetworkError(ErrorKind.RESET, found.message)
    return _in_common_words(replace(found, kind=ErrorKind.RESET))


def _closed(error: Exception) -> NetworkError | None:
    words = str(error)
    return NetworkError(ErrorKind.CLOSED, words) if _CLOSED.match(words) else None


def _in_common_words(error: NetworkError) -> NetworkError:
    """The same error without the address that an event loop puts into it."""
    return error if error.errno is None else replace(error, message=os.strerror(error.errno))


_MEANINGS = {
    "ConnectError": _not_connected,
    "ConnectTimeout": _not_connected_in_time,
    "ReadError": _reset,
    "ReadTimeout": _not_read_in_time,
    "RemoteProtocolError": _closed,
    "WriteError": _reset,
    "WriteTimeout": _not_written_in_time,
}
