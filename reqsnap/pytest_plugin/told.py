"""What one test's cassettes did, as plain data that a worker's report carries to whoever sums it up."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from typing import Any

from reqsnap.cassette import Counts, LiveExchange

KEY = "reqsnap"
"""Where a report, or the output of a worker, has it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a cassette did while one test was set up, run and torn down.

    path: its file's, absolute, or None in memory. mode: the one in force.
    counts, slowest: what the requests of that test came to.
    owner: the id of the test, class or module whose own cassette it is, by its name; None of another.
    process: which process tells it; a forked one is another.
    seen: the marks of the recordings in the file, told once by each process.
    left: those of them that were found to be used since then.
    """

    path: str | None
    mode: str
    counts: Counts = field(default_factory=Counts)
    slowest: tuple[LiveExchange, ...] = ()
    owner: str | None = None
    process: str = ""
    seen: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As lists, numbers and texts."""
        return {
            "path": self.path,
            "mode": self.mode,
            "counts": self.counts.values(),
            "slowest": [list(astuple(each)) for each in self.slowest],
            "owner": self.owner,
            "process": self.process,
            "seen": list(self.seen),
            "left": list(self.left),
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Told:
        """What `plain` made."""
        return cls(
            plain["path"],
            plain["mode"],
            Counts(*plain["counts"]),
            tuple([LiveExchange(*each) for each in plain["slowest"]]),
            plain["owner"],
            plain["process"],
            tuple(plain["seen"]),
            tuple(plain["left"]),
        )


def told_by(carrier: Any) -> list[Told]:
    """What a report tells; nothing where it is of something else than the end of a test."""
    return [Told.of(each) for each in getattr(carrier, KEY, ())]
