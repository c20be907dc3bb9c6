"""Runs jobs in processes of their own, turn by turn: a machine that slows down slows down all of them."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import PIPE

from benchmarks.jobs import Job, Outcome
from benchmarks.plan import Table
from benchmarks.tools import OURS

_ENVIRONMENT = ("PATH", "HOME", "PYTHONPATH", "LANG", "TMPDIR")
"""What a worker inherits: requests walks through the whole environment at each request, for one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU microseconds of each turn, in the order in which they were had. `bytes` is a median."""

    turns: tuple[float, ...]
    bytes: float = 0

    @property
    def median(self) -> float:
        """The median of the turns."""
        return statistics.median(self.turns)

    def above(self, floor: float) -> Measured:
        """What is above a floor."""
        return Measured(tuple([turn - floor for turn in self.turns]), self.bytes)

    def over(self, other: Measured) -> float | None:
        """How many times the other one goes into this one; None where the other took nothing.

        Turns that were had side by side are compared, and the median of that is told: a machine that is
        slow for a while is so for both. Where one had fewer turns, the medians are compared.
        """
        pairs = [(self.median, other.median)]
        if len(self.turns) == len(other.turns):
            pairs = list(zip(self.turns, other.turns, strict=True))
        ratios = [one / another for one, another in pairs if another > 0]
        return statistics.median(ratios) if ratios else None


@contextmanager
def working(job: Job) -> Iterator[Callable[[], Outcome]]:
    """A process that does a job: call what is yielded for each of its turns.

    That raises subprocess.CalledProcessError where the process has failed.
    """
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(asdict(job))]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=environment, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        inwards, outwards = process.stdin, process.stdout

        def turn() -> Outcome:
            # One that has failed reads no line, and has nothing to be read either.
            with suppress(BrokenPipeError):
                print(file=inwards, flush=True)
            found = outwards.readline()
            if not found:
                raise subprocess.CalledProcessError(process.wait(), command)
            return Outcome(**json.loads(found))

        yield turn


def run(job: Job) -> Outcome:
    """Do a job of one turn in a process of its own."""
    with working(job) as turn:
        return turn()


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its figures, by row and tool; absent where the tool does not see the client, or fails.

    `files` holds the sizes in bytes of the cassettes.
    """

    table: Table
    cells: Mapping[tuple[str, str], Measured]
    files: Mapping[tuple[str, str], int]


def filled(table: Table, unseen: Collection[tuple[str, str]] = ()) -> Filled:
    """Do all the jobs of a table. `unseen` are tools with clients that they do not see."""
    tell(table.title)
    cells, files = {}, {}
    for row in table.rows:
        jobs = {tool: job for tool, job in row.jobs.items() if (tool, job.client) not in unseen}
        outcomes: dict[str, list[Outcome]] = {}
        failed: set[str] = set()
        for number in range(max([row.rounds[tool] for tool in jobs], default=0)):
            taking_part = {
                tool: job for tool, job in jobs.items() if number < row.rounds[tool] and tool not in failed
            }
            for tool, outcome in _round(row.name, taking_part, failed):
                outcomes.setdefault(tool, []).append(outcome)
        for tool, job in jobs.items():
            if tool not in failed:
                cells[row.name, tool] = _in_all(outcomes[tool], job.requests)
            if Path(job.cassette).is_file():
                files[row.name, tool] = Path(job.cassette).stat().st_size
    return Filled(table, cells, files)


def _round(name: str, jobs: Mapping[str, Job], failed: set[str]) -> Iterator[tuple[str, Outcome]]:
    """A process for each tool, which take turns. Adds those that fail to `failed`."""
    with ExitStack() as running:
        turns = {tool: running.enter_context(working(job)) for tool, job in jobs.items()}
        for number in range(max([job.turns for job in jobs.values()], default=0)):
            for tool, job in jobs.items():
                if number < job.turns and tool not in failed:
                    try:
                        yield tool, turns[tool]()
                    except subprocess.CalledProcessError:
                        if tool == OURS:
                            raise
                        # cassetter 0.16.1 opens no YAML of more than 250,000 nodes, its own included.
                        tell(f"{tool} failed at {name}, and has no figure there")
                        failed.add(tool)


def _in_all(outcomes: list[Outcome], things: int) -> Measured:
    took = tuple([outcome.seconds / things * 1e6 for outcome in outcomes])
    return Measured(took, statistics.median([outcome.bytes for outcome in outcomes]))


def tell(what: str) -> None:
    """Say what is being done."""
    print(f"... {what}", file=sys.stderr, flush=True)
