"""A process that starts owners with three recording children each, and kills one of them at a random moment.

    python -m tests.processes.killing WHO FOLDER PORT ROUNDS SEED

WHO is `child` or `owner`. Round n records into FOLDER/n.yaml. One line of JSON for each round says
how many exchanges of each child had been acknowledged, of an owner's before its last flush.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import NoReturn

from reqsnap import LostExchangeWarning, use_cassette

CHILDREN = 3
LONGEST = 0.03
"""In seconds, after each child has recorded something."""


def main(who: str, folder: Path, port: int, rounds: int, seed: int) -> None:
    """Print what was acknowledged in each round."""
    chance = random.Random(seed)
    for number in range(rounds):
        path, wait, victim = folder / f"{number}.yaml", chance.uniform(0, LONGEST), chance.randrange(CHILDREN)
        play = kill_an_owner if who == "owner" else kill_a_child
        print(json.dumps(play(path, port, wait, victim)), flush=True)


def kill_a_child(path: Path, port: int, wait: float, victim: int) -> list[int]:
    """The owner is this process; the other children go on until they are told to end."""
    said = [os.pipe() for _ in range(CHILDREN)]
    stop_read, stop_write = os.pipe()
    warnings.simplefilter("ignore", LostExchangeWarning)
    with use_cassette(path, auto_flush=True, flush_interval=0.002):
        children = []
        for number in range(CHILDREN):
            children.append(os.fork())
            if not children[-1]:
                os.close(stop_write)
                os.set_blocking(stop_read, False)
                ask_on(port, number, said[number][1], stop_read)
        heard = [os.read(read_end, 2) for read_end, _ in said]
        time.sleep(wait)
        os.kill(children[victim], signal.SIGKILL)
        os.close(stop_write)
        statuses = [os.waitpid(child, 0)[1] for child in children]
    assert [os.WTERMSIG(status) for status in statuses] == [
        signal.SIGKILL if number == victim else 0 for number in range(CHILDREN)
    ]
    os.close(stop_read)
    return [len(first) + len(rest) for first, rest in zip(heard, map(drained, said), strict=True)]


def drained(pipe: tuple[int, int]) -> bytes:
    """What is in a pipe whose writers have ended."""
    read_end, write_end = pipe
    os.close(write_end)
    with open(read_end, "rb") as said:
        return said.read()


def ask_on(port: int, number: int, said: int, stop: int) -> NoReturn:
    """Ask for /NUMBER/0 and so on until there is a reason to end, and tell of each that is acknowledged."""
    status = 1
    try:
        count = 0
        while not has_ended(stop):
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", f"/{number}/{count}")
            connection.getresponse().read()
            connection.close()
            os.write(said, b".")
            count += 1
        status = 0
    except LostExchangeWarning:
        status = 7
    finally:
        os._exit(status)


def has_ended(pipe: int) -> bool:
    """Whether all writers of a pipe that does not block have ended."""
    try:
        return os.read(pipe, 1) == b""
    except BlockingIOError:
        return False


def kill_an_owner(path: Path, port: int, wait: float, victim: int) -> list[int]:
    """The owner is a child of this process; its children end when they notice."""
    read_end, write_end = os.pipe()
    alive_read, alive_write = os.pipe()
    owner = os.fork()
    if not owner:
        os.close(alive_read)
        own(path, port, write_end)
    os.close(write_end)
    os.close(alive_write)
    first = os.read(read_end, 1000)
    time.sleep(wait)
    os.kill(owner, signal.SIGKILL)
    assert os.waitpid(owner, 0)[1] == signal.SIGKILL
    with open(read_end, "rb") as said:
        lines = (first + said.read()).split(b"\n")[:-1]
    with open(alive_read, "rb") as alive:
        # The children hold its other end until they have noticed and ended.
        assert alive.read() == b""
    counts: list[int] = json.loads(lines[-1])
    return counts


def own(path: Path, port: int, said: int) -> NoReturn:
    """Record with three children for ever, and say what a flush has saved."""
    warnings.simplefilter("error", LostExchangeWarning)
    nothing = os.open(os.devnull, os.O_WRONLY)
    never, _ = os.pipe()
    os.set_blocking(never, False)
    with use_cassette(path, auto_flush=True, flush_interval=0.002) as cassette:
        for number in range(CHILDREN):
            if not os.fork():
                os.close(said)
                ask_on(port, number, nothing, never)
        while True:
            urls = [each.request.url.split("/")[3] for each in cassette]
            counts = [urls.count(str(number)) for number in range(CHILDREN)]
            cassette.flush()
            if all(counts):
                os.write(said, json.dumps(counts).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
