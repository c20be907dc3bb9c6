"""Plain values from YAML and back. What a plain scalar means is said by YAML 1.2, as for cassetter.

PyYAML's own reading is that of YAML 1.1, in which `1e3` is text and `yes` is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from reqsnap.formats.json_values import Number
from reqsnap.formats.text_blocks import fits_literal, literal, quoted
from reqsnap.formats.vcr import tags
from reqsnap.formats.vcr.values import UnreadableError

_DEEPEST = 72
# YAML 1.2, section 10.3.2.
_NUMBER = re.compile(r"[-+]?(?:[0-9]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)")
_WORDS = {"": None, "~": None, "true": True, "false": False, "null": None}
# Of what looks like a word YAML 1.1 reads these otherwise.
_PLAIN = re.compile(r"(?!(?:null|true|false|yes|no|on|off|y|n)\Z)[A-Za-z][A-Za-z0-9_./+-]*", re.I)


def parse(text: str) -> tuple[Any, list[int]]:
    """The one document in a text, and the lines of the items under `interactions`.

    Raises UnreadableError.
    """
    root = tags.composed(text)
    lines: list[int] = []
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "interactions" and isinstance(value, yaml.SequenceNode):
            lines = [item.start_mark.line + 1 for item in value.value]
    return _value(root, 0), lines


def _value(node: Any, depth: int) -> Any:
    line = node.start_mark.line + 1
    if depth > _DEEPEST:
        raise UnreadableError(line, "the document is nested too deep")
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, depth + 1) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise UnreadableError(line, "a key must be text")
            if key.value in found:
                raise UnreadableError(key.start_mark.line + 1, f"the key {key.value!r} is here twice")
            found[key.value] = _value(value, depth + 1)
        return found
    if node.style in (None, ""):
        if _NUMBER.fullmatch(node.value):
            return Number(node.value)
        return _WORDS.get(node.value.lower(), node.value)
    return node.value


def dumped(value: Any, indent: str) -> Iterator[str]:
    """The lines of a mapping or a list in block style, none of which is empty."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _entry(f"{indent}{key if _PLAIN.fullmatch(key) else quoted(key)}:", each, indent)
    else:
        for each in value:
            if isinstance(each, dict | list) and each:
                first, *rest = dumped(each, f"{indent}  ")
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(each, indent + '  ')}"


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield key
        yield from dumped(value, indent if isinstance(value, list) else f"{indent}  ")
    else:
        yield f"{key} {_scalar(value, indent + '  ')}"


def _scalar(value: Any, indent: str) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return value
        return literal(value, indent) if "\n" in value and fits_literal(value) else quoted(value)
    return (
        {True: "true", False: "false", None: "null"}[value]
        if not isinstance(value, dict | list)
        else ("{}" if isinstance(value, dict) else "[]")
    )
