"""What a replayed request costs in CPU time: reqsnap, VCR.py and cassetter side by side in one run.

Every tool first records the same exchanges from the same loopback server with the same client into a
cassette of its own. The server is then stopped, and the tools replay in processes of their own, turn by
turn (A B C, A B C ...), so that a machine that slows down slows down all of them. Opening the cassette
is not counted. Options are each tool's own defaults, with repeated playback allowed for VCR.py.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

from benchmarks.clients import NAMES
from benchmarks.server import SIZE, serving
from benchmarks.worker import ALONE, TOOLS, Job, Outcome, holds

SLOW = {"VCR.py": 100}
"""Tools whose cost grows with the cassette, and how many requests they make of a large one."""
LARGE = 500
REQUESTS = 3000
WARM_UP = 600
"""Enough for the interpreter to have specialised the code, whatever the tool."""


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU microseconds a request: the median of the rounds, the lowest and the highest."""

    median: float
    low: float
    high: float


Results = dict[tuple[str, int, str], Measured]
"""By client, number of interactions and tool; absent where the tool does not see the client."""


_ENVIRONMENT = ("PATH", "HOME", "PYTHONPATH", "LANG", "TMPDIR")
"""What a worker inherits."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    arguments = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="reqsnap-bench-") as directory:
        plans = list(_plan(arguments, Path(directory)))
        with serving() as server:
            jobs = [recorded for plan in plans if (recorded := _record(replace(plan, base=server.url)))]
        results = _measure(jobs, arguments.rounds)
    _print(results, arguments)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--clients", nargs="+", choices=NAMES, default=list(NAMES), metavar="CLIENT")
    parser.add_argument("--tools", nargs="+", choices=list(TOOLS), default=list(TOOLS), metavar="TOOL")
    parser.add_argument("--interactions", nargs="+", type=int, default=[10, 1000], metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    return parser


def _plan(arguments: argparse.Namespace, directory: Path) -> Iterator[Job]:
    for client in arguments.clients:
        for count in arguments.interactions:
            for tool in arguments.tools:
                requests = _requests(tool, count)
                warm_up = max(count, WARM_UP) if requests == REQUESTS else requests // 10
                path = str(directory / f"{tool}-{client}-{count}.yaml")
                yield Job(tool, client, path, "", count, warm_up, requests)


def _requests(tool: str, interactions: int) -> int:
    return SLOW[tool] if tool in SLOW and interactions >= LARGE else REQUESTS


def _record(plan: Job) -> Job | None:
    """Record the cassette of a job; None where the tool does not see the client."""
    if plan.tool == ALONE:
        return plan
    _tell(f"recording {plan.client} with {plan.tool}, {plan.interactions:,} interactions")
    _run(replace(plan, record=True, warm_up=plan.interactions, requests=0))
    return plan if holds(plan.cassette, plan.interactions) else None


def _measure(jobs: Sequence[Job], rounds: int) -> Results:
    spent: dict[Job, list[float]] = {job: [] for job in jobs}
    for number in range(rounds):
        _tell(f"round {number + 1} of {rounds}")
        for job in jobs:
            spent[job].append(_run(job).seconds / job.requests * 1e6)
    return {
        (job.client, job.interactions, job.tool): Measured(statistics.median(took), min(took), max(took))
        for job, took in spent.items()
    }


def _run(job: Job) -> Outcome:
    command = [sys.executable, "-m", "benchmarks.worker", json.dumps(asdict(job))]
    # requests walks through the whole environment at each request, so that of the measurer counts.
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    return Outcome(**json.loads(done.stdout))


def _tell(what: str) -> None:
    print(f"... {what}", file=sys.stderr)


def _print(results: Results, arguments: argparse.Namespace) -> None:
    peers = [tool for tool in arguments.tools if tool != "reqsnap"]
    versions = ", ".join(f"{name} {_version(name)}" for name in ("vcrpy", "cassetter"))
    print(f"Replay, CPU microseconds a request: median of {arguments.rounds} rounds (lowest-highest).")
    print(f"{SIZE}-byte JSON body. Python {sys.version.split()[0]}, {versions}.")
    head = f"{'client':<13}{'interactions':>12}"
    head += "".join(f"{tool:>27}" for tool in arguments.tools)
    head += "".join(f"{f'{tool} / reqsnap':>21}" for tool in peers)
    print(head)
    for client in arguments.clients:
        for count in arguments.interactions:
            cells = [results.get((client, count, tool)) for tool in arguments.tools]
            row = f"{client:<13}{count:>12,}" + "".join(f"{_cell(cell):>27}" for cell in cells)
            for tool in peers:
                times = _ratio(results.get((client, count, tool)), results.get((client, count, "reqsnap")))
                row += f"{times:>21}"
            print(row)
    _print_growth(results, arguments)
    for tool, requests in SLOW.items():
        if tool in arguments.tools:
            print(f"{tool} made {requests} requests of cassettes of {LARGE} or more; the others {REQUESTS}.")


def _print_growth(results: Results, arguments: argparse.Namespace) -> None:
    small, large = min(arguments.interactions), max(arguments.interactions)
    if small == large:
        return
    print(f"\nCost at {large:,} interactions over the cost at {small:,}:")
    for client in arguments.clients:
        ratios = (
            f"{tool} {_ratio(results.get((client, large, tool)), results.get((client, small, tool)))}"
            for tool in arguments.tools
        )
        print(f"{client:<13}{', '.join(ratios)}")


def _cell(measured: Measured | None) -> str:
    if measured is None:
        return "not intercepted"
    return f"{measured.median:,.0f} ({measured.low:,.0f}-{measured.high:,.0f})"


def _ratio(one: Measured | None, other: Measured | None) -> str:
    return "-" if one is None or other is None else f"{one.median / other.median:.2f}x"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
