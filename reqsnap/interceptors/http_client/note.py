"""A live answer, noted as the program reads it: complete, abandoned and cut answers told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reqsnap.interceptors.http1 import SWITCHED, Answer, is_event_stream, is_left_between_events
from reqsnap.interceptors.http_client.ahead import read_ahead
from reqsnap.interceptors.http_client.errors import ABANDONED, CLOSED, cause_in_answer
from reqsnap.interceptors.http_client.state import Exchange
from reqsnap.interceptors.proxies import Proxy
from reqsnap.model import Headers, NetworkError


def heard_class(made_by: Callable[..., Any]) -> Callable[..., Any]:
    """A response class whose responses are heard from their first line on."""

    def make(*args: Any, **kwargs: Any) -> Any:
        response = made_by(*args, **kwargs)
        response.fp = TeeFile(response.fp, HeadListener())
        return response

    return make


def note_answer(exchange: Exchange, response: Any) -> None:
    """Listen to a response whose head was just read, until its last byte or its end."""
    file = response.fp
    heard = file._self_listener if isinstance(file, TeeFile) else None
    if response.status == 101 or exchange.method.upper() == "CONNECT":
        exchange.failed(None, why=SWITCHED)
        return
    answer = Answer(exchange.method)
    version = "HTTP/1.0" if response.version == 10 else "HTTP/1.1"
    answer.begin(version, response.status, response.reason, Headers(response.headers.raw_items()))
    if isinstance(heard, HeadListener) and not heard.complete:
        if exchange.notes_errors:
            exchange.cause = CLOSED
        exchange.failed(None, response=answer.response())
        return
    listener = Listener(exchange, answer)
    if answer.complete or heard is None:
        listener.finish()
    else:
        file._self_listener = listener
        reads_ahead = exchange.forward is not None and exchange.forward.reads_ahead
        if reads_ahead and not is_event_stream(answer.headers):
            response.fp = read_ahead(file, lambda: listener.is_over)


class HeadListener:
    """Hears whether a head came to its end: http.client takes one that was cut for whole."""

    __slots__ = ("complete",)

    def __init__(self) -> None:
        self.complete = False

    def heard(self, data: bytes, at_end: bool) -> None:
        """A head ends with an empty line."""
        self.complete = data in (b"\r\n", b"\n")

    def left(self) -> None:
        """Closed with its head, or before."""

    def broke(self, error: BaseException) -> None:
        """`getresponse` raises what it makes of that."""


class Listener:
    """Hears the bytes of one answer's body and tells the recorder how it ended, once."""

    __slots__ = ("_answer", "_exchange", "_over")

    def __init__(self, exchange: Exchange, answer: Answer) -> None:
        self._exchange = exchange
        self._answer = answer
        self._over = False

    def heard(self, data: bytes, at_end: bool) -> None:
        """Take in what the program has read."""
        if self._over:
            return
        try:
            self._answer.feed(data)
        except ValueError as error:
            self._fail(error, None)
            return
        if at_end:
            self._answer.end()
        if self._answer.complete:
            self.finish()
        elif at_end:
            self._fail(None, CLOSED)

    @property
    def is_over(self) -> bool:
        """Whether the answer has come to its end, or reading it has failed."""
        return self._over

    def finish(self) -> None:
        """The last byte was read."""
        self._over = True
        exchange, forward = self._exchange, self._exchange.forward
        if forward is not None:
            exchange.forward = None
            exchange.recorder.after(forward, exchange.request(), self._answer.response())
        exchange.hold.release()

    def left(self) -> None:
        """The program closes the answer, whole or not."""
        if not self._over:
            answer = self._answer.response()
            if is_left_between_events(answer.headers, answer.body):
                self.finish()
            else:
                self._over = True
                self._exchange.cause = ABANDONED
                self._exchange.failed(None, response=self._answer.response(cut=True))

    def broke(self, error: BaseException) -> None:
        """Reading has failed."""
        self._fail(error, cause_in_answer(error))

    def _fail(self, error: BaseException | None, cause: NetworkError | None) -> None:
        if not self._over:
            self._over = True
            exchange = self._exchange
            if exchange.notes_errors:
                exchange.cause = cause
            exchange.failed(error, response=self._answer.response(cut=True))


class TeeFile(Proxy):
    """The file of a response, in all but that a listener hears what is read from it."""

    def __init__(self, file: Any, listener: HeadListener | Listener) -> None:
        super().__init__(file)
        self._self_listener = listener

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes; fewer come only at the end."""
        data: bytes = self._self_heard("read", size)
        self._self_listener.heard(data, size is None or size < 0 or len(data) < size)
        return data

    def read1(self, size: int = -1, /) -> bytes:
        """Read what is there, at least one byte but at the end."""
        data: bytes = self._self_heard("read1", size)
        self._self_listener.heard(data, not data and size != 0)
        return data

    def readinto(self, buffer: Any, /) -> int:
        """Read into a buffer and fill it; it is filled in part only at the end."""
        count: int = self._self_heard("readinto", buffer)
        view = memoryview(buffer).cast("B")
        self._self_listener.heard(bytes(view[:count]), count < len(view))
        return count

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read a line; one without its end is the last, or was cut by the limit."""
        data: bytes = self._self_heard("readline", size)
        whole = data[-1:] == b"\n" or (size is not None and 0 <= size <= len(data))
        self._self_listener.heard(data, not whole)
        return data

    def close(self) -> None:
        """Close, complete or not."""
        self._self_listener.left()
        self.__wrapped__.close()

    def _self_heard(self, method: str, argument: Any) -> Any:
        try:
            return getattr(self.__wrapped__, method)(argument)
        except BaseException as error:
            self._self_listener.broke(error)
            raise
