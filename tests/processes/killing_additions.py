"""A process that has others add to one cassette, and kills each at a random moment.

    python -m tests.processes.killing_additions PATH ROUNDS SEED

Prints, for each round, how many interactions a flush had acknowledged when the process was killed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from reqsnap import Interaction, Request, Response, TornCassetteWarning, use_cassette

AT = datetime(2026, 1, 2, tzinfo=UTC)
LONGEST = 0.02
"""In seconds, after the first acknowledgement."""


def main(path: Path, rounds: int, seed: int) -> None:
    """Print what was acknowledged in each round."""
    chance = random.Random(seed)
    for number in range(rounds):
        read_end, write_end = os.pipe()
        process = os.fork()
        if not process:
            add(path, number, seed + number, write_end)
        os.close(write_end)
        first = os.read(read_end, 1)
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(process, signal.SIGKILL)
        assert os.waitpid(process, 0)[1] == signal.SIGKILL
        with open(read_end, "rb") as said:
            print(len(first) + len(said.read()), flush=True)


def add(path: Path, number: int, seed: int, said: int) -> NoReturn:
    """Add /NUMBER/0 and so on for ever, and tell of each that a flush has acknowledged."""
    try:
        warnings.simplefilter("ignore", TornCassetteWarning)
        chance = random.Random(seed)
        with use_cassette(path, mode="update", auto_flush=True, flush_interval=0.001) as cassette:
            count = 0
            while True:
                body = chance.randbytes(chance.choice([10, 5_000, 200_000]))
                request = Request("GET", f"http://h/{number}/{count}")
                cassette.append(Interaction(request, Response(200, body=body), AT))
                cassette.flush()
                os.write(said, b".")
                count += 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
