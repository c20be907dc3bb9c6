"""Notes a live exchange of aiohttp's while it passes: what is written, what is received."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import replace
from typing import Any

from reqsnap import patching
from reqsnap.interceptors.aiohttp.body import Upload
from reqsnap.interceptors.aiohttp.errors import ABANDONED, WITHIN_HEAD, Witness, losing
from reqsnap.interceptors.http1 import SWITCHED, Answer, is_event_stream, is_left_between_events, request_sent
from reqsnap.interceptors.telling import tell_whole
from reqsnap.model import ErrorKind, NetworkError, Request, Response
from reqsnap.recorder import Forward, Recorder

_NOTED_BY = "_reqsnap_exchange"
"""The attribute of a connection's protocol that holds the exchange under way on it."""


class Exchange:
    """One forwarded exchange on one connection, told to the recorder exactly once."""

    def __init__(
        self,
        recorder: Recorder,
        forward: Forward,
        method: str,
        url: str,
        upload: Upload | None,
        witness: Witness | None,
    ) -> None:
        self._recorder: Recorder | None = recorder
        self._forward = forward
        self._method, self._url = method, url
        self.upload = upload
        self.witness = witness
        self._sent: list[bytes] = []
        self._answer = Answer(method)
        self._protocol: Any = None
        self._payload: Any = None
        self._broken: BaseException | None = None
        self._cause: NetworkError | None = None
        self._unreadable: ValueError | None = None
        self._hold = patching.Hold()

    @property
    def reads_ahead(self) -> bool:
        """Whether the answer is to be read to its end before the client gets it."""
        return self._forward.reads_ahead and not is_event_stream(self._answer.headers)

    def begin(self, connection: Any) -> None:
        """The exchange has got its connection."""
        self._protocol = connection.protocol
        setattr(self._protocol, _NOTED_BY, self)
        connection.add_callback(self.released)

    def listen(self, tail: bytes) -> None:
        """Have the parser of the answer overheard; `tail` is what it was given already."""
        self.received(tail)
        self._protocol._parser = Overheard(self._protocol._parser, self)

    def wrote(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """A piece of the request went to the transport."""
        self._sent.append(data if type(data) is bytes else bytes(data))

    def received(self, data: bytes) -> None:
        """A piece of the answer came; aiohttp has not seen it yet."""
        if self._unreadable is None:
            try:
                self._answer.feed(data)
            except ValueError as error:
                self._unreadable = error

    def parsed(self) -> None:
        """aiohttp has taken what came."""
        if self._unreadable is not None:
            self.fail(self._unreadable)
        elif self._answer.switched or self._is_tunnel():
            self.fail(None, why=SWITCHED)
        elif self._answer.complete:
            self.complete()

    def ended(self, error: BaseException | None) -> None:
        """The connection has ended, which aiohttp is about to learn."""
        self._broken = error
        if self._protocol.transport is None:
            # The client has closed it, as it does with all of a session's, and needs no more of the answer.
            self.released()
            return
        if self._answer.status >= 200:
            self._payload = self._protocol._payload
        self._cause = losing(error)
        if error is None:
            self._answer.end()

    def lost(self) -> None:
        """The connection has ended, and aiohttp has learnt it."""
        if self._answer.complete:
            self.complete()
        else:
            told = None if self._payload is None else self._payload.exception()
            self.fail(told or self._told(), cause=self._cause)

    def released(self) -> None:
        """The client is done with the connection, perhaps before the answer was whole."""
        error = None if self._answer.complete else self._told()
        if self._answer.complete or (error is None and self._is_left_between_events()):
            self.complete()
            return
        cause = self._cause
        if cause is None and self.witness is not None:
            cause = self.witness.leaving(error)
        if error is None and cause is None:
            self.abandon()
        else:
            self.fail(error, cause=cause)

    def complete(self) -> None:
        """Tell the recorder what was exchanged."""
        recorder = self._conclude()
        if recorder is not None:
            tell_whole(recorder, self._forward, self._request_sent, self._answer)

    def fail(self, error: BaseException | None, *, cause: NetworkError | None = None, why: str = "") -> None:
        """Tell the recorder that the exchange did not come to its end.

        `error` is what the program sees, and `cause` what that means. `why` tells of an
        exchange that ends without an error.
        """
        recorder = self._conclude()
        if recorder is None:
            return
        if cause is None or self.witness is None:
            recorder.failed(self._forward, error, why=why)
            return
        response, cause = self._come(cause)
        request = self._request_meant(self.witness)
        recorder.failed(self._forward, error, request=request, response=response, cause=cause, why=why)

    def abandon(self) -> None:
        """Tell the recorder that the client reads no further; aiohttp does so too, as with redirects."""
        recorder = self._conclude()
        if recorder is None:
            return
        if not self._sent:
            recorder.failed(self._forward)
            return
        response = self._answer.response(cut=True) if self._answer.status >= 200 else None
        try:
            request = self._request_sent()
        except ValueError as error:
            recorder.failed(self._forward, error)
        else:
            recorder.failed(self._forward, request=request, response=response, cause=ABANDONED)

    def __del__(self) -> None:
        self.abandon()

    def _request_sent(self) -> Request:
        return request_sent(self._method, self._url, b"".join(self._sent))

    def _request_meant(self, witness: Witness) -> Request | None:
        """The whole request, as far as it is known, even where less was sent."""
        try:
            sent = self._request_sent() if self._sent else None
        except ValueError:
            sent = None
        if sent is not None and sent.complete:
            return sent
        return witness.whole(self.upload) or sent

    def _come(self, cause: NetworkError) -> tuple[Response, NetworkError]:
        """What had come of the answer. aiohttp shows a head that was cut where it was closed."""
        answer = self._answer
        if answer.status < 200 and cause.kind is ErrorKind.CLOSED:
            with suppress(ValueError):
                answer.feed(b"\n\r\n")
            if answer.status >= 200:
                return answer.response(), replace(cause, message=WITHIN_HEAD)
        return (answer.response(cut=True) if answer.status >= 200 else Response(0)), cause

    def _conclude(self) -> Recorder | None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return None
        protocol, self._protocol, self._payload = self._protocol, None, None
        if exchange_on(protocol) is self:
            delattr(protocol, _NOTED_BY)
            if isinstance(protocol._parser, Overheard):
                protocol._parser = protocol._parser.parser
        if self.upload is not None:
            self.upload.ended()
        self._hold.release()
        return recorder

    def _is_tunnel(self) -> bool:
        return self._method == "CONNECT" and 200 <= self._answer.status < 300

    def _is_left_between_events(self) -> bool:
        answer = self._answer
        return is_left_between_events(answer.headers, answer.response().body)

    def _told(self) -> BaseException | None:
        """What the program is told, as far as that is known here; None where it just leaves."""
        error: BaseException | None = None if self._protocol is None else self._protocol.exception()
        raised = sys.exception()
        if error is None and isinstance(raised, (asyncio.CancelledError, TimeoutError)):
            return raised
        return error or self._broken


class Overheard:
    """An answer's parser, with the exchange told of every byte that it is fed."""

    __slots__ = ("_exchange", "parser")

    def __init__(self, parser: Any, exchange: Exchange) -> None:
        self.parser = parser
        self._exchange = exchange

    def feed_data(self, data: bytes, *args: Any) -> Any:
        """Note, then parse, then conclude where that was the last of it."""
        self._exchange.received(bytes(data))
        try:
            result = self.parser.feed_data(data, *args)
        except BaseException as error:
            self._exchange.fail(error)
            raise
        self._exchange.parsed()
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self.parser, name)


def exchange_on(protocol: Any) -> Exchange | None:
    """The exchange that is noted on a connection, if one is."""
    found: Exchange | None = getattr(protocol, _NOTED_BY, None)
    return found
