"""What stands in a secret's place, and how to tell it from a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, overload

from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit

PLACEHOLDER = "[REDACTED]"
"""What stands in the place of the first value of a name; the nth is `[REDACTED:n]`."""


class Secret(NamedTuple):
    """A value that was redacted, and the name that it stood under.

    `name` is in lower case, with `_` for `-`: "authorization", "api_key", a cookie's name.
    """

    name: str
    value: str


Placeholder = Callable[[Secret], str]
"""Says what stands in a secret's place: text without quotes, backslashes and markup."""


def plain(secret: Secret) -> str:
    """The same placeholder for every secret."""
    return PLACEHOLDER


_NUMBERED = regex(r"\[REDACTED(?::(\d{1,18}))?\]")
_NUMBERED_BYTES = regex(rb"\[REDACTED(?::(\d{1,18}))?\]")


@overload
def unnumbered(text: str) -> tuple[str, tuple[int, ...]]: ...
@overload
def unnumbered(text: bytes) -> tuple[bytes, tuple[int, ...]]: ...
def unnumbered(text: str | bytes) -> tuple[str | bytes, tuple[int, ...]]:
    """A text with every placeholder plain, and their numbers in order, 1 for a plain one.

    >>> unnumbered("a=[REDACTED:3]&b=[REDACTED]")
    ('a=[REDACTED]&b=[REDACTED]', (3, 1))
    """
    if isinstance(text, bytes):
        if b"[REDACTED" not in text:
            return text, ()
        numbers = tuple([int(number or 1) for number in _NUMBERED_BYTES.findall(text)])
        return _NUMBERED_BYTES.sub(b"[REDACTED]", text), numbers
    if "[REDACTED" not in text:
        return text, ()
    numbers = tuple([int(number or 1) for number in _NUMBERED.findall(text)])
    return _NUMBERED.sub(PLACEHOLDER, text), numbers


_WITH_NUMBER = regex(rb"\[REDACTED:(\d{1,18})\]")


def highest_number(text: bytes) -> int:
    """The highest number among the placeholders in a text, 1 for a plain one; 0 where there is none.

    >>> highest_number(b"a=[REDACTED:3]&b=[REDACTED]")
    3
    """
    numbers = map(int, _WITH_NUMBER.findall(text)) if b"[REDACTED:" in text else ()
    return max(int(b"[REDACTED]" in text), *numbers, 0)


# A client that was given a placeholder on replay sends it back, as it spells values.

_SPELLED = r"(?:\[|%(?:25)*5[Bb])REDACTED(?:(?::|%(?:25)*3[Aa])(\d{1,18}))?(?:\]|%(?:25)*5[Dd])"
_ANYWHERE = regex(_SPELLED)
_ALONE = regex(rf'\s*"?{_SPELLED}"?\s*')
_CREDENTIALS = regex(rf'(?:[A-Za-z][\w-]*\s+)?"?{_SPELLED}"?')


def _normal(found: re.Match[str]) -> str:
    return f"[REDACTED:{found[1]}]" if found[1] else PLACEHOLDER


def lone_placeholder(value: str) -> str | None:
    """The placeholder that a value consists of, in its normal form."""
    if "REDACTED" not in value:
        return None
    found = _ALONE.fullmatch(value)
    return _normal(found) if found else None


def credentials_placeholder(value: str) -> str | None:
    """The same for the value of a header, which may put a scheme before it."""
    if "REDACTED" not in value:
        return None
    found = _CREDENTIALS.fullmatch(value)
    return _normal(found) if found else None


def inner_placeholder(value: str) -> str | None:
    """The first placeholder in a value, in its normal form."""
    found = _ANYWHERE.search(value) if "REDACTED" in value else None
    return _normal(found) if found else None


def holds_placeholder(value: str) -> bool:
    """Whether a placeholder stands anywhere in a value."""
    return inner_placeholder(value) is not None


def respelled(text: str) -> list[Edit]:
    """The edits that give every placeholder in a text its normal form."""
    if "REDACTED" not in text or "%" not in text:
        return []
    return [
        Edit(found.start(), found.end(), _normal(found))
        for found in _ANYWHERE.finditer(text)
        if found[0] != _normal(found)
    ]
