"""One process of the benchmark: one tool at one kind of work, with one client and one cassette.

`python -m benchmarks.worker '{...}'` takes a Job as JSON, and a line of input for each of its turns. It
prints the turn's Outcome as JSON, so that other processes can have theirs before the next one.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice

from benchmarks.clients import ASYNC, SYNC
from benchmarks.server import SIZE, item, target
from benchmarks.tools import TOOLS, Mode


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


def work(job: Job) -> Iterator[Outcome]:
    """Do what the job says, turn by turn, and tell what each took."""
    # Here, because most works need neither what the others do nor what they import.
    from benchmarks.works import WORKS

    return WORKS[job.work](job)


def replay(job: Job) -> Iterator[Outcome]:
    """Open the cassette and drive the client."""
    return driven(job, Mode.REPLAY)


def record(job: Job) -> Iterator[Outcome]:
    """Record the items and close the cassette, after all is loaded that it takes."""
    first = replace(job, cassette=f"{job.cassette}.first.yaml", warm_up=1, requests=0)
    exhaust(driven(first, Mode.RECORD))
    started = time.process_time()
    exhaust(driven(job, Mode.RECORD))
    yield Outcome(time.process_time() - started)


def driven(job: Job, mode: Mode) -> Iterator[Outcome]:
    """Drive the client in a block; the requests under the clock are measured."""
    with TOOLS[job.tool](job.cassette, mode):
        yield from _driven(job) if job.client in SYNC else _driven_on_a_loop(job)


def exhaust(outcomes: Iterator[Outcome]) -> None:
    """Have all the turns."""
    deque(outcomes, maxlen=0)


def _driven(job: Job) -> Iterator[Outcome]:
    urls = job.urls()
    with SYNC[job.client](job.base) as get:
        for number, url in islice(urls, job.warm_up):
            check(number, get(url))
        for _ in range(job.turns):
            received = 0
            started = time.process_time()
            for _, url in islice(urls, job.requests):
                received += len(get(url))
            spent = time.process_time() - started
            check_size(job.requests, received)
            yield Outcome(spent)


def _driven_on_a_loop(job: Job) -> Iterator[Outcome]:
    with asyncio.Runner() as runner:
        outcomes = _driven_async(job)

        async def turn() -> Outcome:
            return await anext(outcomes)

        try:
            for _ in range(job.turns):
                yield runner.run(turn())
        finally:
            runner.run(outcomes.aclose())


async def _driven_async(job: Job) -> AsyncGenerator[Outcome]:
    urls = job.urls()
    async with ASYNC[job.client](job.base) as get:
        for number, url in islice(urls, job.warm_up):
            check(number, await get(url))
        for _ in range(job.turns):
            received = 0
            started = time.process_time()
            for _, url in islice(urls, job.requests):
                received += len(await get(url))
            spent = time.process_time() - started
            check_size(job.requests, received)
            yield Outcome(spent)


def check(number: int, content: bytes) -> None:
    """Raise ValueError where an answer is not the item."""
    if json.loads(content) != item(number):
        raise ValueError(f"item {number} came back as {content!r}")


def check_size(requests: int, received: int) -> None:
    """Raise ValueError where so many answers had not so many bytes."""
    if received != requests * SIZE:
        raise ValueError(f"{received} bytes came back instead of {requests * SIZE}")


Work = Callable[[Job], Iterator[Outcome]]


def main() -> None:
    """A turn for each line of input."""
    outcomes = work(Job(**json.loads(sys.argv[1])))
    for _ in sys.stdin:
        print(json.dumps(asdict(next(outcomes))), flush=True)


if __name__ == "__main__":
    main()
