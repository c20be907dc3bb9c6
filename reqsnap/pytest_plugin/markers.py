"""What the markers of a test ask for: which fixtures, which cassette, with which options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

SCOPES = ("function", "class", "module", "session")

_FIXTURES = {"reqsnap": "reqsnap"}
"""By the name of a marker, the fixture that does what it asks for."""

_LINES = (
    "reqsnap(path=None, *, scope='function', **options): "
    "record the HTTP exchanges of a test into a cassette once, and replay them ever after.",
)


def declare(config: pytest.Config) -> None:
    """Tell pytest which markers there are."""
    for line in _LINES:
        config.addinivalue_line("markers", line)


def use_fixtures(item: pytest.Item) -> None:
    """Have a test set up with the fixtures that its markers ask for.

    Called for every test there is, so a look at the markers is all that those without one pay.
    """
    wanted = [
        _FIXTURES[mark.name]
        for node in item.iter_parents()
        for mark in node.own_markers
        if mark.name in _FIXTURES
    ]
    if wanted:
        _prepend(item, dict.fromkeys(wanted))


def _prepend(item: Any, wanted: Iterable[str]) -> None:
    """Put fixtures where autouse ones of a test stand: behind those of a wider scope, before its own."""
    names = [name for name in getattr(item, "fixturenames", ()) if name not in wanted]
    known = item._fixtureinfo.name2fixturedefs
    first = next((at for at, name in enumerate(names) if _is_of_one_test(known.get(name))), len(names))
    # One list is shared by all cases of a parametrised test.
    item.fixturenames = [*names[:first], *wanted, *names[first:]]


def _is_of_one_test(definitions: Any) -> bool:
    return bool(definitions) and definitions[-1].scope == "function"


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
