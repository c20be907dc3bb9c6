"""A recorded answer as a genuine http.client response over bytes in memory, nothing parsed."""

from __future__ import annotations

import io
from http import client as stdlib
from itertools import accumulate
from typing import Any, NamedTuple, cast

from reqsnap.interceptors.http_client.errors import BreakingFile
from reqsnap.model import NetworkError, Response
from reqsnap.recorder import Replay


class StandInSocket:
    """What stands in `conn.sock` while a connection replays: it has no peer and never waits.

    `replaced` is the connection's own socket, from an exchange that was live.
    """

    __slots__ = ("_answer", "_replaced", "_timeout")

    def __init__(self, timeout: object, answer: BreakingFile | None = None, replaced: Any = None) -> None:
        self._timeout = timeout
        self._answer = answer
        self._replaced = replaced

    def makefile(self, *args: object, **kwargs: object) -> Memory | BreakingFile:
        """Nothing to read: the answer comes without, if it comes."""
        return self._answer or Memory()

    def settimeout(self, timeout: float | None) -> None:
        """Keep a timeout that nothing will run into."""
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """The timeout that was kept; http.client's own default is none."""
        return self._timeout if isinstance(self._timeout, int | float) else None

    def setsockopt(self, *args: object) -> None:
        """Accept an option."""

    def sendall(self, data: object, *args: object) -> None:
        """Take what is sent after the request; nobody is there to get it."""

    def shutdown(self, how: int) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Close the connection that it stands for, if there is one."""
        if self._replaced is not None:
            self._replaced.close()

    def fileno(self) -> int:
        """No descriptor, as of a socket that was closed."""
        return -1


class Memory(io.BytesIO):
    """The file of a response in memory; as a socket's file it can be peeked into."""

    def makefile(self, *args: object, **kwargs: object) -> Memory:
        """Itself: a response asks its socket for the file that it reads from."""
        return self

    @property
    def raw(self) -> Memory:
        """What is underneath a socket's file, for those who look there."""
        return self

    def peek(self, size: int = 0, /) -> bytes:
        """What comes next, without reading it."""
        return bytes(self.getbuffer()[self.tell() :])


class InParts(Memory):
    """Bytes that come in the pieces in which they came from the server."""

    def __init__(self, content: bytes, parts: tuple[int, ...]) -> None:
        super().__init__(content)
        self._ends = list(accumulate(parts))

    def read1(self, size: int | None = -1, /) -> bytes:
        """Read no further than the end of the current piece."""
        here = self.tell()
        left = next((end for end in self._ends if end > here), here) - here
        return super().read(left if size is None or size < 0 else min(size, left))


class Answer(NamedTuple):
    """A recorded answer as http.client will hold it: made once, replayed often."""

    content: bytes
    parts: tuple[int, ...]
    error: NetworkError | None
    whole: bool
    fields: list[tuple[str, str]]
    head: dict[str, Any]

    @classmethod
    def of(cls, recorded: Response, error: NetworkError | None, *, to_head: bool) -> Answer:
        """What a response is made of, and what comes in place of the rest of it.

        `to_head` says that the request was a HEAD, to which no body comes.
        """
        fields = list(recorded.headers.pairs)
        framing = recorded.headers.first_of("connection", "content-length", "transfer-encoding")
        chunked = framing.get("transfer-encoding", "").lower() == "chunked"
        length = None if chunked else _length(recorded.status, framing.get("content-length"))
        head = {
            "status": recorded.status,
            "code": recorded.status,
            "reason": recorded.reason,
            "version": 10 if recorded.version in ("HTTP/1.0", "HTTP/0.9") else 11,
            "chunked": chunked,
            "length": 0 if to_head else length,
        }
        if chunked:
            head["chunk_left"] = None
        head["will_close"] = _closes(head, framing, fields)
        content = recorded.body
        if chunked:
            content = framed(recorded) if error is None else framed_in_part(recorded)
        parts = () if chunked else recorded.parts
        return cls(content, parts, error, not parts and error is None, fields, head)

    def opened(self) -> Memory | BreakingFile:
        """The content as the file of a connection, where it does not just come as one."""
        if self.error is not None:
            return BreakingFile(self.content, self.parts, self.error)
        return InParts(self.content, self.parts)


def genuine_response(conn: Any, replay: Replay) -> Any:
    """A response of the connection's own class, as if its head had just been read."""
    method = conn._method
    kept = _KEPT_FOR_HEAD if method == "HEAD" else _KEPT
    answer: Answer | None = replay.kept.get(kept)
    if answer is None:
        answer = Answer.of(replay.response, replay.error, to_head=method == "HEAD")
        replay.kept[kept] = answer
    content = Memory(answer.content) if answer.whole else answer.opened()
    kind = conn.response_class
    if kind is stdlib.HTTPResponse and kind.__init__ is _INITIALISES:
        response = kind.__new__(kind)
        own = response.__dict__
        own.update(_INITIALISED)
        own["fp"], own["_method"] = content, method
    else:
        response = kind(content, method=method)
        own = response.__dict__
    own.update(answer.head)
    own["headers"] = own["msg"] = message(answer.fields)
    return response


def emptied(response: Any) -> dict[str, Any] | None:
    """What a response of http.client's own is like, apart from its header fields, once it was read.

    None for any other, and where there is something left to read or to close.
    """
    own = vars(response)
    if type(response) is not stdlib.HTTPResponse or own["fp"] is not None or response.closed:
        return None
    return {**own, "headers": vars(own["headers"])["_headers"]}


def emptied_response(state: dict[str, Any], text: dict[str, Any]) -> Any:
    """A response that was read, as `emptied` has seen one; `text` is what it has otherwise."""
    response = stdlib.HTTPResponse.__new__(stdlib.HTTPResponse)
    own = response.__dict__
    own.update(state)
    own.update(text)
    own["headers"] = own["msg"] = message(own["headers"])
    return response


def _initialised() -> dict[str, Any]:
    made = stdlib.HTTPResponse(cast(Any, Memory()))
    return vars(made).copy()


_INITIALISES = stdlib.HTTPResponse.__init__
_INITIALISED = _initialised()
"""What http.client's own response begins with: copied, since to have it begin takes longer."""


_KEPT, _KEPT_FOR_HEAD = "http.client", "http.client, HEAD"


def message(fields: list[tuple[str, str]]) -> stdlib.HTTPMessage:
    """The header fields as http.client holds them once it has parsed them.

    Made from an empty one, since setting it up takes longer than all the rest.
    """
    made = stdlib.HTTPMessage.__new__(stdlib.HTTPMessage)
    own = made.__dict__ = _EMPTY.copy()
    own["_headers"], own["defects"] = fields.copy(), []
    return made


def _empty_message() -> dict[str, Any]:
    made = stdlib.HTTPMessage()
    made.set_payload("")
    return vars(made)


_EMPTY = _empty_message()


def _closes(head: dict[str, Any], framing: dict[str, str], fields: list[tuple[str, str]]) -> bool:
    """Whether http.client would close the connection after an answer, by its own rules."""
    if head["length"] is None and not head["chunked"]:
        return True
    if head["version"] == 11 and "connection" not in framing:
        # Nothing else closes one of HTTP/1.1 (RFC 9112, section 9.3).
        return False
    # `Memory` has what is used of a socket, and `_check_close` is no public name.
    kind: Any = stdlib.HTTPResponse
    asked = kind(Memory())
    asked.__dict__.update(head, headers=message(fields))
    return bool(asked._check_close())


def framed(recorded: Response) -> bytes:
    """A body in chunks, of the sizes in which it came, with its trailers (RFC 9112, section 7.1)."""
    lines = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in recorded.pieces()]
    lines.append(b"0\r\n")
    lines += [f"{name}: {value}\r\n".encode("latin-1") for name, value in recorded.trailers]
    lines.append(b"\r\n")
    return b"".join(lines)


def framed_in_part(recorded: Response) -> bytes:
    """As much of a body in chunks as has come: no end, and the last chunk may not be whole."""
    lines: list[bytes] = []
    place = 0
    for size in recorded.parts or (len(recorded.body),):
        piece = recorded.body[place : place + size]
        place += size
        if size:
            lines.append(b"%x\r\n%b" % (size, piece))
            lines.append(b"\r\n" if len(piece) == size else b"")
    return b"".join(lines)


def _length(status: int, text: str | None) -> int | None:
    """How many bytes http.client expects, by the rules of its `begin`, but for HEAD."""
    if status in (204, 304) or 100 <= status < 200:
        return 0
    try:
        length = int(text) if text else -1
    except ValueError:
        return None
    return length if length >= 0 else None
