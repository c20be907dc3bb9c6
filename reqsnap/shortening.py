"""Long texts as messages show them."""

from __future__ import annotations

LONGEST = 400
"""How many characters of a URL or a value a message shows. The attributes hold the whole."""


def shortened(text: str) -> str:
    """A text as a message shows it: of a long one the beginning and the end.

    >>> len(shortened("x" * 100_000)) < 500
    True
    """
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]}...({len(text) - LONGEST} more characters)...{text[-LONGEST // 2 :]}"
