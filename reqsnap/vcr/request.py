"""VCR.py's request: what matchers, filters and hooks of its users are given."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import ParseResult, parse_qsl, urlparse

from reqsnap.vcr.util import CaseInsensitiveDict, is_iterator

_PORTS = {"http": 80, "https": 443}


class HeadersDict(CaseInsensitiveDict):
    """Header fields with one value each, under the spelling in which they were set first.

    Of a list of values the first counts.

    >>> headers = HeadersDict({"Accept": ["text/html", "text/plain"]})
    >>> headers["accept"] = "*/*"
    >>> headers
    {'Accept': '*/*'}
    """

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list | tuple):
            value = value[0]
        known = self._store.get(key.lower())
        super().__setitem__(key if known is None else known[0], value)


class Request:
    """A request that may be changed: by `before_record_request`, before it is compared or stored.

    Takes the method, the absolute URL, the body (None, text, bytes, a file or an iterator,
    which is read) and the header fields.

    >>> request = Request("GET", "https://example.com/items?b=2&a=1", None, {})
    >>> request.host, request.port, request.path, request.query
    ('example.com', 443, '/items', [('a', '1'), ('b', '2')])
    """

    def __init__(self, method: str, uri: str, body: Any, headers: Mapping[str, Any]) -> None:
        self.method = method
        self.uri = uri
        self._was_file = hasattr(body, "read")
        self._was_iter = not self._was_file and is_iterator(body)
        self.body = _read(body) if self._was_file else list(body) if self._was_iter else body
        self.headers = headers

    @property
    def uri(self) -> str:
        """The absolute URL."""
        return self._uri

    @uri.setter
    def uri(self, uri: str) -> None:
        self._uri = uri
        self.parsed_uri: ParseResult = urlparse(uri)

    @property
    def headers(self) -> Any:
        """The header fields as a HeadersDict; any mapping can be set."""
        return self._headers

    @headers.setter
    def headers(self, headers: Mapping[str, Any]) -> None:
        self._headers = headers if isinstance(headers, HeadersDict) else HeadersDict(headers)

    @property
    def body(self) -> Any:
        """The body: bytes or None, or of the kind that it was given as, a new file or iterator each time."""
        if self._was_file:
            return BytesIO(self._body)
        return iter(self._body) if self._was_iter else self._body

    @body.setter
    def body(self, body: Any) -> None:
        self._body = body.encode() if isinstance(body, str) else body

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return self.parsed_uri.scheme

    @property
    def protocol(self) -> str:
        """The scheme, by an older name."""
        return self.scheme

    @property
    def host(self) -> str | None:
        """The host's name in lower case, without a port."""
        return self.parsed_uri.hostname

    @property
    def port(self) -> int | None:
        """The port that the URL says, or the scheme's own."""
        return self.parsed_uri.port or _PORTS.get(self.scheme)

    @property
    def path(self) -> str:
        """The path, without the query."""
        return self.parsed_uri.path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The fields of the query that have a value, sorted."""
        return sorted(parse_qsl(self.parsed_uri.query))

    @property
    def url(self) -> str:
        """The absolute URL, by an older name."""
        return self.uri

    def add_header(self, key: str, value: Any) -> None:
        """Set a header field. Out of date: set `request.headers[key]`."""
        told = "Request.add_header is out of date: write request.headers[key] = value"
        warnings.warn(told, DeprecationWarning, stacklevel=2)
        self.headers[key] = value

    def __repr__(self) -> str:
        return f"<Request ({self.method}) {self.uri}>"

    def _to_dict(self) -> dict[str, Any]:
        """As it stands in a cassette, before its body is made text."""
        headers = {name: [value] for name, value in self.headers.items()}
        return {"method": self.method, "uri": self.uri, "body": self.body, "headers": headers}

    @classmethod
    def _from_dict(cls, found: Mapping[str, Any]) -> Request:
        return cls(**found)


def _read(file: Any) -> Any:
    """What is left of a file, which is then read by others from the same place."""
    if not hasattr(file, "tell"):
        return file.read()
    start = file.tell()
    found = file.read()
    file.seek(start)
    return found
