"""Exchanges of aiohttp's that ended in an error of the network, replayed.

The lowest layer fails as it did: the connector's attempt to connect, or the connection's
transport. What the program sees is made of that by aiohttp's own code.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from dataclasses import replace
from typing import Any, NoReturn

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientProxyConnectionError,
    ClientRequest,
    hdrs,
)
from aiohttp.client_exceptions import UnixClientConnectorError
from aiohttp.connector import BaseConnector, Connection
from aiohttp.helpers import BaseTimerContext

from reqsnap.errors import CutRecordingError
from reqsnap.interceptors.aiohttp.answer import Answer
from reqsnap.interceptors.aiohttp.errors import DNS_ERROR, TOTAL, WITHIN_HEAD
from reqsnap.interceptors.aiohttp.replay import ReplayHandler, connection_on
from reqsnap.interceptors.http1 import is_chunked
from reqsnap.interceptors.http1_written import cut_answer, head_of
from reqsnap.interceptors.network_errors import is_of_connecting, os_error
from reqsnap.model import ErrorKind, NetworkError, Response
from reqsnap.recorder.decisions import Unread


def is_unconnected(response: Response, error: NetworkError) -> bool:
    """Whether a replay fails before there is a connection."""
    return not response.status and is_of_connecting(error)


async def fail_connecting(connector: BaseConnector, request: ClientRequest, error: NetworkError) -> NoReturn:
    """Raise what connecting has raised. Nothing is resolved, and no socket is opened."""
    await asyncio.sleep(0)
    if error.kind is not ErrorKind.CONNECT_TIMEOUT or error.errno is not None:
        raise _unconnected(connector, request, error)
    if error.message == TOTAL and _run_out(request._timer):
        # The program's task is cancelled now, from which aiohttp makes an error of its own.
        await asyncio.sleep(0)
    raise TimeoutError from asyncio.CancelledError()


def replay_broken(
    connector: BaseConnector, request: ClientRequest, response: Response, error: NetworkError
) -> Connection:
    """A connection on which comes what had come of the answer, and then the error."""
    handler = BreakingHandler(asyncio.get_running_loop(), _answer(response, error), error)
    return connection_on(connector, request, handler)


class BreakingHandler(ReplayHandler):
    """aiohttp's protocol on a connection that fails once all that had come has been read."""

    _breaks = True

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: Answer, error: NetworkError) -> None:
        super().__init__(loop, answer, False)
        self._error = error

    def set_response_params(self, *, timer: BaseTimerContext | None = None, **settings: Any) -> None:
        """Take the settings of the answer's parser, and the clock of the whole request."""
        self._whole_time = timer
        super().set_response_params(timer=timer, **settings)

    def _end(self) -> None:
        error = self._error
        if isinstance(error, Unread):
            self._tell(error.told())
        elif error.kind is ErrorKind.CLOSED and error.errno is None:
            self.connection_lost(None)
        elif error.kind is not ErrorKind.TIMEOUT or error.errno is not None:
            self.connection_lost(_plain(error))
        elif error.message != TOTAL or not _run_out(self._whole_time):
            self._on_read_timeout()

    def _tell(self, error: CutRecordingError) -> None:
        """Raise an error where the program reads on. The connection itself has not failed."""
        if self._payload is not None:
            self._payload.set_exception(error)
        elif not self._answer.steps:
            self.set_exception(error)

    def _wait(self) -> None:
        if not self._comes_unasked():
            # Nothing more is waited for.
            self._drop_timeout()
        super()._wait()

    def _comes_unasked(self) -> bool:
        return bool(self._left) or not isinstance(self._error, Unread)


def _run_out(timer: BaseTimerContext | None) -> bool:
    """Have the time of a whole request be over now, if it has one."""
    timeout = getattr(timer, "timeout", None)
    if timeout is None:
        return False
    timeout()
    return True


# Errors of connecting


def _unconnected(
    connector: BaseConnector, request: ClientRequest, error: NetworkError
) -> ClientConnectorError:
    """The exception of aiohttp's for an error, as its connectors make it."""
    plain = _plain(error)
    made = _made(connector, request, error.kind, plain)
    made.__cause__ = plain
    return made


def _made(
    connector: BaseConnector, request: ClientRequest, kind: ErrorKind, plain: OSError
) -> ClientConnectorError:
    key: Any = request.connection_key
    path: str | None = getattr(connector, "path", None)
    if path is not None:
        return UnixClientConnectorError(path, key, plain)
    is_of_proxy = request.proxy is not None and not _is_of_tunnel(request, kind, plain)
    if is_of_proxy:
        key = _key_of_proxy(request)
    if isinstance(plain, ssl.CertificateError):
        return ClientConnectorCertificateError(key, plain)
    if kind is ErrorKind.TLS:
        return ClientConnectorSSLError(key, plain)
    if kind is ErrorKind.NAME:
        return DNS_ERROR(key, plain)
    return ClientProxyConnectionError(key, plain) if is_of_proxy else ClientConnectorError(key, plain)


def _is_of_tunnel(request: ClientRequest, kind: ErrorKind, plain: OSError) -> bool:
    """Whether an error is of the server at the end of a tunnel, rather than of the proxy."""
    if not request.is_ssl():
        return False
    return kind is ErrorKind.TLS or isinstance(plain, ConnectionResetError | ConnectionAbortedError)


def _key_of_proxy(request: ClientRequest) -> Any:
    """What aiohttp calls a proxy in an error: the key of a connection to it."""
    assert request.proxy is not None
    to_proxy = ClientRequest(hdrs.METH_GET, request.proxy, loop=request.loop, ssl=request.ssl)
    return to_proxy.connection_key


def _plain(error: NetworkError) -> OSError:
    """The exception that asyncio raises for an error."""
    if error.kind is ErrorKind.RESET and "_ssl.c" in error.message:
        # TLS broke off a connection that had been made.
        return os_error(replace(error, kind=ErrorKind.TLS))
    if error.errno is not None:
        return os_error(error)
    if error.kind is ErrorKind.CONNECT and (not error.message or _HANDSHAKE_TAKES_LONG in error.message):
        return ConnectionAbortedError(error.message) if error.message else ConnectionResetError()
    if error.kind is ErrorKind.NAME and error.message:
        # What aiodns tells has no number.
        return OSError(None, error.message)
    return os_error(replace(error, errno=_NUMBERS.get(error.kind)))


_HANDSHAKE_TAKES_LONG = "SSL handshake is taking longer than"

_NUMBERS = {
    ErrorKind.NAME: socket.EAI_NONAME,
    ErrorKind.REFUSED: errno.ECONNREFUSED,
    ErrorKind.RESET: errno.ECONNRESET,
}
"""aiohttp shows nothing of an error that has no number, which one written by hand may not have."""


# Answers that break off


def _answer(response: Response, error: NetworkError) -> Answer:
    """The bytes of an answer that was cut, after which the connection fails."""
    if not response.status:
        return Answer((), True)
    head, length, codings = head_of(response)
    chunked = codings is not None and is_chunked(codings)
    if _is_within_head(response, error, delimited=chunked or length is not None):
        return Answer((head.removesuffix(b"\r\n"),), True)
    return Answer(cut_answer(response), True)


def _is_within_head(response: Response, error: NetworkError, *, delimited: bool) -> bool:
    if error.kind is not ErrorKind.CLOSED or response.body:
        return False
    return error.message == WITHIN_HEAD or not delimited
