"""YAML text as a tree of text, mappings and sequences, each with its line.

Every scalar stays text: what it means is said by the format that reads the tree, never by
YAML. Tags, anchors, aliases, duplicate keys and second documents are refused. This is the one
module that imports yaml, and it is imported only when a file has to be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import yaml
from yaml import events

from reqsnap.errors import CassetteFormatError

_DEEPEST = 8
_BLOCK_STYLES = ("|", ">")
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONFLICT = re.compile("^<<<<<<< ", re.MULTILINE)
"""What git writes where two versions disagree. No text of a body stands at the very beginning of a line."""
# Beside YAMLError the pure Python parser lets these out for some escapes: "\UFFFFFFFF".
_PARSE_ERRORS = (yaml.YAMLError, ValueError, ArithmeticError, LookupError)


class Text(NamedTuple):
    """A scalar. `line` is where it starts, `first` where the first line of its text stands (both from 1)."""

    value: str
    line: int
    first: int


class Mapping(NamedTuple):
    """A mapping, and the line of each of its keys."""

    entries: dict[str, Node]
    lines: dict[str, int]
    line: int


class Sequence(NamedTuple):
    """A sequence."""

    items: list[Node]
    line: int


Node = Text | Mapping | Sequence


def parse(text: str, path: str | None) -> Node:
    """The one document in the text. Raises CassetteFormatError for all that is not plain YAML."""
    # Both loaders give the same events; the one over libyaml does so many times faster.
    kind: Any = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    loader = None
    try:
        loader = kind(text)
        return _Builder(loader, path).document()
    except _PARSE_ERRORS as error:
        raise CassetteFormatError(path, *_place_and_reason(error, text, loader)) from None
    finally:
        if loader is not None:
            loader.dispose()


class _Builder:
    """Builds the tree from a loader's events."""

    def __init__(self, loader: Any, path: str | None) -> None:
        self._next: Callable[[], Any] = loader.get_event
        self._path = path

    def document(self) -> Node:
        self._next()
        event = self._next()
        if not isinstance(event, events.DocumentStartEvent):
            raise self._error(event, "the file holds no YAML document")
        root = self._node(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, events.StreamEndEvent):
            raise self._error(event, "the file holds a second YAML document")
        return root

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, events.AliasEvent):
            raise self._error(event, f"the alias *{event.anchor} is not allowed")
        if event.anchor is not None:
            raise self._error(event, f"the anchor &{event.anchor} is not allowed")
        # libyaml does not tell a lone "!" from no tag at all.
        if event.tag is not None and event.tag != "!":
            raise self._error(event, f"the tag {event.tag} is not allowed")
        line = _line(event)
        if isinstance(event, events.ScalarEvent):
            return Text(event.value, line, line + 1 if event.style in _BLOCK_STYLES else line)
        if depth == _DEEPEST:
            raise self._error(event, "the document is nested too deep")
        if isinstance(event, events.MappingStartEvent):
            return self._mapping(line, depth + 1)
        return self._sequence(line, depth + 1)

    def _mapping(self, line: int, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := self._next(), events.MappingEndEvent):
            key = self._node(event, depth)
            if not isinstance(key, Text):
                raise self._error(event, "a key must be text")
            if key.value in entries:
                raise self._error(event, f"the key {key.value!r} is here twice")
            lines[key.value] = key.line
            entries[key.value] = self._node(self._next(), depth)
        return Mapping(entries, lines, line)

    def _sequence(self, line: int, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := self._next(), events.SequenceEndEvent):
            items.append(self._node(event, depth))
        return Sequence(items, line)

    def _error(self, event: Any, reason: str) -> CassetteFormatError:
        return CassetteFormatError(self._path, _line(event), reason)


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def _place_and_reason(error: Exception, text: str, loader: Any) -> tuple[int, str]:
    """The line and the reason of a parser's error."""
    if (conflict := _CONFLICT.search(text)) is not None:
        line = text.count("\n", 0, conflict.start()) + 1
        return line, "a merge left two versions of the file here, of which to keep what is right"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        return error.problem_mark.line + 1, f"it is not valid YAML ({reason})"
    if (character := _NOT_ALLOWED.search(text)) is not None:
        line = text.count("\n", 0, character.start()) + 1
        return line, f"the character {character[0]!r} may stand in a YAML file only as an escape"
    return getattr(loader, "line", 0) + 1, f"it is not valid YAML ({error})"
