"""Errors of the network as values: what an exception means, and the exception that means it.

Clients wrap what the operating system says in classes of their own. What is recorded is
what lies underneath, so that any client can be told the same again.
"""

from __future__ import annotations

import enum
import socket
from collections.abc import Iterator

from reqsnap.model import ErrorKind, NetworkError
from reqsnap.patterns import regex


class Phase(enum.Enum):
    """What a client was doing when the network failed it."""

    CONNECTING = "connecting"
    """Resolving the name, connecting, shaking hands in TLS."""
    EXCHANGING = "exchanging"
    """Sending the request, or waiting for the answer or the rest of it."""


def cause_of(error: BaseException, phase: Phase) -> NetworkError | None:
    """What the operating system has said, if that is what an exception comes from.

    Follows `__cause__`, exceptions that are arguments of exceptions, and groups: never
    `__context__`, which may be an error of the program that has long been dealt with.
    """
    for each in reversed(list(_chain(error))):
        kind = _kind(each, phase)
        if kind is not None:
            number = each.errno if isinstance(each, OSError) else None
            return NetworkError(kind, _message(each), _common_errno(each) if number is None else number)
    return None


def is_of_connecting(error: NetworkError) -> bool:
    """Whether an error tells that there never was a connection."""
    return error.kind in _CONNECTING


def is_of_handshake(error: NetworkError) -> bool:
    """Whether there was a connection, and TLS failed on it."""
    if error.kind is ErrorKind.TLS:
        return True
    return error.kind is ErrorKind.CONNECT_TIMEOUT and "handshake" in error.message


def os_error(error: NetworkError) -> OSError:
    """The standard library's exception that means an error: a new one each time."""
    if error.kind is ErrorKind.TLS:
        return _ssl_error(error)
    base = _CLASSES[error.kind]
    message = error.message or _WORDS[error.kind]
    if error.errno is None:
        return base(message)
    if base is socket.gaierror:
        return base(error.errno, message)
    # Numbers differ between systems; the class that the kind stands for does not.
    found = OSError(error.errno, message)
    return found if isinstance(found, _ACCEPTED[error.kind]) else base(error.errno, message)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it comes from, the outermost first."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if current.__cause__ is not None:
            waiting.append(current.__cause__)
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
        waiting += [each for each in current.args if isinstance(each, BaseException)]


def _kind(error: BaseException, phase: Phase) -> ErrorKind | None:
    connecting = phase is Phase.CONNECTING
    if _name(type(error)) in _ENDED:
        return ErrorKind.CLOSED
    if isinstance(error, TimeoutError):
        return ErrorKind.CONNECT_TIMEOUT if connecting else ErrorKind.TIMEOUT
    if not isinstance(error, OSError) or str(error).startswith(_ANSWERED_BY_PROXY):
        return None
    if isinstance(error, socket.gaierror):
        return ErrorKind.NAME
    if any(_name(each) == "ssl.SSLError" for each in type(error).__mro__):
        return ErrorKind.TLS
    if isinstance(error, ConnectionRefusedError):
        return ErrorKind.REFUSED
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return ErrorKind.RESET
    if not connecting:
        return ErrorKind.CLOSED if type(error).__module__ == "builtins" else None
    known = _common_errno(error)
    return ErrorKind.CONNECT if known is None else _kind(OSError(known, ""), phase)


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


_ENDED = frozenset(
    {
        "http.client.RemoteDisconnected",
        "http.client.IncompleteRead",
        "asyncio.exceptions.IncompleteReadError",
        "builtins.EOFError",
        "anyio.EndOfStream",
    }
)
"""By their names, so that none of these modules is imported for it."""

_ANSWERED_BY_PROXY = "Tunnel connection failed"

_ERRNO = regex(r"\[Errno (-?\d+)\]")


def _common_errno(error: BaseException) -> int | None:
    """The number that all of several attempts have failed with; asyncio tells it only in words."""
    numbers = set(_ERRNO.findall(str(error))) if isinstance(error, OSError) and error.errno is None else set()
    return int(numbers.pop()) if len(numbers) == 1 else None


def _message(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return str(text).encode(errors="backslashreplace").decode()


_CONNECTING = frozenset(
    {ErrorKind.NAME, ErrorKind.REFUSED, ErrorKind.CONNECT, ErrorKind.CONNECT_TIMEOUT, ErrorKind.TLS}
)

_CLASSES: dict[ErrorKind, type[OSError]] = {
    ErrorKind.NAME: socket.gaierror,
    ErrorKind.REFUSED: ConnectionRefusedError,
    ErrorKind.CONNECT: OSError,
    ErrorKind.CONNECT_TIMEOUT: TimeoutError,
    ErrorKind.TIMEOUT: TimeoutError,
    ErrorKind.RESET: ConnectionResetError,
    ErrorKind.CLOSED: ConnectionResetError,
}
_ACCEPTED: dict[ErrorKind, type[OSError]] = {
    **_CLASSES,
    ErrorKind.RESET: ConnectionError,
    ErrorKind.CLOSED: OSError,
}
_WORDS = {
    ErrorKind.NAME: "Name or service not known",
    ErrorKind.REFUSED: "Connection refused",
    ErrorKind.CONNECT: "The connection could not be made",
    ErrorKind.CONNECT_TIMEOUT: "timed out",
    ErrorKind.TIMEOUT: "timed out",
    ErrorKind.RESET: "Connection reset by peer",
    ErrorKind.CLOSED: "The connection was closed",
}
"""What is said where a cassette that was written by hand says nothing."""


def _ssl_error(error: NetworkError) -> OSError:
    # Here, because importing reqsnap must not take the time.
    import ssl

    classes: dict[int, type[ssl.SSLError]] = {
        ssl.SSL_ERROR_EOF: ssl.SSLEOFError,
        ssl.SSL_ERROR_ZERO_RETURN: ssl.SSLZeroReturnError,
        ssl.SSL_ERROR_SYSCALL: ssl.SSLSyscallError,
    }
    number: int = ssl.SSL_ERROR_SSL if error.errno is None else error.errno
    message = error.message or "The TLS handshake failed"
    found = _REASON.match(message)
    if "CERTIFICATE_VERIFY_FAILED" in message:
        unverified = ssl.SSLCertVerificationError(number, message)
        unverified.verify_message = _AROUND_VERIFY_MESSAGE.sub("", message)
        made: ssl.SSLError = unverified
    else:
        made = classes.get(number, ssl.SSLError)(number, message)
    if found is not None:
        made.library, made.reason = found[1], found[2] or ""
    return made


_REASON = regex(r"\[([A-Z0-9]+)(?:: ([A-Z0-9_]+))?\]")
_AROUND_VERIFY_MESSAGE = regex(r"\A.*certificate verify failed: | \(_ssl\.c:\d+\)\Z")
