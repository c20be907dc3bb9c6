"""Threads of our own take no signal of the program's, and belong to no block."""

from __future__ import annotations

import signal
import threading

import pytest

from reqsnap import own_threads, scope, use_cassette


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="there are no signal masks here")
def test_a_thread_of_ours_takes_no_signal_and_the_one_that_starts_it_still_does() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    blocked: set[int] = set()
    thread = threading.Thread(target=lambda: blocked.update(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
    own_threads.start(thread)
    thread.join()
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGUSR1} <= blocked
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_thread_of_ours_belongs_to_no_block() -> None:
    found: list[scope.Block | None] = []
    with use_cassette(mode="record"):
        thread = threading.Thread(target=lambda: found.append(scope.innermost()))
        own_threads.start(thread)
        thread.join()
    assert found == [None]
