"""A body in the form that people read best, and back to the same bytes.

A form is the notes that go beside the body in the file (`json: compact`, `encoding: base64`)
and the text under `body`. It is chosen only where it gives back the very same bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from reqsnap.formats import json_layout

NOTES = {"json": tuple(json_layout.STYLES), "encoding": ("base64",)}

_BASE64_LINE = 76
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def choose(body: bytes) -> tuple[dict[str, str], str]:
    """The notes and the text for a body that is not empty."""
    text = _as_text(body)
    if text is None:
        return {"encoding": "base64"}, _to_base64(body)
    laid_out = json_layout.lay_out(text)
    if laid_out is not None:
        return {"json": laid_out[0]}, laid_out[1]
    return {}, text


def check(notes: Mapping[str, str]) -> None:
    """Raise ValueError for notes that do not name a form."""
    if len(notes) > 1:
        raise ValueError(f"a body cannot have both {' and '.join(sorted(notes))}")
    for name, value in notes.items():
        if value not in NOTES[name]:
            raise ValueError(f"{name} must be {' or '.join(NOTES[name])}, not {value!r}")


def restore(text: str, notes: Mapping[str, str]) -> bytes:
    """The body's bytes. Raises ValueError with the reason where the text is not in that form."""
    if "encoding" in notes:
        return _from_base64(text)
    if "json" in notes:
        text = json_layout.restore(text, notes["json"])
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("the body has a character that UTF-8 does not allow") from None


def _as_text(body: bytes) -> str | None:
    """The body as UTF-8 text; None where it is something else, or is mostly control characters."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) and len(_CONTROL.findall(text)) * 8 > len(text) else text


def _to_base64(body: bytes) -> str:
    text = base64.b64encode(body).decode("ascii")
    return "\n".join(text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the body is not base64: {error}") from None
