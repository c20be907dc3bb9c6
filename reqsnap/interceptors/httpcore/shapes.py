"""What httpcore's and httpcore2's objects have in common, and how they turn into ours."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable
from typing import Any, Protocol

from reqsnap.memo import MOST_ENTRIES
from reqsnap.model import Headers, Request
from reqsnap.recorder import Forward, Refuse, Replay

DEFAULT_PORTS = {b"http": 80, b"https": 443, b"ws": 80, b"wss": 443}
"""The schemes that the pools connect for. A handshake for WebSocket is an exchange too."""

_BODY_FIELDS = frozenset(("content-length", "transfer-encoding"))


class CoreURL(Protocol):
    """A URL of either library."""

    scheme: bytes
    host: bytes
    port: int | None
    target: bytes


class CoreRequest(Protocol):
    """A request of either library."""

    method: bytes
    url: CoreURL
    headers: list[tuple[bytes, bytes]]
    stream: Any
    extensions: dict[str, Any]


class CoreResponse(Protocol):
    """A response of either library."""

    status: int
    headers: list[tuple[bytes, bytes]]
    stream: Any
    extensions: dict[str, Any]


def text_headers(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Header fields of the library's as ours."""
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs])


class RequestHead:
    """What we say of a request before its body: its method, absolute URL and header fields.

    `bare` is the request with this head and without a body.
    """

    __slots__ = ("bare", "method", "url")

    def __init__(self, method: bytes, url: str, headers: Headers) -> None:
        self.method = method.decode("latin-1")
        self.url = url
        self.bare = Request(self.method, url, headers)

    def request(self, body: bytes, complete: bool) -> Request:
        """The request with this head. One that announces no body is complete without."""
        if not body and (complete or not self._announces_body()):
            return self.bare
        return Request(self.method, self.url, self.bare.headers, body, complete)

    def _announces_body(self) -> bool:
        return any(name.lower() in _BODY_FIELDS for name, _ in self.bare.headers)


def request_head(request: CoreRequest) -> RequestHead:
    """The head of a request. Programs repeat themselves, so the latest ones are remembered."""
    url = request.url
    fields = request.method, url.scheme, url.host, url.port, url.target, tuple(request.headers)
    try:
        return remembered_head(*fields)
    except TypeError:
        # A client may have put in a list or a bytearray, which are sent but cannot be looked up.
        return _head(*fields)


def _head(
    method: bytes,
    scheme: bytes,
    host: bytes,
    port: int | None,
    target: bytes,
    headers: Iterable[tuple[bytes, bytes]],
) -> RequestHead:
    return RequestHead(method, _url(scheme, host, port, target), text_headers(headers))


remembered_head = functools.lru_cache(MOST_ENTRIES)(_head)
"""The head of a request, by its method, scheme, host, port, target and header fields."""


def _url(scheme: bytes, host: bytes, port: int | None, target: bytes) -> str:
    """The URL that a request target means on a connection, be it direct or through a proxy."""
    path, authority = target.decode("latin-1"), host.decode("latin-1")
    if path[:1] != "/":
        if path[:4].lower() == "http" and "://" in path[:9]:
            return path
        path = f"/{path}"
    if ":" in authority:
        authority = f"[{authority.strip('[]')}]"
    if port is not None and port != DEFAULT_PORTS[scheme]:
        authority = f"{authority}:{port}"
    return f"{scheme.decode('latin-1')}://{authority}{path}"


def byte_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Header fields of ours as the library's."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.pairs]


def with_body(request: CoreRequest, stream: object) -> CoreRequest:
    """The same request with another body. The client's own is left as it is."""
    outgoing = copy.copy(request)
    outgoing.stream = stream
    return outgoing


class Decided:
    """Stands for the body of a request about which it was decided above the pool: `asked` is that request."""

    def __init__(self, stream: Any, asked: Request, decision: Replay | Forward | Refuse) -> None:
        self.stream, self.asked, self.decision = stream, asked, decision


class Tee:
    """Stands before a stream; what it does not define itself is the stream's."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_stream"), name)
