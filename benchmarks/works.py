"""The kinds of work, each what one process does: opening, adding, recording, a suite, importing.

Each is done once or a few times without a clock first, on another cassette where it would
otherwise find its own in memory.
"""

from __future__ import annotations

import gc
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from benchmarks.clients import SYNC
from benchmarks.driving import check, check_size, record, replay
from benchmarks.jobs import Job, Outcome, Work
from benchmarks.parts import recorded_in_parts
from benchmarks.server import target
from benchmarks.tools import ALONE, BARE, MODULES, OURS, TOOLS, Mode, Opens

STARTS = 5
"""How many interpreters one measurement of importing starts: the quickest counts."""


def opening(job: Job) -> Iterator[Outcome]:
    """Open and leave a large cassette: CPU time, and memory beyond what there was before."""
    _warm(job)
    gc.collect()
    before = _memory("VmRSS")
    started = time.process_time()
    with TOOLS[job.tool](job.cassette, Mode.REPLAY):
        spent = time.process_time() - started
    yield Outcome(spent, max(0, _memory("VmHWM") - before))


def adding(job: Job) -> Iterator[Outcome]:
    """Add one interaction to an open cassette and close it."""
    _warm(job)
    path = Path(f"{job.cassette}.added{Path(job.cassette).suffix}")
    shutil.copyfile(job.cassette, path)
    try:
        with TOOLS[job.tool](str(path), Mode.ADD), SYNC[job.client](job.base) as get:
            started = time.process_time()
            check(job.interactions, get(job.base + target(job.interactions)))
        spent = time.process_time() - started
        if target(job.interactions) not in path.read_text("utf-8"):
            raise ValueError(f"{job.tool} did not add the interaction")
        yield Outcome(spent)
    finally:
        path.unlink()


def suite(job: Job) -> Iterator[Outcome]:
    """Open cassette after cassette, replay each in its order through one session, and close it."""
    paths = sorted(map(str, Path(job.cassette).iterdir()))
    urls = [job.base + target(number) for number in range(job.interactions)]
    is_plain = job.client == "http.client"
    is_alone, client = job.tool == ALONE, SYNC[job.client]
    opens: Opens = TOOLS[BARE] if is_alone else TOOLS[job.tool]
    with TOOLS[ALONE if is_alone else BARE]("", Mode.REPLAY), client(job.base) as session:

        def test(path: str) -> int:
            # VCR.py does not see connections of http.client that were made before its block.
            with opens(path, Mode.REPLAY), client(job.base) if is_plain else nullcontext(session) as get:
                return sum([len(get(url)) for url in urls])

        for path in paths[: job.warm_up]:
            test(path)
        for first in range(job.warm_up, len(paths), job.requests):
            measured = paths[first : first + job.requests]
            started = time.process_time()
            received = sum([test(path) for path in measured])
            spent = time.process_time() - started
            check_size(len(measured) * len(urls), received)
            yield Outcome(spent)


def importing(job: Job) -> Iterator[Outcome]:
    """Import a tool in a new interpreter: the CPU time above that of an interpreter that imports nothing."""
    code = PROGRAMS[job.tool]
    yield Outcome(max(0.0, _quickest(code) - _quickest("pass")))


DECORATED = "decorated"
"""reqsnap, imported and used as a decorator, before the function is called."""

FIRST_BLOCK = "first block"
"""reqsnap, imported, and one block in memory opened and left."""

PROGRAMS = {tool: f"import {module}" for tool, module in MODULES.items()} | {
    DECORATED: f"from {OURS} import use_cassette\n@use_cassette('a.yaml', mode='once')\ndef test(): pass",
    FIRST_BLOCK: f"import {OURS}\nwith {OURS}.use_cassette(): pass",
}


def _quickest(code: str) -> float:
    command = [sys.executable, "-c", code]
    found = []
    for _ in range(STARTS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # The first one may have had to compile what it imported.
    return min(found[1:])


def _warm(job: Job) -> None:
    """Have all loaded that the tool loads with its first cassette, and replay from it."""
    with TOOLS[job.tool](f"{job.cassette}.small.yaml", Mode.REPLAY), SYNC[job.client](job.base) as get:
        check(0, get(job.base + target(0)))


def _memory(name: str) -> int:
    """The size in bytes of what this process has in memory now, or had at most; 0 where nothing tells it.

    Of Linux, see proc(5). What `getrusage` tells may be the parent's.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum([int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")])


WORKS: dict[str, Work] = {
    "replay": replay,
    "record": record,
    "record in parts": recorded_in_parts,
    "open": opening,
    "add": adding,
    "suite": suite,
    "import": importing,
}
