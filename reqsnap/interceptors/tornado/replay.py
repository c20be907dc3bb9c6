"""A stream that answers tornado's client from memory.

Everything above it is tornado's own: the request is written to it, and the answer's bytes are
read, parsed, decoded and handed on as if a server had sent them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from tornado.ioloop import IOLoop
from tornado.iostream import BaseIOStream, UnsatisfiableReadError
from tornado.log import gen_log

from reqsnap.interceptors.http1_written import cut_answer, whole_answer
from reqsnap.interceptors.tornado.errors import broken
from reqsnap.model import ErrorKind
from reqsnap.recorder import Replay
from reqsnap.recorder.decisions import Unread


class ReplayStream(BaseIOStream):
    """Takes a request, and gives its answer as the client asks for it, a piece at a time.

    `head_written` is called with the head of the request; the answer must be known when it
    returns. A stream that never gets an answer keeps its reader waiting.
    """

    def __init__(
        self,
        connection: Any,
        max_buffer_size: int | None,
        head_written: Callable[[bytes], None] | None = None,
    ) -> None:
        super().__init__(max_buffer_size=max_buffer_size)
        self._connection = connection
        self._head_written = head_written
        self._steps: list[bytes] = []
        self._come = memoryview(b"")
        self._end: Callable[[], object] | None = None
        self._due: Any = None
        self._ended: OSError | bool = False

    def answer(self, decision: Replay) -> None:
        """Give this answer from now on."""
        response, error, method = decision.response, decision.error, self._connection.request.method
        if error is None:
            steps, closes = _whole(method, decision)
            self._steps, self._end = [*steps], self._close_down if closes else None
        else:
            self._steps = [*cut_answer(response)] if response.status else []
            self._end = self._fail(decision)

    def write(self, data: Any) -> Any:
        """Take a piece of the request; the first is its head."""
        head_written, self._head_written = self._head_written, None
        if head_written is not None:
            head_written(bytes(data))
        return super().write(data)

    def write_to_fd(self, data: memoryview) -> int:
        """Have it written."""
        return len(data)

    def read_from_fd(self, buf: Any) -> int | None:
        """Give what has come; None where nothing has."""
        if self._come:
            count = min(len(buf), len(self._come))
            buf[:count] = self._come[:count]
            self._come = self._come[count:]
            return count
        if isinstance(self._ended, OSError):
            raise self._ended
        return 0 if self._ended else None

    def close_fd(self) -> None:
        """Close; nothing comes any more."""
        self._steps, self._come, self._end = [], memoryview(b""), None
        if self._due is not None:
            self._due.cancel()

    def _add_io_state(self, state: int) -> None:
        """The client waits, as for a socket: let the next step come. Meanwhile others run."""
        if state & IOLoop.READ and self._due is None and not self.closed():
            self._due = asyncio.get_running_loop().call_soon(self._arrive)

    def _maybe_add_error_listener(self) -> None:
        """Nothing happens here while nobody reads."""

    def _arrive(self) -> None:
        self._due = None
        if self._steps:
            self._come = memoryview(self._steps.pop(0))
            self._have_read()
        elif self._end is not None:
            self._end()

    def _have_read(self) -> None:
        try:
            self._handle_read()
        except UnsatisfiableReadError as error:
            # As BaseIOStream does where a socket has something to read.
            gen_log.info(f"Unsatisfiable read, closing connection: {error}")
            self.close(exc_info=error)
            return
        if self.reading():
            self._add_io_state(IOLoop.READ)

    def _close_down(self, error: OSError | None = None) -> None:
        self._ended = error or True
        self._have_read()

    def _fail(self, decision: Replay) -> Callable[[], object]:
        """What happens in the place of the rest of an answer."""
        error = decision.error
        if isinstance(error, Unread):
            told = error.told()
            return partial(self._connection._handle_exception, type(told), told, None)
        if error is None or (error.kind is ErrorKind.TIMEOUT and error.errno is None):
            return partial(self._connection._on_timeout, "during request")
        return partial(self._close_down, broken(error))


def _whole(method: str, decision: Replay) -> tuple[tuple[bytes, ...], bool]:
    """The steps of a whole answer; made once and kept with the recording."""
    kept, name = decision.kept, "tornado, HEAD" if method == "HEAD" else "tornado"
    found: tuple[tuple[bytes, ...], bool] | None = kept.get(name)
    if found is None:
        found = kept[name] = whole_answer(method, decision.response)
    return found
