"""JSON whose numbers stay as they are written, in the one layout in which cassetter replays it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from reqsnap.formats.json_values import Number

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DEEPEST = 64


def dumped(value: Any, depth: int = 0) -> str:
    """A value as JSON without blanks. Raises ValueError for what JSON does not have.

    >>> dumped({"a": [1, Number("1.50"), None]})
    '{"a":[1,1.50,null]}'
    """
    if depth > _DEEPEST:
        raise ValueError("the JSON of the body is nested too deep")
    if isinstance(value, dict):
        members = [f"{_text(key)}:{dumped(each, depth + 1)}" for key, each in value.items()]
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join([dumped(each, depth + 1) for each in value])}]"
    return _number(value) if isinstance(value, Number) else _text(value)


def parsed(text: str) -> Any:
    """The value that `dumped` gives this very text for; raises ValueError for any other text."""
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except RecursionError:
        raise ValueError("the JSON of the body is nested too deep") from None
    if dumped(value) != text:
        raise ValueError("the text is laid out otherwise")
    return value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: Number) -> str:
    if _NUMBER.fullmatch(value):
        return str(value)
    number = float(value.replace("_", ""))
    if not math.isfinite(number):
        raise ValueError(f"{value} is no number that JSON has")
    return repr(number)
