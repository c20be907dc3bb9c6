"""Fails a test whose cassette has recordings that it did not play."""

from __future__ import annotations

from collections.abc import Generator
from weakref import WeakSet

import pytest

from reqsnap.cassette import Cassette
from reqsnap.pytest_plugin import outcomes, runs
from reqsnap.shortening import shortened

MOST = 3
"""How many recordings are named."""

_asked: WeakSet[Cassette] = WeakSet()
"""The cassettes of markers, which say themselves whether all is to be played."""


def mark(cassette: Cassette) -> None:
    """Leave a cassette to whoever opened it."""
    _asked.add(cassette)


_ALONE = "record the test anew with --reqsnap-mode=record, or leave it to --reqsnap-unused=trim."
_SHARED = _ALONE.replace("the test", "all tests that share it")


def check(cassette: Cassette, *, is_shared: bool = False) -> None:
    """Fail the test that is being torn down where not all of a cassette was played."""
    unplayed = cassette.unplayed
    if unplayed:
        targets = [f"{each.request.method} {shortened(each.request.url)}" for each in unplayed[:MOST]]
        more = [f"and {len(unplayed) - MOST} more"] if len(unplayed) > MOST else []
        count = f"{len(unplayed)} recording{'s were' if len(unplayed) != 1 else ' was'}"
        told = "\n".join(f"    {each}" for each in [*targets, *more])
        pytest.fail(
            f"{cassette.path or 'a cassette in memory'}: {count} not played:\n{told}\n"
            f"To do: {_SHARED if is_shared else _ALONE}",
            pytrace=False,
        )


class AllPlayed:
    """The hook for the blocks that tests open themselves, where the whole suite is to play all."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        """Look at what a test has opened and left again."""
        result = yield
        if outcomes.came_to_its_end(item):
            cassettes = [run.cassette for run in runs.of(item) if not run.block.is_open]
            for cassette in dict.fromkeys(cassettes):
                if cassette not in _asked:
                    check(cassette)
        return result
