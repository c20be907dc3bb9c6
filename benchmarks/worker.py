"""One process of the benchmark: one tool at one kind of work, with one client and one cassette.

`python -m benchmarks.worker '{...}'` takes a Job as JSON and prints its Outcome as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice

from benchmarks.clients import ASYNC, SYNC
from benchmarks.server import SIZE, item, target
from benchmarks.tools import TOOLS, Mode


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does.

    `warm_up` and `requests` count requests before and under the clock; where whole cassettes
    are opened, they count those. `cassette` is a path, that of a folder for a suite; `base` is
    the server's URL; `first` the number of the first item.
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

    def urls(self) -> Iterator[tuple[int, str]]:
        """The items in order, again and again; spread evenly where not all of them are asked for."""
        step = max(1, self.interactions // max(1, self.warm_up + self.requests))
        numbers = range(self.first, self.first + self.interactions, step)
        return cycle([(number, self.base + target(number)) for number in numbers])


@dataclass(frozen=True, slots=True)
class Outcome:
    """CPU seconds, user and system, that the work under the clock took; and bytes of memory at its peak."""

    seconds: float
    bytes: int = 0


def work(job: Job) -> Outcome:
    """Do what the job says, and tell what it took."""
    # Here, because most works need neither what the others do nor what they import.
    from benchmarks.works import WORKS

    return WORKS[job.work](job)


def replay(job: Job) -> Outcome:
    """Open the cassette and drive the client."""
    return driven(job, Mode.REPLAY)


def record(job: Job) -> Outcome:
    """Record the items and close the cassette, after all is loaded that it takes."""
    driven(replace(job, cassette=f"{job.cassette}.first.yaml", warm_up=1, requests=0), Mode.RECORD)
    started = time.process_time()
    driven(job, Mode.RECORD)
    return Outcome(time.process_time() - started)


def driven(job: Job, mode: Mode) -> Outcome:
    """Drive the client in a block; the requests under the clock are measured."""
    with TOOLS[job.tool](job.cassette, mode):
        return _drive(job) if job.client in SYNC else asyncio.run(_drive_async(job))


def _drive(job: Job) -> Outcome:
    urls = job.urls()
    with SYNC[job.client](job.base) as get:
        for number, url in islice(urls, job.warm_up):
            check(number, get(url))
        received = 0
        started = time.process_time()
        for _, url in islice(urls, job.requests):
            received += len(get(url))
        spent = time.process_time() - started
    check_size(job.requests, received)
    return Outcome(spent)


async def _drive_async(job: Job) -> Outcome:
    urls = job.urls()
    async with ASYNC[job.client](job.base) as get:
        for number, url in islice(urls, job.warm_up):
            check(number, await get(url))
        received = 0
        started = time.process_time()
        for _, url in islice(urls, job.requests):
            received += len(await get(url))
        spent = time.process_time() - started
    check_size(job.requests, received)
    return Outcome(spent)


def check(number: int, content: bytes) -> None:
    """Raise ValueError where an answer is not the item."""
    if json.loads(content) != item(number):
        raise ValueError(f"item {number} came back as {content!r}")


def check_size(requests: int, received: int) -> None:
    """Raise ValueError where so many answers had not so many bytes."""
    if received != requests * SIZE:
        raise ValueError(f"{received} bytes came back instead of {requests * SIZE}")


Work = Callable[[Job], Outcome]


if __name__ == "__main__":
    print(json.dumps(asdict(work(Job(**json.loads(sys.argv[1]))))))
