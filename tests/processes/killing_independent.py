"""A process that has three others record into one cassette at once, and kills one of them at a random moment.

    python -m tests.processes.killing_independent FOLDER PORT ROUNDS SEED

Round n records into FOLDER/n.yaml. One line of JSON for each round says how many exchanges of each process a
flush had saved, and which process was killed. None of them was started inside a block.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import NoReturn

from reqsnap import TornCassetteWarning, use_cassette
from tests.processes.killing import CHILDREN, LONGEST, drained, has_ended
from tests.processes.recording import ask


def main(folder: Path, port: int, rounds: int, seed: int) -> None:
    """Print what was saved in each round."""
    with use_cassette(mode="record"):
        ask(http.client.HTTPConnection("127.0.0.1", port), "/patches-are-loaded-before-the-first-process")
    chance = random.Random(seed)
    for number in range(rounds):
        path, wait, victim = folder / f"{number}.yaml", chance.uniform(0, LONGEST), chance.randrange(CHILDREN)
        saved = kill_one(path, port, wait, victim)
        print(json.dumps({"saved": saved, "victim": victim}), flush=True)


def kill_one(path: Path, port: int, wait: float, victim: int) -> list[int]:
    """What each process had saved; the others go on until they are told to end."""
    said = [os.pipe() for _ in range(CHILDREN)]
    stop_read, stop_write = os.pipe()
    started = []
    for number in range(CHILDREN):
        started.append(os.fork())
        if not started[-1]:
            os.close(stop_write)
            os.set_blocking(stop_read, False)
            record(path, port, number, said[number][1], stop_read)
    heard = [os.read(read_end, 1) for read_end, _ in said]
    time.sleep(wait)
    os.kill(started[victim], signal.SIGKILL)
    os.close(stop_write)
    statuses = [os.waitpid(process, 0)[1] for process in started]
    os.close(stop_read)
    assert statuses == [signal.SIGKILL if number == victim else 0 for number in range(CHILDREN)], statuses
    return [len(first) + len(rest) for first, rest in zip(heard, map(drained, said), strict=True)]


def record(path: Path, port: int, number: int, said: int, stop: int) -> NoReturn:
    """Ask for /NUMBER/0 and so on until it is time to end, and tell of each that a flush has saved."""
    status = 1
    # Who is killed may leave a torn file, which the others mend.
    warnings.simplefilter("ignore", TornCassetteWarning)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with use_cassette(path, mode="update", auto_flush=True, flush_interval=0.002) as cassette:
            count = 0
            while not has_ended(stop):
                ask(connection, f"/{number}/{count}")
                count += 1
                cassette.flush()
                os.write(said, b".")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
