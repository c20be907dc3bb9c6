"""A body in the form that people read best, and back to the same bytes.

A form is the notes that go beside the body in the file (`json: compact`, `encoding: base64`)
and the text under `body`. It is chosen only where it gives back the very same bytes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from reqsnap.formats.bodies import charsets, json_layout, multipart_layout
from reqsnap.formats.text_blocks import fits_literal
from reqsnap.matching.multipart import boundary_of

_LINE_ENDS = {"crlf": "\r\n", "cr": "\r"}
_ENCODINGS = ("base64", "multipart")
NOTES = ("charset", "line_ends", "json", "encoding")
"""The keys that may stand beside a body, in the order in which they are written."""

_VALUES = {"line_ends": tuple(_LINE_ENDS), "json": json_layout.STYLES, "encoding": _ENCODINGS}

_BASE64_LINE = 76


def choose(body: bytes, content_type: str = "") -> tuple[dict[str, str], str]:
    """The notes and the text for a body that is not empty.

    >>> choose(b"caf\\xe9\\r\\n", "text/plain; charset=iso-8859-1")
    ({'charset': 'iso-8859-1', 'line_ends': 'crlf'}, 'café\\n')
    """
    found = charsets.decoded(body, content_type)
    notes, text = _encoded(body) if found is None else _as_text(*found)
    if content_type[:10].lower() == "multipart/" and (found is None or not fits_literal(text)):
        parts = _by_parts(body, content_type)
        if parts is not None:
            return {"encoding": "multipart"}, parts
    return notes, text


def _as_text(charset: str, text: str) -> tuple[dict[str, str], str]:
    notes = {} if charset == charsets.UTF_8 else {"charset": charset}
    for name, end in _LINE_ENDS.items() if "\r" in text else ():
        if _ends_all_lines(text, end) and fits_literal(plain := text.replace(end, "\n")):
            notes["line_ends"], text = name, plain
            break
    laid_out = json_layout.lay_out(text)
    if laid_out is not None:
        notes["json"], text = laid_out
    return notes, text


def check(notes: Mapping[str, str]) -> None:
    """Raise ValueError for notes that do not name a form."""
    if "encoding" in notes and len(notes) > 1:
        raise ValueError(f"a body cannot have both {' and '.join(sorted(notes))}")
    for name, value in notes.items():
        if name not in NOTES:
            raise ValueError(f"{name!r} is no form of a body")
        if name == "charset":
            if not charsets.is_charset(value):
                raise ValueError(f"charset must be one that Python knows, not {value!r}")
        elif value not in _VALUES[name]:
            *others, last = _VALUES[name]
            allowed = f"{', '.join(others)} or {last}" if others else last
            raise ValueError(f"{name} must be {allowed}, not {value!r}")


def restore(text: str, notes: Mapping[str, str]) -> bytes:
    """The body's bytes. Raises ValueError with the reason where the text is not in that form."""
    if "encoding" in notes:
        return _from_base64(text) if notes["encoding"] == "base64" else _from_parts(text)
    if "json" in notes:
        text = json_layout.restore(text, notes["json"])
    if "line_ends" in notes:
        text = text.replace("\n", _LINE_ENDS[notes["line_ends"]])
    if "charset" in notes:
        return charsets.encode(text, notes["charset"])
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("the body has a character that UTF-8 does not allow") from None


def _by_parts(body: bytes, content_type: str) -> str | None:
    """The text of a multipart body, where it gives back the very same bytes."""
    boundary = boundary_of(content_type)
    text = multipart_layout.lay_out(body, boundary, choose, _encoded) if boundary else None
    if text is None:
        return None
    try:
        return text if _from_parts(text) == body else None
    except ValueError:
        # Such as a boundary that no other body has, and that looks like a note.
        return None


def _from_parts(text: str) -> bytes:
    return multipart_layout.restore(text, check, restore)


def _ends_all_lines(text: str, end: str) -> bool:
    """Whether every line end of a text is that one."""
    count = text.count(end)
    return text.count("\r") == count and text.count("\n") == (count if end == "\r\n" else 0)


def _encoded(body: bytes) -> tuple[dict[str, str], str]:
    """The form that holds anything."""
    text = base64.b64encode(body).decode("ascii")
    return {"encoding": "base64"}, "\n".join(
        [text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE)]
    )


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the body is not base64: {error}") from None
