"""The values everything else speaks in: headers, requests, responses, interactions.

All are frozen, all bodies are bytes, and nothing here does I/O.
Text that HTTP sends as bytes (methods, targets, header lines) is held as `str`
with one character for each byte (Latin-1), which loses nothing (RFC 9110, section 5.5).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, overload

Text = str | bytes
HeaderItems = Mapping[Any, Text] | Iterable[tuple[Text, Text]] | Iterable[Text]


class Headers:
    """Header fields as they crossed the wire: order, case and repeats kept.

    Takes pairs of name and value, a mapping of such pairs, or names and values in turn,
    each `str` or `bytes`. Names are looked up without regard to case. Raises ValueError
    for anything else, a name without a value included.

    >>> headers = Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2")])
    >>> headers.get("SET-COOKIE"), headers.get_all("set-cookie")
    ('a=1', ['a=1', 'b=2'])
    """

    __slots__ = ("_firsts", "pairs")

    pairs: tuple[tuple[str, str], ...]
    _firsts: dict[str, str] | None

    def __init__(self, pairs: HeaderItems = ()) -> None:
        found = tuple(pairs.items() if isinstance(pairs, Mapping) else pairs)
        object.__setattr__(self, "pairs", found if _are_pairs(found) else _read_pairs(found))
        object.__setattr__(self, "_firsts", None)

    @classmethod
    def of_pairs(cls, pairs: tuple[tuple[str, str], ...]) -> Headers:
        """Header fields of pairs of `str`; that they are such is not checked."""
        made = cls.__new__(cls)
        object.__setattr__(made, "pairs", pairs)
        object.__setattr__(made, "_firsts", None)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Headers cannot be changed; build new ones")

    def __reduce__(self) -> tuple[object, ...]:
        # Copied and pickled by making them anew, because nothing can be set.
        return type(self), (self.pairs,)

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value under a name, or the default."""
        return (self._firsts or self._by_name()).get(name.lower(), default)

    def first_of(self, *names: str) -> dict[str, str]:
        """The first value under each of these names, in lower case, that there is."""
        firsts = self._firsts or self._by_name()
        return {name: firsts[name] for name in names if name in firsts}

    def get_all(self, name: str) -> list[str]:
        """Every value under a name, in order."""
        wanted = name.lower()
        if wanted not in (self._firsts or self._by_name()):
            return []
        return [value for key, value in self.pairs if key.lower() == wanted]

    def _by_name(self) -> dict[str, str]:
        """The first value under each name. Kept: whoever asks for one field mostly asks for others too."""
        firsts = {name.lower(): value for name, value in reversed(self.pairs)}
        object.__setattr__(self, "_firsts", firsts)
        return firsts

    def without(self, *names: str) -> Headers:
        """The same fields less those of the given names."""
        unwanted = {name.lower() for name in names}
        return Headers.of_pairs(tuple([pair for pair in self.pairs if pair[0].lower() not in unwanted]))

    def replaced(self, name: str, value: str) -> Headers:
        """The same fields with every value under a name replaced."""
        wanted = name.lower()
        return Headers((key, value if key.lower() == wanted else old) for key, old in self.pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in (self._firsts or self._by_name())

    def __eq__(self, other: object) -> bool:
        return self.pairs == other.pairs if isinstance(other, Headers) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.pairs)

    def __repr__(self) -> str:
        return f"Headers({list(self.pairs)!r})"


def _are_pairs(items: tuple[Any, ...]) -> bool:
    for item in items:
        if type(item) is not tuple or len(item) != 2 or type(item[0]) is not str or type(item[1]) is not str:
            return False
    return True


def _read_pairs(items: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    if all(isinstance(item, str | bytes) for item in items):
        if len(items) % 2:
            raise ValueError(f"{len(items)} names and values in turn: the last name has no value")
        items = tuple(zip(items[::2], items[1::2], strict=True))
    pairs = []
    for item in items:
        if not isinstance(item, tuple | list) or len(item) != 2:
            raise ValueError(f"{item!r} is no pair of a header's name and value")
        pairs.append((_text(item[0]), _text(item[1])))
    return tuple(pairs)


def _text(value: object) -> str:
    if isinstance(value, str | bytes):
        return str(value) if isinstance(value, str) else value.decode("latin-1")
    raise ValueError(f"{value!r} is no name or value of a header: it is neither str nor bytes")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it crossed one connection, below redirects and content decoding.

    Takes the method, the absolute URL, the header fields and the body with
    transfer codings removed. `complete` is False where the server answered before
    the whole body had been sent; `body` then holds what was sent.

    >>> Request("GET", "https://api.example.com/items").method
    'GET'
    """

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it crossed one connection.

    `body` has transfer codings removed and content codings (gzip, br ...) in place.
    `parts` are the sizes in bytes of the pieces in which a body of unknown length
    arrived, empty where it came as one; they add up to the length of the body. Of a
    chunk that was cut off by an error, the last of them is the size that was announced.

    >>> Response(204, "No Content").body
    b''
    """

    status: int
    reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    version: str = "HTTP/1.1"
    trailers: Headers = field(default_factory=Headers)
    parts: tuple[int, ...] = ()

    def pieces(self) -> Iterator[bytes]:
        """The body in the pieces it arrived in; none where it is empty."""
        start = 0
        for size in self.parts or (len(self.body),):
            if size:
                yield self.body[start : start + size]
            start += size


class ErrorKind(enum.Enum):
    """Why an answer did not come whole: what went wrong on the network, or that nobody wanted the rest."""

    NAME = "name"
    """The host's name could not be resolved."""
    REFUSED = "refused"
    """Nobody listens at that port."""
    CONNECT = "connect"
    """The connection could not be made for another reason."""
    CONNECT_TIMEOUT = "connect timeout"
    """The connection was not made in time."""
    TLS = "tls"
    """The TLS handshake failed."""
    TIMEOUT = "timeout"
    """The server did not answer, or go on answering, in time."""
    RESET = "reset"
    """The connection was reset."""
    CLOSED = "closed"
    """The server closed the connection before its answer was whole."""
    ABANDONED = "abandoned"
    """The program closed the answer before it was whole; nothing went wrong."""


@dataclass(frozen=True, slots=True)
class NetworkError:
    """How an exchange ended early. `errno` is the operating system's number, where it gave one.

    >>> NetworkError(ErrorKind.REFUSED, "Connection refused", 111).kind.value
    'refused'
    """

    kind: ErrorKind
    message: str = ""
    errno: int | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """An exchange as recorded: request, response, when it started, how long it took.

    `recorded_at` is an aware datetime in UTC, the moment before the request was sent.
    `elapsed` is in seconds, up to the last byte of the answer. Where the exchange ended
    in an `error`, `response` is what had come of the answer until then; its status is 0
    where nothing had.
    """

    request: Request
    response: Response
    recorded_at: datetime
    elapsed: float = 0.0
    error: NetworkError | None = None
