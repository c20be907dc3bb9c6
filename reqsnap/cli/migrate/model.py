"""What is found of other recorders in a code base, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from reqsnap.cli.migrate.source import Edit

VCRPY = "VCR.py"
RECORDING = "pytest-recording"
PYTEST_VCR = "pytest-vcr"
CASSETTER = "cassetter"
BETAMAX = "betamax"
RESPONSES = "responses' recorder"


class Verdict(Enum):
    """What is to be done about a finding."""

    WORKS = "works"
    REWRITE = "rewrite"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place. `what` stands there; `advice` says what to do and why. `line` is from 1.

    `edits` are what `--write` does.
    """

    line: int
    library: str
    what: str
    verdict: Verdict
    advice: str = ""
    edits: tuple[Edit, ...] = field(default=(), repr=False)


class Project(NamedTuple):
    """What is known of a code base before a file of it is looked through.

    `libraries` are those that it names as dependencies or imports; `own` are names of modules of its
    own, which hide installed ones; `has` says whether reqsnap has what VCR.py calls so: `"vcr.VCR"`.
    """

    libraries: frozenset[str]
    own: frozenset[str]
    has: Callable[[str], bool]

    @property
    def plugin(self) -> str:
        """Whose the markers and fixtures are."""
        for library in (RECORDING, PYTEST_VCR, CASSETTER):
            if library in self.libraries:
                return library
        return RECORDING
