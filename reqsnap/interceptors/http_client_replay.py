"""A recorded answer as a genuine http.client response over bytes in memory, nothing parsed."""

from __future__ import annotations

import http.client
import io
from typing import Any

from reqsnap.model import Response


class StandInSocket:
    """What stands in `conn.sock` while a connection replays: it has no peer and never waits."""

    def __init__(self, timeout: object, content: bytes = b"") -> None:
        self._timeout = timeout if isinstance(timeout, int | float) else None
        self._content = content

    def makefile(self, *args: object, **kwargs: object) -> io.BufferedReader:
        """The bytes of the answer."""
        return io.BufferedReader(io.BytesIO(self._content))

    def settimeout(self, timeout: float | None) -> None:
        """Keep a timeout that nothing will run into."""
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """The timeout that was kept."""
        return self._timeout

    def setsockopt(self, *args: object) -> None:
        """Accept an option."""

    def shutdown(self, how: int) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""

    def fileno(self) -> int:
        """No descriptor, as of a socket that was closed."""
        return -1


def genuine_response(conn: Any, recorded: Response) -> Any:
    """A response of the connection's own class, as if its head had just been read."""
    chunked = _is_chunked(recorded)
    content = framed(recorded) if chunked else recorded.body
    response = conn.response_class(StandInSocket(None, content), method=conn._method)
    response.code = response.status = recorded.status
    response.reason = recorded.reason
    response.version = 10 if recorded.version in ("HTTP/1.0", "HTTP/0.9") else 11
    response.headers = response.msg = message(recorded)
    response.chunked = chunked
    if chunked:
        response.chunk_left = None
    response.will_close = response._check_close()
    response.length = None if chunked else _length(recorded, conn._method)
    if not response.will_close and not chunked and response.length is None:
        response.will_close = True
    return response


def message(recorded: Response) -> http.client.HTTPMessage:
    """The header fields as http.client holds them once it has parsed them."""
    made = http.client.HTTPMessage()
    for name, value in recorded.headers:
        made.set_raw(name, value)
    made.set_payload("")
    return made


def framed(recorded: Response) -> bytes:
    """A body in chunks, of the sizes in which it came, with its trailers (RFC 9112, section 7.1)."""
    lines = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in recorded.pieces()]
    lines.append(b"0\r\n")
    lines += [f"{name}: {value}\r\n".encode("latin-1") for name, value in recorded.trailers]
    lines.append(b"\r\n")
    return b"".join(lines)


def _is_chunked(recorded: Response) -> bool:
    for name, value in recorded.headers:
        if len(name) == 17 and name.lower() == "transfer-encoding":
            return value.lower() == "chunked"
    return False


def _length(recorded: Response, method: str) -> int | None:
    """How many bytes http.client expects, by the rules of its `begin`."""
    status = recorded.status
    if status in (204, 304) or 100 <= status < 200 or method == "HEAD":
        return 0
    text = recorded.headers.get("content-length")
    try:
        length = int(text) if text else -1
    except ValueError:
        return None
    return length if length >= 0 else None
