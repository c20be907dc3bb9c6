"""The cassettes that the tests of a class, a module or a session share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from reqsnap import scope
from reqsnap.api import end_block
from reqsnap.blocks import OpenBlock
from reqsnap.cassette import Cassette
from reqsnap.locations import Location
from reqsnap.modes import Mode
from reqsnap.options import DEFAULTS, Options
from reqsnap.pytest_plugin import layout, outcomes, played, replaced, sharers


class Shared:
    """Keeps cassettes open from the first of the tests that ask for them to the last.

    They are in force only in blocks of these tests' own, which join them: another test that runs
    meanwhile is neither recorded in them, nor is it the reason why they are not saved.

    `is_again`: they were closed before in this run: the last of their tests failed, and is run again.
    """

    def __init__(self, node: layout.Node, scope: str, *, is_again: bool) -> None:
        self.node, self._scope, self._is_again = node, scope, is_again
        self._blocks: dict[Location, OpenBlock] = {}
        self._to_be_played: dict[Cassette, None] = {}

    def keep(self, where: Location, options: Mapping[str, Any], *, requires_all_played: bool) -> None:
        """Keep a cassette open. Raises ConfigurationError for options that cannot be used."""
        if where not in self._blocks:
            block = OpenBlock(where, Options.read(dict(options), DEFAULTS))
            scope.suspend(block.scope)
            self._blocks[where] = block
        if requires_all_played:
            self._to_be_played[self._blocks[where].cassette] = None

    def close(self) -> None:
        """Save what was kept open. Raises what goes wrong then, and fails where not all was played."""
        with ExitStack() as ends:
            for block in self._blocks.values():
                ends.callback(self._end, block)
        if self._to_be_played and outcomes.all_came_to_their_end(self.node, self._scope):
            for cassette in self._to_be_played:
                played.check(cassette, is_shared=True)

    def _end(self, block: OpenBlock) -> None:
        records = block.cassette.mode is Mode.RECORD
        if records and (self._is_again or not outcomes.all_were_run(self.node, self._scope)):
            replaced.end_in_part(block)
            return
        end_block(block, None)
        if records:
            replaced.warn_of_left_out(block.cassette.path, sharers.left_out(self.node, self._scope))


Key = tuple[layout.Node, str]

_closed = pytest.StashKey[set[Key]]()


class Kept:
    """What the tests of a run share, by class, module or session.

    pytest tears the fixtures of a class down whenever a test of another is next, and sets them up again:
    that is so where tests are shuffled, and on the workers of xdist.

    `closed` has those of this run whose cassettes were closed before.
    """

    def __init__(self, closed: set[Key]) -> None:
        self._closed = closed
        self._shared: dict[Key, Shared] = {}

    @contextmanager
    def shared_by(self, node: layout.Node, scope: str) -> Iterator[Shared]:
        """Have a place for the cassettes that the tests of a node share."""
        key = node, scope
        if key not in self._shared:
            self._shared[key] = Shared(node, scope, is_again=key in self._closed)
        try:
            yield self._shared[key]
        finally:
            if outcomes.all_were_run(node, scope):
                self._close(key)

    def close(self) -> None:
        """Save what tests were to use that are not run any more."""
        with ExitStack() as ends:
            for key in self._shared:
                ends.callback(self._close, key)

    def _close(self, key: Key) -> None:
        self._closed.add(key)
        self._shared.pop(key).close()


def kept_by(config: pytest.Config) -> Kept:
    """All that tests of a run share, from now on."""
    return Kept(config.stash.setdefault(_closed, set()))
