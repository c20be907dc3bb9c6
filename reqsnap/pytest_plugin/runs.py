"""Which cassettes each test opened: by a marker, a fixture, a decorator or a block of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from reqsnap.pytest_plugin.markers import marked

if TYPE_CHECKING:
    from reqsnap.blocks import OpenBlock
    from reqsnap.cassette import Cassette


@dataclass(frozen=True, slots=True)
class Run:
    """A block that was opened while a test was set up, run or torn down.

    nodeid: the test's, or "" outside of any. A block of a wider scope is its first test's.
    block: open or, later, closed.
    """

    nodeid: str
    block: OpenBlock

    @property
    def cassette(self) -> Cassette:
        """The cassette of the block, which blocks on one path share while one of them is open."""
        return self.block.cassette


_runs = pytest.StashKey[list[Run]]()
_along = pytest.StashKey[list[str]]()


def note(config: pytest.Config, block: OpenBlock) -> None:
    """Note a block that has opened."""
    # Not as the environment has it: that is the test's own, to clear and to give to a run of pytest within.
    current = marked(config).current
    all_of(config).append(Run("" if current is None else current.nodeid, block))


def read_along(config: pytest.Config, paths: Iterable[str]) -> None:
    """Note cassettes that are read as a part of another."""
    config.stash.setdefault(_along, []).extend(map(os.path.realpath, paths))


def taken_along(config: pytest.Config) -> list[str]:
    """The paths of those that were noted since it was asked last."""
    found = config.stash.get(_along, [])
    config.stash[_along] = []
    return found


def forget_closed(config: pytest.Config) -> None:
    """Let go of the blocks that have ended, and of all that their cassettes hold."""
    runs = all_of(config)
    runs[:] = [run for run in runs if run.block.is_open]


def all_of(config: pytest.Config) -> list[Run]:
    """Every block that is open in this process, or was while this test was run, in their order."""
    return config.stash.setdefault(_runs, [])


def of(item: pytest.Item) -> list[Run]:
    """The blocks that were opened while a test was run."""
    return [run for run in all_of(item.config) if run.nodeid == item.nodeid]
