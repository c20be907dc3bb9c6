"""A recorded answer that has come whole, as a transport of httpx's or httpx2's gives it."""

from __future__ import annotations

from typing import Any

from reqsnap.interceptors.httpcore.replay import Answer
from reqsnap.interceptors.httpx.library import Library, Side


class Whole:
    """What all replays of an answer by one side of a library have in common.

    `logger` is the library's that tells how it comes, which only a pool can have it do.
    """

    __slots__ = ("_answer", "_extensions", "_headers", "_in_one", "_parts", "_side", "_status", "logger")

    def __init__(self, parts: Library, side: Side, answer: Answer) -> None:
        self._parts, self._side, self._answer = parts, side, answer
        self._status, self._in_one, self.logger = answer.status, answer.in_one, answer.logger
        self._headers = parts.headers(answer.headers)
        self._extensions = answer.extensions(side.body)

    def response(self, method: str) -> Any:
        """The library's own response to a request of this method."""
        side, pieces = self._side, self._in_one
        if pieces is None or method == "HEAD":
            left = self._answer.pieces(method.encode("ascii"))
        else:
            left = iter(pieces)
        body = side.body(left, None, side.read_error)
        return self._parts.response(
            status_code=self._status,
            headers=self._headers,
            stream=side.stream(body),
            extensions=self._extensions.copy(),
        )
