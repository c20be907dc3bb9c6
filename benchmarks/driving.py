"""Driving a client through its items in a block of a tool, and measuring it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from itertools import islice

from benchmarks.clients import ASYNC, SYNC
from benchmarks.jobs import Job, Outcome
from benchmarks.server import SIZE, item
from benchmarks.tools import TOOLS, Mode


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
