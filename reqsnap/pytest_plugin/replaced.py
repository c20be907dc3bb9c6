"""Warns of recordings of one test that those of another may stand for, or are about to replace."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING

import pytest

from reqsnap.api import end_block
from reqsnap.errors import ReqsnapWarning

if TYPE_CHECKING:
    from reqsnap.blocks import OpenBlock

_recorded = pytest.StashKey[dict[str, str]]()
"""Which test was the first of this run to record a path anew."""


def warn_of_another(item: pytest.Item, path: str) -> None:
    """Note that a test is about to record a path anew; warn where another one of this run has done so.

    A test that is run again replaces what is its own.
    """
    first = item.config.stash.setdefault(_recorded, {}).setdefault(os.path.realpath(path), item.nodeid)
    if first != item.nodeid:
        told = (
            f"{path}: {item.nodeid} records it anew, and replaces what {first} has recorded in this run. "
            "To do: give each a path of its own, or one marker with a wider scope to both."
        )
        warnings.warn(ReqsnapWarning(told), stacklevel=2)


_named = pytest.StashKey[dict[str, str]]()
"""Which test was the first of this run that has a path by its own name."""


def warn_of_namesake(item: pytest.Item, path: str) -> None:
    """Note what is called after a test; warn where another one of this run has the same by the same name."""
    first = item.config.stash.setdefault(_named, {}).setdefault(os.path.realpath(path), item.nodeid)
    if first != item.nodeid:
        told = (
            f"{path}: {item.nodeid} and {first} have the same name, and so one cassette. To do: "
            "have reqsnap_cassette_dir give each folder of tests one of its own, or give the markers paths."
        )
        warnings.warn(ReqsnapWarning(told), stacklevel=2)


def end_in_part(block: OpenBlock) -> None:
    """End a block of a shared cassette, recorded anew, that some of its tests have no part in; warn of it."""
    error = ReqsnapWarning(
        f"{block.cassette.path}: it is recorded anew, and not all tests that share it were run in one go, in "
        "one process. So it is as it was, and what they have recorded is beside it, as a partial cassette. "
        "To do: record it with all of them; with xdist, --dist=loadfile keeps the tests of a file together."
    )
    end_block(block, error)
    for told in [str(error), *getattr(error, "__notes__", ())]:
        warnings.warn(ReqsnapWarning(told.removeprefix("reqsnap: ")), stacklevel=2)


def warn_of_left_out(path: str | None, tests: Collection[pytest.Item]) -> None:
    """Warn where a shared cassette was recorded anew without some of its tests."""
    if tests:
        told = (
            f"{path}: it is recorded anew without {len(tests)} of the tests that share it, "
            f"{next(iter(tests)).nodeid} among them. To do: record it with all of them."
        )
        warnings.warn(ReqsnapWarning(told), stacklevel=2)
