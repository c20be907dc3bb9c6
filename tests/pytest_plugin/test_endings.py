"""Which tests came to their end, from the reports of a run as values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pytest

from reqsnap.pytest_plugin.endings import Endings

Outcome = Literal["passed", "failed", "skipped"]

PASSED: list[tuple[str, Outcome]] = [("setup", "passed"), ("call", "passed"), ("teardown", "passed")]
FAILED: list[tuple[str, Outcome]] = [("setup", "passed"), ("call", "failed"), ("teardown", "passed")]
CUT: list[tuple[str, Outcome]] = [("setup", "passed"), ("call", "passed")]
CRASHED: list[tuple[str, Outcome]] = [("???", "failed")]


def endings(phases: Iterable[tuple[str, Outcome]], endings: Endings | None = None, **worker: Any) -> Endings:
    """What is known after the reports of one test's phases."""
    found = endings or Endings()
    for when, outcome in phases:
        phase: Any = when
        report = pytest.TestReport("test_it", ("", None, ""), {}, outcome, None, phase, **worker)
        found.note(report)
    return found


@pytest.mark.parametrize(
    ("phases", "ended"),
    [
        (PASSED, True),
        (FAILED, False),
        (CUT, False),
        ([("setup", "skipped"), ("teardown", "passed")], False),
        ([*FAILED, *PASSED], True),
        ([*PASSED, *CUT], False),
        ([*CUT, *CRASHED], False),
        ([*PASSED[:1], ("call", "skipped"), *PASSED[1:]], False),
    ],
)
def test_a_test_has_ended_when_the_last_run_of_it_passed(
    phases: list[tuple[str, Outcome]], ended: bool
) -> None:
    assert endings(phases).ended == ({"test_it"} if ended else set())


@pytest.mark.parametrize(("first", "ended"), [(PASSED, True), (FAILED, False), (CUT, False)])
def test_a_test_that_each_worker_runs_has_ended_when_it_passed_on_all(
    first: list[tuple[str, Outcome]], ended: bool
) -> None:
    found = endings(PASSED, endings(first, worker_id="gw0"), worker_id="gw1")
    assert found.ended == ({"test_it"} if ended else set())


def test_the_phases_of_workers_may_come_in_any_order() -> None:
    found = Endings()
    for phase in FAILED:
        endings([phase], found, worker_id="gw0")
        endings([PASSED[FAILED.index(phase)]], found, worker_id="gw1")
    assert not found.ended


def test_a_test_whose_worker_is_gone_is_named() -> None:
    assert endings([*CUT, *CRASHED]).crashed == ["test_it"]
