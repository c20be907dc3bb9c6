"""Cassettes within cassettes, and several at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from reqsnap import UnmatchedRequestError, use_cassette
from tests.support.counter import Counter


@pytest.fixture
def outer_path(tmp_path: Path, server: Counter) -> Path:
    with use_cassette(tmp_path / "outer.yaml", mode="record"):
        server.get("/a")
    return tmp_path / "outer.yaml"


def test_the_outer_cassette_answers_what_the_inner_one_does_not_hold(
    outer_path: Path, tmp_path: Path, server: Counter
) -> None:
    with use_cassette(outer_path, mode="playback") as outer:
        with use_cassette(tmp_path / "inner.yaml", mode="update") as inner:
            assert [server.get("/a"), server.get("/b")] == ["1 GET /a ", "2 GET /b "]
        assert (len(outer), outer.play_count, len(inner)) == (1, 1, 1)
    with pytest.raises(UnmatchedRequestError), use_cassette(outer_path, mode="playback"):
        server.get("/b")


def test_an_exclusive_cassette_stands_alone(outer_path: Path, tmp_path: Path, server: Counter) -> None:
    with (
        pytest.raises(UnmatchedRequestError),
        use_cassette(outer_path, mode="playback"),
        use_cassette(tmp_path / "inner.yaml", mode="playback", exclusive=True),
    ):
        server.get("/a")
    assert len(server.requests) == 1


def test_recording_goes_to_the_innermost(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "outer.yaml") as outer:
        server.get("/a")
        with use_cassette(tmp_path / "inner.yaml") as inner:
            server.get("/b")
        server.get("/c")
    assert [len(outer), len(inner)] == [2, 1]


def test_blocks_of_one_path_are_one_set(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, mode="record") as outer:
        server.get("/a")
        with pytest.raises(KeyError), use_cassette(path, mode="record") as inner:
            server.get("/b")
            raise KeyError
        assert inner is outer
        assert not path.exists()
        server.get("/c")
    with use_cassette(path, mode="playback") as cassette:
        assert len(cassette) == 3


def test_the_position_is_shared(outer_path: Path, server: Counter) -> None:
    with use_cassette(outer_path, mode="update"):
        server.get("/a")
        with use_cassette(outer_path, mode="update"):
            assert server.get("/a") == "2 GET /a "
