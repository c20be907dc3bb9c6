"""VCR.py's `custom_patches`: attributes that are another class while a block is open."""

from __future__ import annotations

from typing import Any

from reqsnap.errors import ConfigurationError
from reqsnap.vcr.cassette_like import CassetteLike


class CustomPatches:
    """The patches that a cassette asks for: objects, names of their attributes, and classes.

    Each class is derived from anew, with the cassette as its attribute `cassette`. Raises
    ConfigurationError for what is no such patch; making one patches nothing yet.
    """

    def __init__(self, cassette: CassetteLike) -> None:
        self._cassette = cassette
        self._patches = [_checked(patch) for patch in cassette.custom_patches]
        self._undone: list[tuple[Any, str, Any]] = []

    def do(self) -> None:
        """Set the attributes that there are."""
        derived: dict[type, type] = {}
        for target, name, kind in self._patches:
            if hasattr(target, name):
                if kind not in derived:
                    derived[kind] = type(kind.__name__, (kind,), {"cassette": self._cassette})
                self._undone.append((target, name, getattr(target, name)))
                setattr(target, name, derived[kind])

    def undo(self) -> None:
        """Set what was there before, in the opposite order."""
        while self._undone:
            setattr(*self._undone.pop())


def _checked(patch: Any) -> tuple[Any, str, type]:
    if not isinstance(patch, tuple | list) or len(patch) != 3 or not isinstance(patch[2], type):
        allowed = "each is an object, the name of its attribute, and the class that stands there"
        raise ConfigurationError("custom_patches", patch, allowed)
    return patch[0], patch[1], patch[2]
