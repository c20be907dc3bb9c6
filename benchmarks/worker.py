"""One process of the benchmark: one tool and one client, recording or replaying one cassette.

`python -m benchmarks.worker '{...}'` takes a Job as JSON and prints its Outcome as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.clients import ASYNC, SYNC
from benchmarks.server import SIZE, item, target


@dataclass(frozen=True, slots=True)
class Job:
    """What one process does. `warm_up` and `requests` count requests before and under the clock."""

    tool: str
    client: str
    cassette: str
    base: str
    interactions: int
    warm_up: int
    requests: int
    record: bool = False

    def urls(self) -> Iterator[tuple[int, str]]:
        """The items in order, again and again; spread evenly where not all of them are asked for."""
        step = max(1, self.interactions // max(1, self.warm_up + self.requests))
        return cycle([(number, self.base + target(number)) for number in range(0, self.interactions, step)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """CPU seconds, user and system, that the requests under the clock took."""

    seconds: float


def _reqsnap(path: str, record: bool) -> AbstractContextManager[Any]:
    import reqsnap

    return reqsnap.use_cassette(path, mode="record" if record else "playback")


def _vcrpy(path: str, record: bool) -> AbstractContextManager[Any]:
    import vcr

    mode = vcr.record_mode.RecordMode.ALL if record else vcr.record_mode.RecordMode.NONE
    opened: AbstractContextManager[Any] = vcr.use_cassette(
        path, record_mode=mode, allow_playback_repeats=True
    )
    return opened


def _cassetter(path: str, record: bool) -> AbstractContextManager[Any]:
    import cassetter

    opened: AbstractContextManager[Any] = cassetter.use_cassette(
        path, record_mode="all" if record else "none"
    )
    return opened


def _alone(path: str, record: bool) -> AbstractContextManager[Any]:
    from benchmarks.alone import alone

    return alone()


ALONE = "alone"
"""No tool: the client by itself, which is what no tool that leaves the client its work can go below."""

TOOLS: dict[str, Callable[[str, bool], AbstractContextManager[Any]]] = {
    "reqsnap": _reqsnap,
    "VCR.py": _vcrpy,
    "cassetter": _cassetter,
    ALONE: _alone,
}


def work(job: Job) -> Outcome:
    """Open the cassette, drive the client, and tell what it took."""
    with TOOLS[job.tool](job.cassette, job.record):
        if job.client in SYNC:
            return _drive(job)
        return asyncio.run(_drive_async(job))


def _drive(job: Job) -> Outcome:
    urls = job.urls()
    with SYNC[job.client](job.base) as get:
        for number, url in islice(urls, job.warm_up):
            _check(number, get(url))
        received = 0
        started = time.process_time()
        for _, url in islice(urls, job.requests):
            received += len(get(url))
        spent = time.process_time() - started
    _check_sizes(job, received)
    return Outcome(spent)


async def _drive_async(job: Job) -> Outcome:
    urls = job.urls()
    async with ASYNC[job.client](job.base) as get:
        for number, url in islice(urls, job.warm_up):
            _check(number, await get(url))
        received = 0
        started = time.process_time()
        for _, url in islice(urls, job.requests):
            received += len(await get(url))
        spent = time.process_time() - started
    _check_sizes(job, received)
    return Outcome(spent)


def _check(number: int, content: bytes) -> None:
    if json.loads(content) != item(number):
        raise ValueError(f"item {number} came back as {content!r}")


def _check_sizes(job: Job, received: int) -> None:
    if received != job.requests * SIZE:
        raise ValueError(f"{received} bytes came back instead of {job.requests * SIZE}")


def holds(path: str, interactions: int) -> bool:
    """Whether a cassette was written and names every item."""
    file = Path(path)
    return file.is_file() and _all_in(file.read_text("utf-8"), map(target, range(interactions)))


def _all_in(text: str, wanted: Iterable[str]) -> bool:
    return all(one in text for one in wanted)


if __name__ == "__main__":
    print(json.dumps(asdict(work(Job(**json.loads(sys.argv[1]))))))
