"""VCR.py's JSON as plain values. A value's line is that of the interaction that it stands in."""

from __future__ import annotations

import json
import re
from typing import Any

from reqsnap.formats.vcr.values import Leaf, Mapping, Node, Sequence, UnreadableError

_ITEMS = re.compile(r'"interactions"\s*:\s*\[')
_BLANK = re.compile(r"[\s,]*")


def parse(text: str) -> Node:
    """The one document in a text. Raises UnreadableError."""
    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(error.lineno, f"it is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise UnreadableError(1, "the document is nested too deep") from None
    plain = _plain(root, 1)
    if isinstance(plain, Mapping) and isinstance(root.get("interactions"), list):
        lines = _lines(text, len(root["interactions"]))
        items: list[Node] = [_plain(*each) for each in zip(root["interactions"], lines, strict=True)]
        plain.entries["interactions"] = Sequence(items, lines[0] if lines else 1)
    return plain


def _plain(value: Any, line: int) -> Node:
    if isinstance(value, dict):
        return Mapping({key: _plain(each, line) for key, each in value.items()}, line)
    if isinstance(value, list):
        return Sequence([_plain(each, line) for each in value], line)
    if value is None or isinstance(value, str):
        return Leaf(value, line)
    return Leaf(json.dumps(value), line)


def _lines(text: str, count: int) -> list[int]:
    """The lines on which the interactions begin; 1 for all where they cannot be told."""
    decoder = json.JSONDecoder()
    lines: list[int] = []
    for start in _ITEMS.finditer(text):
        place = start.end()
        lines.clear()
        try:
            for _ in range(count):
                blank = _BLANK.match(text, place)
                place = place if blank is None else blank.end()
                lines.append(text.count("\n", 0, place) + 1)
                _, place = decoder.raw_decode(text, place)
            return lines
        except json.JSONDecodeError:
            continue
    return [1] * count
