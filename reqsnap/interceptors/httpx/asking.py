"""A request of httpx's or httpx2's as the pool beneath would ask for it."""

from __future__ import annotations

from typing import Any

from reqsnap.interceptors.httpcore.shapes import DEFAULT_PORTS, RequestHead, remembered_head
from reqsnap.memo import Memo
from reqsnap.model import Request


class Asking:
    """What turns the requests of one of the libraries into ours.

    It finds again what it said of a head by what the library keeps a URL and header fields in
    (httpx 0.24 to 0.28, httpx2 2). What a pool is told is made of these anew each time.
    """

    def __init__(self, library: Any) -> None:
        self._byte_stream: Any = library.ByteStream
        self._url, self._headers, self._is_known = library.URL, library.Headers, _is_as_known(library)
        self._latest: Memo[tuple[list[Any], RequestHead]] = Memo()

    def asked(self, request: Any) -> Request | None:
        """The request as a pool would ask for it; None for one that needs a pool.

        Its body is to be at hand, and it may ask for nothing that only a pool does.
        """
        stream, extensions = request.stream, request.extensions
        if type(stream) is not self._byte_stream:
            return None
        if extensions and (len(extensions) > 1 or "timeout" not in extensions):
            return None
        head = self._known_head(request)
        if head is None:
            return None
        # Nearly all have no body, and that is not worth a generator.
        if self._is_known and stream._stream is _NOTHING:
            return head.bare
        return head.request(b"".join(stream), True)

    def _known_head(self, request: Any) -> RequestHead | None:
        url, headers = request.url, request.headers
        if not self._is_known or type(url) is not self._url or type(headers) is not self._headers:
            return _head(request)
        key = request.method, url._uri_reference
        latest = self._latest.get(key)
        if latest is not None and latest[0] == headers._list:
            return latest[1]
        head = _head(request)
        if head is not None:
            self._latest.keep(key, (headers._list.copy(), head))
        return head


_NOTHING = b""


def _is_as_known(library: Any) -> bool:
    """Whether the library keeps the parts of a request where they are looked for here."""
    url, headers = vars(library.URL("http://a/?b")), vars(library.Headers([("A", "b")]))
    return (
        url.keys() == {"_uri_reference"}
        and isinstance(url["_uri_reference"], tuple)
        and headers == {"_list": [(b"A", b"a", b"b")], "_encoding": None}
        and vars(library.ByteStream(b"a")) == {"_stream": b"a"}
    )


def _head(request: Any) -> RequestHead | None:
    url = request.url
    scheme = url.raw_scheme
    if scheme not in DEFAULT_PORTS or not request.method.isascii():
        return None
    return remembered_head(
        request.method.encode("ascii"),
        scheme,
        url.raw_host,
        url.port,
        url.raw_path,
        tuple(request.headers.raw),
    )
