"""A recorded answer as a genuine http.client response over bytes in memory, nothing parsed."""

from __future__ import annotations

import http.client
import io
from itertools import accumulate
from typing import Any, NamedTuple

from reqsnap.model import Response
from reqsnap.recorder import Replay


class StandInSocket:
    """What stands in `conn.sock` while a connection replays: it has no peer and never waits."""

    def __init__(self, timeout: object, content: bytes = b"", parts: tuple[int, ...] = ()) -> None:
        self._timeout = timeout if isinstance(timeout, int | float) else None
        self._content = content
        self._parts = parts

    def makefile(self, *args: object, **kwargs: object) -> io.BufferedReader:
        """The bytes of the answer."""
        memory = InParts(self._content, self._parts) if self._parts else io.BytesIO(self._content)
        return io.BufferedReader(memory)

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


class InParts(io.BytesIO):
    """Bytes that come in the pieces in which they came from the server."""

    def __init__(self, content: bytes, parts: tuple[int, ...]) -> None:
        super().__init__(content)
        self._ends = list(accumulate(parts))

    def readinto(self, buffer: Any, /) -> int:
        """Read no further than the end of the current piece."""
        here = self.tell()
        end = next((end for end in self._ends if end > here), here)
        return super().readinto(memoryview(buffer)[: end - here])


class Answer(NamedTuple):
    """A recorded answer as http.client will hold it: made once, replayed often."""

    status: int
    reason: str
    version: int
    fields: list[tuple[str, str]]
    chunked: bool
    content: bytes
    parts: tuple[int, ...]
    length: int | None


def answer_of(recorded: Response) -> Answer:
    """What a response is made of, whatever the request's method."""
    chunked = recorded.headers.get("transfer-encoding", "").lower() == "chunked"
    return Answer(
        recorded.status,
        recorded.reason,
        10 if recorded.version in ("HTTP/1.0", "HTTP/0.9") else 11,
        list(recorded.headers),
        chunked,
        framed(recorded) if chunked else recorded.body,
        () if chunked else recorded.parts,
        None if chunked else _length(recorded),
    )


def genuine_response(conn: Any, replay: Replay) -> Any:
    """A response of the connection's own class, as if its head had just been read."""
    answer: Answer | None = replay.kept.get(_KEPT)
    if answer is None:
        answer = replay.kept[_KEPT] = answer_of(replay.response)
    response = conn.response_class(StandInSocket(None, answer.content, answer.parts), method=conn._method)
    response.code = response.status = answer.status
    response.reason = answer.reason
    response.version = answer.version
    response.headers = response.msg = _message(answer.fields)
    response.chunked = answer.chunked
    if answer.chunked:
        response.chunk_left = None
    response.will_close = response._check_close()
    response.length = 0 if conn._method == "HEAD" else answer.length
    if not response.will_close and not answer.chunked and response.length is None:
        response.will_close = True
    return response


_KEPT = "http.client"


def _message(fields: list[tuple[str, str]]) -> http.client.HTTPMessage:
    """The header fields as http.client holds them once it has parsed them."""
    made = http.client.HTTPMessage()
    for name, value in fields:
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


def _length(recorded: Response) -> int | None:
    """How many bytes http.client expects, by the rules of its `begin`, but for HEAD."""
    if recorded.status in (204, 304) or 100 <= recorded.status < 200:
        return 0
    text = recorded.headers.get("content-length")
    try:
        length = int(text) if text else -1
    except ValueError:
        return None
    return length if length >= 0 else None
