"""HTTP/1.1 on the wire, made: a recorded answer as the bytes that a server would send.

It comes in steps, one for each piece of the body; the first holds the head and the first piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reqsnap.interceptors.http1 import is_bodiless, is_chunked
from reqsnap.model import Response

_VERSIONS = frozenset({"HTTP/1.0", "HTTP/1.1"})


def whole_answer(method: str, response: Response) -> tuple[tuple[bytes, ...], bool]:
    """The steps of an answer to this method, and whether the connection ends after them."""
    head, length, codings = head_of(response)
    if response.status < 200 or is_bodiless(method, response.status):
        # An interim answer after which no final one comes must not leave its reader waiting.
        return (head,), response.status < 200
    if sum(response.parts) != len(response.body):
        # Parts that do not add up to the body tell nothing of it.
        response = replace(response, parts=())
    if codings is not None and is_chunked(codings):
        return _chunked(head, response), False
    # A body of another length than the head says must not leave its reader waiting.
    closes = codings is not None or length != str(len(response.body))
    if not response.parts:
        return (head + response.body,), closes
    first, *rest = response.pieces()
    return (head + first, *rest), closes


def cut_answer(response: Response) -> tuple[bytes, ...]:
    """The steps of an answer that did not come whole, after which the connection fails."""
    head, _, codings = head_of(response)
    chunked = codings is not None and is_chunked(codings)
    first, *rest = list(_cut_chunks(response) if chunked else response.pieces()) or [b""]
    return head + first, *rest


def head_of(response: Response) -> tuple[bytes, str | None, str | None]:
    """The bytes of a head; the length and the transfer codings that it tells."""
    version = response.version if response.version in _VERSIONS else "HTTP/1.1"
    lines = [f"{version} {response.status} {response.reason}\r\n"]
    length = codings = None
    for name, value in response.headers.pairs:
        lines.append(f"{name}: {value}\r\n")
        if len(name) == 14 and name.lower() == "content-length":
            length = value
        elif len(name) == 17 and name.lower() == "transfer-encoding":
            codings = value
    lines.append("\r\n")
    return "".join(lines).encode("latin-1"), length, codings


def _chunked(head: bytes, response: Response) -> tuple[bytes, ...]:
    steps = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in response.pieces()]
    trailers = "".join([f"{name}: {value}\r\n" for name, value in response.trailers])
    end = b"0\r\n%b\r\n" % trailers.encode("latin-1")
    steps[-1:] = [b"".join((*steps[-1:], end))]
    steps[0] = head + steps[0]
    return tuple(steps)


def _cut_chunks(response: Response) -> Iterator[bytes]:
    """Whole chunks, of which the last may be cut."""
    start = 0
    for size in response.parts or (len(response.body),):
        piece = response.body[start : start + size]
        start += size
        if size:
            yield b"%x\r\n%b%b" % (size, piece, b"\r\n" if len(piece) == size else b"")
