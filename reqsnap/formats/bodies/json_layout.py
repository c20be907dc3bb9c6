"""JSON on one line, laid out for people so that the very same text comes back.

Line breaks and indentation are put between tokens and nothing else is touched. A JSON string
holds no raw line break, so each break within a value is one of ours and one substitution takes
them out again. The style says what stood where a line was broken:

compact   nothing
spaced    one blank after a comma
padded    that, and one blank within brackets and braces: `{ "id": 7 }`
rows      nothing; but a line break and blanks between the outermost items, as PostgreSQL has it

`lines` behind it: several values, or blanks before the first; what is between them is as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Style:
    """What stands after a comma, after an opening bracket and before a closing one, and between rows."""

    comma: str = ","
    padding: str = ""
    rows: str = ""


_LINES = " lines"
_STYLES = {
    "compact": _Style(),
    "spaced": _Style(", "),
    "padded": _Style(", ", " "),
    # json_agg of PostgreSQL, and so PostgREST and Supabase, puts this between the rows.
    "rows": _Style(rows=", \n "),
}
STYLES = (*_STYLES, *[name + _LINES for name in _STYLES if name != "rows"])

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_LEAF_ARRAY = rf'\[(?:[^\[\]{{}}"]++|{_STRING})*+\]'
# A member's name, its colon and a plain value are one token: nothing is put between them.
_TOKEN = re.compile(rf'(?:{_STRING}|[^\[\]{{}},"]++)++|, ?|{_LEAF_ARRAY}|\{{\}}|[\[\]{{}}]')
_PADDED_TOKEN = re.compile(
    rf'(?:{_STRING}|[^\[\]{{}}," ]++| (?![\]}}]))++|, ?|{_LEAF_ARRAY}|\{{\}}|[\[{{] ?| ?[\]}}]'
)
_FIRST_COMMA = re.compile(rf'(?:[^",]++|{_STRING})*+(, ?)')
_BREAK_AFTER_OPENING = re.compile(r"([\[{])\n[ \t\n]*(?=[^ \t\n])")
_BREAK_BEFORE_CLOSING = re.compile(r"\n[ \t\n]*(?=[\]}])")
_BREAK_BETWEEN_ROWS = re.compile(r",\n  (?=[^ \t\n])")
_WIDTH = 88
_RUN_OF_ITEMS = re.compile(rf"(?:.{{1,{_WIDTH}}}|[^,]+)(?:,|$) ?")
_BLANKS = re.compile(r"[ \t\r\n]*")
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
    # What begins so is laid out already.
    if text[:2] in ("{\n", "[\n") or not text.lstrip(" \n").startswith(("{", "[")):
        return None
    found = _lay_out_one(text) or _lay_out_many(text)
    return found if found is not None and _joined(found[1], found[0]) == text else None


def restore(text: str, style: str) -> str:
    """The text as it was before it was laid out in that style.

    A person may have changed it: raises json.JSONDecodeError where it is no JSON. It is
    looked at as it stands, because taking a line break out can join two values into one.
    """
    known = _STYLES.get(style)
    if known is None:
        return _joined(text, style)
    _check_one(text)
    return _joined_value(text, known)


def _check_one(text: str) -> None:
    """Raise json.JSONDecodeError where a text is not one JSON value."""
    _, end = _CHECKER.raw_decode(text, 0 if text[:1] in _OPENING else _end_of_blanks(text, 0))
    if end < len(text) and _end_of_blanks(text, end) < len(text):
        raise json.JSONDecodeError("Extra data", text, end)


def _joined(text: str, style: str) -> str:
    """The text with the line breaks taken out."""
    if not style.endswith(_LINES):
        return _joined_value(text, _STYLES[style])
    known = _STYLES[style.removesuffix(_LINES)]
    return "".join([each if each.isspace() else _joined_value(each, known) for each in _values(text)])


def _joined_value(text: str, style: _Style) -> str:
    if style.rows:
        return style.rows.join(map(_without_breaks, _BREAK_BETWEEN_ROWS.split(text)))
    if style.padding:
        text = _BREAK_AFTER_OPENING.sub(rf"\1{style.padding}", text)
        text = _BREAK_BEFORE_CLOSING.sub(style.padding, text)
    if style.comma != ",":
        # The break itself goes with all the others.
        text = text.replace(",\n", f"{style.comma}\n")
    return _without_breaks(text)


def _without_breaks(text: str) -> str:
    """A text without the line breaks before its last character, and the blanks that follow each."""
    content = text.rstrip(" \t\n")
    first, *lines = content.split("\n")
    # By a method in a comprehension, which takes half as long as any way to map it.
    joined = "".join([line.lstrip(" \t") for line in lines])
    return f"{first}{joined}{text[len(content) :]}"


def _values(text: str) -> Iterator[str]:
    """The JSON values in a text and the blanks around them, in turn. Raises json.JSONDecodeError."""
    place = 0
    while place < len(text):
        end = _end_of_blanks(text, place)
        if end > place:
            yield text[place:end]
        if end < len(text):
            place, end = end, _CHECKER.raw_decode(text, end)[1]
            yield text[place:end]
        place = end


def _end_of_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _lay_out_one(text: str) -> tuple[str, str] | None:
    """A text that is one value, and perhaps line ends behind it."""
    line = text.rstrip("\n")
    if not line.startswith(("{", "[")) or not _is_json(line):
        return None
    style = _style_of(line)
    if "\n" in line:
        line = line.replace(_STYLES["rows"].rows, ",")
        style = "rows"
    laid_out = None if "\n" in line else _broken(line, _STYLES[style])
    return None if laid_out in (None, line) else (style, laid_out + text[len(text.rstrip("\n")) :])


def _lay_out_many(text: str) -> tuple[str, str] | None:
    """A text that is several values, one of them too long for a line, or that begins with blanks."""
    try:
        values = list(_values(text))
    except (ValueError, RecursionError):
        return None
    if all(len(value) <= _WIDTH or "\n" in value for value in values):
        return None
    style = next((found for value in values if (found := _style_of(value)) != "compact"), "compact")
    return style + _LINES, "".join([_broken_or_not(value, _STYLES[style]) for value in values])


def _broken_or_not(value: str, style: _Style) -> str:
    if value[0] not in _OPENING or "\n" in value:
        return value
    return _broken(value, style) or value


def _style_of(line: str) -> str:
    if line[1:2] == " ":
        return "padded"
    first_comma = _FIRST_COMMA.match(line)
    return "spaced" if first_comma and first_comma[1] == ", " else "compact"


def _broken(line: str, style: _Style) -> str | None:
    tokens = (_PADDED_TOKEN if style.padding else _TOKEN).findall(line)
    return _break_lines(tokens, style)


def _is_json(text: str) -> bool:
    try:
        _check_one(text)
    except (ValueError, RecursionError):
        return False
    return True


def _break_lines(tokens: list[str], style: _Style) -> str | None:
    """The tokens with line breaks between them; None where they nest too deep to be read."""
    depth = 0
    line_break = "\n"
    pieces: list[str] = []
    for token in tokens:
        bare = token.strip(" ") if style.padding else token
        if token == style.comma:
            pieces.append("," + line_break)
        elif bare in _OPENING:
            depth += 1
            if depth > _DEEPEST:
                return None
            line_break = "\n" + "  " * depth
            pieces.append(bare + line_break)
        elif bare in _CLOSING:
            depth -= 1
            line_break = "\n" + "  " * depth
            pieces.append(line_break + bare)
        elif len(token) > _WIDTH and token[0] == "[":
            pieces.append(_break_array(token, line_break, style))
        else:
            pieces.append(token)
    return "".join(pieces)


def _break_array(token: str, line_break: str, style: _Style) -> str:
    """A long array without arrays or objects in it: numbers fill lines, strings have one each."""
    inner = token[1:-1].removeprefix(style.padding).removesuffix(style.padding)
    if '"' in inner:
        items = [item if item != style.comma else "," + line_break + "  " for item in _TOKEN.findall(inner)]
        filled = "".join(items)
    else:
        filled = (line_break + "  ").join(run.rstrip(" ") for run in _RUN_OF_ITEMS.findall(inner))
    return f"[{line_break}  {filled}{line_break}]"
