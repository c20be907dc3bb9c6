"""The charset in which a body is text, so that the same bytes come back.

A charset is named as Content-Type names it (RFC 9110, section 8.3.2); `-sig` at its end means
that the body begins with a byte order mark, which is not part of the text.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from functools import lru_cache

UTF_8 = "utf-8"

_SIGNED = "-sig"
_MARKS = {
    "utf-8": codecs.BOM_UTF8,
    # Before UTF-16, whose mark it begins with.
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
_DECLARED = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9][\w.:-]{0,39})", re.IGNORECASE)
_TEXTUAL = re.compile(r"text/|application/(?:[\w.+-]*(?:json|xml|javascript)|x-www-form-urlencoded)", re.I)
# Python has codecs under these names that are no charsets of texts, or differ from system to system.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs"})
_WESTERN = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
# Their bytes may all be ASCII, and say something else.
_LIKE_ASCII = re.compile(r"utf-?_?(?:7|16|32)|hz|iso-?_?2022|csiso2022", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WITHOUT_ORDER = frozenset({"utf-16", "utf-32"})


def decoded(body: bytes, content_type: str) -> tuple[str, str] | None:
    """The charset and the text of a body; None where it is text in no charset that is known of it.

    >>> decoded(b"caf\\xe9", "text/plain; charset=ISO-8859-1")
    ('iso-8859-1', 'café')
    """
    for charset in _candidates(body, content_type):
        try:
            text = decode(body, charset)
            if _is_readable(text, charset) and (charset == UTF_8 or encode(text, charset) == body):
                return charset, text
        except ValueError:
            continue
    return None


def _is_readable(text: str, charset: str) -> bool:
    """Whether it looks like text. UTF-8 is hardly ever found where it is not meant, others often are."""
    if text.isprintable() or not _CONTROL.search(text):
        # A mark alone stands as text, because an empty body has no notes.
        return text != ""
    return charset == UTF_8 and len(_CONTROL.findall(text)) * 8 <= len(text)


def decode(body: bytes, charset: str) -> str:
    """The text of a body. Raises ValueError where it is none."""
    name, mark = _split(charset)
    if not body.startswith(mark):
        raise ValueError("it does not begin with that byte order mark")
    return body[len(mark) :].decode(name)


def encode(text: str, charset: str) -> bytes:
    """The body of a text. Raises ValueError with the reason."""
    name, mark = _split(charset)
    try:
        return mark + text.encode(name)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise ValueError(f"the body has the character {character!r}, which {name} does not have") from None


def is_charset(name: str) -> bool:
    """Whether text can be in it."""
    try:
        _split(name)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=64)
def _split(charset: str) -> tuple[str, bytes]:
    """Python's name of a charset, and the mark with which the body begins."""
    name, mark = charset, b""
    if charset.endswith(_SIGNED):
        name = charset.removesuffix(_SIGNED)
        mark = _MARKS.get(name, b"")
        if not mark:
            raise ValueError(f"{name!r} has no byte order mark")
    try:
        known = codecs.lookup(name).name
        # Refuses what is no charset but another coding, such as zip.
        "".encode(name)
    except (LookupError, ValueError):
        known = "undefined"
    # What has no order of its own is written in that of the machine.
    if known in _NO_CHARSETS or known in _WITHOUT_ORDER or known.endswith("sig"):
        raise ValueError(f"{charset!r} is no charset")
    return name, mark


def _declared(content_type: str) -> str:
    """The charset that a content type names, with its byte order; empty for none."""
    found = _DECLARED.search(content_type)
    declared = found[1].lower() if found else ""
    if declared in _WITHOUT_ORDER or declared in ("utf16", "utf32"):
        # A byte order that nothing tells is big-endian (RFC 2781, section 4.3).
        return f"utf-{declared[-2:]}-be"
    return declared


def _begins_wide(body: bytes) -> bool:
    """Whether it begins as JSON or markup does whose characters are of two or four bytes."""
    start = body[:4]
    return b"\0" in start and start.strip(b"\0")[:1] in (b"{", b"[", b'"', b"<")


def _candidates(body: bytes, content_type: str) -> Iterator[str]:
    """The charsets that a body may be in, the likeliest first."""
    if body.isascii() and b"\0" not in body and not _LIKE_ASCII.search(content_type):
        yield UTF_8
        return
    for charset, mark in _MARKS.items():
        if body.startswith(mark):
            yield charset + _SIGNED
            break
    declared = _declared(content_type)
    if declared and _LIKE_ASCII.match(declared) and is_charset(declared):
        yield declared
    if not declared and _begins_wide(body):
        yield json.detect_encoding(body)
    yield UTF_8
    if declared and is_charset(declared):
        yield declared
    if declared in _WESTERN or (not declared and _TEXTUAL.match(content_type)):
        # Every byte means something in it. What is called so is often the other, as browsers know.
        yield "iso-8859-1"
        yield "windows-1252"
