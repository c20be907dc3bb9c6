"""How each test went: for the end of its blocks, and for its report, which tells what was refused.

Registered with pytest when the first block is opened, so that suites without any pay nothing.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from reqsnap.pytest_plugin import misses, runs
from reqsnap.pytest_plugin.markers import marked
from reqsnap.pytest_plugin.sharers import awaited, sharing

_NAME = "reqsnap_outcomes"

_interrupted = pytest.StashKey[bool]()
_ended = pytest.StashKey[bool]()
_failure = pytest.StashKey[BaseException | None]()
_skipped = pytest.StashKey[bool]()


def watch(config: pytest.Config) -> None:
    """Begin to look at how tests go; once."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(_Outcomes(config), _NAME)


def failure_of(node: pytest.Item | pytest.Collector) -> BaseException | None:
    """The error that a test, or one of a class, module or session, has failed with so far, or None.

    A test that has no outcome yet when its fixtures are torn down was interrupted. So was one that has
    only those of its subtests.
    """
    current = marked(node.config).current
    was_cut = node.config.stash.get(_interrupted, False)
    if current is not None and (was_cut or not current.stash.get(_ended, False)):
        return KeyboardInterrupt("the test was interrupted")
    return node.stash.get(_failure, None)


def came_to_its_end(node: pytest.Item | pytest.Collector) -> bool:
    """Whether a test, or all of a class, module or session so far, neither failed nor was skipped."""
    return failure_of(node) is None and not node.stash.get(_skipped, False)


def all_came_to_their_end(node: pytest.Item | pytest.Collector, scope: str) -> bool:
    """Whether all tests that may share a cassette of a class, module or session were run here, and passed.

    Where the command line lets pytest collect less than there is, nobody knows.
    """
    from reqsnap.pytest_plugin import collected

    if not came_to_its_end(node) or any(collected.gaps_of(node.config)):
        return False
    if isinstance(node, pytest.Session) and not collected.is_everything(node):
        return False
    return all(item.stash.get(_ended, False) for item in sharing(node, scope))


def all_were_run(node: pytest.Item | pytest.Collector, scope: str) -> bool:
    """Whether none of the tests of this run that share a cassette is to come in this process."""
    return all(item.stash.get(_ended, False) for item in awaited(node, scope))


class _Outcomes:
    """The hooks; an object of its own, because the plugin's module is registered from the beginning."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._known = misses.Known()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        begin(item)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        # Not before: pytest puts what a unittest has raised into the call only now (9.2, `unittest.py`).
        error = None if call.excinfo is None else call.excinfo.value
        if error is not None:
            _note_error(item, error)
        if call.when == "call" or error is not None:
            item.stash[_ended] = True
        misses.add(report, [run.cassette for run in runs.all_of(item.config)], self._known)
        if call.when == "teardown":
            runs.forget_closed(item.config)
        return report

    def pytest_keyboard_interrupt(self) -> None:
        """Note that the run ends in the midst of a test; fixtures are torn down after this."""
        self._config.stash[_interrupted] = True

    def pytest_internalerror(self) -> None:
        """So it does where a hook fails."""
        self._config.stash[_interrupted] = True


def _note_error(item: pytest.Item, error: BaseException) -> None:
    if isinstance(error, pytest.skip.Exception):
        for node in item.listchain():
            node.stash[_skipped] = True
        return
    for run in runs.all_of(item.config):
        # A section of the report tells of them.
        run.block.forget_refusals()
    for node in item.listchain():
        node.stash[_failure] = error


def begin(item: pytest.Item) -> None:
    """Note that a test is being run, perhaps again."""
    item.stash[_ended] = False
    item.stash[_failure] = None
    item.stash[_skipped] = False
