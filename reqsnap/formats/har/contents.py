"""Bodies as an archive holds them.

The specification has bodies without their content coding and text transcoded to UTF-8; all
else is base64. A body stands as text only where the way back gives the very same bytes.
"""

from __future__ import annotations

import base64
import codecs
import re

from reqsnap.content_coding import content_codings, encode, undo
from reqsnap.formats.json_values import Value
from reqsnap.model import Headers

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def shown(content: bytes, content_type: str) -> dict[str, str]:
    """The members that hold a content: `text`, and `encoding` where it is no text."""
    charset = _charset(content_type)
    try:
        text = content.decode(charset)
        if encoded(text, content_type) == content:
            return {"text": text}
    except ValueError:
        pass
    return {"text": base64.b64encode(content).decode("ascii"), "encoding": "base64"}


def content_of(about: Value, content_type: str) -> bytes:
    """The content that such members hold. Raises CassetteFormatError."""
    text = about.get("text")
    if text is None:
        return b""
    encoding = about.get("encoding")
    if encoding is None or encoding.text().lower() != "base64":
        return encoded(text.text(), content_type)
    return text.base64()


def encoded(text: str, content_type: str) -> bytes:
    """Text in the charset that its type names, or else in UTF-8."""
    try:
        return text.encode(_charset(content_type))
    except UnicodeEncodeError:
        # Browsers decode as Windows-1252 what is called Latin-1 or ASCII, and UTF-8 that is called otherwise.
        return text.encode()


def without_codings(body: bytes, headers: Headers) -> bytes | None:
    """A body without its content codings; None where the way back would lead to something else.

    A coding may not be known here, or the body not be in it, or only in a part of it. No
    content at all is no body, whatever its coding makes of it.
    """
    codings = content_codings(headers)
    undone = undo(body, codings)
    if undone is None or not undone.content or undone.redo(undone.content) != encode(undone.content, codings):
        return None
    return undone.content


def with_codings(content: bytes, headers: Headers) -> tuple[bytes, Headers]:
    """A content in the codings that the head names, as it was received.

    What is in them still, because not every program undoes them, stays as it is. A coding
    that is not known here leaves the head.
    """
    codings = content_codings(headers)
    if not (content and codings):
        return content, headers
    undone = undo(content, codings)
    if undone is not None and undone.encoders:
        return content, headers
    body = encode(content, codings)
    return (content, headers.without("content-encoding")) if body is None else (body, headers)


def _charset(content_type: str) -> str:
    """The charset that a type names, if Python can encode text in it; else UTF-8."""
    found = _CHARSET.search(content_type)
    try:
        if found is not None:
            # Refuses what is no charset but another coding, such as zip.
            codecs.lookup(found[1])
            "".encode(found[1])
            return found[1]
    except (LookupError, ValueError):
        pass
    return "utf-8"
