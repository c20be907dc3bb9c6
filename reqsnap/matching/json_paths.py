"""Paths into JSON documents, and documents without what stands at them.

    path  = [ "$" ] step { step }        `$` is the document; the first name needs no dot
    step  = "." name                     a member of an object
          | ".*"                         any member or item
          | "[" number "]"               an item of a list, a negative one from its end
          | "[*]"                        any item or member
          | "[" string "]"               a member, its name between ' or "
          | ".." , ".**."                the next step, at this depth or any below
    name  = one or more characters other than . [ ] * ' "

A path may begin with `*`, `**` or `..`. In a string a backslash stands before a quote
and before a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from reqsnap.errors import ConfigurationError
from reqsnap.patterns import regex

GRAMMAR = (
    'a path is written like "metadata.trace_id", "messages[*].id", "$.items[0].ts", "**.id" or "[\'a.b\']"'
)

LEFT_OUT = "<left out>"
"""What stands in the place of an item of a list, so that the items after it keep theirs."""


class _Wildcard:
    """A step that names no member and no place."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


ANY: Final = _Wildcard("*")
DEEP: Final = _Wildcard("**")

Path = tuple[str | int | _Wildcard, ...]
"""Names of members, places in lists, `ANY`, and `DEEP` before what may stand at any depth."""

_TOKEN = regex(
    r"""(?P<deep>\.\.) | (?P<dot>\.) | (?P<any_depth>\*\*) | (?P<any>\*)
    | \[ \s* (?: (?P<index>-?[0-9]+) | (?P<all>\*) | "(?P<double>(?:[^"\\]|\\["'\\])*)"
               | '(?P<single>(?:[^'\\]|\\["'\\])*)' ) \s* \]
    | (?P<name>[^.\[\]*'"]+)
    """,
    re.VERBOSE,
)
_ESCAPE = regex(r"\\(.)")

# What may come next: at the start a step or `..`, after a dot a step, and so on.
_START, _AFTER_STEP = {"deep", "step", "bracket"}, {"deep", "dot", "bracket"}
_AFTER = {"deep": {"step", "bracket"}, "dot": {"step"}, "step": _AFTER_STEP, "bracket": _AFTER_STEP}


def parse_path(text: str) -> Path:
    """The steps of a path. Raises ConfigurationError where it is none.

    >>> parse_path("$.items[0].ts"), parse_path("**.id")
    (('items', 0, 'ts'), (**, 'id'))
    """
    place, allowed = (1, _AFTER_STEP) if text.startswith("$") else (0, _START)
    steps: list[str | int | _Wildcard] = []
    while place < len(text):
        token = _TOKEN.match(text, place)
        kind = "" if token is None else _KINDS[token.lastgroup or ""]
        if token is None or kind not in allowed:
            raise ConfigurationError(
                "ignore_json", text, GRAMMAR, f"It cannot be read from {text[place:]!r} on."
            )
        place, allowed = token.end(), _AFTER[kind]
        step = _step(token)
        if step is not None and not (step is DEEP and steps[-1:] == [DEEP]):
            steps.append(step)
    if not steps or steps[-1] is DEEP or allowed is not _AFTER_STEP:
        raise ConfigurationError("ignore_json", text, GRAMMAR, "It must end with what is to be left out.")
    return tuple(steps)


_KINDS = {
    "deep": "deep",
    "dot": "dot",
    "any_depth": "step",
    "any": "step",
    "name": "step",
    **dict.fromkeys(("index", "all", "double", "single"), "bracket"),
}


def _step(token: re.Match[str]) -> str | int | _Wildcard | None:
    kind, text = token.lastgroup, token[token.lastgroup or 0]
    if kind == "dot":
        return None
    if kind in ("deep", "any_depth"):
        return DEEP
    if kind in ("any", "all"):
        return ANY
    if kind == "index":
        return int(text)
    return text if kind == "name" else _ESCAPE.sub(r"\1", text)


def without(document: Any, paths: Iterable[Path]) -> Any:
    """A document less what stands at the paths. The document given is not changed.

    Members leave their object; an item of a list leaves `LEFT_OUT` in its place.

    >>> without({"a": 1, "b": [{"id": 7, "c": 2}]}, [("b", ANY, "id")])
    {'a': 1, 'b': [{'c': 2}]}
    """
    if isinstance(document, dict):
        members = {}
        for name, value in document.items():
            remaining = _after(paths, name, -1)
            if () not in remaining:
                members[name] = without(value, remaining) if remaining else value
        return members
    if isinstance(document, list):
        items = []
        for index, value in enumerate(document):
            remaining = _after(paths, index, index - len(document))
            items.append(LEFT_OUT if () in remaining else without(value, remaining) if remaining else value)
        return items
    return document


def _after(paths: Iterable[Path], key: str | int, from_end: int) -> set[Path]:
    """What is left of the paths below a member or item."""
    remaining: set[Path] = set()
    for path in paths:
        if path[0] is DEEP:
            remaining.add(path)
            path = path[1:]
        step = path[0]
        if step is ANY or step == key or (isinstance(key, int) and step == from_end):
            remaining.add(path[1:])
    return remaining
