"""What one process of the benchmark does, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from benchmarks.server import target


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does.

    `warm_up` counts requests before the clock, `requests` those of each of the `turns` under it; where
    whole cassettes are opened, they count those. `cassette` is a path, that of a folder for a suite; `base`
    is the server's URL; `first` the number of the first item; `distinct` how many of the items are asked
    for, where it is not all of them.
    """

    tool: str
    client: str
    cassette: str
    base: str
    interactions: int
    warm_up: int
    requests: int
    work: str = "replay"
    first: int = 0
    distinct: int = 0
    turns: int = 1

    def urls(self) -> Iterator[tuple[int, str]]:
        """The items in order, again and again; spread evenly where not all of them are asked for."""
        step = max(1, self.interactions // self.distinct) if self.distinct else 1
        numbers = range(self.first, self.first + self.interactions, step)
        return cycle([(number, self.base + target(number)) for number in numbers])


@dataclass(frozen=True, slots=True)
class Outcome:
    """CPU seconds, user and system, that the work under the clock took; and bytes of memory at its peak."""

    seconds: float
    bytes: int = 0


Work = Callable[[Job], Iterator[Outcome]]
"""A kind of work: it does what a job says, turn by turn, and tells what each took."""
