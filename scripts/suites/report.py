"""How a suite went, beside what is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from suite import AT_MOST, BEHAVIOUR, Group, Suite


def told(suite: Suite, outcomes: Mapping[str, str], *, bare: bool) -> int:
    """Print it; 0 where it is as it should be, else 1."""
    counts = Counter(outcomes.values())
    total = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    print(f"\n{suite.project} {suite.version}: {len(outcomes)} tests, {total}")
    failed = [test for test, outcome in outcomes.items() if outcome == "failed"]
    if bare:
        print(*failed, sep="\n")
        return 0
    known = {test: group for test in failed if (group := suite.group_of(test)) is not None}
    unknown = [test for test in failed if test not in known]
    _print_known(suite, known)
    _print("Fails and is not named in the table:", unknown)
    passes = [t for t, outcome in outcomes.items() if outcome == "passed" and suite.group_of(t)]
    _print("Passes and is named in the table:", passes)
    by_kind = Counter(group.kind for group in known.values())
    print("\nNot passed:", ", ".join(f"{count} {kind}" for kind, count in by_kind.items()))
    share = _share(counts["passed"], known, unknown, BEHAVIOUR)
    print(f"Of the tests of behaviour {share:.1%} pass; {suite.at_least:.0%} must.")
    widest = _share(counts["passed"], known, unknown, AT_MOST)
    print(f"Where those of the kinds bare and client that were run count too: {widest:.1%}.")
    return 0 if not unknown and share >= suite.at_least else 1


def _share(passed: int, known: Mapping[str, Group], unknown: list[str], kinds: tuple[str, ...]) -> float:
    """How many of the tests pass, where of those that do not these kinds count."""
    otherwise = len(unknown) + sum(group.kind in kinds for group in known.values())
    return passed / max(passed + otherwise, 1)


def _print_known(suite: Suite, known: Mapping[str, Group]) -> None:
    for group in suite.groups:
        if not group.run:
            _print(f"Not run ({group.kind}): {group.reason}", list(group.tests))
        tests = [test for test, of in known.items() if of is group]
        _print(f"{len(tests)} ({group.kind}): {group.reason}", tests)


def _print(title: str, tests: list[str]) -> None:
    if tests:
        print(f"\n{title}", *tests, sep="\n  ")
