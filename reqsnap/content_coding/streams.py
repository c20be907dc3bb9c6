"""Coded bytes decoded as they come, within a bound: a few of them may hold any amount of content."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple, Protocol

LARGE = 64 * 1024 * 1024
"""Up to how many bytes of content are always decoded."""


class UndecodableError(ValueError):
    """A body that is not in the coding that was named."""


class TooLargeError(UndecodableError):
    """A body that holds more than may be decoded."""


class Stream(Protocol):
    """One stream of coded bytes."""

    def decode(self, piece: bytes, room: int) -> bytes:
        """What a piece adds to the content. Raises UndecodableError, also where it is more than `room`."""

    @property
    def is_whole(self) -> bool:
        """Whether its end has come."""

    @property
    def rest(self) -> bytes:
        """What came behind its end."""


class Decoded(NamedTuple):
    """What each piece added to the content, whether the stream is whole, and what stands behind it."""

    pieces: list[bytes]
    is_whole: bool
    rest: bytes


def decode(stream: Stream, pieces: list[bytes], room: int) -> Decoded:
    """Pieces decoded one after the other, into at most `room` bytes. Raises UndecodableError."""
    found: list[bytes] = []
    for piece in pieces:
        found.append(stream.decode(piece, room))
        room -= len(found[-1])
    return Decoded(found, stream.is_whole, stream.rest)


def largest(body: bytes) -> int:
    """Up to how many bytes of content are made of a coded body, whatever the number of its codings.

    Texts shrink to a twentieth or so. What shrank to less is looked into as long as it is small.
    """
    return max(LARGE, 32 * len(body))


def _within(content: bytes, room: int) -> bytes:
    if len(content) > room:
        raise TooLargeError("it holds too much")
    return content


class ZlibStream:
    """By the module zlib; `window` says in which format, as there."""

    def __init__(self, window: int) -> None:
        self._decompressor = zlib.decompressobj(window)

    def decode(self, piece: bytes, room: int) -> bytes:
        """What a piece adds, as `Stream.decode`."""
        try:
            return _within(self._decompressor.decompress(piece, room + 1), room)
        except zlib.error as error:
            raise UndecodableError(str(error)) from None

    @property
    def is_whole(self) -> bool:
        """Whether its end has come."""
        return self._decompressor.eof

    @property
    def rest(self) -> bytes:
        """What came behind its end."""
        return self._decompressor.unused_data


class SlicedStream:
    """By a library that cannot be told a bound, and so gets a few bytes at a time.

    `process` decodes some bytes and raises `error`; `is_ended` says whether the stream has ended, and
    `unused` what the last bytes had behind its end.
    """

    def __init__(
        self,
        process: Callable[[bytes], bytes],
        is_ended: Callable[[], bool],
        unused: Callable[[], bytes],
        error: type[Exception],
        size: int,
    ) -> None:
        self._process, self._is_ended, self._unused = process, is_ended, unused
        self._error, self._size = error, size
        self._behind: list[bytes] = []

    def decode(self, piece: bytes, room: int) -> bytes:
        """What a piece adds, as `Stream.decode`."""
        found: list[bytes] = []
        for start in range(0, len(piece), self._size):
            if self._is_ended():
                self._behind.append(piece[start:])
                break
            found.append(_within(self._decoded(piece[start : start + self._size]), room))
            room -= len(found[-1])
        return b"".join(found)

    def _decoded(self, piece: bytes) -> bytes:
        try:
            return self._process(piece)
        except self._error as error:
            raise UndecodableError(str(error)) from None

    @property
    def is_whole(self) -> bool:
        """Whether its end has come."""
        return self._is_ended()

    @property
    def rest(self) -> bytes:
        """What came behind its end."""
        return b"".join([self._unused(), *self._behind]) if self._is_ended() else b""
