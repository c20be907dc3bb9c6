"""Answers from a cassette as httpcore's own responses, without a connection."""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import sys
import types
from collections.abc import AsyncGenerator, Generator, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from reqsnap.interceptors.httpcore_shapes import CoreRequest, CoreResponse, byte_headers
from reqsnap.model import Response
from reqsnap.recorder import Replay

_STREAM_ID = 1
"""What HTTP/2 would call the first exchange of a connection of its own."""


def replay_sync(name: str, request: CoreRequest, decision: Replay) -> CoreResponse:
    """The recorded answer as a response of the library of that name, for a sync pool."""
    answer = _Answer(name, request, decision)
    for step in answer.steps():
        with step:
            pass
    return answer.build(_SyncBody, answer.library.no_stream)


async def replay_async(name: str, request: CoreRequest, decision: Replay) -> CoreResponse:
    """The recorded answer as a response of the library of that name, for an async pool."""
    answer = _Answer(name, request, decision)
    for step in answer.steps():
        async with step:
            pass
    await _checkpoint()
    return answer.build(_AsyncBody, answer.library.async_no_stream)


class _Library:
    """The parts of httpcore or httpcore2 that a replayed answer is made of."""

    def __init__(self, name: str) -> None:
        module: Any = importlib.import_module(name)
        self.response: Any = module.Response
        self.read_error: type[Exception] = module.ReadError
        self.trace: Any = importlib.import_module(f"{name}._trace").Trace
        self.http11_logger = logging.getLogger(f"{name}.http11")
        self.http2_logger = logging.getLogger(f"{name}.http2")
        errors = {error: getattr(module, error) for error in ("ReadError", "WriteError", "ConnectError")}
        sync_bases = (_SyncNoConnection, module.NetworkStream)
        async_bases = (_AsyncNoConnection, module.AsyncNetworkStream)
        self.no_stream: object = type("ReplayedStream", sync_bases, errors)()
        self.async_no_stream: object = type("AsyncReplayedStream", async_bases, errors)()


_library = functools.cache(_Library)


class _NoConnection:
    """Stands for the connection of an answer that came over none; it keeps no state."""

    ReadError: type[Exception]
    WriteError: type[Exception]
    ConnectError: type[Exception]

    def get_extra_info(self, info: str) -> Any:
        """Nothing waits to be read. Addresses, socket and TLS session there are none."""
        return False if info == "is_readable" else None

    def _fail(self, error: type[Exception]) -> NoReturn:
        raise error("The answer was replayed by reqsnap: there is no connection")


class _SyncNoConnection(_NoConnection):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._fail(self.ReadError)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._fail(self.WriteError)

    def close(self) -> None:
        """There is nothing to close."""

    def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> Any:
        self._fail(self.ConnectError)


class _AsyncNoConnection(_NoConnection):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._fail(self.ReadError)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._fail(self.WriteError)

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> Any:
        self._fail(self.ConnectError)


class _Traces:
    """The library's own traces of an exchange: `trace` callbacks and debug logging.

    Those of a connection are left out, as there is none.
    """

    __slots__ = ("_logger", "_request", "_stream", "_trace")

    def __init__(self, trace: Any, logger: logging.Logger, request: CoreRequest, http2: bool) -> None:
        self._trace, self._logger, self._request = trace, logger, request
        self._stream = {"stream_id": _STREAM_ID} if http2 else {}

    def step(self, name: str, value: object = None) -> Any:
        """A step that ends with a value, as a context manager of either kind."""
        step = self._trace(name, self._logger, self._request, {"request": self._request, **self._stream})
        step.return_value = value
        return step

    def closed(self) -> Any:
        """The last step."""
        return self._trace("response_closed", self._logger, self._request, self._stream)


class _Body:
    """The body of a replayed answer: read once, in the pieces in which it was recorded."""

    __slots__ = ("_closed", "_pieces", "_read_error", "_traces")

    def __init__(self, pieces: Iterator[bytes], traces: _Traces | None, read_error: type[Exception]) -> None:
        self._pieces, self._traces, self._read_error = pieces, traces, read_error
        self._closed = False

    def _check_open(self) -> None:
        if self._closed:
            raise self._read_error("The response was closed before it was read")

    def _close(self) -> _Traces | None:
        """The traces to close with, the first time."""
        traces = None if self._closed else self._traces
        self._closed = True
        return traces


class _SyncBody(_Body):
    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        self._check_open()
        return self._pieces if self._traces is None else self._traced(self._traces)

    def _traced(self, traces: _Traces) -> Generator[bytes, None, None]:
        try:
            with traces.step("receive_response_body"):
                yield from self._pieces
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if (traces := self._close()) is not None:
            with traces.closed():
                pass


class _AsyncBody(_Body):
    __slots__ = ()

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        self._check_open()
        traces = self._traces
        try:
            async with contextlib.nullcontext() if traces is None else traces.step("receive_response_body"):
                first = True
                for piece in self._pieces:
                    if not first:
                        await _checkpoint()
                    first = False
                    yield piece
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        if (traces := self._close()) is not None:
            async with traces.closed():
                pass


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a recorded answer in the library's types; kept with the recording."""

    headers: list[tuple[bytes, bytes]]
    extensions: dict[str, Any]
    http2: bool

    @classmethod
    def of(cls, decision: Replay) -> _Head:
        """The head, made at the first replay."""
        head: _Head | None = decision.kept.get(__name__)
        if head is None:
            head = decision.kept[__name__] = cls._made(decision.response)
        return head

    @classmethod
    def _made(cls, recorded: Response) -> _Head:
        http2 = recorded.version == "HTTP/2"
        extensions: dict[str, Any] = {"http_version": recorded.version.encode("latin-1")}
        if http2:
            extensions["stream_id"] = _STREAM_ID
        else:
            extensions["reason_phrase"] = recorded.reason.encode("latin-1")
        return cls(byte_headers(recorded.headers), extensions, http2)

    def parsed(self, status: int) -> tuple[object, ...]:
        """What the library's parser gives for this head."""
        if self.http2:
            return status, list(self.headers)
        version, reason = self.extensions["http_version"], self.extensions["reason_phrase"]
        return version, status, reason, list(self.headers)


class _Answer:
    """A recorded answer on its way to one request."""

    __slots__ = ("_head", "_recorded", "_traces", "library")

    def __init__(self, name: str, request: CoreRequest, decision: Replay) -> None:
        self.library = library = _library(name)
        self._recorded = decision.response
        self._head = _Head.of(decision)
        logger = library.http2_logger if self._head.http2 else library.http11_logger
        traced = request.extensions.get("trace") is not None or logger.isEnabledFor(logging.DEBUG)
        self._traces = _Traces(library.trace, logger, request, self._head.http2) if traced else None

    def steps(self) -> Iterator[Any]:
        """What is traced up to the head of the answer."""
        if self._traces is not None:
            yield self._traces.step("send_request_headers")
            yield self._traces.step("send_request_body")
            yield self._traces.step("receive_response_headers", self._head.parsed(self._recorded.status))

    def build(self, body: type[_Body], network_stream: object) -> CoreResponse:
        """The library's own response."""
        response: CoreResponse = self.library.response(
            status=self._recorded.status,
            headers=self._head.headers,
            content=body(self._recorded.pieces(), self._traces, self.library.read_error),
            extensions={**self._head.extensions, "network_stream": network_stream},
        )
        return response


async def _checkpoint() -> None:
    """Let other tasks run, as waiting for a server would.

    A task that polls until another has done something would otherwise run for ever.
    """
    trio: Any = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        await trio.lowlevel.checkpoint()
    else:
        await _let_others_run()


@types.coroutine
def _let_others_run() -> Generator[None, None, None]:
    """What `asyncio.sleep(0)` does."""
    yield
