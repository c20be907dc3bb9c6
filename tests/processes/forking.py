"""A process that forks again and again while its children ask it, and counts its threads at each fork.

    python -W error -m tests.processes.forking PORT CASSETTE ROUNDS

Prints the counts that were met, and how many exchanges were recorded.
"""

from __future__ import annotations

import os
import sys
import threading

from reqsnap import use_cassette
from tests.processes.children import ask_all

CHILDREN = 3


def main(port: int, path: str, rounds: int) -> None:
    """Fork with children that are connected, and with something new that is about to be flushed."""
    counts = set()
    # What is registered first runs last.
    os.register_at_fork(before=lambda: counts.add(threading.active_count()))
    with use_cassette(path, auto_flush=True, flush_interval=0.001) as cassette:
        for number in range(rounds):
            ask_all("http.client", port, f"parent/{number}", 1)
            gates = [start_child(port, f"{number}/{child}") for child in range(CHILDREN)]
            for gate in gates:
                os.close(gate)
            assert [os.wait()[1] for _ in gates] == [0] * CHILDREN
    print(counts, len(cassette))


def start_child(port: int, name: str) -> int:
    """A child that has asked, and asks once more when what is returned is closed."""
    gate, mine = os.pipe()
    said, saying = os.pipe()
    if not os.fork():
        status = 1
        try:
            os.close(mine)
            ask_all("http.client", port, name, 1)
            os.close(saying)
            os.read(gate, 1)
            ask_all("http.client", port, f"{name}/again", 1)
            status = 0
        finally:
            os._exit(status)
    os.close(saying)
    os.close(gate)
    os.read(said, 1)
    os.close(said)
    return mine


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
