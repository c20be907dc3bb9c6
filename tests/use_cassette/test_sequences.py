"""Identical requests: each gets its own recording, in the order in which they were sent."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from reqsnap import SequenceExhaustedError, use_cassette
from tests.support.counter import Counter
from tests.support.scripted import Scripted
from tests.use_cassette.conftest import Raw


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_n_identical_requests_are_one_sequence(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    with use_cassette(path) as cassette:
        known = cassette.info(cassette.interactions[0].request)
        assert known is not None
        assert [response.body for response in known.responses] == [b"1", b"2", b"3"]


def test_requests_that_start_together_take_a_place_each(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    answers: list[bytes] = []

    def poll() -> None:
        answers.append(raw(f"{script.url}/poll").read())

    with use_cassette(path, on_exhausted="error"):
        threads = [threading.Thread(target=poll) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [b"1", b"2", b"3"]


def test_after_the_last_a_sequence_repeats_raises_or_cycles(path: Path, script: Scripted, raw: Raw) -> None:
    def poll(times: int) -> list[bytes]:
        return [raw(f"{script.url}/poll").read() for _ in range(times)]

    with use_cassette(path, mode="record"):
        poll(3)
    with use_cassette(path):
        assert poll(5) == [b"1", b"2", b"3", b"3", b"3"]
    with use_cassette(path, on_exhausted="cycle"):
        assert poll(5) == [b"1", b"2", b"3", b"1", b"2"]
    with pytest.raises(SequenceExhaustedError), use_cassette(path, on_exhausted="error"):
        poll(4)


def test_overlapping_identical_requests_replay_in_the_order_they_started(path: Path, raw: Raw) -> None:
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    server = Scripted({"/slow": [wire + b"one", wire + b"two"]})
    try:
        with use_cassette(path, mode="record"):
            one = raw(f"{server.url}/slow")
            two = raw(f"{server.url}/slow")
            # The second one ends before the first.
            assert (two.read(), one.read()) == (b"two", b"one")
    finally:
        server.close()
    with use_cassette(path):
        assert [raw(f"{server.url}/slow").read() for _ in range(2)] == [b"one", b"two"]


def test_every_load_starts_at_the_first(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    data = path.read_bytes()
    for mode in ("once", "playback", "update"):
        with use_cassette(path, mode=mode):
            assert raw(f"{script.url}/poll").read() == b"1"
        assert path.read_bytes() == data


def test_counts_change_on_replay_alone(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record") as cassette:
        server.get("/a")
        assert cassette.play_count == 0
    with use_cassette(path) as cassette:
        cassette.info(cassette.interactions[0].request)
        assert cassette.play_count == 0
        server.get("/a")
        assert cassette.play_count == 1


def test_reset_starts_the_sequences_again(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    with use_cassette(path) as cassette:
        assert [raw(f"{script.url}/poll").read() for _ in range(2)] == [b"1", b"2"]
        cassette.reset()
        assert (cassette.play_count, raw(f"{script.url}/poll").read()) == (0, b"1")
