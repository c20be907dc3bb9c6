"""Secrets in JSON, found in its text: nothing is parsed and dumped, all else stays as it is.

Works on whatever holds JSON: documents, JSON lines, server-sent events, scripts, and
JSON that stands escaped in a JSON string. A cut document is taken as far as it goes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from reqsnap.redaction.edits import Edit, merged, view
from reqsnap.redaction.finder import Finder, Kind
from reqsnap.redaction.names import fold

_NAME = re.compile(r'"([^"\\]{1,64})"\s*:', re.ASCII)
_ESCAPED_NAME = re.compile(r'"((?:[^"\\]|\\u[0-9a-fA-F]{4}){1,64})"\s*:', re.ASCII)
# Possessive, so that strings of any length are read without a stack.
_CONTENTS = r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+'
_VALUE = re.compile(rf'\s*(?:"({_CONTENTS})|([\[{{])|(-?\d[\d.eE+-]*|true\b))', re.ASCII)
_STRING = re.compile(f'"({_CONTENTS})"')
_LEAF = re.compile(rf'"({_CONTENTS})"(\s*:)?|(-?\d[\w.+-]*)', re.ASCII)
_NESTING = re.compile(rf'"{_CONTENTS}"?|([\[{{])|([\]}}])')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def find_in_json(text: str, finder: Finder) -> list[Edit]:
    """The edits that hide what stands under the names of the rules."""
    edits: list[Edit] = []
    if _may_hold_secrets(text, finder.rules.in_fields):
        pattern = _ESCAPED_NAME if "\\u" in text else _NAME
        kinds = {name: finder.field_kind(unescaped(name)) for name in set(pattern.findall(text))}
        if any(kinds.values()):
            done = 0
            for found in pattern.finditer(text):
                kind = kinds[found[1]]
                # What lies in an object that goes as a whole goes with it.
                if kind is not Kind.NEVER and found.end() >= done:
                    for edit in _value(text, found.end(), unescaped(found[1]), kind, finder):
                        edits.append(edit)
                        done = edit.end
    if '\\"' in text or "\\u0022" in text:
        edits += _nested(text, finder)
    return edits


def _may_hold_secrets(text: str, names: frozenset[str]) -> bool:
    """Whether a closer look at the names in a text is worth its time: mostly it is not."""
    if not text.isascii() or "\\u" in text or ']"' in text:
        return True
    return not names.isdisjoint(_NAME.findall(fold(text)))


def _value(text: str, place: int, name: str, kind: Kind, finder: Finder) -> Iterator[Edit]:
    """The edit for the value that follows a name, if it has to go."""
    found = _VALUE.match(text, place)
    if found is None:
        return
    if found[1] is not None:
        start, end = found.span(1)
        replacement = finder.take_if(kind, name, unescaped(found[1]), hosts=False)
        if replacement is not None and replacement != found[1]:
            yield Edit(start, end, replacement)
    elif kind is Kind.ALWAYS:
        start = found.end() - len(found[2] or found[3])
        end = _closing(text, start) if found[2] else found.end()
        value = text[start:end]
        # What is empty, false or null holds no secret, and its reader may ask for just that.
        replacement = finder.take(name, value) if value not in ("{}", "[]") else None
        if replacement is not None:
            yield Edit(start, end, f'"{replacement}"')


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
            yield from view(text, *found.span(1), _ESCAPE, _character).lifted(edits, escaped)


def leaves(text: str) -> list[str]:
    """The strings and numbers in the text of an object or array."""
    return [unescaped(string) or number for string, colon, number in _LEAF.findall(text) if not colon]


def unescaped(text: str) -> str:
    """The contents of a JSON string; halves of a character that are escaped apart stay apart."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _SHORT.get(found[2], found[2])


def escaped(text: str) -> str:
    """A replacement as it stands in a JSON string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


# Fitting: a value that turns up anywhere in a document goes without breaking the document


class _Token(NamedTuple):
    start: int
    end: int
    string: bool


_TOKEN = re.compile(rf'"{_CONTENTS}"|[\[\]{{}}]|[^\s\[\]{{}}:,"]+')
_BEGINNING = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?\s*", re.ASCII)
_OPENERS = '{["-0123456789'
_DATA_LINE = re.compile(r"(?:data:)?[ \t]*(?=[\[{\"\d-])")


def fitted(text: str, edits: list[Edit]) -> list[Edit]:
    """Edits made such that what was valid JSON before them is so after them.

    Within a string an edit covers whole escapes; a number goes as a whole and becomes a
    string; what reaches over several tokens takes the innermost object or array with it.
    """
    start = _beginning(text)
    if text[start : start + 1] in _OPENERS and start < len(text) and _is_json(text[start:]):
        return _Document(text, start, len(text)).fit(edits)
    result: list[Edit] = []
    edits = merged(edits)
    while edits:
        # The rest of the line in which the first one begins, and what begins there too.
        start = text.rfind("\n", 0, edits[0].start) + 1
        end = text.find("\n", edits[0].start)
        end = len(text) if end < 0 else end
        count = bisect_left(edits, (end,))
        result += _fitted_line(text, start, end, edits[:count] or edits[:1])
        edits = edits[max(count, 1) :]
    return result


def _fitted_line(text: str, start: int, end: int, edits: list[Edit]) -> list[Edit]:
    """The edits of one line, which may be a document or the data of an event."""
    beginning = _DATA_LINE.match(text, start)
    if beginning is None or not _is_json(text[beginning.end() : end]):
        return edits
    inside = [edit for edit in edits if beginning.end() <= edit.start and edit.end <= end]
    outside = [edit for edit in edits if edit not in inside]
    return _Document(text, beginning.end(), end).fit(inside) + outside


def _beginning(text: str) -> int:
    found = _BEGINNING.match(text)
    return found.end() if found else 0


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


class _Document:
    """The tokens of a stretch of JSON, and its objects and arrays."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.tokens: list[_Token] = []
        self.containers: list[tuple[int, int]] = []
        opened: list[int] = []
        for found in _TOKEN.finditer(text, start, end):
            token = found[0]
            if token in ("{", "["):
                opened.append(found.start())
            elif token in ("}", "]"):
                self.containers.append((opened.pop(), found.end()))
            else:
                self.tokens.append(_Token(*found.span(), token[0] == '"'))
        self.starts = [token.start for token in self.tokens]

    def fit(self, edits: list[Edit]) -> list[Edit]:
        """Edits that leave the stretch valid."""
        return [self._fit(edit) for edit in edits]

    def _fit(self, edit: Edit) -> Edit:
        found = self.text[edit.start : edit.end]
        start = edit.start + len(found) - len(found.lstrip())
        edit = Edit(start, start + len(found.strip()), edit.text)
        index = bisect_right(self.starts, edit.start) - 1
        if index >= 0 and edit.end <= self.tokens[index].end:
            token = self.tokens[index]
            if token.string:
                return self._fit_string(edit, token)
            return Edit(token.start, token.end, f'"{edit.text}"')
        # Containers are listed inner before outer.
        for start, end in self.containers:
            if start <= edit.start and edit.end <= end:
                return Edit(start, end, f'"{edit.text}"')
        return edit

    def _fit_string(self, edit: Edit, token: _Token) -> Edit:
        start, end = max(edit.start, token.start + 1), min(edit.end, token.end - 1)
        if "\\" in self.text[token.start : token.end]:
            for found in _ESCAPE.finditer(self.text, token.start + 1, token.end - 1):
                if found.start() < start < found.end():
                    start = found.start()
                if found.start() < end < found.end():
                    end = found.end()
        return Edit(start, end, edit.text)
