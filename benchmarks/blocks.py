"""What a block costs: opened first, second and within another; and what reqsnap costs a program without one.

Two things are measured, in processes that take turns:

- CPU time to open and leave a block, and beside it what reading the cassette's file takes by itself: from
  the disk to interactions in memory. The difference is what the block costs.
- CPU time of a request of a program that has no block: before reqsnap is imported, after that, and after
  one block has been opened and left again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

KINDS = ("the file alone", "first block", "second block", "nested block, same path", "block in memory")
PROGRAMS = ("without reqsnap", "imported", "after a block")
LIMIT_OF_A_BLOCK = 20.0
"""In microseconds: what a second or nested block may cost beyond reading its file."""
LIMIT_WITHOUT = 1.01


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns 1 where a limit is passed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.blocks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    parser.add_argument("--interactions", type=int, default=10, metavar="N")
    parser.add_argument("--runs", type=int, default=300, metavar="N")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.worker:
        print(json.dumps(_microseconds(Path(arguments.worker[0]), arguments.worker[1])))
        return 0
    with tempfile.TemporaryDirectory(prefix="reqsnap-bench-") as directory:
        blocks = _measure_blocks(Path(directory), arguments.rounds, arguments.interactions)
    programs = _measure_programs(arguments.rounds, arguments.runs)
    return _print(blocks, programs, arguments)


# Blocks


def _measure_blocks(directory: Path, rounds: int, interactions: int) -> dict[str, list[float]]:
    for name in ("one", "two"):
        _record(directory / f"{name}.yaml", interactions)
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        print(f"... blocks, round {number + 1} of {rounds}", file=sys.stderr)
        for kind in KINDS:
            command = [sys.executable, "-m", "benchmarks.blocks", "--worker", str(directory), kind]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            spent[kind].append(json.loads(done.stdout))
    return spent


def _record(path: Path, interactions: int) -> None:
    from reqsnap import Cassette, Headers, Interaction, Request, Response

    cassette = Cassette()
    fields = Headers([("Content-Type", "text/plain")])
    for number in range(interactions):
        request = Request("GET", f"http://127.0.0.1/{number}")
        response = Response(200, headers=fields, body=b"x" * 300)
        cassette.append(Interaction(request, response, datetime.now(UTC)))
    cassette.save(path)


def _microseconds(directory: Path, kind: str) -> float:
    """What one kind takes in this process: the best of many short runs, which nothing has disturbed."""
    from reqsnap import use_cassette

    one, two = directory / "one.yaml", directory / "two.yaml"

    def opens(path: Path | None) -> Callable[[], None]:
        def work() -> None:
            with use_cassette(path):
                pass

        return work

    works = {
        "the file alone": _reads(two),
        "first block": opens(two),
        "second block": opens(two),
        "nested block, same path": opens(one),
        "block in memory": opens(None),
    }
    with ExitStack() as stack:
        if kind != "first block":
            stack.enter_context(use_cassette(one))
        return _best(works[kind])


def _reads(path: Path) -> Callable[[], None]:
    """Read a cassette as a block does, down to what is found by its request."""
    from reqsnap.cassette import Cassette
    from reqsnap.formats import NATIVE
    from reqsnap.rules.policy import Policy
    from reqsnap.storage import CassetteFile

    policy = Policy()

    def work() -> None:
        file = CassetteFile(path)
        data = file.read()
        assert data is not None
        Cassette(file, policy).adopt(NATIVE.read(data, str(path)))

    return work


def _best(work: Callable[[], None], calls: int = 5, runs: int = 60) -> float:
    found = []
    for _ in range(runs):
        start = time.thread_time()
        for _ in range(calls):
            work()
        found.append((time.thread_time() - start) / calls * 1e6)
    return min(found)


# Programs without a block

_PROGRAM = """
import http.client, io, time
class Wire:
    def sendall(self, data): pass
    def makefile(self, *args): return io.BytesIO(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}")
    def close(self): pass
connection = http.client.HTTPConnection("127.0.0.1")
connection.sock = Wire()
def work():
    for _ in range(20):
        connection.request("GET", "/")
        connection.getresponse().read()
def best():
    found = []
    for _ in range(RUNS):
        start = time.thread_time()
        work()
        found.append((time.thread_time() - start) / 20 * 1e6)
    return min(found)
best()
print(best())
import reqsnap
print(best())
with reqsnap.use_cassette(mode="record"):
    pass
print(best())
"""


def _measure_programs(rounds: int, runs: int) -> dict[str, list[float]]:
    """All of it in each process, since two processes differ by more than what is measured."""
    spent: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for number in range(rounds):
        print(f"... programs, round {number + 1} of {rounds}", file=sys.stderr)
        program = _PROGRAM.replace("RUNS", str(runs))
        done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, text=True)
        for name, printed in zip(PROGRAMS, done.stdout.splitlines(), strict=True):
            spent[name].append(float(printed))
    return spent


# The result


def _print(
    blocks: dict[str, list[float]], programs: dict[str, list[float]], arguments: argparse.Namespace
) -> int:
    rounds = arguments.rounds
    print(f"Blocks, CPU microseconds to open and leave one: median of {rounds} rounds (lowest-highest).")
    print(f"Cassettes of {arguments.interactions} interactions. Python {sys.version.split()[0]}.")
    alone = statistics.median(blocks[KINDS[0]])
    for kind, took in blocks.items():
        reads = kind in ("first block", "second block")
        beyond = f"   beyond its file {statistics.median(took) - alone:7.1f}" if reads else ""
        print(f"{kind:<26}{_cell(took):>28}{beyond}")
    print(f"\nA request without a block, CPU microseconds: median of {rounds} rounds (lowest-highest).")
    alone_here = programs[PROGRAMS[0]]
    ratios = {
        name: statistics.median([one / other for one, other in zip(took, alone_here, strict=True)])
        for name, took in programs.items()
    }
    for name, took in programs.items():
        print(f"{name:<26}{_cell(took):>28}   {ratios[name]:.3f}x")
    second = statistics.median(blocks["second block"]) - alone
    nested = statistics.median(blocks["nested block, same path"]) - alone
    return 0 if max(second, nested) < LIMIT_OF_A_BLOCK and ratios["imported"] <= LIMIT_WITHOUT else 1


def _cell(took: list[float]) -> str:
    return f"{statistics.median(took):,.1f} ({min(took):,.1f}-{max(took):,.1f})"


if __name__ == "__main__":
    sys.exit(main())
