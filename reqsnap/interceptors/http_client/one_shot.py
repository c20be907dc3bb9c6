"""Request bodies that can be read only once, given a second time with the same pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reqsnap.interceptors.proxies import Proxy

_REPEATABLE = (bytes, str, bytearray, memoryview, list, tuple)


def is_repeatable(body: Any) -> bool:
    """Whether a body is the same however often it is read."""
    return body is None or isinstance(body, _REPEATABLE)


class Body:
    """A body to be built twice: once to decide, and, if it is to be sent, once to send.

    `first` is what the client is given for the first time.
    """

    __slots__ = ("_body", "_pieces", "_position", "first")

    def __init__(self, body: Any) -> None:
        self._body = body
        self._pieces: list[Any] = []
        self._position: int | None = None
        self.first = body
        if body is None or isinstance(body, _REPEATABLE):
            return
        if hasattr(body, "read"):
            self._position = _position(body)
            if self._position is None:
                self.first = NotedReads(body, self._pieces)
        elif _is_iterable(body):
            self.first = self._noted()

    def again(self) -> Any:
        """What the client is given for the second time."""
        if self._position is not None:
            self._body.seek(self._position)
            return self._body
        if self.first is self._body:
            return self._body
        if isinstance(self.first, NotedReads):
            return _RepeatedReads(self._body, self._pieces)
        return iter(self._pieces)

    def _noted(self) -> Iterator[Any]:
        for piece in self._body:
            self._pieces.append(bytes(piece) if isinstance(piece, bytearray | memoryview) else piece)
            yield piece


def with_body(
    args: tuple[Any, ...], kwargs: dict[str, Any], place: int, body: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call with another body, which is at `place` or under its name."""
    if len(args) > place:
        return (*args[:place], body, *args[place + 1 :]), kwargs
    return args, (kwargs | {"body": body} if "body" in kwargs else kwargs)


def noted(data: Any, pieces: list[bytes]) -> Any:
    """What `HTTPConnection.send` is given, such that the bytes it sends end up in `pieces`."""
    if isinstance(data, bytes):
        pieces.append(data)
    elif isinstance(data, str):
        # The socket refuses it, with an error of its own.
        return data
    elif hasattr(data, "read"):
        return NotedReads(data, _Encoded(pieces))
    elif _is_iterable(data):
        return _noted_pieces(data, pieces)
    else:
        pieces.append(bytes(memoryview(data)))
    return data


class _Encoded:
    """Keeps what is read from a text file as the bytes that are sent for it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def append(self, piece: str | bytes) -> None:
        """Keep a piece."""
        self._pieces.append(piece.encode("iso-8859-1") if isinstance(piece, str) else bytes(piece))


def _noted_pieces(data: Any, pieces: list[bytes]) -> Iterator[Any]:
    for piece in data:
        pieces.append(bytes(piece))
        yield piece


def _position(body: Any) -> int | None:
    """Where a file stands, or None for one that cannot go back there."""
    try:
        position: int = body.tell()
        body.seek(position)
    except Exception:
        return None
    return position


def _is_iterable(body: Any) -> bool:
    try:
        memoryview(body)
    except TypeError:
        return hasattr(body, "__iter__")
    return False


class NotedReads(Proxy):
    """A file whose reads are kept. A proxy, since clients ask whether it is a text file."""

    def __init__(self, file: Any, pieces: list[Any] | _Encoded) -> None:
        super().__init__(file)
        self._self_pieces = pieces

    def read(self, *args: Any) -> Any:
        """Read, and keep what came."""
        piece = self.__wrapped__.read(*args)
        self._self_pieces.append(piece)
        return piece


class _RepeatedReads(Proxy):
    """A file that gives the same pieces again."""

    def __init__(self, file: Any, pieces: list[Any]) -> None:
        super().__init__(file)
        self._self_rest = iter(pieces)

    def read(self, *args: Any) -> Any:
        """The next piece, whatever size is asked for; then what is left of the file itself."""
        for piece in self._self_rest:
            return piece
        return self.__wrapped__.read(*args)
