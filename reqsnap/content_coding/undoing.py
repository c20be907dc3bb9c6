"""What stands in a body, whatever its codings, and a body of other content in the same codings.

This is for those who look for something in a body, and so reads whatever a client may read: several
members, what was cut, codings that were named and not applied.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from reqsnap.content_coding.codecs import Codec, Settings, codec
from reqsnap.content_coding.streams import TooLargeError, UndecodableError, decode, largest
from reqsnap.model import Headers

Encoder = Callable[[bytes], bytes]
"""Encodes content the way in which the bytes that were decoded had been encoded."""


class Undone(NamedTuple):
    """A body without its content codings, and the way back, last step first."""

    content: bytes
    encoders: tuple[Encoder, ...]

    def redo(self, content: bytes) -> bytes:
        """Content in the codings that were undone."""
        for encode in reversed(self.encoders):
            content = encode(content)
        return content


def content_codings(headers: Headers) -> tuple[str, ...]:
    """The codings that Content-Encoding names, in the order in which they were applied."""
    stated = headers.get_all("content-encoding")
    if not stated:
        return ()
    names = ",".join(stated).lower().split(",")
    return tuple([name for each in names if (name := each.strip()) not in ("", "identity")])


def undo(body: bytes, codings: tuple[str, ...]) -> Undone | None:
    """Undo codings; None where one of them is not known here, or the body holds too much content.

    A coding that the body is not in fact in is passed over, as if it had not been named.

    >>> undone = undo(b"plain", ("gzip",))
    >>> undone.content, undone.encoders
    (b'plain', ())
    """
    room = largest(body)
    encoders: list[Encoder] = []
    for known in [codec(name) for name in reversed(codings)]:
        if known is None:
            return None
        try:
            body, encoder = _undone(known, body, room)
        except TooLargeError:
            return None
        except UndecodableError:
            continue
        encoders.append(encoder)
    return Undone(body, tuple(encoders))


def encode(content: bytes, codings: tuple[str, ...]) -> bytes | None:
    """Content in codings, in the order in which they are applied; None where one is not known here.

    >>> undo(encode(b"plain", ("gzip",)), ("gzip",)).content
    b'plain'
    """
    for name in codings:
        known = codec(name)
        if known is None:
            return None
        content = _encoded(known, {}, content)
    return content


def _undone(known: Codec, body: bytes, room: int) -> tuple[bytes, Encoder]:
    """The content of all streams that follow each other, and the way back. Raises UndecodableError."""
    last = decode(known.stream(body), [body], room)
    contents = last.pieces
    while last.is_whole and known.begins(last.rest):
        room -= len(contents[-1])
        last = decode(known.stream(last.rest), [last.rest], room)
        contents += last.pieces
    content = b"".join(contents)
    if not last.is_whole and not (content and known.begins(body)):
        raise UndecodableError("too little to tell")
    if last.rest and not known.begins(body):
        # Plain text may begin as a stream that nothing marks, of a byte or two.
        raise UndecodableError("only its beginning")
    settings = known.shape(body) if last.is_whole else {**known.shape(body), "cut": 1}
    return content, partial(_encoded, known, settings)


def _encoded(known: Codec, settings: Settings, content: bytes) -> bytes:
    (body,) = known.encode([content], settings)
    return body
