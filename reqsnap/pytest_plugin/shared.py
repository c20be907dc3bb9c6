"""The cassettes that the tests of a class, a module or a session share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from reqsnap import scope
from reqsnap.api import end_block
from reqsnap.blocks import OpenBlock
from reqsnap.cassette import Cassette
from reqsnap.locations import Location
from reqsnap.options import DEFAULTS, Options
from reqsnap.pytest_plugin import layout, outcomes, played


class Shared:
    """Keeps cassettes open from the first of the tests that ask for them to the end of a node.

    They are in force only in blocks of these tests' own, which join them: another test that runs
    meanwhile is neither recorded in them, nor is it the reason why they are not saved.
    """

    def __init__(self, node: layout.Node, scope: str) -> None:
        self.node, self._scope = node, scope
        self._cassettes: dict[Location, Cassette] = {}
        self._to_be_played: dict[Cassette, None] = {}
        self._ends = ExitStack()

    def keep(self, where: Location, options: Mapping[str, Any], *, requires_all_played: bool) -> None:
        """Keep a cassette open. Raises ConfigurationError for options that cannot be used."""
        if where not in self._cassettes:
            block = OpenBlock(where, Options.read(dict(options), DEFAULTS))
            scope.suspend(block.scope)
            self._cassettes[where] = block.cassette
            self._ends.callback(end_block, block, None)
        if requires_all_played:
            self._to_be_played[self._cassettes[where]] = None

    def close(self) -> None:
        """Save what was kept open. Raises what goes wrong then, and fails where not all was played."""
        self._ends.close()
        if self._to_be_played and outcomes.all_came_to_their_end(self.node, self._scope):
            for cassette in self._to_be_played:
                played.check(cassette, is_shared=True)


@contextmanager
def shared_by(node: layout.Node, scope: str) -> Iterator[Shared]:
    """Have a place for the cassettes that the tests of a node share."""
    shared = Shared(node, scope)
    try:
        yield shared
    finally:
        shared.close()
