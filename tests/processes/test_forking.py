"""A process that forks does so without a thread of ours, which Python 3.12 and later would warn of."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reqsnap import own_threads, use_cassette
from reqsnap.cassette import flushing
from reqsnap.processes import children
from reqsnap.processes.attendants import Attendants, start_thread
from reqsnap.processes.owner import Owner
from reqsnap.processes.sockets import enter
from tests.processes.children import ROOT
from tests.processes.forking import CHILDREN
from tests.support.counter import Counter

ROUNDS = 5


def test_a_process_forks_without_our_threads(tmp_path: Path, server: Counter) -> None:
    arguments = [str(server.port), str(tmp_path / "x.yaml"), str(ROUNDS)]
    command = [sys.executable, "-W", "error", "-m", "tests.processes.forking", *arguments]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (shown.stdout, shown.stderr) == (f"{{1}} {ROUNDS * (1 + 2 * CHILDREN)}\n", "")


def test_no_other_thread_forks_before_ours_are_back(monkeypatch: pytest.MonkeyPatch) -> None:
    may_fork: list[bool] = []
    resume = flushing.resume

    def watched() -> None:
        start_thread(lambda: may_fork.append(children._lock.acquire(blocking=False)), "another").join()
        resume()

    monkeypatch.setattr(flushing, "resume", watched)
    with use_cassette(mode="live"):
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
    assert may_fork == [False]


def test_what_is_asked_in_a_pause_is_answered_after_it() -> None:
    attendants = Attendants()
    owner = Owner(bytes.upper, attendants)
    attendants.start()
    before = threading.active_count()
    with enter(owner.address, owner.key) as connection:
        for _ in range(2):
            attendants.pause()
            attendants.pause()
            assert threading.active_count() == before - 1
            connection.send_bytes(b"asked")
            attendants.start()
            attendants.start()
            assert connection.recv_bytes() == b"ASKED"
        owner.close()
        attendants.pause()
        attendants.start()
        connection.send_bytes(b"more")
        assert connection.recv_bytes() == b"MORE"


def test_a_pause_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_threads, "PATIENCE", 0.01)
    asked, go_on = threading.Event(), threading.Event()

    def answer(data: bytes) -> bytes:
        asked.set()
        go_on.wait()
        return data

    attendants = Attendants()
    owner = Owner(answer, attendants)
    attendants.start()
    with enter(owner.address, owner.key) as connection:
        connection.send_bytes(b"one")
        asked.wait()
        attendants.pause()
        attendants.start()
        go_on.set()
        assert connection.recv_bytes() == b"one"
        connection.send_bytes(b"two")
        assert connection.recv_bytes() == b"two"
    owner.close()
