"""What goes wrong on tornado's connections: what it means, and the exception that means it."""

from __future__ import annotations

from dataclasses import replace

from tornado.iostream import StreamClosedError

from reqsnap.interceptors.network_errors import Phase, cause_of, is_of_connecting, os_error
from reqsnap.model import ErrorKind, NetworkError

ABANDONED = NetworkError(ErrorKind.ABANDONED)
CLOSED = NetworkError(ErrorKind.CLOSED)

_AS_THEY_ARE = frozenset({ErrorKind.NAME, ErrorKind.TLS})
"""What resolving and shaking hands raise; from connecting comes an error that holds another."""


def connecting(error: BaseException) -> NetworkError | None:
    """What an error means that came of asking for a connection."""
    if isinstance(error, StreamClosedError):
        if error.real_error is None:
            # The server has closed the connection while hands were shaken.
            return CLOSED
        error = error.real_error
    found = cause_of(error, Phase.CONNECTING)
    if found is None or is_of_connecting(found):
        return found
    return replace(found, kind=ErrorKind.CONNECT)


def losing(error: BaseException | None) -> NetworkError:
    """What it means that a connection has ended before its answer, with an error or without one."""
    found = None if error is None else cause_of(error, Phase.EXCHANGING)
    if found is None:
        return CLOSED
    return replace(found, kind=ErrorKind.RESET) if found.kind is ErrorKind.TLS else found


def unconnected(error: NetworkError) -> Exception:
    """What asking for a connection raises."""
    if error.kind is ErrorKind.CONNECT_TIMEOUT and error.errno is None:
        return TimeoutError(error.message)
    plain = os_error(error)
    return plain if error.kind in _AS_THEY_ARE else StreamClosedError(real_error=plain)


def broken(error: NetworkError) -> OSError | None:
    """What reading from a connection raises that breaks; None where it only ends."""
    if error.kind is ErrorKind.CLOSED and error.errno is None:
        return None
    is_of_tls = error.kind is ErrorKind.RESET and "_ssl.c" in error.message
    return os_error(replace(error, kind=ErrorKind.TLS) if is_of_tls else error)
