"""A multipart body part by part, each in the form in which people read it best.

What stands there reads like the body itself (RFC 2046, section 5.1): delimiters, heads and
contents, with LF for CRLF. A content that is not plain text has its form behind the
delimiter above it, as the notes would stand beside a body: `--boundary [encoding: base64]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from reqsnap.formats.text_blocks import fits_literal

Notes = dict[str, str]
Choose = Callable[[bytes, str], tuple[Notes, str]]
Encode = Callable[[bytes], tuple[Notes, str]]
Restore = Callable[[str, Mapping[str, str]], bytes]

_NEWLINE = b"\r\n"
_DELIMITER = re.compile(r"(--.*?)(?: \[([^\[\]]*)\])?")
_CONTENT_TYPE = re.compile(r"^content-type:[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)


class _Part(NamedTuple):
    notes: Notes
    head: str
    text: str


def lay_out(body: bytes, boundary: str, choose: Choose, encode: Encode) -> str | None:
    """The text of a multipart body; None for one that is not as almost every client writes it.

    `choose` finds the form of a content of some Content-Type, `encode` the one that holds anything.
    """
    delimiter = f"--{boundary}"
    first, *pieces = (_NEWLINE + body).split(_NEWLINE + delimiter.encode("latin-1", "replace"))
    end = pieces.pop() if pieces else b""
    if first or not pieces or end not in (b"--", b"--\r\n"):
        return None
    lines: list[str] = []
    for piece in pieces:
        part = _part(piece, delimiter, choose, encode)
        if part is None:
            return None
        notes = "; ".join([f"{name}: {value}" for name, value in part.notes.items()])
        lines += [f"{delimiter} [{notes}]" if notes else delimiter, *([part.head] if part.head else [])]
        lines += ["", part.text]
    return "\n".join([*lines, f"{delimiter}--"]) + ("\n" if end.endswith(_NEWLINE) else "")


def restore(text: str, check: Callable[[Notes], None], restore_part: Restore) -> bytes:
    """The body. Raises ValueError with the reason where the text is none.

    `check` refuses notes that name no form; `restore_part` gives back the content of a part.
    """
    lines = text.split("\n")
    opening = _DELIMITER.fullmatch(lines[0])
    if opening is None:
        raise ValueError("a multipart body begins with two dashes and the boundary")
    delimiter, closing = opening[1], f"{opening[1]}--"
    if closing not in lines or any(lines[lines.index(closing) + 1 :]):
        raise ValueError(f"a multipart body ends with the line {closing}")
    pieces: list[bytes] = []
    end = lines.index(closing)
    starts = [place for place in range(end) if _is_delimiter(lines[place], delimiter)]
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        found = _DELIMITER.fullmatch(lines[start])
        notes = _read_notes(found[2] if found else None)
        check(notes)
        pieces += [delimiter.encode(), _NEWLINE, *_restored(lines[start + 1 : stop], notes, restore_part)]
    return b"".join([*pieces, closing.encode(), *[_NEWLINE] * (len(lines) - end - 1)])


def _part(piece: bytes, delimiter: str, choose: Choose, encode: Encode) -> _Part | None:
    """A part, which begins with the line end behind its delimiter."""
    if not piece.startswith(_NEWLINE):
        return None
    head, empty_line, content = piece.removeprefix(_NEWLINE).partition(_NEWLINE * 2)
    if piece.startswith(_NEWLINE * 2):
        head, empty_line, content = b"", _NEWLINE, piece[4:]
    try:
        shown = head.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    if not empty_line or (shown and not (fits_literal(shown) and "" not in shown.split("\n"))):
        return None
    stated = _CONTENT_TYPE.search(shown)
    content_type = stated[1] if stated else ""
    if not content:
        return _Part({}, shown, "")
    # A multipart body within one is text like any other, so that none nests too deep.
    notes, text = choose(content, "" if content_type[:10].lower() == "multipart/" else content_type)
    if not fits_literal(text) or any(_is_delimiter(line, delimiter) for line in text.split("\n")):
        notes, text = encode(content)
    return _Part(notes, shown, text)


def _is_delimiter(line: str, delimiter: str) -> bool:
    """Whether a line is one that no content may have."""
    rest = line.removeprefix(delimiter) if line.startswith(delimiter) else None
    return rest is not None and (rest in ("", "--") or (rest.startswith(" [") and rest.endswith("]")))


def _read_notes(text: str | None) -> Notes:
    pairs = [note.partition(": ") for note in text.split("; ")] if text else []
    return {name: value for name, _, value in pairs}


def _restored(lines: list[str], notes: Notes, restore_part: Restore) -> list[bytes]:
    if "" not in lines:
        raise ValueError("a part of a multipart body has an empty line before its content")
    end = lines.index("")
    text = "\n".join(lines[end + 1 :])
    content = restore_part(text, notes) if text else b""
    return [*[line.encode() + _NEWLINE for line in lines[:end]], _NEWLINE, content, _NEWLINE]
