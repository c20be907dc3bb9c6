"""The markers, and the fixtures that they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from reqsnap.pytest_plugin.options import OFF, RECORDING, VCR, blocks_network, lent

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


class Marked:
    """Gives tests the fixtures that their markers ask for.

    current: the test that is run, or was the last to be.
    """

    current: pytest.Item | None = None

    def __init__(self, config: pytest.Config) -> None:
        whose = lent(config)
        self._fixtures: Mapping[str, str] = _FIXTURES[whose]
        self._always: tuple[str, ...] = ("block_network",) if blocks_network(config) else ()
        for line in _LINES + (_LENT_LINES if whose != OFF else ()):
            config.addinivalue_line("markers", line)

    def ask(self, item: pytest.Item) -> None:
        """Have a test set up with the fixtures that its markers ask for.

        Called for every test there is, so a look at the markers is all that those without one pay.
        """
        self.current = item
        wanted = self._always
        node: pytest.Item | pytest.Collector | None = item
        while node is not None:
            for mark in node.own_markers:
                if mark.name in self._fixtures:
                    wanted += (self._fixtures[mark.name],)
            node = node.parent
        # An item of another plugin's kind, a linter's perhaps, may have no fixtures.
        if wanted and hasattr(item, "_fixtureinfo"):
            # The network is blocked around cassettes, which need none.
            _prepend(item, sorted(set(wanted)))


_marked = pytest.StashKey[Marked]()


def declare(config: pytest.Config) -> None:
    """Tell pytest which markers there are, and be ready to look at them."""
    config.stash[_marked] = Marked(config)


def marked(config: pytest.Config) -> Marked:
    """What `declare` has made."""
    return config.stash[_marked]


_collected = pytest.StashKey[tuple[pytest.Item, ...]]()


def note_collected(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Note the tests that there are, those that this run is to leave out included."""
    config.stash[_collected] = tuple(items)


def collected_of(config: pytest.Config) -> tuple[pytest.Item, ...]:
    """What `note_collected` has noted."""
    return config.stash[_collected]


def _prepend(item: Any, wanted: Iterable[str]) -> None:
    """Put fixtures where autouse ones of a test stand: behind those of a wider scope, before its own."""
    names = [name for name in getattr(item, "fixturenames", ()) if name not in wanted]
    known = item._fixtureinfo.name2fixturedefs
    first = next((at for at, name in enumerate(names) if _is_of_one_test(known.get(name))), len(names))
    # One list is shared by all cases of a parametrised test.
    item.fixturenames = [*names[:first], *wanted, *names[first:]]


def _is_of_one_test(definitions: Any) -> bool:
    return bool(definitions) and definitions[-1].scope == "function"
