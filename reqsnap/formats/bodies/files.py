"""Bodies in files of their own beside a cassette, named by what they hold.

A body has one name wherever it occurs, so that equal ones share a file. The ending is for
people and their programs: it says what the bytes look like.
"""

from __future__ import annotations

import hashlib
import re

from reqsnap.formats.format import Beside

_NAME = re.compile(r"sha256-([0-9a-f]{64})(?:\.[a-z0-9]{1,8})?")
_BEGINNINGS = {
    b"\x89PNG\r\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF8": "gif",
    b"%PDF-": "pdf",
    b"PK\x03\x04": "zip",
    b"\x1f\x8b\x08": "gz",
    b"<!": "html",
    b"<html": "html",
    b"<?xml": "xml",
}


class BodyFileError(ValueError):
    """A file beside the cassette that cannot be used; `file` is its name."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(reason)
        self.file = file


def is_name(name: str) -> bool:
    """Whether a file of that name is one of these."""
    return _NAME.fullmatch(name) is not None


def kept(body: bytes, beside: Beside) -> str:
    """Keep a body in its file, and give its name. Raises CassetteWriteError."""
    name = f"sha256-{hashlib.sha256(body).hexdigest()}.{_ending(body)}"
    beside.write(name, body)
    return name


def found(name: str, beside: Beside | None) -> bytes:
    """The body in the file of that name. Raises ValueError for a wrong name, BodyFileError, CassetteError."""
    digest = _NAME.fullmatch(name)
    if digest is None:
        raise ValueError(f"file must be the name of a file beside the cassette, sha256-..., not {name!r}")
    body = None if beside is None else beside.read(name)
    if body is None:
        raise BodyFileError(name, "is missing")
    if hashlib.sha256(body).hexdigest() != digest[1]:
        raise BodyFileError(name, "was changed")
    return body


def _ending(body: bytes) -> str:
    for beginning, ending in _BEGINNINGS.items():
        if body.startswith(beginning):
            return ending
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "bin"
    if "\0" in text:
        return "bin"
    ends = text.lstrip()[:1] + text.rstrip()[-1:]
    return "json" if ends in ("{}", "[]") else "txt"
