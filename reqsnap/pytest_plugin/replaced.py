"""Warns of a test that records anew what another test has just recorded."""

from __future__ import annotations

import os
import warnings

import pytest

from reqsnap.errors import ReqsnapWarning

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
