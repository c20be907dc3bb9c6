"""The commonest messages in reqsnap's own cassette file, read without looking for what they do not have.

Their heads are ASCII, their bodies text or JSON on one line, and of the keys beside those they have `json`
and `elapsed` at most. They mean here what they mean to `values`; None stands for any other message, and
for one that is wrong.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf

from reqsnap.formats import heads
from reqsnap.formats.bodies import json_layout
from reqsnap.formats.native.values import LONG, SECONDS, one_field
from reqsnap.model import Headers, Request, Response

INDENT = "      "
_BREAK = f"\n{INDENT}"
_STYLES = {"": None, "    json: compact\n": "compact", "    json: spaced\n": "spaced"}
_ELAPSED = "    elapsed: "
_NO_FIELDS = Headers()


def request(head: str, notes: str, indicator: str, chomping: str, block: str | None) -> Request | None:
    """The request of a head and a body as they stand in the file, `notes` between them."""
    first, _, rest = head[6:-1].partition(_BREAK)
    line = heads.REQUEST_LINE.fullmatch(first)
    headers = fields(rest) if rest else _NO_FIELDS
    body = _body(notes, indicator, chomping, block)
    if line is None or headers is None or body is None:
        return None
    return Request(line[1], line[2], headers, body)


def response(
    head: str, notes: str, indicator: str, chomping: str, block: str | None, last: str
) -> tuple[Response, float] | None:
    """The response, and the seconds that it took; `last` is what stands behind its body."""
    first, _, rest = head[6:-1].partition(_BREAK)
    if block is None:
        notes, last = "", notes + last
    found = _status(first)
    headers = fields(rest) if rest else _NO_FIELDS
    body = _body(notes, indicator, chomping, block)
    elapsed = _elapsed(last)
    if found is None or headers is None or body is None or elapsed is None:
        return None
    return Response(*found, headers, body, trailers=_NO_FIELDS), elapsed


@lru_cache(maxsize=64)
def _status(line: str) -> tuple[int, str] | None:
    try:
        return heads.read_status_line(line)
    except ValueError:
        return None


# The requests of a cassette mostly differ in nothing but their first line.
@lru_cache(maxsize=256)
def fields(block: str) -> Headers | None:
    """The fields in some lines of ASCII, all but the first indented; None where there are too many."""
    if len(block) > LONG:
        return None
    try:
        return Headers.of_pairs(tuple(map(one_field, block.split(_BREAK))))
    except ValueError:
        return None


def _body(notes: str, indicator: str, chomping: str, block: str | None) -> bytes | None:
    if block is None:
        return None if notes else b""
    if notes not in _STYLES:
        return None
    style = _STYLES[notes]
    if style and not indicator and chomping == "-" and block[6] in "{[" and block[-2] in "}]":
        # The indentation goes with that of the JSON.
        text: str | None = block[6:-1]
    else:
        text = literal(block, chomping, indented=bool(indicator))
    if text is None:
        return None
    try:
        return (json_layout.restore(text, style) if style else text).encode()
    except (ValueError, RecursionError):
        return None


def literal(block: str, chomping: str, *, indented: bool) -> str | None:
    """The text of a literal block; None where its first line says that it is indented farther.

    `indented`: an indicator says how far it is.
    """
    text = block.replace(_BREAK, "\n").removeprefix(INDENT)
    content = text.strip("\n")
    if not content or (not indented and content[0] in " \t") or content.isspace():
        return None
    if chomping == "+":
        return text
    content = text.rstrip("\n")
    return content if chomping else content + "\n"


def _elapsed(last: str) -> float | None:
    if not last:
        return 0.0
    if not last.startswith(_ELAPSED):
        return None
    text = last[len(_ELAPSED) : -1]
    whole, _, rest = text.partition(".")
    if len(text) < _SHORT and whole.isdecimal() and rest.isdecimal():
        return float(text)
    elapsed = float(text) if SECONDS.fullmatch(text) else inf
    return elapsed if elapsed < inf else None


_SHORT = 20
"""Up to so many characters, digits and a point are a number of seconds whatever the digits."""
