"""Runs jobs in processes of their own, turn by turn: a machine that slows down slows down all of them."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.plan import Table
from benchmarks.tools import OURS
from benchmarks.worker import Job, Outcome

_ENVIRONMENT = ("PATH", "HOME", "PYTHONPATH", "LANG", "TMPDIR")
"""What a worker inherits: requests walks through the whole environment at each request, for one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU microseconds: the median of the rounds, the lowest and the highest. `bytes` is a median too."""

    median: float
    low: float
    high: float
    bytes: float = 0

    def above(self, floor: float) -> Measured:
        """What is above a floor."""
        return Measured(self.median - floor, self.low - floor, self.high - floor, self.bytes)


def run(job: Job) -> Outcome:
    """Do a job in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(asdict(job))]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    return Outcome(**json.loads(done.stdout))


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
    jobs = {
        (row.name, tool): (job, row.rounds[tool])
        for row in table.rows
        for tool, job in row.jobs.items()
        if (tool, job.client) not in unseen
    }
    outcomes: dict[tuple[str, str], list[Outcome]] = {place: [] for place in jobs}
    failed = set()
    for number in range(max([rounds for _, rounds in jobs.values()], default=0)):
        for place, (job, rounds) in jobs.items():
            if number < rounds and place not in failed:
                try:
                    outcomes[place].append(run(job))
                except subprocess.CalledProcessError:
                    if job.tool == OURS:
                        raise
                    # cassetter 0.16.1 opens no YAML of more than 250,000 nodes, its own included.
                    tell(f"{job.tool} failed at {place[0]}, and has no figure there")
                    failed.add(place)
    cells = {
        place: _in_all(found, jobs[place][0].requests)
        for place, found in outcomes.items()
        if place not in failed
    }
    files = {place: Path(job.cassette) for place, (job, _) in jobs.items()}
    return Filled(
        table, cells, {place: file.stat().st_size for place, file in files.items() if file.is_file()}
    )


def _in_all(outcomes: list[Outcome], things: int) -> Measured:
    took = [outcome.seconds / things * 1e6 for outcome in outcomes]
    size = statistics.median([outcome.bytes for outcome in outcomes])
    return Measured(statistics.median(took), min(took), max(took), size)


def tell(what: str) -> None:
    """Say what is being done."""
    print(f"... {what}", file=sys.stderr, flush=True)
