"""Answers from a cassette as httpcore's own responses, without a connection."""

from __future__ import annotations

import functools
import importlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reqsnap.interceptors.http1 import is_bodiless
from reqsnap.interceptors.httpcore.checkpoints import checkpoint
from reqsnap.interceptors.httpcore.no_connection import no_connection_async, no_connection_sync
from reqsnap.interceptors.httpcore.replayed_body import (
    STREAM_ID,
    AsyncBody,
    ReplayedBody,
    SyncBody,
    Traces,
)
from reqsnap.interceptors.httpcore.shapes import CoreRequest, CoreResponse, byte_headers
from reqsnap.interceptors.making_way import may_go_on
from reqsnap.model import Response
from reqsnap.recorder import Replay


def replay_sync(name: str, request: CoreRequest, decision: Replay) -> CoreResponse:
    """The recorded answer as a response of the library of that name, for a sync pool."""
    answer = answer_of(name, decision)
    traces = answer.traces(request)
    if traces is not None:
        for step in traces.up_to_head(answer.parsed()):
            with step:
                pass
    return answer.response(SyncBody, request, traces)


async def replay_async(name: str, request: CoreRequest, decision: Replay) -> CoreResponse:
    """The recorded answer as a response of the library of that name, for an async pool."""
    answer = answer_of(name, decision)
    traces = answer.traces(request)
    if traces is not None:
        for step in traces.up_to_head(answer.parsed()):
            async with step:
                pass
    if not may_go_on():
        await checkpoint()
    return answer.response(AsyncBody, request, traces)


class _Library:
    """The parts of httpcore or httpcore2 that a replayed answer is made of."""

    def __init__(self, name: str) -> None:
        module: Any = importlib.import_module(name)
        self.response: Any = module.Response
        self.read_error: type[Exception] = module.ReadError
        self.trace: Any = importlib.import_module(f"{name}._trace").Trace
        self.http11_logger = logging.getLogger(f"{name}.http11")
        self.http2_logger = logging.getLogger(f"{name}.http2")
        self.no_stream: dict[type, object] = {
            SyncBody: no_connection_sync(module),
            AsyncBody: no_connection_async(module),
        }


_library = functools.cache(_Library)


class Answer:
    """A recorded answer in one library's types: what every replay of it has in common.

    `in_one` is its body where that comes in one piece, which is so for most; `logger` is the
    one that tells how it comes.
    """

    __slots__ = ("_extensions", "_http2", "_made", "_recorded", "headers", "in_one", "library", "logger")

    def __init__(self, library: _Library, recorded: Response) -> None:
        self.library = library
        # Parts that do not add up to the body tell nothing of it.
        adds_up = not recorded.parts or sum(recorded.parts) == len(recorded.body)
        self._recorded = recorded if adds_up else replace(recorded, parts=())
        in_one = recorded.body and len(self._recorded.parts) < 2 and not ends_with_head(b"GET", recorded)
        self.in_one = (recorded.body,) if in_one else None
        self._http2 = recorded.version == "HTTP/2"
        self.logger = library.http2_logger if self._http2 else library.http11_logger
        self.headers = byte_headers(recorded.headers)
        self._extensions: dict[str, Any] = {"http_version": recorded.version.encode("latin-1")}
        if self._http2:
            self._extensions["stream_id"] = STREAM_ID
        else:
            self._extensions["reason_phrase"] = recorded.reason.encode("latin-1")
        self._made: dict[str, Any] | None = None

    def traces(self, request: CoreRequest) -> Traces | None:
        """The traces of a request, where somebody looks at them."""
        if request.extensions.get("trace") is None and not self.is_logged:
            return None
        return Traces(self.library.trace, self.logger, request, self._http2)

    @property
    def is_logged(self) -> bool:
        """Whether the library's debug logging tells how it comes."""
        return self.logger.isEnabledFor(logging.DEBUG)

    @property
    def status(self) -> int:
        """Its status code."""
        return self._recorded.status

    def parsed(self) -> tuple[object, ...]:
        """What the library's parser gives for the head."""
        status, headers = self._recorded.status, list(self.headers)
        if self._http2:
            return status, headers
        return self._extensions["http_version"], status, self._extensions["reason_phrase"], headers

    def response(self, body: type[ReplayedBody], request: CoreRequest, traces: Traces | None) -> CoreResponse:
        """The library's own response, to be read once."""
        kind = self.library.response
        made = self._made
        if made is None:
            # As the library looks at every header field when it makes a response (httpcore 1.0.9),
            # it makes one, of which the others are copies.
            made = self._made = vars(kind(self.status, headers=self.headers))
        response: CoreResponse = object.__new__(kind)
        # A copy takes less than to add to what is there.
        response.__dict__ = made.copy()
        response.headers = self.headers.copy()
        response.stream = body(self.pieces(request.method), traces, self.library.read_error)
        response.extensions = self.extensions(body)
        return response

    def extensions(self, body: type[ReplayedBody]) -> dict[str, Any]:
        """What the library's response tells besides, with a body of this kind."""
        return {**self._extensions, "network_stream": self.library.no_stream[body]}

    def pieces(self, method: bytes) -> Iterator[bytes]:
        """Its body, for an answer to a request of this method."""
        if self.in_one is None or method == b"HEAD":
            return iter(()) if ends_with_head(method, self._recorded) else self._recorded.pieces()
        return iter(self.in_one)


def ends_with_head(method: bytes, recorded: Response) -> bool:
    """Whether no body follows the head of this answer to this method, whatever was recorded."""
    return recorded.status < 200 or is_bodiless(method.decode("latin-1"), recorded.status)


def answer_of(name: str, decision: Replay) -> Answer:
    """The answer for the library of that name; made at the first replay and kept with the recording."""
    answer: Answer | None = decision.kept.get(name)
    if answer is None:
        answer = decision.kept[name] = Answer(_library(name), decision.response)
    return answer


def traces_of(name: str, request: CoreRequest, decision: Replay) -> Traces | None:
    """The traces of a request to the library of that name, where somebody looks at them."""
    return answer_of(name, decision).traces(request)
