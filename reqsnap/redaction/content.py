"""A body as text that can be edited, and the way back to bytes.

Content codings are undone. The text has one character for each byte, which leaves
undecodable bytes as they are; only where letters of ASCII are not bytes of their own
(UTF-16, Shift_JIS ...) is the body decoded, and only if that can be undone exactly.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator

from reqsnap.content_coding import Undone, content_codings, undo
from reqsnap.model import Headers
from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit, applied, mapped_sizes, merged
from reqsnap.redaction.placeholders import unnumbered

_CHARSET = regex(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_BEGINNINGS = frozenset((b"{", b"[", b'"', b"<"))
_WIDE = regex(r"utf-?_?(?:16|32)|shift|sjis|cp932|windows-31j|gb|big5|cp9|johab|uhc|ks_c", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Content:
    """The text of one body.

    `opaque` is True where only values known from elsewhere may be sought in it: part of a
    larger body, or in a coding that is not known here.
    """

    __slots__ = ("_body", "_changed", "_charset", "_undone", "content_type", "opaque", "parts", "text")

    def __init__(
        self, body: bytes, headers: Headers, parts: tuple[int, ...] = (), *, partial: bool = False
    ) -> None:
        self._body = body
        self.parts = parts
        self.content_type = headers.get("content-type", "")
        self._undone: Undone | None = None
        codings = () if partial else content_codings(headers)
        if codings:
            self._undone = undo(body, codings)
        self.opaque = partial or (bool(codings) and self._undone is None)
        content = body if self._undone is None else self._undone.content
        self._charset = "latin-1" if self.opaque else _charset(content, self.content_type)
        self.text = content.decode(self._charset)
        self._changed = False

    @property
    def texts(self) -> list[str]:
        """The text, and where it has not one character for each byte, one that has."""
        if self._charset == "latin-1":
            return [self.text]
        return [self.text, self.text.encode(self._charset).decode("latin-1")]

    def turn_to_bytes(self) -> None:
        """From now on let the text have one character for each byte."""
        self.text, self._charset = self.texts[-1], "latin-1"

    def revise(self, edits: list[Edit]) -> None:
        """Make edits, and keep the pieces in which the body arrived in step with them."""
        if not edits:
            return
        ordered = merged(edits)
        text = applied(self.text, ordered)
        if text == self.text:
            return
        if self._undone and self._undone.encoders:
            self.parts = ()
        elif self.parts:
            plain = self._charset == "latin-1"
            self.parts = mapped_sizes(self.parts, ordered if plain else list(self._in_bytes(ordered)))
        self.text, self._changed = text, True

    def _in_bytes(self, edits: list[Edit]) -> Iterator[Edit]:
        place = size = 0
        for edit in edits:
            start = size + self._size(self.text[place : edit.start])
            size = start + self._size(self.text[edit.start : edit.end])
            # What matters of a replacement here is how many bytes it has.
            yield Edit(start, size, "x" * self._size(edit.text))
            place = edit.end

    def _size(self, text: str) -> int:
        return len(text.encode(self._charset))

    def body(self) -> bytes:
        """The bytes of the text, in the codings of the body; the same object if nothing changed."""
        if not self._changed:
            return self._body
        content = self.text.encode(self._charset)
        return content if self._undone is None else self._undone.redo(content)


def unnumbered_body(body: bytes, headers: Headers) -> tuple[bytes, tuple[int, ...]]:
    """A redacted body with every placeholder plain, and their numbers, as `unnumbered`.

    Looks into content codings and charsets too, so it needs the fields that name them.
    """
    if not body:
        return body, ()
    if b"[REDACTED" in body:
        return unnumbered(body)
    if "content-encoding" not in headers and _charset(body, headers.get("content-type", "")) == "latin-1":
        return body, ()
    content = Content(body, headers)
    text, numbers = unnumbered(content.text)
    content.revise([Edit(0, len(content.text), text)])
    return content.body(), numbers


def _charset(content: bytes, content_type: str) -> str:
    """The charset to read a body in: Latin-1 for all in which ASCII is ASCII."""
    if "charset" not in content_type and b"\0" not in content[:4] and content[:1] < b"\xfe":
        return "latin-1"
    for charset in _candidates(content, content_type):
        try:
            if content.decode(charset).encode(charset) == content:
                return charset
        except (UnicodeError, LookupError):
            continue
    return "latin-1"


def _candidates(content: bytes, content_type: str) -> Iterator[str]:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            yield charset
            return
    declared = _CHARSET.search(content_type)
    name = declared[1] if declared else ""
    unnamed_order = name[-2:] in ("16", "32")
    if b"\0" in content[:4] and (unnamed_order or (not name and content[:4].strip(b"\0")[:1] in _BEGINNINGS)):
        yield json.detect_encoding(content)
    if _WIDE.match(name):
        # A byte order that nothing tells is big-endian (RFC 2781, section 4.3).
        yield f"{name}-be" if unnamed_order else name
