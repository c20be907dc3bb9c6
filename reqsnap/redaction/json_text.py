"""Secrets in JSON, found in its text: nothing is parsed and dumped, all else stays as it is.

Works on whatever holds JSON: documents, JSON lines, server-sent events, scripts, and
JSON that stands escaped in a JSON string. A cut document is taken as far as it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit, view
from reqsnap.redaction.finder import Finder, Kind
from reqsnap.redaction.names import ends_as_secret, fold
from reqsnap.redaction.rules import Rules

_NAME = regex(r'"([^"\\]{1,64})"\s*:', re.ASCII)
# Finds all names that the other does, and much faster.
_LIKELY_NAME = regex(r'"([^"]{1,64}+)"\s*:', re.ASCII)
_ESCAPED_NAME = regex(r'"((?:[^"\\]|\\u[0-9a-fA-F]{4}){1,64})"\s*:', re.ASCII)
# Possessive, so that strings of any length are read without a stack.
CONTENTS = r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+'
_VALUE = regex(rf'\s*(?:"({CONTENTS})|([\[{{])|(-?\d[\d.eE+-]*))', re.ASCII)
_STRING = regex(f'"({CONTENTS})"')
_LEAF = regex(rf'"({CONTENTS})"(\s*:)?|(-?\d[\w.+-]*)', re.ASCII)
_NESTING = regex(rf'"{CONTENTS}"?|([\[{{])|([\]}}])')
ESCAPE = regex(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def find_in_json(text: str, finder: Finder) -> list[Edit]:
    """The edits that hide what stands under the names of the rules."""
    edits = _named(text, finder) if may_hold_secrets(text, finder.rules) else []
    if "\\" in text and ('\\"' in text or "\\u0022" in text):
        edits += _nested(text, finder)
    return edits


def may_hold_secrets(text: str, rules: Rules) -> bool:
    """Whether a closer look at the names in a text is worth its time: mostly it is not."""
    if not text.isascii() or ("\\" in text and "\\u" in text) or ']"' in text:
        return True
    names = '"'.join(_LIKELY_NAME.findall(text))
    known = _may_be_secret if len(names) <= _LONG else _may_be_secret.__wrapped__
    return known(names, rules.in_fields, rules.endings)


# Answers of one service mostly have the same names.
@lru_cache(maxsize=512)
def _may_be_secret(names: str, in_fields: frozenset[str], endings: bool) -> bool:
    """Whether one of these names, with quotes between them, is one that the rules look for."""
    found = fold(names).split('"')
    if not in_fields.isdisjoint(found):
        return True
    return endings and any(map(ends_as_secret, set(found)))


_LONG = 4096
"""Of what has longer names nothing is kept."""


def _named(text: str, finder: Finder) -> list[Edit]:
    """Edits for the values that follow names in the text itself."""
    pattern = _ESCAPED_NAME if "\\u" in text else _NAME
    kinds = {name: finder.field_kind(unescaped(name)) for name in set(pattern.findall(text))}
    secret = {name: kind for name, kind in kinds.items() if kind is not Kind.NEVER}
    edits: list[Edit] = []
    if not secret:
        return edits
    done = 0
    for found in pattern.finditer(text):
        # What lies in an object that goes as a whole goes with it.
        name = found[1]
        if name not in secret or found.end() < done:
            continue
        edit = _value(text, found.end(), unescaped(name), secret[name], finder)
        if edit is not None:
            edits.append(edit)
            done = edit.end
    return edits


def _value(text: str, place: int, name: str, kind: Kind, finder: Finder) -> Edit | None:
    """The edit for the value that follows a name, if it has to go."""
    found = _VALUE.match(text, place)
    if found is None:
        return None
    string, opening, plain = found.groups()
    if string is not None:
        replacement = finder.take_if(kind, name, unescaped(string), hosts=False)
        if replacement is None or replacement == string:
            return None
        return Edit(*found.span(1), replacement)
    if kind is not Kind.ALWAYS:
        return None
    start = found.end() - len(opening or plain)
    end = _closing(text, start) if opening else found.end()
    value = text[start:end]
    # What is empty, true, false or null holds no secret, and its reader may ask for just that.
    replacement = finder.take(name, value) if value not in ("{}", "[]") else None
    return None if replacement is None else Edit(start, end, f'"{replacement}"')


def _closing(text: str, start: int) -> int:
    """The end of the object or array that begins at a place, or of the text where it is cut."""
    depth = 0
    for found in _NESTING.finditer(text, start):
        if found[1]:
            depth += 1
        elif found[2]:
            depth -= 1
            if depth == 0:
                return found.end()
    return len(text)


def _nested(text: str, finder: Finder) -> Iterator[Edit]:
    """Edits for JSON that stands escaped in strings."""
    for found in _STRING.finditer(text):
        inner = found[1]
        if '\\"' not in inner and "\\u0022" not in inner:
            continue
        edits = find_in_json(unescaped(inner), finder)
        if edits:
            yield from view(text, *found.span(1), ESCAPE, _character).lifted(edits, escaped)


def leaves(text: str) -> list[str]:
    """The strings and numbers in the text of an object or array."""
    return [unescaped(string) or number for string, colon, number in _LEAF.findall(text) if not colon]


def unescaped(text: str) -> str:
    """The contents of a JSON string; halves of a character that are escaped apart stay apart."""
    return ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _SHORT.get(found[2], found[2])


def escaped(text: str) -> str:
    """A replacement as it stands in a JSON string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
