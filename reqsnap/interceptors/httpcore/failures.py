"""Recorded errors of the network as exceptions of httpcore and httpcore2.

What lies beneath those differs with what waits for the network: blocking sockets, anyio on
asyncio, or trio. Their words are followed, as programs and their tests look at them.
"""

from __future__ import annotations

import enum
import errno
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

from reqsnap.interceptors.httpcore.errors import CUT, HTTP2_CLOSED, NO_ANSWER, SSL_EOF, WRITE_TIMED_OUT
from reqsnap.interceptors.network_errors import is_of_connecting, os_error
from reqsnap.model import ErrorKind, NetworkError, Response
from reqsnap.recorder.decisions import Unread


class Runtime(enum.Enum):
    """What waits for the network."""

    BLOCKING = "blocking"
    ASYNCIO = "asyncio"
    TRIO = "trio"


@dataclass(frozen=True, slots=True)
class Failure:
    """A recorded error, to be raised as an exception of the library of that name.

    `answer` is what had come before it. `address` is what the library would have connected
    to, None for a Unix socket; `secure` tells whether it would have spoken TLS.
    """

    name: str
    error: NetworkError
    answer: Response
    runtime: Runtime
    address: str | None
    secure: bool

    @property
    def step(self) -> str | None:
        """What failed, as the library's traces call it; None for the connecting, or before it."""
        if self.answer.status:
            return "receive_response_body"
        if is_of_connecting(self.error):
            return None
        return "send_request_body" if self._is_of_writing else "receive_response_headers"

    def pieces(self) -> Iterator[bytes]:
        """What had come of the body, and then the error."""
        yield from self.answer.pieces()
        self.fail()

    def fail(self) -> NoReturn:
        """Raise the error as the library does: its pools cut off what an exception comes from."""
        if isinstance(self.error, Unread):
            raise self.error.told()
        beneath = self._beneath()
        if beneath is None:
            raise self._raised(self._words()) from None
        try:
            raise beneath
        except Exception:
            linked = self.name == _LINKS_ERRORS_OF_BODIES and self.answer.status
            raise self._raised(beneath) from (beneath if linked else None)
        finally:
            # An error that refers to itself through the frames it came through lives on.
            del beneath

    @property
    def _is_of_writing(self) -> bool:
        if self.answer.status:
            return False
        return self.error.message == WRITE_TIMED_OUT or self.error.errno == errno.EPIPE

    def _raised(self, argument: object) -> Exception:
        kind, step = self.error.kind, "Write" if self._is_of_writing else "Read"
        if kind is ErrorKind.CLOSED:
            name = "RemoteProtocolError"
        elif kind is ErrorKind.TIMEOUT:
            name = f"{step}Timeout"
        elif kind is ErrorKind.RESET or self.answer.status:
            name = f"{step}Error"
        else:
            name = "ConnectTimeout" if kind is ErrorKind.CONNECT_TIMEOUT else "ConnectError"
        made: Exception = getattr(importlib.import_module(self.name), name)(argument)
        return made

    def _words(self) -> str:
        """What the library itself says of a connection that was closed before the answer."""
        return self.error.message if HTTP2_CLOSED.match(self.error.message) else NO_ANSWER

    def _beneath(self) -> Exception | None:
        """The exception that the library's own is made from."""
        if self.error.kind is ErrorKind.CLOSED:
            return self._cut() if self.answer.status and self.answer.version != "HTTP/2" else None
        return _BENEATH[self.runtime](self)

    def _cut(self) -> Exception:
        words = self.error.message
        if not words.startswith(CUT):
            received, expected = len(self.answer.body), self.answer.headers.get("content-length", "")
            known = expected.isdecimal() and "transfer-encoding" not in self.answer.headers
            shown = f"received {received} bytes, expected {expected}" if known else "incomplete chunked read"
            words = f"{CUT} ({shown})"
        made: Exception = importlib.import_module("h11").RemoteProtocolError(words)
        return made


_LINKS_ERRORS_OF_BODIES = "httpcore2"
"""Its pools leave the cause of an error of a body in its place."""

_TIMEOUTS = (ErrorKind.TIMEOUT, ErrorKind.CONNECT_TIMEOUT)
_UNCONNECTED = (ErrorKind.REFUSED, ErrorKind.CONNECT)


def _of_sockets(failure: Failure) -> Exception:
    error = failure.error
    if error.kind is ErrorKind.TIMEOUT and error.message in ("", WRITE_TIMED_OUT):
        said = "write" if error.message else "read"
        return TimeoutError(f"The {said} operation timed out" if failure.secure else "timed out")
    return _plain(error)


def _of_anyio(failure: Failure) -> Exception:
    error = failure.error
    if error.kind in _TIMEOUTS:
        return TimeoutError()
    plain = _plain(error)
    if error.kind is ErrorKind.TLS and error.errno == SSL_EOF:
        return _made("anyio", "EndOfStream")
    if _is_reset(error):
        return _linked(_made("anyio", "BrokenResourceError"), plain)
    if error.kind in _UNCONNECTED and failure.address is not None:
        return _linked(OSError("All connection attempts failed"), plain)
    return plain


def _of_trio(failure: Failure) -> Exception:
    error = failure.error
    if error.kind in _TIMEOUTS:
        return _made("trio", "TooSlowError")
    plain = _plain(error)
    if error.kind is ErrorKind.TLS or _is_tls(error):
        return _linked(_made("trio", "BrokenResourceError"), plain)
    if _is_reset(error):
        return _linked(_made("trio", "BrokenResourceError", f"socket connection broken: {plain}"), plain)
    if error.kind in _UNCONNECTED and failure.address is not None:
        words = f"all attempts to connect to {failure.address} failed"
        return _linked(OSError(words), ExceptionGroup(words, [plain]))
    return plain


_BENEATH = {Runtime.BLOCKING: _of_sockets, Runtime.ASYNCIO: _of_anyio, Runtime.TRIO: _of_trio}


def _plain(error: NetworkError) -> OSError:
    return os_error(replace(error, kind=ErrorKind.TLS) if _is_tls(error) else error)


def _is_tls(error: NetworkError) -> bool:
    """Whether TLS broke off a connection that had been made."""
    return error.kind is ErrorKind.RESET and "_ssl.c" in error.message


def _is_reset(error: NetworkError) -> bool:
    return error.kind is ErrorKind.RESET or error.errno in (errno.ECONNRESET, errno.EPIPE)


def _made(module: str, name: str, *args: object) -> Exception:
    made: Exception = getattr(importlib.import_module(module), name)(*args)
    return made


def _linked(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error
