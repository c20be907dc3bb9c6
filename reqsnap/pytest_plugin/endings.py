"""Which tests came to their end: every phase of them passed, the last time that they were run."""

from __future__ import annotations

import pytest

_PHASES = frozenset(("setup", "call", "teardown"))


Where = tuple[str, str]
"""A test, and the worker of xdist that runs it: with `--dist each` every one runs all of them."""


class Endings:
    """Takes note of the reports of a run, those that workers send included."""

    def __init__(self) -> None:
        self._passed: dict[Where, set[str]] = {}
        self._failed: set[Where] = set()
        self.crashed: list[str] = []

    def note(self, report: pytest.TestReport) -> None:
        """Take note of one."""
        where = report.nodeid, getattr(report, "worker_id", "")
        if report.when == "setup":
            # It is run, perhaps again.
            self._passed[where] = set()
            self._failed.discard(where)
        if report.when not in _PHASES:
            # What xdist says of a test whose worker is gone.
            self.crashed.append(report.nodeid)
            self._failed.add(where)
        elif report.passed:
            self._passed.setdefault(where, set()).add(report.when)
        else:
            self._failed.add(where)

    @property
    def ended(self) -> frozenset[str]:
        """The ids of the tests that came to their end, everywhere."""
        cut = {where for where, phases in self._passed.items() if phases != _PHASES} | self._failed
        return frozenset(test for test, _ in self._passed) - {test for test, _ in cut}
