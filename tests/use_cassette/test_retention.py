"""`max_interactions` in use: what a cassette keeps, through a client and a server."""

from __future__ import annotations

from pathlib import Path

import pytest

import reqsnap
from reqsnap import use_cassette
from tests.support.cassettes import names_in
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path, server: Counter) -> Path:
    """A cassette of /1, /2 and /3."""
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        for name in "123":
            server.get(f"/{name}")
    return path


def test_a_replay_keeps_a_recording_from_leaving(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="update", max_interactions=3) as cassette:
        server.get("/1")
        server.get("/4")
        assert cassette.evicted == 1
    assert names_in(path) == ["1", "3", "4"]


def test_no_more_are_held_when_a_cassette_is_opened_and_what_left_is_gone(
    path: Path, server: Counter
) -> None:
    with use_cassette(path, mode="update", max_interactions=2) as cassette:
        assert (len(cassette), cassette.evicted) == (2, 1)
    assert names_in(path) == ["2", "3"]
    assert len(server.requests) == 3


@pytest.mark.parametrize("mode", ["once", "playback"])
def test_where_the_mode_does_not_write_everything_stays(path: Path, server: Counter, mode: str) -> None:
    before = path.read_bytes(), path.stat().st_mtime_ns
    with use_cassette(path, mode=mode, max_interactions=1) as cassette:
        for name in "3211":
            server.get(f"/{name}")
        assert (len(cassette), cassette.evicted) == (3, 0)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize("mode", ["once", "record"])
def test_a_first_recording_keeps_the_newest(tmp_path: Path, server: Counter, mode: str) -> None:
    path = tmp_path / "new.yaml"
    with use_cassette(path, mode=mode, max_interactions=2) as cassette:
        for name in "12345":
            server.get(f"/{name}")
        assert cassette.evicted == 3
    assert names_in(path) == ["4", "5"]


def test_a_cassette_in_memory_keeps_the_newest_too(server: Counter) -> None:
    with use_cassette(max_interactions=2) as cassette:
        for name in "123":
            server.get(f"/{name}")
    assert (len(cassette), cassette.evicted) == (2, 1)


def test_a_sequence_loses_its_first(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "poll.yaml"
    with use_cassette(path):
        live = [server.get("/poll") for _ in range(3)]
    with use_cassette(path, mode="update", max_interactions=2):
        assert [server.get("/poll"), server.get("/poll")] == live[1:]


def test_what_left_is_refused_like_what_was_never_recorded(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="update", max_interactions=2):
        pass
    with pytest.raises(reqsnap.UnmatchedRequestError), use_cassette(path):
        server.get("/1")
