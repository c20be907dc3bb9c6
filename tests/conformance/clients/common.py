"""What several adapters need: URLs taken apart, bodies, unix connections, facts."""

from __future__ import annotations

import base64
import http.client
import io
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from tests.conformance.vocabulary import Call, Pairs, Settings


def target_of(url: str) -> str:
    """What a request line says about a URL: its path and query."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]


def proxy_credentials(proxy: str) -> tuple[str, str] | None:
    """User and password in a proxy's URL."""
    parts = urlsplit(proxy)
    return (parts.username, parts.password or "") if parts.username else None


def basic(user: str, password: str) -> str:
    """The value of a header that authenticates with a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def body_of(call: Call) -> bytes | Iterable[bytes] | None:
    """The body to send: bytes, a file, or pieces that can be had once."""
    if call.file is not None:
        return io.BytesIO(call.file)
    return call.pieces() if call.pieces is not None else call.body


def only_timeout(settings: Settings) -> float | None:
    """The shorter timeout, for clients that have one for everything: long enough to connect in."""
    given = [value for value in (settings.connect_timeout, settings.read_timeout) if value is not None]
    return max(0.25, min(given)) if given else None


def text_pairs(pairs: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """Header fields as text, a character for each byte."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)


def kind(value: object) -> str:
    """The name of a value's class."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


class UnixConnection(http.client.HTTPConnection):
    """A connection over a unix socket, as the clients of docker and the like make it."""

    def __init__(self, path: str, timeout: float | None = None) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        """Connect to the path in place of the host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)
