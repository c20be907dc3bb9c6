"""How a value may be spelled in an HTTP message."""

from __future__ import annotations

import html
import json
import re
from binascii import b2a_base64
from typing import NamedTuple
from urllib.parse import quote

from reqsnap.patterns import regex

_RUN = regex(r"[A-Za-z0-9]+")
_LONG_RUN = regex(r"[A-Za-z0-9]{12,}")
_NAMED = {'"': "quot", "&": "amp", "'": "apos", "<": "lt", ">": "gt", "\xa0": "nbsp"}
_SHORT = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


def telling_run(text: str) -> str:
    """A long stretch of letters and digits, which every spelling leaves as it is."""
    if text.isalnum() and text.isascii():
        return text
    found = _LONG_RUN.search(text)
    if found:
        return found[0]
    return max(_RUN.findall(text), key=len, default="")


def spelled(text: str) -> str:
    """A regular expression for every spelling of a text, character by character."""
    # One expression stands for a whole run of backslashes: escaping multiplies them.
    return "".join(
        [
            char if char in _PLAIN else _spelled(char)
            for before, char in zip("_" + text, text, strict=False)
            if not before == char == "\\"
        ]
    )


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def _spelled(char: str) -> str:
    """One character: as it is, percent-encoded (once or more often), escaped for JSON or HTML."""
    number, data = ord(char), char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass")
    spellings = [
        "".join([f"%(?:25)*{_hex(f'{byte:02x}')}" for byte in data]),
        "".join([rf"\\+u{_hex(units[i : i + 2].hex())}" for i in range(0, len(units), 2)]),
        f"&#(?:0*{number}|[xX]0*{_hex(f'{number:x}')});",
    ]
    if char in _NAMED:
        spellings.append(f"&{_NAMED[char]};")
    if char in _SHORT:
        spellings.append(rf"\\+{_SHORT[char]}")
    if char == "\\":
        return rf"(?:{'|'.join(spellings)}|\\)+"
    if char == " ":
        spellings.append(r"\+")
    if number > 127:
        spellings.append(re.escape(data.decode("latin-1")))
    # Last, since it may be the beginning of one of the others.
    spellings.append(rf"\\*{re.escape(char)}")
    return f"(?:{'|'.join(spellings)})"


def _hex(digits: str) -> str:
    """Hexadecimal digits in either case."""
    return "".join([f"[{d}{d.upper()}]" if d.isalpha() else d for d in digits])


def common_forms(value: str) -> list[str]:
    """The usual spellings of a value, one character for each byte."""
    data = value.encode("utf-8", "surrogatepass")
    forms = [value, data.decode("latin-1")]
    for safe in ("", " ", "/", "!'()*/:@$,;"):
        form = quote(data, safe=safe).replace(" ", "+")
        forms += form, re.sub("%..", lambda found: found[0].lower(), form)
    escaped = json.dumps(value)[1:-1]
    forms += escaped, escaped.replace("/", "\\/"), _wire(json.dumps(value, ensure_ascii=False)[1:-1])
    forms += _wire(html.escape(value)), _wire(html.escape(value, quote=False))
    return list(dict.fromkeys(forms))


def _wire(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


# Base64


class Base64(NamedTuple):
    """The characters of a base64 text that one value determines, at one alignment.

    `before` and `after` say whether the characters around them hold some of its bits too.
    """

    text: str
    before: bool
    after: bool

    def widened(self, text: str, start: int, end: int) -> tuple[int, int]:
        """A place where the characters were found, with those around that hold bits, and padding."""
        if self.before and start and text[start - 1] in _ALPHABET:
            start -= 1
        if self.after and end < len(text) and text[end] in _ALPHABET:
            end += 1
        while end < len(text) and text[end] == "=":
            end += 1
        return start, end


_ALPHABET = _PLAIN | frozenset("+/-_")
_URL_SAFE = str.maketrans("+/", "-_")


def base64_of(value: str, texts: str | None = None) -> list[Base64]:
    """What stands in a base64 text that holds a value, at each of the three alignments.

    With `texts` only what may stand in there, told quickly.
    """
    data = value.encode("utf-8", "surrogatepass")
    found = _base64_of(data, texts)
    if len(data) != len(value):
        # Credentials may be in Latin-1 (RFC 7617, section 2.1).
        found += _base64_of(value.encode("latin-1", "ignore"), texts)
    return found


def _base64_of(data: bytes, texts: str | None) -> list[Base64]:
    found: list[Base64] = []
    for before in (0, 1, 2):
        text = b2a_base64(b"\0\0"[:before] + data, newline=False).decode("ascii")
        bits = 8 * (before + len(data))
        core = text[_DETERMINED_FROM[before] : bits // 6]
        if len(core) < 8:
            continue
        if texts is None or telling_run(core) in texts:
            found.append(Base64(core, before > 0, bits % 6 > 0))
        if "+" in core or "/" in core:
            core = core.translate(_URL_SAFE)
            if texts is None or telling_run(core) in texts:
                found.append(Base64(core, before > 0, bits % 6 > 0))
    return found


_DETERMINED_FROM = (0, 2, 3)
