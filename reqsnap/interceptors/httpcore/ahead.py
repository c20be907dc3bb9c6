"""A live answer whose body is read to its end before the client reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from reqsnap.interceptors.httpcore.shapes import CoreResponse, Tee


def read_ahead_sync(response: CoreResponse) -> None:
    """Read the body of a sync pool's answer."""
    ahead = response.stream = AheadSync(response.stream)
    try:
        for piece in ahead.stream:
            ahead.pieces.append(piece)
    except Exception as error:
        ahead.error = error


async def read_ahead_async(response: CoreResponse) -> None:
    """Read the body of an async pool's answer."""
    ahead = response.stream = AheadAsync(response.stream)
    try:
        async for piece in ahead.stream:
            ahead.pieces.append(piece)
    except Exception as error:
        ahead.error = error


class Ahead(Tee):
    """A body that was read. What went wrong meanwhile is raised where the client has read so far."""

    __slots__ = ("error", "pieces")

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.pieces: list[bytes] = []
        self.error: Exception | None = None

    @property
    def stream(self) -> Any:
        """The body as it comes from the connection."""
        return self._stream

    def given_out(self) -> Iterator[bytes]:
        """The pieces, once, then the error."""
        while self.pieces:
            yield self.pieces.pop(0)
        if self.error is not None:
            raise self.error


class AheadSync(Ahead):
    """A body of a sync pool."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        return self.given_out()


class AheadAsync(Ahead):
    """A body of an async pool."""

    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.given_out():
            yield piece
