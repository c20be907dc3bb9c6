"""A message's head as lines of text, the way HTTP writes it, and back.

The first line is `METHOD URL` or `STATUS reason`, each other one `Name: value`. A pair that
such a line cannot hold stays a pair. Functions that read raise ValueError with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from reqsnap.formats.text_blocks import fits_literal, literal, quoted

Pair = tuple[str, str]
Line = str | Pair

LATIN_1 = "latin-1"
UTF_8 = "utf-8"

HTTP_VERSION = re.compile(r"HTTP/[0-9]{1,2}(?:\.[0-9]{1,2})?")
# A method is a token (RFC 9110, section 9.1), a URL begins with a scheme (RFC 3986, section 3.1).
REQUEST_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([A-Za-z][A-Za-z0-9+.-]*://[^ \t]*)")
_STATUS = re.compile(r"[1-9][0-9]{2}")


def request_line(method: str, url: str) -> Line:
    """`METHOD URL`."""
    line = f"{method} {url}"
    return line if REQUEST_LINE.fullmatch(line) else (method, url)


def status_line(status: int, reason: str) -> str:
    """`STATUS reason`, or the status alone."""
    if not 100 <= status <= 999:
        raise ValueError(f"the status {status} is not a number from 100 to 999")
    return f"{status:d} {reason}" if reason else f"{status:d}"


def field_lines(fields: Iterable[Pair]) -> list[Line]:
    """`Name: value` for each header field; `Name:` where the value is empty."""
    lines: list[Line] = []
    for name, value in fields:
        if _fits_line(name):
            lines.append(f"{name}: {value}" if value else f"{name}:")
        else:
            lines.append((name, value))
    return lines


def charset(lines: Iterable[Line]) -> str:
    """The charset in which people can read the lines: `utf-8` where their bytes are that, else `latin-1`.

    Raises ValueError for a character that does not stand for one byte.
    """
    text = "\n".join([line if isinstance(line, str) else "\n".join(line) for line in lines])
    if text.isascii():
        return LATIN_1
    try:
        octets = text.encode(LATIN_1)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise ValueError(f"header text has the character {character!r}, which is not one byte") from None
    try:
        octets.decode()
    except UnicodeDecodeError:
        return LATIN_1
    return UTF_8


def block(lines: list[Line], charset: str, indent: str) -> str:
    """What follows `head:`: the lines as a literal block, or as a list where that cannot hold them."""
    lines = shown(lines, charset)
    texts = [line for line in lines if isinstance(line, str)]
    text = "\n".join(texts)
    if len(texts) == len(lines) and text.count("\n") == len(lines) - 1 and fits_literal(text):
        return " " + literal(text, indent)
    return "".join(f"\n{indent[2:]}- {_list_entry(line)}" for line in lines)


def shown(lines: list[Line], charset: str) -> list[Line]:
    """The lines as people read them in that charset."""
    return [_each(line, _as_utf8) for line in lines] if charset == UTF_8 else lines


def restore(line: Line, charset: str) -> Line:
    """A line of a file as the model has it: one character for each byte."""
    if isinstance(line, str) and line.isascii():
        return line
    return _each(line, _utf8_as_octets if charset == UTF_8 else _checked_octets)


def read_request_line(line: Line) -> Pair:
    """The method and the URL."""
    if not isinstance(line, str):
        return line
    found = REQUEST_LINE.fullmatch(line)
    if found is None:
        raise ValueError(
            "the first line of a request's head must be a method, one blank and an absolute URL, "
            "in which a blank is written %20"
        )
    return found[1], found[2]


def read_status_line(line: Line) -> tuple[int, str]:
    """The status and the reason."""
    status, _, reason = line.partition(" ") if isinstance(line, str) else ("", "", "")
    if not _STATUS.fullmatch(status):
        raise ValueError(
            "the first line of a response's head must begin with a status, a number from 100 to 999"
        )
    return int(status), reason


def read_field(line: Line) -> Pair:
    """The name and the value of a header field."""
    if not isinstance(line, str):
        return line
    # The search starts behind the first character: HTTP/2 has names such as `:status`.
    colon = line.find(":", 1)
    if colon < 0 or line[0] in " \t":
        raise ValueError("a header line must be a name, a colon and a value, and not begin with a blank")
    return line[:colon], line[colon + 1 :].removeprefix(" ")


@lru_cache(maxsize=512)
def _fits_line(name: str) -> bool:
    """Whether `read_field` finds the name again in front of its colon."""
    return name[:1] not in ("", " ", "\t") and ":" not in name[1:]


def _list_entry(line: Line) -> str:
    if isinstance(line, str):
        return quoted(line)
    return f"[{quoted(line[0])}, {quoted(line[1])}]"


def _each(line: Line, change: Callable[[str], str]) -> Line:
    return change(line) if isinstance(line, str) else (change(line[0]), change(line[1]))


def _as_utf8(octets: str) -> str:
    return octets.encode(LATIN_1).decode()


def _utf8_as_octets(text: str) -> str:
    try:
        return text.encode().decode(LATIN_1)
    except UnicodeEncodeError:
        raise ValueError("header text has a character that UTF-8 does not allow") from None


def _checked_octets(text: str) -> str:
    if not text.isascii() and max(text) > "\xff":
        raise ValueError(f"header text has the character {max(text)!r}, which needs 'head_charset: utf-8'")
    return text
