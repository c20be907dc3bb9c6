"""JSON as values that know where they stand, so that an error can name the line.

Numbers stay the text that they are written as, and a key that stands twice is refused, so
that nothing of a file is lost without a word. Where a value stands is looked for only when it
is asked.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reqsnap.errors import CassetteFormatError

BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t\n\r]*")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DEEPEST = 200


class Number(str):
    """A number, as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The text that values stand in, and what an error says of it: its path and its first line."""

    text: str
    path: str | None = None
    first_line: Callable[[], int] = lambda: 1

    def octets(self, end: int) -> int:
        """How many bytes the text has up to a place."""
        return end if self.text.isascii() else len(self.text[:end].encode())

    def error(self, place: int, reason: str) -> CassetteFormatError:
        """An error about what stands at that place of the text."""
        return CassetteFormatError(self.path, self.first_line() + self.text.count("\n", 0, place), reason)


@dataclass(frozen=True, slots=True)
class Value:
    """A value: `plain` is a dict, a list, a str, a Number, a bool or None; `keys` lead to it."""

    plain: Any
    source: Source = field(repr=False)
    keys: tuple[str | int, ...] = ()

    def error(self, reason: str) -> CassetteFormatError:
        """An error that names the line on which the value begins."""
        return self.source.error(_place(self.source.text, self.keys), reason)

    @property
    def name(self) -> str:
        """What people call it: its key, or that of the list in which it stands."""
        if not self.keys:
            return "the document"
        last = self.keys[-1]
        if isinstance(last, str):
            return last
        above = [key for key in self.keys if isinstance(key, str)]
        return f"an item of {above[-1]}" if above else "an item"

    def members(self) -> Mapping[str, Value]:
        """The members of an object. Raises CassetteFormatError for anything else."""
        if not isinstance(self.plain, dict):
            raise self.error(f"{self.name} must be an object")
        return {key: Value(each, self.source, (*self.keys, key)) for key, each in self.plain.items()}

    def items(self) -> list[Value]:
        """The items of an array. Raises CassetteFormatError for anything else."""
        if not isinstance(self.plain, list):
            raise self.error(f"{self.name} must be a list")
        return [Value(each, self.source, (*self.keys, index)) for index, each in enumerate(self.plain)]

    def get(self, key: str) -> Value | None:
        """A member of an object; None where it is missing or null."""
        if not isinstance(self.plain, dict):
            raise self.error(f"{self.name} must be an object")
        found = self.plain.get(key)
        return None if found is None else Value(found, self.source, (*self.keys, key))

    def need(self, key: str) -> Value:
        """A member that must be there."""
        found = self.get(key)
        if found is None:
            raise self.error(f"{self.name} must have the key {key!r}")
        return found

    def text(self) -> str:
        """A string. Raises CassetteFormatError for anything else, and for half of a surrogate pair."""
        if not isinstance(self.plain, str) or isinstance(self.plain, Number):
            raise self.error(f"{self.name} must be text")
        try:
            self.plain.encode()
        except UnicodeEncodeError:
            raise self.error(f"{self.name} has a character that UTF-8 does not allow") from None
        return self.plain

    def octets(self) -> str:
        """Text of a head, one character for each byte; text with others was UTF-8 on the wire."""
        text = self.text()
        return text if max(text, default="") <= "\xff" else text.encode().decode("latin-1")

    def base64(self) -> bytes:
        """The bytes that a text of base64 stands for. Raises CassetteFormatError for anything else."""
        text = self.text()
        try:
            return binascii.a2b_base64("".join(text.split()), strict_mode=True)
        except ValueError as error:
            raise self.error(f"the body is not base64: {error}") from None

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return isinstance(self.plain, Number)

    def number(self) -> Number:
        """A number, as it is written. Raises CassetteFormatError for anything else."""
        if not isinstance(self.plain, Number):
            raise self.error(f"{self.name} must be a number")
        return self.plain

    def whole(self) -> int:
        """A whole number. Raises CassetteFormatError for anything else."""
        if not isinstance(self.plain, Number) or not _WHOLE.fullmatch(self.plain):
            raise self.error(f"{self.name} must be a whole number")
        return int(self.plain)

    def truth(self) -> bool:
        """True or false. Raises CassetteFormatError for anything else."""
        if not isinstance(self.plain, bool):
            raise self.error(f"{self.name} must be true or false")
        return self.plain

    def spans(self) -> list[tuple[int, int]]:
        """Where in the text each item of an array begins and ends."""
        return [span for span, _ in _within(self.source.text, _place(self.source.text, self.keys))]

    def end_of_items(self) -> int:
        """Where in the text the last item of an array ends, or its bracket where it has none."""
        spans = self.spans()
        return spans[-1][1] if spans else _place(self.source.text, self.keys) + 1


def decoded(data: bytes, path: str | None, first_line: Callable[[], int] = lambda: 1) -> Source:
    """The text of a file, without a byte order mark. Raises CassetteFormatError."""
    data = data.removeprefix(BOM)
    try:
        return Source(data.decode(), path, first_line)
    except UnicodeDecodeError as error:
        line = first_line() + data.count(b"\n", 0, error.start)
        reason = f"the byte 0x{data[error.start]:02X} is not UTF-8 text"
        raise CassetteFormatError(path, line, reason) from None


def parse(source: Source) -> Value:
    """The one value in a text. Raises CassetteFormatError."""
    if not source.text.strip():
        raise source.error(0, "the file is empty")
    try:
        return Value(_decoded_by(_STRICT, source), source)
    except _KeyTwiceError:
        # The text behind that key may be no JSON, and could not be looked through then.
        _decoded_by(_LENIENT, source)
        place, key = next(_keys_twice(source.text))
        raise source.error(place, f"the key {key!r} is here twice") from None


def _decoded_by(decoder: json.JSONDecoder, source: Source) -> Any:
    try:
        value = decoder.decode(source.text)
        check_depth(value, source.text)
        return value
    except json.JSONDecodeError as error:
        raise source.error(error.pos, f"it is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise source.error(0, "the document is nested too deep") from None
    except _NotJsonError as error:
        place = max(source.text.find(error.text), 0)
        raise source.error(place, f"it is not valid JSON ({error.text} is no number)") from None


def check_depth(value: Any, text: str, start: int = 0, end: int | None = None) -> None:
    """Raise RecursionError here for what would need too much of the stack later, wherever that is used.

    The value stands in the text from `start` to `end`.
    """
    if text.count("{", start, end) + text.count("[", start, end) <= _DEEPEST:
        return
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        if depth > _DEEPEST:
            raise RecursionError
        level = [below for each in level for below in (each.values() if isinstance(each, dict) else each)]


class _KeyTwiceError(Exception):
    """An object has a key twice."""


class _NotJsonError(Exception):
    """A constant that JSON does not have."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _KeyTwiceError
    return found


def _constant(text: str) -> Any:
    raise _NotJsonError(text)


# Numbers are kept as they are written: those of more digits than Python converts would raise.
_LENIENT = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_constant)
_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_constant
)


# Looking for places. The text is known to be JSON.


def _place(text: str, keys: tuple[str | int, ...]) -> int:
    """Where the value begins to which the keys lead."""
    place = _after_blanks(text, 0)
    for key in keys:
        place = next(start for (start, _), name in _within(text, place) if name == key)
    return place


def _within(text: str, place: int) -> Iterator[tuple[tuple[int, int], str | int]]:
    """Where each member of the object or item of the array that begins there stands, and its key."""
    is_object = text[place] == "{"
    place, index = _after_blanks(text, place + 1), 0
    while text[place] not in "}]":
        key: str | int = index
        if is_object:
            key, place = _LENIENT.raw_decode(text, place)
            place = _after_blanks(text, _after_blanks(text, place) + 1)
        _, end = _LENIENT.raw_decode(text, place)
        yield (place, end), key
        place = _after_blanks(text, end)
        if text[place] == ",":
            place = _after_blanks(text, place + 1)
        index += 1


def _keys_twice(text: str) -> Iterator[tuple[int, str]]:
    """Where an object's second member of one name begins, and that name."""
    waiting = [_after_blanks(text, 0)]
    while waiting:
        place = waiting.pop()
        if text[place] not in "{[":
            continue
        names = set()
        for (start, _), name in _within(text, place):
            if isinstance(name, str):
                if name in names:
                    yield start, name
                names.add(name)
            waiting.append(start)


def _after_blanks(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return place if found is None else found.end()
