"""A large cassette that its tool records in parts: VCR.py looks through the whole of it at each request.

At 10,000 interactions that would take more than half an hour, and is measured nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.driving import driven, exhaust
from benchmarks.jobs import Job, Outcome
from benchmarks.tools import Mode

SIZE = 100
"""The interactions of a part."""

_HEAD, _END = "interactions:\n", "version: 1\n"


def recorded_in_parts(job: Job) -> Iterator[Outcome]:
    """Record what a job of VCR.py is to record, part by part, and join the parts. Nothing is measured."""
    parts = list(parts_of(job))
    for part in parts:
        exhaust(driven(part, Mode.RECORD))
    join(parts, job.cassette)
    yield Outcome(0)


def parts_of(job: Job) -> Iterator[Job]:
    """The parts of a job."""
    for first in range(0, job.interactions, SIZE):
        size = min(SIZE, job.interactions - first)
        path = f"{job.cassette}.part-{first}.yaml"
        yield replace(job, cassette=path, interactions=size, warm_up=size, first=first)


def join(parts: Sequence[Job], path: str) -> None:
    """Write one cassette out of VCR.py's parts. Raises ValueError where a part has not its layout."""
    Path(path).write_text(_HEAD + "".join([_items(Path(part.cassette)) for part in parts]) + _END, "utf-8")


def _items(path: Path) -> str:
    text = path.read_text("utf-8")
    if not (text.startswith(_HEAD) and text.endswith(_END)):
        raise ValueError(f"{path} has not the layout of VCR.py")
    return text.removeprefix(_HEAD).removesuffix(_END)
