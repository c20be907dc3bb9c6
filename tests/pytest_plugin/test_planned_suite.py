"""A suite of many tests over four workers: what it tells is what its plan says, to the last number."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from tests.pytest_plugin.conftest import Suite

WORKERS = ("-n", "4", "-p", "reqsnap.pytest_plugin")
TESTS = int(os.environ.get("REQSNAP_PLANNED_TESTS", "60"))
"""More where somebody asks for them."""

CODE = """
import os, urllib.request, pytest
AGAIN = "AGAIN" in os.environ

@pytest.mark.parametrize(("number", "first", "again"), {rows})
@pytest.mark.reqsnap(mode="update")
def test_it(number, first, again):
    for path in again if AGAIN else first:
        urllib.request.urlopen(f"{{SERVER}}/{{number}}/{{path}}").read()
"""


@dataclass(frozen=True)
class Planned:
    """What one test asks for when it is recorded, and in the next run."""

    number: int

    @property
    def first(self) -> list[str]:
        return [f"old-{place}" for place in range(1 + self.number % 7)]

    @property
    def again(self) -> list[str]:
        kept = self.first[: -1 - self.number % 2] if self.number % 13 == 5 else self.first
        return [*kept, "new"] if self.number % 20 == 3 else kept


PLAN = [Planned(number) for number in range(TESTS)]
UNUSED = {f"/{each.number}/{path}" for each in PLAN for path in set(each.first) - set(each.again)}
NEW = sum("new" in each.again for each in PLAN)


def report_of(suite: Suite, option: str, *workers: str) -> Any:
    options = ("--reqsnap-report", f"--reqsnap-unused={option}", "--reqsnap-report-file=report.json")
    suite.run(*options, *workers)
    return json.loads((suite.folder / "report.json").read_text("utf-8"))


def test_totals_and_what_is_unused_are_those_of_the_plan(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start in range(0, TESTS, 20):
        rows = [(each.number, each.first, each.again) for each in PLAN[start : start + 20]]
        suite.write(f"test_{start:04}.py", CODE.format(rows=rows))
    recorded = report_of(suite, "warn")
    assert recorded["totals"]["recorded"] == sum(len(each.first) for each in PLAN)
    assert recorded["unused"]["recordings"] == {}
    (suite.folder / "cassettes" / "gone.yaml").write_bytes(
        next(suite.folder.rglob("cassettes/*/*.yaml")).read_bytes()
    )
    monkeypatch.setenv("AGAIN", "1")
    found = report_of(suite, "trim", *WORKERS)
    assert found["totals"]["replayed"] == sum(len(set(each.first) & set(each.again)) for each in PLAN)
    assert (found["totals"]["recorded"], found["totals"]["refused"]) == (NEW, 0)
    requests = [line for lines in found["unused"]["recordings"].values() for line in lines]
    assert sorted(line.partition(str(suite.server.port))[2] for line in requests) == sorted(UNUSED)
    assert found["unused"]["cassettes"] == [str(suite.folder / "cassettes" / "gone.yaml")]
    assert report_of(suite, "warn")["unused"]["recordings"] == {}
