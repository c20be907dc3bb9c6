"""VCR.py's JSON as plain values. A value's line is that of the interaction that it stands in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from reqsnap.formats.json_values import check_depth
from reqsnap.formats.vcr.values import Leaf, Mapping, Node, Sequence, UnreadableError

_BLANK = re.compile(r"[ \t\n\r]*")
_LIST_KEY = "interactions"


class Element(NamedTuple):
    """An interaction as JSON, and where it stands in the text."""

    value: Any
    start: int
    end: int


class Document(NamedTuple):
    """The interactions of a text, and where the last of them ends, or would stand."""

    items: list[Element]
    end: int


def scan(text: str) -> Document:
    """The interactions in a text. Raises UnreadableError."""
    scanner = _Scanner(text)
    try:
        return scanner.document()
    except json.JSONDecodeError as error:
        raise UnreadableError(error.lineno, f"it is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise UnreadableError(scanner.line, "the document is nested too deep") from None
    except ValueError as error:
        # A number of more digits than Python converts.
        raise UnreadableError(scanner.line, f"it is not valid JSON ({error})") from None


def node(value: Any, line: int) -> Node:
    """A JSON value as a plain one."""
    if isinstance(value, dict):
        return Mapping({key: node(each, line) for key, each in value.items()}, line)
    if isinstance(value, list):
        return Sequence([node(each, line) for each in value], line)
    if value is None or isinstance(value, str):
        return Leaf(value, line)
    return Leaf(json.dumps(value), line, True)


class _Scanner:
    """Reads a document down to its interactions, and each of them with the standard library."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._decode = json.JSONDecoder().raw_decode

    @property
    def line(self) -> int:
        """The line of what is read, from 1."""
        return self._text.count("\n", 0, self._at) + 1

    def document(self) -> Document:
        found: Document | UnreadableError | None = None
        if self._sees("["):
            # Before version 1.0 of VCR.py.
            found = self._list()
        elif self._sees("{"):
            found = self._mapping()
        else:
            self._value()
        self._skip()
        if self._at != len(self._text):
            raise self._error("Extra data", self._at)
        if isinstance(found, Document):
            return found
        raise found or UnreadableError(1, f"it must have the key {_LIST_KEY!r}")

    def _mapping(self) -> Document | UnreadableError | None:
        found: Document | UnreadableError | None = None
        for _ in self._elements("{", "}"):
            key = self._value()
            if not isinstance(key.value, str):
                raise self._error("Expecting property name enclosed in double quotes", key.start)
            self._take(":")
            if key.value == _LIST_KEY:
                # Of a key that stands there twice the last value counts.
                found = self._interactions()
            else:
                self._value()
        return found

    def _interactions(self) -> Document | UnreadableError:
        if self._sees("["):
            return self._list()
        element = self._value()
        if element.value is not None:
            line = self._text.count("\n", 0, element.start) + 1
            return UnreadableError(line, f"{_LIST_KEY} must be a list")
        return Document([], element.end)

    def _list(self) -> Document:
        items = [self._value() for _ in self._elements("[", "]")]
        return Document(items, items[-1].end if items else self._at - 1)

    def _elements(self, opening: str, closing: str) -> Iterator[None]:
        """Once before each element of a collection, which its reader takes."""
        self._take(opening)
        if not self._sees(closing):
            yield
            while self._sees(","):
                self._take(",")
                yield
        self._take(closing)

    def _value(self) -> Element:
        self._skip()
        start = self._at
        value, end = self._decode(self._text, start)
        check_depth(value, self._text, start, end)
        self._at = end
        return Element(value, start, end)

    def _sees(self, character: str) -> bool:
        self._skip()
        return self._text.startswith(character, self._at)

    def _take(self, character: str) -> None:
        if not self._sees(character):
            raise self._error(f"Expecting {character!r}", self._at)
        self._at += 1

    def _skip(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        self._at = self._at if blank is None else blank.end()

    def _error(self, reason: str, at: int) -> json.JSONDecodeError:
        return json.JSONDecodeError(reason, self._text, at)
