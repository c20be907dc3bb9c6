"""What the markers of a test say together: which cassette, with which options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

SCOPES = ("function", "class", "module", "session")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the `reqsnap` markers of a test say together.

    path: as the closest of them gives it, or None.
    scope: for how long the cassette is open; one of `SCOPES`.
    options: of `use_cassette`, the closest marker's above the others'.
    """

    path: Any
    scope: str
    options: dict[str, Any]


def asked(node: pytest.Item | pytest.Collector) -> Asked:
    """What the `reqsnap` markers of a test, or of the class or module that it is in, ask for.

    Raises pytest.UsageError for a marker that is no use.
    """
    given: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("reqsnap"))):
        if len(mark.args) > 1 or (mark.args and "path" in mark.kwargs):
            raise pytest.UsageError(f"{node.nodeid}: a reqsnap marker takes one path, not {mark.args!r}")
        given.update(mark.kwargs)
        if mark.args:
            given["path"] = mark.args[0]
    path, scope = given.pop("path", None), given.pop("scope", "function")
    if scope not in SCOPES:
        raise pytest.UsageError(f"{node.nodeid}: the scope of a reqsnap marker is one of {', '.join(SCOPES)}")
    return Asked(path, scope, given)


@dataclass(frozen=True, slots=True)
class Marks:
    """What the `vcr` markers of a test say together.

    names: of more cassettes, the closest marker's first.
    options: of `VCR.use_cassette`, the closest marker's above the others'.
    """

    names: tuple[str, ...]
    options: dict[str, Any]
    count: int

    def __bool__(self) -> bool:
        return self.count > 0


def vcr_marks(node: pytest.Item | pytest.Collector) -> Marks:
    """What the `vcr` markers of a test ask for; false where there is none."""
    marks = list(node.iter_markers("vcr"))
    options: dict[str, Any] = {}
    for mark in reversed(marks):
        options.update(mark.kwargs)
    return Marks(tuple([name for mark in marks for name in mark.args]), options, len(marks))
