"""The numbers of the placeholders in what is compared."""

from __future__ import annotations

from collections.abc import Hashable

from reqsnap.redaction import unnumbered


def split_numbers(key: Hashable) -> tuple[Hashable, tuple[int, ...]]:
    """A key with every placeholder plain, and their numbers in the key's order.

    >>> split_numbers(("GET", (("token", "[REDACTED:2]"),)))
    (('GET', (('token', '[REDACTED]'),)), (2,))
    """
    if isinstance(key, str | bytes):
        return unnumbered(key)
    if not isinstance(key, tuple):
        return key, ()
    parts = [split_numbers(part) for part in key]
    numbers = tuple([number for _, found in parts for number in found])
    return (tuple([part for part, _ in parts]) if numbers else key), numbers
