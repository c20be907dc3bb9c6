"""What httpcore's and httpcore2's objects have in common, and how they turn into ours."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, Protocol

from reqsnap.model import Headers


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


def byte_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Header fields of ours as the library's."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.pairs]


def with_body(request: CoreRequest, stream: object) -> CoreRequest:
    """The same request with another body. The client's own is left as it is."""
    outgoing = copy.copy(request)
    outgoing.stream = stream
    return outgoing


class Tee:
    """Stands before a stream; what it does not define itself is the stream's."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_stream"), name)
