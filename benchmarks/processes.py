"""What belonging to a block costs child processes: per exchange, and where a program starts.

Exchanges are recorded and replayed through http.client by a thread of the process that opened the
block, and by a forked child, turn by turn. Programs are started without a block, inside one with
`subprocesses=False`, and inside one, turn by turn. Times are those of a clock: what a child waits
for its owner counts.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.server import SIZE, serving, target
from reqsnap import use_cassette

DISTINCT = 10
PROGRAMS = {"nothing": "pass", "import http.client": "import http.client"}

Runs = dict[str, list[float]]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.processes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    parser.add_argument("--requests", type=int, default=1000, metavar="N")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="reqsnap-bench-") as directory:
        exchanges = _exchanges(Path(directory), arguments.requests, arguments.rounds)
    print(f"Microseconds an exchange: median of {arguments.rounds} rounds (lowest-highest).")
    print(f"http.client, {SIZE}-byte JSON body. Python {sys.version.split()[0]}.")
    _print(exchanges, 1e6)
    print("\nMilliseconds from the start of a Python program to its end:")
    _print(_starts(arguments.rounds), 1e3)
    return 0


def _exchanges(directory: Path, requests: int, rounds: int) -> Runs:
    found: Runs = {}
    with serving() as server:
        port = urlsplit(server.url).port or 0
        for number, (who, ask), mode in product(range(rounds), _ASKING.items(), ("record", "playback")):
            with use_cassette(directory / f"{who}-{number}.yaml", mode=mode):
                took = ask(port, requests)
            found.setdefault(f"{mode}, {who}", []).append(took / requests)
    return found


def _by_thread(port: int, requests: int) -> float:
    took: list[float] = []
    thread = threading.Thread(target=lambda: took.append(_ask(port, requests)))
    thread.start()
    thread.join()
    return took[0]


def _by_child(port: int, requests: int) -> float:
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.write(write_end, struct.pack("d", _ask(port, requests)))
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    with open(read_end, "rb") as said:
        took: float = struct.unpack("d", said.read())[0]
    os.waitpid(child, 0)
    return took


_ASKING: dict[str, Callable[[int, int], float]] = {"a thread": _by_thread, "a child": _by_child}


def _ask(port: int, requests: int) -> float:
    """Seconds that requests take, the first pass over the items not counted."""
    began = 0.0
    for number in range(DISTINCT + requests):
        if number == DISTINCT:
            began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", target(number % DISTINCT))
        connection.getresponse().read()
        connection.close()
    return time.perf_counter() - began


def _starts(rounds: int) -> Runs:
    blocks: dict[str, Callable[[], AbstractContextManager[Any]]] = {
        "no block": nullcontext,
        "subprocesses=False": lambda: use_cassette(mode="record", subprocesses=False),
        "a block": lambda: use_cassette(mode="record"),
    }
    found: Runs = {}
    for _ in range(rounds):
        for program, code in PROGRAMS.items():
            for name, block in blocks.items():
                with block():
                    began = time.perf_counter()
                    subprocess.run([sys.executable, "-c", code], check=True)
                    found.setdefault(f"{program}, {name}", []).append(time.perf_counter() - began)
    return found


def _print(runs: Runs, unit: float) -> None:
    for name, taken in runs.items():
        low, median, high = (each * unit for each in (min(taken), statistics.median(taken), max(taken)))
        print(f"{name:<40}{median:>10,.1f} ({low:,.1f}-{high:,.1f})")


if __name__ == "__main__":
    sys.exit(main())
