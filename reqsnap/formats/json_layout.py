"""JSON on one line, laid out for people so that the very same text comes back.

Line breaks and indentation are put between tokens and nothing else is touched. A JSON string
holds no raw line break, so each break in the result is one of ours and one substitution takes
them out again. The style says what stood after a comma where a line was broken: nothing
(`compact`) or one blank (`spaced`).
"""

from __future__ import annotations

import json
import re

STYLES = {"compact": ",", "spaced": ", "}

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_LEAF_ARRAY = rf'\[(?:[^\[\]{{}}"]++|{_STRING})*+\]'
# A member's name, its colon and a plain value are one token: nothing is put between them.
_TOKEN = re.compile(rf'(?:{_STRING}|[^\[\]{{}},"]++)++|, ?|{_LEAF_ARRAY}|\{{\}}|[\[\]{{}}]')
_FIRST_COMMA = re.compile(rf'(?:[^",]++|{_STRING})*+(, ?)')
_BREAK = re.compile(r"\n[ \t\n]*(?=[^ \t\n])")
_BREAK_AFTER_COMMA = re.compile(r",\n[ \t\n]*(?=[^ \t\n])")
_WIDTH = 88
_RUN_OF_ITEMS = re.compile(rf"(?:.{{1,{_WIDTH}}}|[^,]+)(?:,|$) ?")
_DEEPEST = 40
_OPENING = frozenset("{[")
_CLOSING = frozenset("}]")
# Numbers are only checked, never kept: float has no limit on the digits that it reads.
_CHECKER = json.JSONDecoder(parse_int=float)


def lay_out(text: str) -> tuple[str, str] | None:
    """The style and the text laid out, or None where that would not give back the very same text.

    >>> lay_out('{"id": 7}')
    ('compact', '{\\n  "id": 7\\n}')
    """
    line = text.rstrip("\n")
    if not line.startswith(("{", "[")) or "\n" in line or not _is_json(line):
        return None
    first_comma = _FIRST_COMMA.match(line)
    style = "spaced" if first_comma and first_comma[1] == ", " else "compact"
    laid_out = _break_lines(_TOKEN.findall(line), STYLES[style])
    if laid_out is None or laid_out == line:
        return None
    laid_out += text[len(line) :]
    return (style, laid_out) if _joined(laid_out, style) == text else None


def restore(text: str, style: str) -> str:
    """The text as it was before it was laid out in that style.

    A person may have changed it: raises json.JSONDecodeError where it is no JSON. It is
    looked at as it stands, because taking a line break out can join two values into one.
    """
    _CHECKER.decode(text)
    return _joined(text, style)


def _joined(text: str, style: str) -> str:
    """The text with the line breaks taken out."""
    if style == "spaced":
        text = _BREAK_AFTER_COMMA.sub(", ", text)
    return _BREAK.sub("", text)


def _is_json(text: str) -> bool:
    try:
        _CHECKER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _break_lines(tokens: list[str], separator: str) -> str | None:
    """The tokens with line breaks between them; None where they nest too deep to be read."""
    depth = 0
    line_break = "\n"
    pieces: list[str] = []
    for token in tokens:
        if token == separator:
            pieces.append("," + line_break)
        elif token in _OPENING:
            depth += 1
            if depth > _DEEPEST:
                return None
            line_break = "\n" + "  " * depth
            pieces.append(token + line_break)
        elif token in _CLOSING:
            depth -= 1
            line_break = "\n" + "  " * depth
            pieces.append(line_break + token)
        elif len(token) > _WIDTH and token[0] == "[":
            pieces.append(_break_array(token, line_break, separator))
        else:
            pieces.append(token)
    return "".join(pieces)


def _break_array(token: str, line_break: str, separator: str) -> str:
    """A long array without arrays or objects in it: numbers fill lines, strings have one each."""
    inner = token[1:-1]
    if '"' in inner:
        items = [item if item != separator else "," + line_break + "  " for item in _TOKEN.findall(inner)]
        filled = "".join(items)
    else:
        filled = (line_break + "  ").join(run.rstrip(" ") for run in _RUN_OF_ITEMS.findall(inner))
    return f"[{line_break}  {filled}{line_break}]"
