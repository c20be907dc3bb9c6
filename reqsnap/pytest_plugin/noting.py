"""Has every block noted that is opened in a run of pytest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reqsnap.blocks import watching

if TYPE_CHECKING:
    from reqsnap.blocks import OpenBlock

_watcher = pytest.StashKey[Callable[["OpenBlock"], None]]()


def begin(config: pytest.Config) -> None:
    """Note every block from now on."""

    def note(block: OpenBlock) -> None:
        # Here, because most suites have none.
        from reqsnap.pytest_plugin import outcomes, runs

        outcomes.watch(config)
        runs.note(config, block)

    config.stash[_watcher] = note
    watching.watchers.append(note)


def end(config: pytest.Config) -> None:
    """Note no more."""
    if _watcher in config.stash:
        watching.watchers.remove(config.stash[_watcher])
        del config.stash[_watcher]
