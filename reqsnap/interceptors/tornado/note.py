"""Notes a live exchange of tornado's while it passes through its stream."""

from __future__ import annotations

from typing import Any

from tornado.simple_httpclient import HTTPTimeoutError

from reqsnap import patching
from reqsnap.interceptors.http1 import SWITCHED, Answer, is_left_between_events, request_sent
from reqsnap.interceptors.telling import tell_whole
from reqsnap.interceptors.tornado.errors import ABANDONED, connecting, losing
from reqsnap.model import ErrorKind, NetworkError, Request, Response
from reqsnap.recorder import Forward, Recorder


class Exchange:
    """One forwarded exchange on a stream of its own, told to the recorder exactly once.

    `meant` is the whole request as it is to be sent, where that is known.
    """

    def __init__(
        self, recorder: Recorder, forward: Forward, method: str, url: str, meant: Request | None
    ) -> None:
        self._recorder: Recorder | None = recorder
        self._forward, self._meant = forward, meant
        self._method, self._url = method, url
        self._sent: list[bytes] = []
        self._answer = Answer(method)
        self._stream: Any = None
        self._told: BaseException | None = None
        self._at_end = False
        self._hold = patching.Hold()

    def begin(self, stream: Any) -> None:
        """The exchange has got its connection: listen to what passes."""
        if self._recorder is None:
            return
        self._stream = stream
        write, read, close = stream.write, stream.read_from_fd, stream.close

        def heard_write(data: Any) -> Any:
            self._sent.append(bytes(data))
            return write(data)

        def heard_read(buffer: Any) -> Any:
            count = read(buffer)
            if count:
                with memoryview(buffer) as whole, whole[:count] as piece:
                    self._received(piece.tobytes())
            elif count == 0:
                self._at_end = True
            return count

        def heard_close(exc_info: Any = False) -> None:
            close(exc_info)
            self._closed(stream.error)

        stream.write, stream.read_from_fd, stream.close = heard_write, heard_read, heard_close

    def unconnected(self, error: BaseException) -> None:
        """There is no connection."""
        self._fail(error, connecting(error))

    def told(self, error: BaseException | None) -> None:
        """The program is told of an error. A connection that is awaited may come too late."""
        self._told = error
        if self._stream is None and isinstance(error, HTTPTimeoutError):
            self._fail(error, NetworkError(ErrorKind.CONNECT_TIMEOUT, str(error)))

    def _received(self, data: bytes) -> None:
        """A piece of the answer came; the client has not seen it yet."""
        try:
            self._answer.feed(data)
        except ValueError as error:
            self._fail(error, None)
            return
        if self._answer.switched:
            self._fail(None, None, why=SWITCHED)
        elif self._answer.complete:
            self._complete()

    def _closed(self, error: BaseException | None) -> None:
        """The stream was closed: by the server, by an error, or by the client."""
        if self._recorder is None:
            return
        broke = isinstance(error, OSError) and error.errno != 0
        if self._at_end and not broke:
            self._answer.end()
        if self._answer.complete:
            self._complete()
        elif broke or self._at_end:
            self._fail(self._told, losing(error if broke else None))
        elif isinstance(self._told, HTTPTimeoutError):
            self._fail(self._told, NetworkError(ErrorKind.TIMEOUT, str(self._told)))
        else:
            self._abandon()

    def _complete(self) -> None:
        recorder = self._conclude()
        if recorder is not None:
            tell_whole(recorder, self._forward, self._request_sent, self._answer)

    def _fail(self, error: BaseException | None, cause: NetworkError | None, why: str = "") -> None:
        """The exchange did not come to its end; `cause` is what the network did, if it is to blame."""
        recorder = self._conclude()
        if recorder is None:
            return
        if cause is None or not recorder.cassette.policy.records_errors:
            recorder.failed(self._forward, error, why=why)
            return
        request = self._meant or self._request_as_far_as_sent()
        recorder.failed(self._forward, error, request=request, response=self._come(), cause=cause, why=why)

    def _abandon(self) -> None:
        """The client reads no further: it cannot use the answer, or a callback of the program's failed."""
        answer = self._answer
        if is_left_between_events(answer.headers, answer.response().body):
            self._complete()
            return
        recorder = self._conclude()
        if recorder is None:
            return
        request = self._request_as_far_as_sent()
        if request is None or answer.status < 200:
            recorder.failed(self._forward, self._told)
        else:
            response = answer.response(cut=True)
            recorder.failed(self._forward, self._told, request=request, response=response, cause=ABANDONED)

    def __del__(self) -> None:
        self._abandon()

    def _come(self) -> Response:
        """What had come of the answer."""
        return self._answer.response(cut=True) if self._answer.status >= 200 else Response(0)

    def _request_sent(self) -> Request:
        return request_sent(self._method, self._url, b"".join(self._sent))

    def _request_as_far_as_sent(self) -> Request | None:
        try:
            return self._request_sent() if self._sent else None
        except ValueError:
            return None

    def _conclude(self) -> Recorder | None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return None
        stream, self._stream = self._stream, None
        if stream is not None:
            for heard in ("write", "read_from_fd", "close"):
                vars(stream).pop(heard, None)
        self._hold.release()
        return recorder
