"""What is known of a suite: a table of it, with the tests that do not pass and why."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("internal", "client", "network", "wording", "bare", "otherwise")
"""Why a test does not pass.

internal: it tests how the project works within. client: reqsnap does not know what sends there.
network: it needs the internet. wording: it tests the very words of a message. bare: the client does
the same with no recorder at all, and the project hides it. otherwise: reqsnap does otherwise, with intent.
"""
BEHAVIOUR = ("otherwise",)
"""The kinds that count as behaviour of the project's that its users would miss."""

AT_MOST = (*BEHAVIOUR, "bare", "client")
"""The kinds that count where every behaviour of the project's does, its mistakes and all clients too."""


@dataclass(frozen=True)
class Group:
    """Tests that do not pass for one reason; a name may have `*` for any characters.

    Those of a group that is not `run`, because they would wait for ever, are files or functions.
    """

    kind: str
    reason: str
    tests: tuple[str, ...]
    run: bool = True

    def names(self, test: str) -> bool:
        """Whether a test is one of them."""
        # A parametrised test's name has brackets, which are no set of characters here.
        return any(fnmatch.fnmatchcase(test, name.replace("[", "[[]")) for name in self.tests)


@dataclass(frozen=True)
class Suite:
    """A project's tests: which release, how they are run, how many must pass, what does not.

    shims: what stands for the project's packages, and those that its tests import. own: the
    distributions that they stand for, where they are installed for the comparison alone.
    """

    project: str
    version: str
    shims: tuple[str, ...]
    at_least: float
    files: dict[str, str]
    groups: tuple[Group, ...]
    own: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Suite:
        """The suite that a table tells of. Raises ValueError for a kind that is none."""
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        groups = tuple(Group(**{**each, "tests": tuple(each["tests"])}) for each in table["not"])
        unknown = {group.kind for group in groups} - set(KINDS)
        if unknown:
            raise ValueError(f"{path}: a kind is one of {', '.join(KINDS)}, not {', '.join(unknown)}")
        return cls(
            table["project"],
            table["version"],
            tuple(table["shims"]),
            table["at_least"],
            table["files"],
            groups,
            tuple(table.get("own", ())),
        )

    def group_of(self, test: str) -> Group | None:
        """The group that names a test."""
        return next((group for group in self.groups if group.names(test)), None)
