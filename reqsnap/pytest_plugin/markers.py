"""What the markers of a test ask for: which fixtures, which cassette, with which options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from reqsnap.pytest_plugin.options import OFF, RECORDING, VCR, Settings

SCOPES = ("function", "class", "module", "session")

_RECORDING = {"reqsnap": "reqsnap", "vcr": "vcr", "block_network": "block_network"}
_VCR = {"reqsnap": "reqsnap", "vcr": "vcr_cassette", "block_network": "block_network"}
_FIXTURES = {RECORDING: _RECORDING, VCR: _VCR, OFF: {"reqsnap": "reqsnap"}}
"""By whose names there are, the fixtures that do what markers ask for."""

_LINES = (
    "reqsnap(path=None, *, scope='function', **options): "
    "record the HTTP exchanges of a test into a cassette once, and replay them ever after.",
)
_LENT_LINES = (
    "vcr(*more_cassettes, **options): the same with VCR.py's options; more cassettes are replayed from too.",
    "default_cassette(name): what the cassette of a test is called that is marked vcr.",
    "block_network(allowed_hosts=None): let a test connect to no host, unless it records.",
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """The fixtures of markers, by their names; and those that every test has."""

    fixtures: Mapping[str, str]
    always: tuple[str, ...] = ()


_lookup = pytest.StashKey[Lookup]()


def declare(config: pytest.Config, settings: Settings) -> None:
    """Tell pytest which markers there are."""
    config.stash[_lookup] = Lookup(
        _FIXTURES[settings.lent], ("block_network",) if settings.blocks_network else ()
    )
    for line in _LINES + (_LENT_LINES if settings.lent != OFF else ()):
        config.addinivalue_line("markers", line)


def use_fixtures(item: pytest.Item) -> None:
    """Have a test set up with the fixtures that its markers ask for.

    Called for every test there is, so a look at the markers is all that those without one pay.
    """
    lookup = item.config.stash[_lookup]
    fixtures = lookup.fixtures
    wanted = [
        fixtures[mark.name]
        for node in item.iter_parents()
        for mark in node.own_markers
        if mark.name in fixtures
    ]
    if wanted or lookup.always:
        # The network is blocked around cassettes, which need none.
        _prepend(item, sorted({*wanted, *lookup.always}))


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
