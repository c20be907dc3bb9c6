"""The requests that were refused during a test, with what differs, as a section of its report."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

import pytest

from reqsnap.cassette import Cassette

TITLE = "reqsnap: refused requests"

MOST = 3
"""How many are shown whole; the rest are counted."""

Known = WeakKeyDictionary[Cassette, int]
"""How many refusals of a cassette were told already, which may be open for several tests."""


def add(report: pytest.TestReport, cassettes: Iterable[Cassette], known: Known) -> None:
    """Add the section to the report of a phase that failed, for what was refused since the last was made."""
    shown: dict[str, None] = {}
    for cassette in dict.fromkeys(cassettes):
        refusals = cassette.refusals
        new = refusals[known.get(cassette, 0) :]
        known[cassette] = len(refusals)
        shown |= dict.fromkeys(map(str, new))
    if shown and report.failed:
        told = list(shown)
        more = [f"and {len(told) - MOST} more"] if len(told) > MOST else []
        report.sections.append((TITLE, "\n\n".join([*told[:MOST], *more])))
