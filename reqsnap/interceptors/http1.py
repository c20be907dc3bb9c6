"""HTTP/1.1 on the wire, read back from its bytes: a request that was sent, an answer as it arrives.

The answer is read as it arrives, with the leniency of aiohttp's own parser. It keeps what
aiohttp's parser drops: the body as it was coded, the sizes of its chunks, the trailers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from reqsnap.model import Headers, Request, Response

SWITCHED = "it switched protocols, so the rest is no HTTP; exclude_urls leaves such a URL out"
"""Why an exchange cannot be recorded after whose head there is something else."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_BODILESS = frozenset({204, 304})


class Answer:
    """An answer to a request of the given method, read incrementally.

    `complete` turns True with its last byte, `switched` where the protocol was switched
    instead (101). Interim answers are passed over. Malformed bytes raise ValueError, but for
    a length that is no number: clients that accept one read until the connection ends.
    """

    def __init__(self, method: str) -> None:
        self.complete = False
        self.switched = False
        self.status = 0
        self.headers = Headers()
        self._method = method
        self._version = self._reason = ""
        self._trailers: list[bytes] = []
        self._body: list[bytes] = []
        self._parts: list[int] = []
        self._rest = b""
        self._left = 0
        self._step: Callable[[Answer], bool] = Answer._head

    def feed(self, data: bytes) -> None:
        """Read on."""
        self._rest += data
        while self._rest and not self.complete and not self.switched and self._step(self):
            pass

    def end(self) -> None:
        """The connection was closed, which ends a body that nothing else delimits."""
        if self._step is Answer._until_close:
            self.complete = True

    def response(self, *, cut: bool = False) -> Response:
        """The answer, with as much of the body as has arrived.

        Where it was `cut` within a chunk, the last of the parts is as large as announced.
        """
        body = b"".join(self._body)
        size = sum(self._parts)
        whole = size > len(body) if cut and size != len(body) else len(self._parts) > 1 and size == len(body)
        return Response(
            self.status,
            self._reason,
            self.headers,
            body,
            self._version,
            fields(self._trailers),
            tuple(self._parts) if whole else (),
        )

    def _head(self) -> bool:
        # Blank lines before an answer are nothing (RFC 9112, section 2.2).
        self._rest = self._rest.lstrip(b"\r\n")
        end = _HEAD_END.search(self._rest)
        if end is None:
            return False
        start, *lines = _LINE_END.split(self._rest[: end.start()])
        self._rest = self._rest[end.end() :]
        version, code, *reason = start.decode("latin-1").split(maxsplit=2)
        self.begin(version, int(code), reason[0].rstrip() if reason else "", fields(lines))
        return True

    def begin(self, version: str, status: int, reason: str, headers: Headers) -> None:
        """Take a head that was read already. An interim one is passed over."""
        self.switched = status == 101
        self.status, self._version, self._reason = status, version, reason
        if status >= 200:
            self.headers = headers
            self._begin_body()

    def _begin_body(self) -> None:
        codings = ",".join(self.headers.get_all("transfer-encoding"))
        length = self.headers.get("content-length")
        if is_bodiless(self._method, self.status):
            self.complete = True
        elif codings:
            self._step = Answer._chunk_size if is_chunked(codings) else Answer._until_close
        elif length is not None and length.strip().isdecimal():
            self._left = int(length)
            self._step = Answer._known_length
            self.complete = self._left == 0
        else:
            self._step = Answer._until_close

    def _take(self) -> bool:
        piece, self._rest = self._rest[: self._left], self._rest[self._left :]
        self._left -= len(piece)
        self._body.append(piece)
        return self._left == 0

    def _known_length(self) -> bool:
        self.complete = self._take()
        return True

    def _until_close(self) -> bool:
        self._body.append(self._rest)
        self._parts.append(len(self._rest))
        self._rest = b""
        return True

    def _line(self) -> bytes | None:
        line, end, rest = self._rest.partition(b"\n")
        if not end:
            return None
        self._rest = rest
        return line.removesuffix(b"\r")

    def _chunk_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._left = int(line.partition(b";")[0], 16)
        if self._left:
            self._parts.append(self._left)
        self._step = Answer._chunk if self._left else Answer._trailer
        return True

    def _chunk(self) -> bool:
        if self._take():
            self._step = Answer._chunk_end
        return True

    def _chunk_end(self) -> bool:
        line = self._line()
        if line:
            raise ValueError(f"a chunk is followed by {line!r}")
        if line is not None:
            self._step = Answer._chunk_size
        return line is not None

    def _trailer(self) -> bool:
        line = self._line()
        if line:
            self._trailers.append(line)
        self.complete = line == b""
        return line is not None


def is_left_between_events(headers: Headers, body: bytes) -> bool:
    """Whether a reader that closes an answer here leaves an event stream after a whole event.

    Such streams end when their reader has had enough (OpenAI's clients close theirs at
    `[DONE]`), so what was read is all of the answer that counts.
    """
    return is_event_stream(headers) and body.endswith(_EVENT_ENDS)


def is_event_stream(headers: Headers) -> bool:
    """Whether an answer tells events, for as long as somebody listens."""
    return headers.get("content-type", "").lower().startswith("text/event-stream")


_EVENT_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n")


def fields(lines: Iterable[bytes]) -> Headers:
    """The header fields in lines of a head or of trailers; a folded line continues the last."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        text = line.decode("latin-1")
        if text[:1] in (" ", "\t") and pairs:
            name, value = pairs[-1]
            pairs[-1] = name, f"{value} {text.strip(_SPACE)}".strip(_SPACE)
        else:
            name, _, value = text.partition(":")
            pairs.append((name.rstrip(_SPACE), value.strip(_SPACE)))
    return Headers(pairs)


_SPACE = " \t"


def is_bodiless(method: str, status: int) -> bool:
    """Whether an answer ends with its head, whatever that says (RFC 9112, section 6.3)."""
    return method == "HEAD" or status in _BODILESS


def is_chunked(codings: str) -> bool:
    """Whether chunked is the last of the transfer codings, and so delimits the body."""
    return codings.rpartition(",")[2].strip().lower() == "chunked"


def request_sent(method: str, url: str, wire: bytes) -> Request:
    """The request that was written to a connection, whole or as far as it went."""
    read = _remembered_request if len(wire) <= _SMALL else _read_request
    return read(method, url, wire)


_SMALL = 16 * 1024


def _read_request(method: str, url: str, wire: bytes) -> Request:
    head, ended, content = wire.partition(b"\r\n\r\n")
    headers = fields(head.split(b"\r\n")[1:])
    if is_chunked(headers.get("transfer-encoding", "")):
        body, complete = _unchunked(content)
    else:
        length = headers.get("content-length", "0")
        body, complete = content, not length.isdigit() or len(content) >= int(length)
    return Request(method, url, headers, body, complete and bool(ended))


_remembered_request = lru_cache(maxsize=1024)(_read_request)
"""Programs send the same small requests again and again."""


def _unchunked(content: bytes) -> tuple[bytes, bool]:
    """The body that chunks hold, and whether it came to its end."""
    pieces: list[bytes] = []
    place = 0
    while (end := content.find(b"\r\n", place)) >= 0:
        size = int(content[place:end], 16)
        if size == 0:
            return b"".join(pieces), True
        place = end + 2 + size + 2
        pieces.append(content[end + 2 : place - 2])
    return b"".join(pieces), False
