"""Request bodies for httpcore: gathered before they are sent, or noted as they are sent."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from types import AsyncGeneratorType
from typing import Any

from reqsnap.interceptors.httpcore.shapes import Tee

_BUFFERS = bytearray, memoryview
_LIBRARIES = frozenset(("httpcore", "httpcore2", "httpx", "httpx2"))


def kept(piece: bytes | bytearray | memoryview) -> bytes:
    """A piece of a body, copied where it is a buffer that its owner may fill again."""
    return bytes(piece) if isinstance(piece, _BUFFERS) else piece


class GatheredBody:
    """A request's body that was read before it is sent, in the pieces it came in.

    `error` is what reading it ended with; sending it then ends with that as well.
    """

    __slots__ = ("error", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.error is not None:
            raise self.error

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _AsyncPieces(iter(self))


class _AsyncPieces:
    """Not a generator: trio warns of generators that an early answer leaves unfinished."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> _AsyncPieces:
        return self

    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


def is_at_hand(stream: Any) -> bool:
    """Whether a stream holds all of a body, so that reading it once more does nothing."""
    kind: Any = type(stream)
    return _is_of_bytes(kind)


@functools.lru_cache(maxsize=64)
def _is_of_bytes(kind: Any) -> bool:
    return kind.__name__ == "ByteStream" and kind.__module__.partition(".")[0] in _LIBRARIES


def gather_sync(stream: object) -> GatheredBody:
    """Read the body of a request to a sync pool."""
    # The libraries make this assertion too, but only once they are connected.
    assert isinstance(stream, Iterable)
    body = GatheredBody()
    try:
        for piece in stream:
            body.pieces.append(kept(piece))
    except Exception as error:
        body.error = error
    return body


async def gather_async(stream: object) -> GatheredBody:
    """Read the body of a request to an async pool."""
    assert isinstance(stream, AsyncIterable)
    body = GatheredBody()
    try:
        async for piece in stream:
            body.pieces.append(kept(piece))
    except Exception as error:
        body.error = error
    return body


class SentBody(Tee):
    """A request's body, noted as the library reads it. `whole` once it was read to its end."""

    __slots__ = ("pieces", "whole")

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self.begin()

    def begin(self) -> None:
        """Forget what was noted: the library reads from the start."""
        self.pieces: list[bytes] = []
        self.whole = False

    def note(self, piece: bytes) -> None:
        """Keep a piece."""
        self.pieces.append(kept(piece))

    def meant(self) -> tuple[list[bytes], bool]:
        """The pieces that would have been sent, as far as is known, and whether these are all.

        Only a body of which it is sure that reading it once more does nothing is read.
        """
        if not self.whole and is_at_hand(self._stream):
            return list(self._stream), True
        return self.pieces, self.whole


class SentBodySync(SentBody):
    """A request's body in a sync pool."""

    __slots__ = ()

    def __iter__(self) -> Iterator[bytes]:
        self.begin()
        for piece in self._stream:
            self.note(piece)
            yield piece
        self.whole = True


class SentBodyAsync(SentBody):
    """A request's body in an async pool."""

    __slots__ = ()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self.begin()
        iterator = self._stream.__aiter__()
        # The libraries and trio treat generators in ways of their own, so one stays one.
        if isinstance(iterator, AsyncGeneratorType):
            return self._generate(iterator)
        return _NotedPieces(iterator, self)

    async def _generate(self, generator: AsyncGeneratorType[bytes, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(generator):
            async for piece in generator:
                self.note(piece)
                yield piece
        self.whole = True


def sent_body_sync(stream: object) -> SentBody | None:
    """A tee on a body for a sync pool; None for one that such a pool cannot send."""
    return SentBodySync(stream) if isinstance(stream, Iterable) else None


def sent_body_async(stream: object) -> SentBody | None:
    """A tee on a body for an async pool; None for one that such a pool cannot send."""
    return SentBodyAsync(stream) if isinstance(stream, AsyncIterable) else None


class _NotedPieces:
    __slots__ = ("_iterator", "_noted")

    def __init__(self, iterator: AsyncIterator[bytes], noted: SentBody) -> None:
        self._iterator = iterator
        self._noted = noted

    def __aiter__(self) -> _NotedPieces:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await self._iterator.__anext__()
        except StopAsyncIteration:
            self._noted.whole = True
            raise
        self._noted.note(piece)
        return piece
