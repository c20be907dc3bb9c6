"""Items of VCR.py's YAML, decoded without a parser where they stand as VCR.py's dumper writes them.

That is, in this order: the request's body, headers, method and URI, the response's body under
`string`, its headers and status, and the URL that some have; header fields as lists under plain
names; scalars that are plain, single or double quoted, folded as PyYAML folds them, or
`!!binary |`; for bodies also `null` and literal blocks (`|`, `|-`, `|+`) without a digit.

The patterns must cover an item to its last character and take only what has one meaning for
libyaml and PyYAML alike. All else, what is not valid included, is left to the parser. Of a plain
scalar the parser's type does not matter, as numbers, dates and truth values are read as the text
that stands there; only `null`, `~` and `<<` are more than that, and left to it too.
"""

from __future__ import annotations

from base64 import b64decode

from reqsnap.formats.vcr import reader
from reqsnap.formats.vcr.values import Leaf
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.patterns import regex

_MOST = 8_192
"""The bytes up to which an item is decoded here: libyaml takes longer to begin, and goes on faster."""


def interaction(item: bytes) -> Interaction | None:
    """What an item says; None where only the parser can tell.

    >>> interaction(b"- request: {}")
    """
    if len(item) > _MOST:
        return None
    try:
        text = item.decode()
        # What does not print for Python includes all that YAML takes for no character, or a line break that
        # is no LF (YAML 1.1, sections 4.1 and 4.2).
        return _interaction(text) if text.replace("\n", "").isprintable() else None
    except ValueError:
        # Neither UTF-8 nor base64: the parser says where.
        return None


def _interaction(text: str) -> Interaction | None:
    if not (
        text.startswith(_START)
        and (sent := _BODY.match(text, len(_START)))
        and (asked := _ASKED.match(text, sent.end()))
        and (received := _BODY.match(text, asked.end()))
        and (answered := _ANSWERED.fullmatch(text, received.end()))
    ):
        return None
    lines, method, uri = asked.groups()
    sent_headers = _headers(lines)
    lines, code, message, _ = answered.groups()
    headers = _headers(lines)
    if sent_headers is None or headers is None:
        return None
    request = Request(method, reader.sent_url(uri), sent_headers, _body(*sent.groups()))
    status = int(code)
    headers, body = reader.agreeing(headers, _body(*received.groups()), status, method)
    return Interaction(request, Response(status, _octets(message), headers, body), reader.RECORDED_AT)


def _headers(lines: str | None) -> Headers | None:
    """The fields in some lines; None where these are not all in the layout."""
    if lines is None:
        return Headers()
    # Of a name that stands there twice the last values count, in the place of the first.
    fields: dict[str, list[str]] = {}
    values: list[str] = []
    for name, value in _FIELD_LINE.findall(lines):
        if value:
            values.append(_octets(value))
        elif name:
            fields[name] = values = []
        else:
            return None
    return Headers([(name, value) for name, values in fields.items() for value in values])


def _octets(scalar: str) -> str:
    """A scalar as text in which each character stands for a byte."""
    if scalar.startswith("!"):
        return _of_binary(scalar).decode("latin-1")
    text = _text(scalar)
    return text if text.isascii() else reader.text_of(Leaf(text, 0), "")


def _body(indentation: str, scalar: str | None) -> bytes:
    """What a body's scalar says, whose key is indented by these blanks."""
    if scalar is None:
        return b""
    if scalar.startswith("!"):
        return _of_binary(scalar)
    if scalar.startswith("|"):
        return _of_block(scalar, f"\n{indentation}  ").encode()
    return _text(scalar).encode()


def _of_binary(scalar: str) -> bytes:
    return b64decode(scalar.removeprefix("!!binary |"))


def _of_block(scalar: str, line_start: str) -> str:
    header, _, rest = scalar.partition(line_start)
    text = rest.replace(line_start, "\n") + "\n"
    if header == "|+":
        return text
    return text.rstrip("\n") + ("\n" if header == "|" else "")


def _text(scalar: str) -> str:
    """What a plain or quoted scalar says."""
    if scalar.startswith("'"):
        inner = scalar[1:-1].replace("''", "'")
        return _folded(inner) if "\n" in inner else inner
    if scalar.startswith('"'):
        return _unescaped(scalar[1:-1])
    return _INDENTED_BREAK.sub(" ", scalar) if "\n" in scalar else scalar


def _folded(text: str) -> str:
    """Lines as they are joined: a single break is a blank, of more one is none (YAML 1.1, 4.2.4)."""
    # The last break of all that follow each other stands before the blanks. CR is free to mark it.
    return _INDENTED_BREAK.sub("\r", text).replace("\n\r", "\n").replace("\r", " ")


def _unescaped(text: str) -> str:
    # Escaped backslashes come first, so that each one that is left begins an escape.
    for escape, meant in _UNLIKE_PYTHON:
        text = text.replace(escape, meant)
    text = _INDENTED_BREAK.sub(" ", _ESCAPED_BREAK.sub("", text))
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


_UNLIKE_PYTHON = (
    ("\\\\", "\\x5c"),
    ("\\ ", "\\x20"),
    ("\\0", "\\x00"),
    ("\\e", "\\x1b"),
    ("\\N", "\\x85"),
    ("\\_", "\\xa0"),
    ("\\L", "\\u2028"),
    ("\\P", "\\u2029"),
)
"""The escapes of YAML that are none of Python's or mean another thing there, as ones that both know."""

_INDENTED_BREAK = regex(r"\n ++")
_ESCAPED_BREAK = regex(r"\\\n ++")

_FIRST = r"(?!(?:null|Null|NULL|<<)\n)(?:[$()+./0-9;<=A-Z\\^_a-z]|[-?:](?![ \n]))"
_WORDS = r"(?:[^:#\n]++|:(?![ \n])|(?<! )\#)*+(?<! )"
_SINGLE = r"'(?:[^'\n]++|''|(?<! )\n(?: [^'\n]*+|(?=\n)))*+'"
_ESCAPE = (
    r'\\(?:[n"\\][^"\\\n]*+|[0abtvfre N_LP]|x[0-9A-F]{2}|u(?!D[89A-F])[0-9A-F]{4}'
    r"|U00(?:0[1-9A-F]|10)[0-9A-F]{4}|\n ++(?!\n))"
)
_DOUBLE = rf'"(?:[^"\\\n]++|{_ESCAPE}|(?<! )\n ++(?!\n))*+"'


def _scalar(deeper: str) -> str:
    """A scalar; the further lines of a plain or a binary one begin with `deeper`."""
    plain = rf"{_FIRST}{_WORDS}(?:\n{deeper} *+(?![#\n]){_WORDS})*+"
    return rf"{plain}|{_SINGLE}|{_DOUBLE}|!!binary \|(?:\n{deeper}[A-Za-z0-9+/=]++)++"


_START = "- request:\n"
# A body's key, and its scalar, whose further lines are deeper than that by two.
_BELOW_KEY = r"\1  "
_BLOCK = rf"\|[-+]?+\n{_BELOW_KEY}(?! ).++(?:\n{_BELOW_KEY}.*+|\n(?=\n))*+"
_BODY = regex(
    r"( {4}(?=body)| {6}(?=string))(?:body|string): "
    rf"(?:null(?=\n)|({_scalar(_BELOW_KEY)}|{_BLOCK}))\n"
)
# Every line of a field is indented by six or more; what they hold is looked at when they are read.
_FIELDS = r" {4}headers:(?: \{\}\n|\n( {6}[A-Za-z][^\n]*+\n(?: {6}[^\n]*+\n|\n)*+))"
_URL = r"((?!null\n)[a-z](?:[!-9;-~]|:(?!\n))++)\n"
_ASKED = regex(
    rf"{_FIELDS} {{4}}method: ((?!NULL\n)[A-Z]++)\n {{4}}uri: {_URL}"
    r" {2}response:\n {4}body:\n(?= {6}string)"
)
_ANSWERED = regex(
    rf"{_FIELDS} {{4}}status:\n {{6}}code: ([0-9]{{3}})\n {{6}}message: ({_FIRST}{_WORDS}|{_SINGLE})\n"
    rf"(?: {{4}}url: {_URL})?+"
)
_NAME = r"(?!(?:null|Null|NULL):)[A-Za-z][A-Za-z0-9_-]{0,99}+"
# A name with values below it, or one of these, or else all that is left.
_FIELD_LINE = regex(rf" {{6}}(?:({_NAME}):(?=\n {{6}}- )|- ({_scalar(' {8}')}))\n|[\s\S]++")
