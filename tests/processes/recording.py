"""A process that has others record into one cassette at once. None of them was started inside a block.

    python -m tests.processes.recording FOLDER PORT ROUNDS PROCESSES COUNT MODE

Round n records into FOLDER/n.yaml. Process k asks for /k/0, /k/1 and so on, once all have opened their block;
every other one saves meanwhile.
"""

from __future__ import annotations

import http.client
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from reqsnap import use_cassette


def main(folder: Path, port: int, rounds: int, processes: int, count: int, mode: str) -> None:
    """One round after another."""
    with use_cassette(mode="record"):
        ask(http.client.HTTPConnection("127.0.0.1", port), "/patches-are-loaded-before-the-first-process")
    for number in range(rounds):
        play(folder / f"{number}.yaml", port, processes, count, mode)


def play(path: Path, port: int, processes: int, count: int, mode: str) -> None:
    """Let all record, and wait for their ends."""
    opened_read, opened_write = os.pipe()
    go_read, go_write = os.pipe()
    started = []
    for number in range(processes):
        started.append(os.fork())
        if not started[-1]:
            os.close(go_write)
            record(path, port, number, count, mode, opened_write, go_read)
    os.close(opened_write)
    for _ in started:
        assert os.read(opened_read, 1) == b"o"
    for end in (go_write, go_read, opened_read):
        os.close(end)
    statuses = [os.waitpid(process, 0)[1] for process in started]
    assert statuses == [0] * processes, statuses


def record(path: Path, port: int, number: int, count: int, mode: str, opened: int, go: int) -> NoReturn:
    """Record `count` exchanges when told to."""
    status = 1
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        block = use_cassette(path, mode=mode)
        if number % 2:
            block = use_cassette(path, mode=mode, auto_flush=True, flush_interval=0.02)
        with block:
            os.write(opened, b"o")
            os.close(opened)
            assert os.read(go, 1) == b""
            for place in range(count):
                ask(connection, f"/{number}/{place}")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def ask(connection: http.client.HTTPConnection, path: str) -> None:
    """One exchange."""
    connection.request("GET", path)
    connection.getresponse().read()


if __name__ == "__main__":
    port, rounds, processes, count = map(int, sys.argv[2:6])
    main(Path(sys.argv[1]), port, rounds, processes, count, sys.argv[6])
