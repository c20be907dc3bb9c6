"""One item of a cassette file, by itself -> its interaction.

An item whose texts are literal blocks and plain words is taken apart by one regular expression,
many times faster than by a YAML parser. Any other is parsed by PyYAML, which is what says what
an item means: where both can read it, they read the same.
"""

from __future__ import annotations

import re
from typing import Any

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.format import Beside, Item
from reqsnap.formats.native import plain
from reqsnap.formats.native import values as native_values
from reqsnap.formats.native.values import Fields
from reqsnap.formats.native.writer import END, START
from reqsnap.message_checks import stating_its_length
from reqsnap.model import Interaction, Request, Response

_START, _END = START.encode(), END.encode()
_LINES_BEFORE = START.count("\n")

# Words that are the same text in YAML as they stand here: no quotes, no colon, no comment.
_WORD = r"[A-Za-z0-9][A-Za-z0-9./_+=*;,-]*+"
_SIMPLE = rf"((?:    [a-z_]++: {_WORD}(?: {_WORD})*+\n)*+)"
_LINES = r"((?:      [^ \t\n][^\n]*+\n)++)"
_HEAD = rf"    head: \|-\n{_LINES}"
_BODY = r"(?:    body: \|(2?)([-+]?)\n((?:      [^\n]*+\n|\n)++))?+"
_ITEM = re.compile(
    rf"- request:\n{_SIMPLE}{_HEAD}{_SIMPLE}{_BODY}"
    rf"  response:\n{_SIMPLE}{_HEAD}{_SIMPLE}{_BODY}(?:    trailers: \|-\n{_LINES})?+{_SIMPLE}"
    rf"  recorded_at: ({native_values.MOMENT})\n"
)
_REQUEST_KEYS = native_values.REQUEST_KEYS - native_values.LINE_KEYS
_RESPONSE_KEYS = native_values.RESPONSE_KEYS - native_values.LINE_KEYS

# What YAML does not allow, or reads in a way of its own, is left to its parser.
_CONTROLS = {*range(9), *range(11, 32), 127}
_WITHOUT_CONTROLS = bytes([octet ^ 0x80 if octet in _CONTROLS else octet for octet in range(256)])
_SPECIAL = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Decoder:
    """Makes interactions of the items of a file that `scan` covers.

    `path` is only named in errors; `beside` has the files in which large bodies are.
    """

    def __init__(self, path: str | None, beside: Beside | None = None) -> None:
        self._path, self._beside = path, beside

    def __call__(self, item: Item) -> Interaction:
        """The interaction. Raises CassetteFormatError."""
        found = decoded(item.text, self._beside)
        return self.parsed(item) if found is None else found

    def parsed(self, item: Item) -> Interaction:
        """The same, by way of PyYAML."""
        # Here, because most files are read without yaml.
        from reqsnap.formats.native import reader

        try:
            (found,) = reader.load(b"".join([_START, item.text, _END]), self._path, self._beside)
        except CassetteFormatError as error:
            raise error.at(item.line + (error.line or 1) - 1 - _LINES_BEFORE) from None
        return found


def decoded(data: bytes, beside: Beside | None = None) -> Interaction | None:
    """The interaction of a plain item; None for one that has to be parsed, or is damaged."""
    text = _as_text(data)
    found = None if text is None else _ITEM.fullmatch(text)
    if found is None:
        return None
    groups: tuple[Any, ...] = found.groups()
    trailers, last, recorded_at = groups[12:]
    try:
        request = _request(groups[:6], beside)
        answer = _response(groups[6:12], trailers, last, beside)
        if request is None or answer is None:
            return None
        response, elapsed = answer
        moment = native_values.moment_of(recorded_at)
    except ValueError:
        return None
    return Interaction(request, stating_its_length(request.method, response), moment, elapsed)


def _request(groups: tuple[Any, ...], beside: Beside | None) -> Request | None:
    before, head, after, indicator, chomping, block = groups
    if not before and head.isascii():
        found = plain.request(head, after, indicator, chomping, block)
        if found is not None:
            return found
    asked = _fields(before + after, head, groups[3:], _REQUEST_KEYS, beside)
    return None if asked is None else native_values.request(asked)


def _response(
    groups: tuple[Any, ...], trailers: str | None, last: str, beside: Beside | None
) -> tuple[Response, float] | None:
    before, head, after, indicator, chomping, block = groups
    if not before and trailers is None and head.isascii():
        found = plain.response(head, after, indicator, chomping, block, last)
        if found is not None:
            return found
    answered = _fields(before + after + last, head, groups[3:], _RESPONSE_KEYS, beside)
    if answered is None:
        return None
    if trailers is not None:
        answered.lines["trailers"] = _lines(trailers)
    return native_values.response(answered)


def _as_text(data: bytes) -> str | None:
    if data.translate(_WITHOUT_CONTROLS) != data:
        return None
    if data.isascii():
        return data.decode("ascii")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if _SPECIAL.search(text) else text


def _fields(
    simple: str, head: str, body: tuple[str | None, ...], known: frozenset[str], beside: Beside | None
) -> Fields | None:
    """A request or a response as texts; None where its keys or the indentation of its body are odd."""
    texts: dict[str, str] = {}
    if simple:
        lines = simple[4:-1].split("\n    ")
        for line in lines:
            key, _, value = line.partition(": ")
            texts[key] = value
        if len(texts) != len(lines) or not known.issuperset(texts):
            return None
    indicator, chomping, block = body
    if block is not None:
        text = plain.literal(block, chomping or "", indented=bool(indicator))
        if text is None or "body" in texts:
            return None
        texts["body"] = text
    return Fields({"head": _lines(head)}, texts, beside)


def _lines(block: str) -> str:
    """The lines of a block, none of which is empty or begins with a blank."""
    return block[6:-1].replace("\n      ", "\n")
