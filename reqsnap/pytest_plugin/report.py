"""The report of a run: what the requests of each test came to, as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from reqsnap.cassette import Counts, LiveExchange
from reqsnap.cassette.counts import slowest_of
from reqsnap.pytest_plugin.told import Told
from reqsnap.shortening import shortened

COLUMNS = ("replayed", "recorded", "refused", "live", "drifted")


@dataclass(slots=True)
class OfTest:
    """What one test's cassettes did: by path and mode, None for those in memory."""

    cassettes: dict[tuple[str | None, str], Counts] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """All together."""
        return sum(self.cassettes.values(), Counts())


class Report:
    """Takes in what tests tell, in any order."""

    def __init__(self) -> None:
        self._tests: dict[str, OfTest] = {}
        self._slowest: dict[LiveExchange, str] = {}

    def note(self, test: str, told: Told) -> None:
        """A test, "" for none, tells of one cassette."""
        cassettes = self._tests.setdefault(test, OfTest()).cassettes
        key = told.path, told.mode
        cassettes[key] = cassettes.get(key, Counts()) + told.counts
        for exchange in told.slowest:
            # A cassette that several tests share tells of it again.
            self._slowest.setdefault(exchange, test)

    @property
    def tests(self) -> Mapping[str, OfTest]:
        """The tests that had a cassette, by their ids."""
        return self._tests

    @property
    def counts(self) -> Counts:
        """All together."""
        return sum([test.counts for test in self._tests.values()], Counts())

    @property
    def paths(self) -> set[str]:
        """The cassettes that were opened."""
        return {path for test in self._tests.values() for path, _ in test.cassettes if path is not None}

    @property
    def slowest(self) -> list[tuple[LiveExchange, str]]:
        """The slowest exchanges with servers, and whose they were."""
        return [(exchange, self._slowest[exchange]) for exchange in slowest_of(self._slowest)]


def lines(report: Report, missing: Iterable[str], *, quiet: bool) -> Iterator[str]:
    """What is printed. `missing` are the tests whose worker is gone; `quiet` leaves out who only replayed."""
    shown = [(test, of) for test, of in report.tests.items() if of.counts]
    if quiet:
        shown = [(test, of) for test, of in shown if of.counts.requests != of.counts.replayed]
    if shown:
        yield " ".join([name.rjust(8) for name in COLUMNS]) + "  test"
    for test, of in shown:
        numbers = [str(getattr(of.counts, name)).rjust(8) for name in COLUMNS]
        yield " ".join(numbers) + f"  {test or '(outside of tests)'}"
    yield total(report)
    yield from _slowest(report)
    if any("live" in {mode for _, mode in of.cassettes} for of in report.tests.values()):
        yield "In mode live nothing is seen, so nothing of it is counted."
    for test in missing:
        yield f"not counted: {test}, whose worker crashed"


def total(report: Report) -> str:
    """One line of all numbers."""
    counts = report.counts
    parts = [f"{getattr(counts, name)} {name}" for name in COLUMNS]
    if counts.stubbed:
        parts.append(f"{counts.stubbed} stubbed")
    tests = sum(1 for test in report.tests if test)
    secrets = f"{counts.redacted} secret{'s' * (counts.redacted != 1)} redacted"
    return (
        f"total: {', '.join(parts)}; {secrets}; "
        f"{tests} test{'s' * (tests != 1)}, {len(report.paths)} cassette{'s' * (len(report.paths) != 1)}"
    )


def _slowest(report: Report) -> Iterator[str]:
    if report.slowest:
        yield "slowest exchanges with servers:"
    for exchange, test in report.slowest:
        yield f"{exchange.elapsed:8.3f}s  {exchange.method} {shortened(exchange.url)}  {test}"


def as_json(report: Report, missing: Iterable[str], unused: Mapping[str, Any] | None) -> str:
    """The whole of it as one document."""
    document = {
        "reqsnap": 1,
        "totals": {"requests": report.counts.requests, **asdict(report.counts)},
        "cassettes": len(report.paths),
        "tests": {test: _plain(of) for test, of in report.tests.items()},
        "slowest": [{**asdict(exchange), "test": test} for exchange, test in report.slowest],
        "not_counted": list(missing),
        "unused": unused,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(of: OfTest) -> dict[str, Any]:
    cassettes = [
        {"path": path, "mode": mode, **asdict(counts)} for (path, mode), counts in of.cassettes.items()
    ]
    return {**asdict(of.counts), "cassettes": cassettes}
