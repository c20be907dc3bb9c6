"""A process that starts recording children and kills each of them at a random moment.

    python -m tests.concurrency.killed_children FOLDER PORT COUNT SEED

Child n records into FOLDER/n.yaml from a server on loopback, and says how much it has recorded
each time that a flush is done. One line of JSON for each child tells what it said.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from reqsnap import use_cassette

LONGEST = 0.06
"""In seconds; a child opens its cassette in about a tenth of this. Every other one is first given
the time to flush once, however slow the machine is."""


def main(folder: Path, port: int, count: int, seed: int) -> None:
    """Start the children, one after another, and print what became of them."""
    with use_cassette(mode="record"):
        ask(port, "/patches-are-loaded-before-the-first-child")
    chance = random.Random(seed)
    for number in range(count):
        mode = ("once", "update", "record")[number % 3]
        read_end, write_end = os.pipe()
        child = os.fork()
        if not child:
            record(folder / f"{number}.yaml", mode, port, write_end)
        os.close(write_end)
        heard = os.read(read_end, 100) if number % 2 else b""
        time.sleep(chance.uniform(0, LONGEST))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        with open(read_end, "rb") as said:
            lines = (heard + said.read()).split(b"\n")[:-1]
        flushed = int(lines[-1]) if lines else 0
        print(json.dumps({"mode": mode, "flushed": flushed, "signal": os.WTERMSIG(status)}), flush=True)


def record(path: Path, mode: str, port: int, said: int) -> NoReturn:
    """Record for ever."""
    with use_cassette(path, mode=mode, auto_flush=True, flush_interval=0.002) as cassette:
        count = 0
        while True:
            ask(port, f"/{count}")
            count += 1
            if count % 2:
                cassette.flush()
                os.write(said, b"%d\n" % count)


def ask(port: int, path: str) -> None:
    """One exchange."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
