"""A server that keeps to a script, and a client that shows what it answered."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.support.scripted import Scripted

SCRIPT = {
    "/start": [b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /middle\r\nContent-Length: 0\r\n\r\n"],
    "/middle": [
        b"HTTP/1.1 307 Temporary Redirect\r\nConnection: close\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n"
    ],
    "/end": [b"HTTP/1.1 200 Fine By Me\r\nContent-Length: 2\r\n\r\nok"],
    "/cookies": [
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-One: 1\r\nset-cookie: b=2\r\nX-ONE: 2\r\n"
        b"Content-Length: 0\r\n\r\n"
    ],
    "/old": [b"HTTP/1.0 200 Nothing Special\r\n\r\nuntil the end"],
    "/trailers": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 0a1b\r\n\r\n"
    ],
    "/octets": [b"HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + bytes(range(256))],
    "/poll": [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % n for n in (1, 2, 3)],
}


@pytest.fixture
def script() -> Iterator[Scripted]:
    server = Scripted(SCRIPT)
    yield server
    server.close()


Raw = Callable[[str], http.client.HTTPResponse]


@pytest.fixture
def raw() -> Iterator[Raw]:
    """A GET through http.client: the answer, its body not read."""
    with ExitStack() as connections:

        def get(url: str) -> http.client.HTTPResponse:
            parts = urlsplit(url)
            connection = http.client.HTTPConnection(parts.netloc)
            connections.callback(connection.close)
            connection.request("GET", parts.path)
            return connection.getresponse()

        yield get
