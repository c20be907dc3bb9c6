"""Edits in JSON that leave it JSON: for a value that turns up anywhere in a document."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit, merged
from reqsnap.redaction.json_text import CONTENTS, ESCAPE


class _Token(NamedTuple):
    start: int
    end: int
    string: bool


_TOKEN = regex(rf'"{CONTENTS}"|[\[\]{{}}]|[^\s\[\]{{}}:,"]+')
_BEGINNING = regex(r"(?:\ufeff|\xef\xbb\xbf)?\s*", re.ASCII)
_SPACE = " \t\r\n"
_OPENERS = '{["-0123456789'
_DATA_LINE = regex(r"(?:data:)?[ \t]*(?=[\[{\"\d-])")


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
    index = 0
    while index < len(edits):
        # The line in which the next edit begins, and all that begin there.
        place = edits[index].start
        start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
        end = len(text) if end < 0 else end
        following = max(bisect_left(edits, (end,), index), index + 1)
        result += _fitted_line(text, start, end, edits[index:following])
        index = following
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
        self.text, self.start, self.end = text, start, end
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
        start = edit.start + len(found) - len(found.lstrip(_SPACE))
        edit = Edit(start, start + len(found.strip(_SPACE)), edit.text)
        index = bisect_right(self.starts, edit.start) - 1
        if index >= 0 and edit.end <= self.tokens[index].end:
            token = self.tokens[index]
            if token.string:
                return self._fit_string(edit, token)
            return Edit(token.start, token.end, f'"{edit.text}"')
        # Containers are listed inner before outer.
        for start, end in self.containers:
            if start <= edit.start and edit.end <= end:
                break
        else:
            start, end = min(edit.start, self.start), max(edit.end, self.end)
        return Edit(start, end, f'"{edit.text}"')

    def _fit_string(self, edit: Edit, token: _Token) -> Edit:
        start, end = max(edit.start, token.start + 1), min(edit.end, token.end - 1)
        if "\\" in self.text[token.start : token.end]:
            for found in ESCAPE.finditer(self.text, token.start + 1, token.end - 1):
                if found.start() < start < found.end():
                    start = found.start()
                if found.start() < end < found.end():
                    end = found.end()
        return Edit(start, end, edit.text)
