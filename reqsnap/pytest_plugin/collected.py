"""Which tests there are, and which of them this run leaves out: nothing is unused that those may need."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from reqsnap.pytest_plugin.options import settings_of


@dataclass(frozen=True, slots=True)
class Suite:
    """What was collected.

    tests: the ids of all tests, those that were deselected included.
    gaps: why there may be more of them, in words; none where all is known.
    """

    tests: frozenset[str] = frozenset()
    gaps: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As lists and texts."""
        return {"tests": sorted(self.tests), "gaps": list(self.gaps)}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Suite:
        """What `plain` made."""
        return cls(frozenset(plain["tests"]), tuple(plain["gaps"]))

    def __or__(self, other: Suite) -> Suite:
        return Suite(self.tests | other.tests, tuple(dict.fromkeys([*self.gaps, *other.gaps])))


class Collected:
    """Hooks that look at the collection of this process."""

    def __init__(self) -> None:
        self._tests: set[str] = set()
        self._gaps: dict[str, None] = {}

    @property
    def suite(self) -> Suite:
        """What is known."""
        return Suite(frozenset(self._tests), tuple(self._gaps))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Know the tests that others are about to leave out, whether they say so or not."""
        self._tests.update(item.nodeid for item in items)
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported, or skips itself, has tests that nobody knows."""
        if not report.passed:
            self._gaps[f"{report.nodeid or 'a folder'} was not collected"] = None

    @pytest.hookimpl(wrapper=True)
    def pytest_ignore_collect(
        self, collection_path: Path, config: pytest.Config
    ) -> Generator[None, bool | None, bool | None]:
        """So has one that is ignored."""
        ignored = yield
        if ignored and _may_have_tests(collection_path, config):
            self._gaps[f"{_shown(collection_path, config)} was ignored"] = None
        return ignored


def gaps_of(config: pytest.Config) -> Iterable[str]:
    """Why the command line lets pytest collect less than there is."""
    if any("::" in argument for argument in config.args):
        yield "single tests were chosen on the command line"
    if settings_of(config).disabled:
        yield "nothing is recorded or replayed"
    for option in ("lf", "stepwise", "setuponly", "setupplan", "collectonly"):
        if config.getoption(option, False):
            yield f"--{_SPELLED.get(option, option)} was given"


def is_everything(session: pytest.Session) -> bool:
    """Whether all that there is was to be run: no files were chosen or left out, and all were collected."""
    config = session.config
    narrowed = any(config.getoption(option, None) for option in ("ignore", "ignore_glob"))
    root = Path(os.path.realpath(config.rootpath))
    all_chosen = not _are_given(config) and any(map(root.is_relative_to, roots_of(config)))
    return all_chosen and not narrowed and not session.testsfailed


_SPELLED = {"setuponly": "setup-only", "setupplan": "setup-plan", "collectonly": "collect-only"}


def roots_of(config: pytest.Config) -> tuple[Path, ...]:
    """The folders of which all tests are meant to be run; none where files or tests were chosen.

    Where nothing was chosen that is the folder that pytest was started in, which may lie in a suite, or
    what the ini file calls the suite.
    """
    folder = config.invocation_params.dir
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        folders = [config.rootpath]
    elif _are_given(config):
        given = [folder / argument.partition("::")[0] for argument in config.args]
        folders = [path for path in given if path.is_dir()]
    else:
        folders = [folder]
    return tuple([Path(os.path.realpath(path)) for path in folders])


def _are_given(config: pytest.Config) -> bool:
    return config.args_source is pytest.Config.ArgsSource.ARGS


def _may_have_tests(path: Path, config: pytest.Config) -> bool:
    patterns = config.getini("python_files")
    if not path.is_dir():
        return _matches(path, patterns)
    if _matches(path, ("__pycache__", *config.getini("norecursedirs"))):
        return False
    if any((path / name).exists() for name in ("pyvenv.cfg", "conda-meta")):
        return False
    return any(_matches(found, patterns) for found in path.rglob("*"))


def _matches(path: Path, patterns: Iterable[str]) -> bool:
    """Whether pytest's patterns mean a path: those with a slash its end, others its name."""
    return any(
        fnmatch(str(path), f"*{os.sep}{each}") if os.sep in each else fnmatch(path.name, each)
        for each in patterns
    )


def _shown(path: Path, config: pytest.Config) -> str:
    try:
        return path.relative_to(config.rootpath).as_posix()
    except ValueError:
        return str(path)
