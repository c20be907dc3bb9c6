"""Which tests came to their end: every phase of them passed, the last time that they were run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

_PHASES = frozenset(("setup", "call", "teardown"))


class Endings:
    """Takes note of the reports of a run, those that workers send included."""

    def __init__(self) -> None:
        self._passed: dict[str, set[str]] = {}
        self._failed: set[str] = set()
        self.crashed: list[str] = []

    def note(self, report: pytest.TestReport) -> None:
        """Take note of one."""
        test = report.nodeid
        if report.when == "setup":
            # It is run, perhaps again.
            self._passed[test] = set()
            self._failed.discard(test)
        if report.when not in _PHASES:
            # What xdist says of a test whose worker is gone.
            self.crashed.append(test)
            self._failed.add(test)
        elif report.passed:
            self._passed.setdefault(test, set()).add(report.when)
        else:
            self._failed.add(test)

    @property
    def ended(self) -> frozenset[str]:
        """The ids of the tests that came to their end."""
        return frozenset(
            [test for test, phases in self._passed.items() if phases == _PHASES and test not in self._failed]
        )

    def unfinished(self, tests: Iterable[str]) -> list[str]:
        """Those of these tests that did not."""
        return sorted(set(tests) - self.ended)
