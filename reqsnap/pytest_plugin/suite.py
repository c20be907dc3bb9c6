"""What is told of a suite's cassettes at the end of a run, in one process or over the workers of xdist.

Whichever process runs tests notes what their cassettes do, and sends it with each report; the one
that pytest was started in sums it up. So a worker that crashes takes nothing with it but the test
that it was running.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reqsnap.blocks import watching
from reqsnap.pytest_plugin import collected, report, runs, suite_options
from reqsnap.pytest_plugin.collected import Collected, Suite
from reqsnap.pytest_plugin.endings import Endings
from reqsnap.pytest_plugin.findings import Findings, find
from reqsnap.pytest_plugin.outside import Outside
from reqsnap.pytest_plugin.told import KEY, Told, told_by
from reqsnap.pytest_plugin.unused import Run, Used
from reqsnap.pytest_plugin.witness import Witness


@dataclass(frozen=True, slots=True)
class Checks:
    """What is to be checked and told.

    report: whether the end of the run tells what was done; report_file: where it is written as JSON.
    unused: what becomes of what nobody uses: fail, warn or trim; None where it is not looked for.
    """

    report: bool
    report_file: Path | None
    unused: str | None


def begin(config: pytest.Config) -> None:
    """Have what is asked for checked and told."""
    checks = Checks(
        config.getoption("--reqsnap-report"), suite_options.report_file(config), suite_options.unused(config)
    )
    hooks: list[Any] = [_Process(config, uses=checks.unused is not None)]
    is_worker = hasattr(config, "workerinput")
    others = Outside(is_worker=is_worker) if checks.unused is not None else None
    if others is not None:
        hooks.append(others)
    if not is_worker:
        hooks.append(_Summary(config, checks, others))
    for each in hooks:
        config.pluginmanager.register(each, f"reqsnap_{type(each).__name__}")


class _Process:
    """In each process that runs tests."""

    def __init__(self, config: pytest.Config, *, uses: bool) -> None:
        self._config = config
        self._witness = Witness(uses=uses)
        self._collected = Collected()
        config.pluginmanager.register(self._collected, "reqsnap_Collected")
        watching.watchers.append(self._witness.note)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send what happened in this phase along with its report."""
        made = yield
        told = self._witness.told(item)
        # What they hold is a part of another cassette here, so nothing of it is judged.
        told += [Told(path, "playback") for path in runs.taken_along(self._config)]
        if told:
            made.__dict__[KEY] = [each.plain() for each in told]
        return made

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what belongs to no test."""
        rest = {
            "suite": self._collected.suite.plain(),
            "told": [each.plain() for each in self._witness.told(None)],
        }
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[KEY] = rest
        summary: _Summary | None = self._config.pluginmanager.get_plugin(f"reqsnap_{_Summary.__name__}")
        if summary is not None:
            summary.take(rest)

    def pytest_unconfigure(self) -> None:
        """Look no longer."""
        watching.watchers.remove(self._witness.note)


class _Summary:
    """In the process that pytest was started in."""

    def __init__(self, config: pytest.Config, checks: Checks, others: Outside | None) -> None:
        self._config = config
        self._checks = checks
        self._others = others
        self._report = report.Report()
        self._endings = Endings()
        self._used: dict[str, Used] = {}
        self._suite = Suite()
        self._findings: Findings | None = None

    def take(self, rest: dict[str, Any]) -> None:
        """Take in what a process handed over at its end."""
        self._suite |= Suite.of(rest["suite"])
        for each in rest["told"]:
            self._note("", Told.of(each))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what a report tells."""
        self._endings.note(report)
        for told in told_by(report):
            self._note(report.nodeid, told)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker handed over; one that crashed hands over nothing."""
        rest = getattr(node, "workeroutput", {}).get(KEY)
        if rest is not None:
            self.take(rest)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge, and fail the run where that is asked for."""
        if self._checks.unused is not None:
            gaps = [*self._suite.gaps, *collected.gaps_of(self._config)]
            suite = Suite(self._suite.tests, tuple(dict.fromkeys(gaps)))
            for path in self._others.paths() if self._others is not None else ():
                # By no test that anybody knows, so nothing of it is judged.
                self._used.setdefault(path, Used()).note("", Told(path, "playback"))
            run = Run(suite, self._endings.ended, collected.roots_of(self._config))
            self._findings = find(self._used, run, removes=self._checks.unused == "trim")
            passed = session.exitstatus == pytest.ExitCode.OK
            if self._checks.unused == "fail" and self._findings.is_bad and passed:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._checks.report_file is not None:
            unused = None if self._findings is None else self._findings.plain()
            self._checks.report_file.parent.mkdir(parents=True, exist_ok=True)
            text = report.as_json(self._report, self._endings.crashed, unused)
            self._checks.report_file.write_text(text, "utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell."""
        if self._checks.report:
            terminalreporter.section("reqsnap")
            quiet = self._config.get_verbosity() < 0
            for line in report.lines(self._report, self._endings.crashed, quiet=quiet):
                terminalreporter.write_line(line)
        if self._findings is not None:
            terminalreporter.section("reqsnap: what nobody uses")
            is_bad = self._findings.is_bad
            for line in self._findings.lines():
                terminalreporter.write_line(line, red=is_bad and self._checks.unused == "fail")

    def _note(self, test: str, told: Told) -> None:
        self._report.note(test, told)
        if told.path is not None and "://" not in told.path:
            self._used.setdefault(told.path, Used()).note(test, told)
