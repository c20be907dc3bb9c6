"""One process of the benchmark: one tool at one kind of work, with one client and one cassette.

`python -m benchmarks.worker '{...}'` takes a Job as JSON, and a line of input for each of its turns. It
prints the turn's Outcome as JSON, so that other processes can have theirs before the next one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from benchmarks.jobs import Job
from benchmarks.works import WORKS


def main() -> None:
    """A turn for each line of input."""
    job = Job(**json.loads(sys.argv[1]))
    outcomes = WORKS[job.work](job)
    for _ in sys.stdin:
        print(json.dumps(asdict(next(outcomes))), flush=True)


if __name__ == "__main__":
    main()
