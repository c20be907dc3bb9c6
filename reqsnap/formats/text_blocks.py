"""Text as a YAML scalar: a literal block where that holds it exactly, else double-quoted.

A literal block is what people like to read, so it is used wherever a reader, an editor or a
tool that tidies files gives back the very same text. Line ends other than LF, control
characters and blanks at the end of a line do not survive those; they are written as escapes.
"""

from __future__ import annotations

import re

_NOT_LITERAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPED = re.compile('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LINE_WITH_TEXT = re.compile(r"\n(?!\n|\Z)")


def fits_literal(text: str) -> bool:
    """Say whether a literal block gives the text back exactly."""
    # The first test is much the quicker one and holds for most text.
    if not text.replace("\n", "").isprintable() and _NOT_LITERAL.search(text):
        return False
    if " \n" in text or "\t\n" in text:
        return False
    return text.strip("\n") != "" and text[-1] not in " \t"


def scalar(text: str, indent: str) -> str:
    """The text as a value in a block mapping; its lines begin with `indent`, two more than the key's.

    The result follows `key: ` and has no line end of its own.
    """
    return literal(text, indent) if fits_literal(text) else quoted_lines(text, indent)


def literal(text: str, indent: str) -> str:
    """The text, which must fit, as a literal block that keeps its first blanks and its last line ends."""
    header = "|"
    if text.lstrip("\n").startswith((" ", "\t")):
        header += "2"
    if not text.endswith("\n"):
        header += "-"
    else:
        if text.endswith("\n\n"):
            header += "+"
        text = text[:-1]
    return header + _indented("\n" + text, indent)


def quoted(text: str) -> str:
    """The text as a double-quoted scalar on one line."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def quoted_lines(text: str, indent: str) -> str:
    """The text as a double-quoted scalar, a line of the file for each line of the text."""
    lines = _LINE.findall(text)
    if len(lines) < 2:
        return quoted(text)
    # A backslash before the line break takes the break and the indentation out again.
    return '"\\\n' + "\\\n".join(indent + _continuation(line) for line in lines) + '"'


def _continuation(line: str) -> str:
    escaped = _ESCAPED.sub(_escape, line)
    return "\\" + escaped if escaped.startswith(" ") else escaped


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    short = _SHORT_ESCAPES.get(character)
    if short is not None:
        return short
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def _indented(text: str, indent: str) -> str:
    """The text with every line after its first indented, but no blanks on empty lines."""
    if "\n\n" in text or text.endswith("\n"):
        return _LINE_WITH_TEXT.sub("\n" + indent, text)
    return text.replace("\n", "\n" + indent)
