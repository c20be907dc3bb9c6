"""Errors of the network on http.client's connections: what they are, and how they come again.

A replay makes the lowest layer fail, so that what the program sees is made by its client's
own code: a connection that cannot be made, or a file that ends or fails while it is read.
"""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import accumulate
from typing import Any

from reqsnap.interceptors.http_client import one_shot
from reqsnap.interceptors.network_errors import Phase, cause_of, is_of_handshake, os_error
from reqsnap.model import ErrorKind, NetworkError
from reqsnap.recorder.decisions import Unread

ABANDONED = NetworkError(ErrorKind.ABANDONED)
CLOSED = NetworkError(ErrorKind.CLOSED)

_CONNECTS = frozenset({"connect", "_new_conn"})


def cause_in_sending(conn: Any, error: BaseException) -> NetworkError | None:
    """What an error means that came from connecting or from sending.

    Where its way led through the making of the body, it is the program's own.
    """
    phase = _phase(conn, error)
    if phase is Phase.CONNECTING:
        return cause_in_connecting(conn, error)
    return None if phase is None else cause_of(error, phase)


def cause_in_connecting(conn: Any, error: BaseException) -> NetworkError | None:
    """What an error means that may have come from connecting; None for any other."""
    for each in reversed(_chain(conn, error)):
        if _phase(conn, each) is Phase.CONNECTING:
            cause = cause_of(each, Phase.CONNECTING)
            if cause is not None:
                return cause
    return None


def cause_in_answer(error: BaseException) -> NetworkError | None:
    """What an error means that came from waiting for an answer, or from reading it."""
    return cause_of(error, Phase.EXCHANGING)


def _chain(conn: Any, error: BaseException) -> list[BaseException]:
    """An error and what it was made of. Before 2.0, urllib3 says so in `__context__` alone."""
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in found:
        found.append(step)
        own = type(step).__module__.startswith("urllib3.") or _phase(conn, step) is Phase.CONNECTING
        wrapped = [each for each in step.args if isinstance(each, BaseException)]
        step = step.__cause__ or (wrapped[0] if wrapped else step.__context__ if own else None)
    return found


def _phase(conn: Any, error: BaseException) -> Phase | None:
    """What an error came from; None for the making of the body, which may connect elsewhere."""
    step = error.__traceback__
    while step is not None:
        frame = step.tb_frame
        code = frame.f_code
        if code.co_filename == one_shot.__file__:
            return None
        if code.co_name in _CONNECTS and frame.f_locals.get(code.co_varnames[0]) is conn:
            return Phase.CONNECTING
        step = step.tb_next
    return Phase.EXCHANGING


def is_of_sending(error: NetworkError) -> bool:
    """Whether an error can only have come while the request was sent."""
    return error.errno == errno.EPIPE


class Breaking(io.RawIOBase):
    """A connection's bytes, which come in the pieces they came in, and then fail or end."""

    def __init__(self, content: bytes, parts: tuple[int, ...], error: NetworkError) -> None:
        super().__init__()
        self._content = content
        self._ends = [*(end for end in accumulate(parts) if end < len(content)), len(content)]
        self._place = 0
        self._error = error
        self._timed_out = False

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read no further than the end of the current piece; then fail, as a socket would."""
        end = next((end for end in self._ends if end > self._place), None)
        if end is None:
            return self._break()
        count = min(len(buffer), end - self._place)
        buffer[:count] = self._content[self._place : self._place + count]
        self._place += count
        return count

    def _break(self) -> int:
        if self._timed_out:
            raise OSError("cannot read from timed out object")
        if isinstance(self._error, Unread):
            raise self._error.told()
        if self._error.kind is ErrorKind.CLOSED:
            return 0
        error = os_error(self._error)
        self._timed_out = isinstance(error, TimeoutError)
        # After a reset, a socket is at its end.
        self._error = CLOSED
        raise error


class BreakingFile(io.BufferedReader):
    """The file of such a connection, read as that of a socket; as a socket, it gives itself."""

    def __init__(self, content: bytes, parts: tuple[int, ...], error: NetworkError) -> None:
        super().__init__(Breaking(content, parts, error))

    def makefile(self, *args: object, **kwargs: object) -> BreakingFile:
        """Itself: a response asks its socket for the file that it reads from."""
        return self


class UnsafeSocket:
    """A connection on which the TLS handshake fails, whatever is asked of it."""

    def __init__(self, error: NetworkError) -> None:
        self._error = error

    def _fail(self, *args: object, **kwargs: object) -> Any:
        raise os_error(self._error)

    getsockopt = sendall = send = recv = recv_into = makefile = _fail

    def settimeout(self, timeout: float | None) -> None:
        """Nothing waits."""

    def gettimeout(self) -> float | None:
        """Nothing waits."""

    def setsockopt(self, *args: object) -> None:
        """Accept an option."""

    def shutdown(self, how: int) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""

    def fileno(self) -> int:
        """No descriptor, as of a socket that was closed."""
        return -1


_connecting: ContextVar[NetworkError | None] = ContextVar("reqsnap_connecting", default=None)


def create_connection(
    wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """`urllib3.util.connection.create_connection`: fails where an error is replayed."""
    error = _connecting.get()
    if error is None:
        return wrapped(*args, **kwargs)
    raise os_error(error)


@contextmanager
def unconnectable(conn: Any, error: NetworkError) -> Iterator[None]:
    """Within, connecting fails as it did. Nothing is resolved, and no socket is opened."""
    own = conn.__dict__
    changes = _changes(conn, error)
    kept = {name: own[name] for name in changes if name in own}
    own.update(changes)
    token = _connecting.set(error)
    try:
        yield
    finally:
        _connecting.reset(token)
        for name in changes:
            own.pop(name, None)
        own.update(kept)


def _changes(conn: Any, error: NetworkError) -> dict[str, Any]:
    """What to put on a connection itself.

    urllib3 makes errors of its own where it connects; other connections raise what they get.
    """
    base = _urllib3_base(conn)
    if base is None:
        return {"connect": _raising(error)}
    # `connect` may be held back on the connection, and a tunnel needs somebody at its end.
    found: dict[str, Any] = {"connect": type(conn).connect.__get__(conn), "_tunnel": lambda: None}
    if is_of_handshake(error):
        return found | {"_new_conn": lambda: UnsafeSocket(error)}
    return found | {"_new_conn": base._new_conn.__get__(conn)}


def _urllib3_base(conn: Any) -> Any:
    """urllib3's class of connections, for one that connects as these do."""
    module = sys.modules.get("urllib3.connection")
    if module is None or not isinstance(conn, module.HTTPConnection):
        return None
    owner = next(each for each in type(conn).__mro__ if "connect" in vars(each))
    return module.HTTPConnection if owner.__module__.partition(".")[0] == "urllib3" else None


def _raising(error: NetworkError) -> Callable[[], None]:
    def connect() -> None:
        raise os_error(error)

    return connect
