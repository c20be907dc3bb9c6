"""What of a suite's cassettes nobody uses, judged from what the tests of one run told. Pure.

What one test leaves unused another may need. So a recording is unused only where every test that
may use it came to its end. Of a cassette that has a test's own name that is this test; any other,
and one that no test has opened, is judged only where every test of the suite came to its end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reqsnap.pytest_plugin.collected import Suite
from reqsnap.pytest_plugin.told import Told


@dataclass(slots=True)
class Used:
    """What is known of one cassette: the tests that opened it, whose own it is, and what is left of it.

    `left` has, by process, the marks of the recordings that were not used there.
    """

    tests: set[str] = field(default_factory=set)
    owners: set[str | None] = field(default_factory=set)
    left: dict[str, set[str]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)

    def note(self, test: str, told: Told) -> None:
        """A test tells of it."""
        self.tests.add(test)
        self.owners.add(told.owner)
        self.left.setdefault(told.process, set()).update(told.seen)
        self.told.setdefault(told.process, set()).update(told.left)

    @property
    def unused(self) -> frozenset[str]:
        """The marks of what no process has used; what one of them never saw is new, and so used."""
        sets = [marks - self.told[process] for process, marks in self.left.items()]
        return frozenset(set.intersection(*sets)) if sets else frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the suite: what there is, which tests came to their end, and the folders it was meant for."""

    suite: Suite
    ended: frozenset[str]
    roots: tuple[Path, ...] = ()

    @property
    def unfinished(self) -> frozenset[str]:
        """The tests that did not come to their end."""
        return self.suite.tests - self.ended

    @property
    def is_whole(self) -> bool:
        """Whether all that there is came to its end."""
        return bool(self.roots and self.suite.tests) and not self.unfinished and not self.suite.gaps

    def covers(self, path: Path) -> bool:
        """Whether a cassette lies where the run was meant for."""
        return any(path.is_relative_to(root) for root in self.roots)

    def why_not_whole(self) -> str:
        """Why it is not whole, in words."""
        reasons = list(self.suite.gaps[:_MOST])
        if len(self.suite.gaps) > _MOST:
            reasons.append("and so on")
        if self.unfinished:
            count = len(self.unfinished)
            reasons.append(f"{count} of {len(self.suite.tests)} tests did not run to their end and pass")
        if not self.suite.tests:
            reasons.append("no process told which tests there are")
        if not self.roots:
            reasons.append("files were chosen on the command line")
        return ", ".join(reasons)


_MOST = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found.

    unused: by the path of a cassette, the marks of what nobody uses of it.
    unjudged: the cassettes of which nothing can be said.
    judges_folders: whether it can be said which cassettes no test owns.
    """

    unused: Mapping[str, frozenset[str]]
    unjudged: tuple[str, ...]
    judges_folders: bool


def judge(cassettes: Mapping[str, Used], run: Run) -> Judgement:
    """Judge what the tests of a run told of their cassettes, by their paths."""
    unused, unjudged = {}, []
    for path, used in sorted(cassettes.items()):
        if not _is_known(path, used, run):
            unjudged.append(path)
        elif used.unused:
            unused[path] = used.unused
    return Judgement(unused, tuple(unjudged), run.is_whole)


def _is_known(path: str, used: Used, run: Run) -> bool:
    """Whether every test that may use a cassette came to its end."""
    if not used.tests <= run.ended:
        return False
    if run.is_whole and run.covers(Path(path)):
        return True
    (owner, *others) = used.owners
    if others or owner is None:
        return False
    own = {test for test in run.suite.tests | used.tests if _is_within(test, owner)}
    is_one_test = owner in used.tests
    # Where every worker crashed, nobody knows which tests there are.
    are_all_known = run.suite.tests and not run.suite.gaps
    return own <= run.ended and bool(is_one_test or are_all_known)


def _is_within(test: str, owner: str) -> bool:
    return test == owner or test.startswith(f"{owner}::")


def unowned(found: Iterable[str], known: Collection[str], run: Run) -> list[str]:
    """Those of the cassettes found in the suite's folders that no test has opened."""
    return sorted(path for path in set(found) - set(known) if run.covers(Path(path)))
