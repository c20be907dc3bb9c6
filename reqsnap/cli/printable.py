"""Text that others wrote, made safe to be shown: nothing in it can drive a terminal or hide what it says."""

from __future__ import annotations

import unicodedata

_STAYS = frozenset("\t\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
"""Shown as they are though Python calls them unprintable: the joiners stand within words and emoji."""


def printable(text: str) -> str:
    r"""A text on one line: what is no visible character is written as an escape.

    >>> printable("\x1b[2Jred\u202e")
    '\\x1b[2Jred\\u202e'
    """
    if text.isprintable():
        return text
    return "".join([character if _is_shown(character) else _escaped(character) for character in text])


def from_octets(text: str) -> str:
    """Text of a head, one character for each byte, as the UTF-8 that it may be; printable.

    >>> from_octets("caf\\xc3\\xa9")
    'café'
    """
    try:
        return printable(text.encode("latin-1").decode())
    except UnicodeError:
        return printable(text)


def size(count: int) -> str:
    """A number of bytes in words.

    >>> size(1), size(2345678)
    ('1 byte', '2,345,678 bytes')
    """
    return counted(count, "byte")


def counted(count: int, noun: str, nouns: str = "") -> str:
    """A number and what is counted.

    >>> counted(1, "file"), counted(2000, "file"), counted(0, "body", "bodies")
    ('1 file', '2,000 files', '0 bodies')
    """
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in _STAYS or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    code = ord(character)
    return {"\n": "\\n", "\r": "\\r"}.get(character) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )
