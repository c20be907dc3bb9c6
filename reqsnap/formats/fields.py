"""Header fields as the formats hold them that have a list of values under each name."""

from __future__ import annotations

from reqsnap.model import Headers


def by_lower_name(headers: Headers) -> dict[str, list[str]]:
    """The values by name, which is in lower case.

    >>> by_lower_name(Headers([("Via", "a"), ("VIA", "b")]))
    {'via': ['a', 'b']}
    """
    lists: dict[str, list[str]] = {}
    for name, value in headers:
        lists.setdefault(name.lower(), []).append(value)
    return lists


def by_first_spelling(headers: Headers) -> dict[str, list[str]]:
    """The values by name, which is spelt as it first was.

    >>> by_first_spelling(Headers([("Via", "a"), ("VIA", "b")]))
    {'Via': ['a', 'b']}
    """
    spelt: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for name, value in headers:
        lists.setdefault(spelt.setdefault(name.lower(), name), []).append(value)
    return lists


def joined(headers: Headers) -> dict[str, str]:
    """The values of each name, in lower case, as one (RFC 9110, section 5.3)."""
    return {name: ", ".join(values) for name, values in by_lower_name(headers).items()}
