"""A body that the program makes as it is sent, made before and given out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tornado.concurrent import Future


class Made:
    """What a `body_producer` has made; `error` is what it raised."""

    def __init__(self) -> None:
        self.pieces: list[Any] = []
        self.error: Exception | None = None

    @property
    def body(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces)

    async def give(self, write: Callable[[Any], Any]) -> None:
        """Be the request's producer: the same pieces, and in the end the same error."""
        for piece in self.pieces:
            await write(piece)
        if self.error is not None:
            raise self.error


async def made_by(producer: Callable[[Callable[[Any], Any]], Any]) -> Made:
    """Have a producer make its body; what it writes is taken at once."""
    made = Made()

    def write(piece: Any) -> Future[None]:
        made.pieces.append(piece)
        written: Future[None] = Future()
        written.set_result(None)
        return written

    try:
        done = producer(write)
        if done is not None:
            await done
    except Exception as error:
        made.error = error
    return made
