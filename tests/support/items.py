"""Interactions as a cassette's file would give them."""

from __future__ import annotations

from collections.abc import Iterable

from reqsnap.formats import NATIVE, Item
from reqsnap.formats.format import decoded
from reqsnap.model import Interaction


def as_items(interactions: Iterable[Interaction]) -> list[Item]:
    """The items of a native file that holds these."""
    return [decoded(each, NATIVE.item(each)) for each in interactions]
