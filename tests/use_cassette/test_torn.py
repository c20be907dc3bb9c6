"""A file whose last addition was not finished: what stands before is used, and nothing is lost."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from reqsnap import Cassette, CassetteFormatError, TornCassetteWarning, use_cassette
from tests.support.cassettes import targets_in, targets_of
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path, server: Counter) -> Path:
    """A cassette of two exchanges, torn within the second."""
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/0")
    with use_cassette(path, mode="update"):
        server.get("/1")
    path.write_bytes(path.read_bytes()[:-40])
    return path


@pytest.mark.parametrize("mode", ["playback", "once"])
def test_what_only_replays_uses_what_is_whole_and_leaves_the_file_alone(
    mode: str, path: Path, tmp_path: Path, server: Counter
) -> None:
    before = path.read_bytes()
    with pytest.warns(TornCassetteWarning) as caught, use_cassette(path, mode=mode):
        server.get("/0")
    [warning] = caught
    assert warning.filename == __file__
    told = warning.message
    assert isinstance(told, TornCassetteWarning)
    line = before[: before.rindex(b"- request:")].count(b"\n") + 1
    assert (told.path, told.line, told.used, told.kept) == (str(path), line, 1, None)
    assert f"{path}, line {line}: " in str(told)
    assert f"`reqsnap repair {path}`" in str(told)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]


def test_what_writes_next_mends_it_and_keeps_what_was_torn(
    path: Path, tmp_path: Path, server: Counter
) -> None:
    before = path.read_bytes()
    with pytest.warns(TornCassetteWarning) as caught, use_cassette(path, mode="update"):
        server.get("/0")
        server.get("/1")
        server.get("/2")
    assert [str(each.message).partition(" is kept as ")[2] for each in caught] == [
        "",
        f"{path}.damaged.",
    ]
    assert targets_in(path) == ["/0", "/1", "/2"]
    assert (tmp_path / "x.yaml.damaged").read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.yaml", "x.yaml.damaged"]


def test_a_second_damaged_file_has_a_name_of_its_own(path: Path, tmp_path: Path, server: Counter) -> None:
    (tmp_path / "x.yaml.damaged").write_bytes(b"older")
    with pytest.warns(TornCassetteWarning), use_cassette(path, mode="update"):
        server.get("/2")
    assert (tmp_path / "x.yaml.damaged").read_bytes() == b"older"
    assert (tmp_path / "x.yaml.damaged-2").exists()


def test_a_torn_partial_file_is_gone_on_with(path: Path, tmp_path: Path, server: Counter) -> None:
    path.rename(tmp_path / "x.yaml.partial")
    with pytest.warns(TornCassetteWarning), use_cassette(path):
        server.get("/0")
        server.get("/1")
    assert targets_in(path) == ["/0", "/1"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["x.yaml", "x.yaml.damaged"]


def test_a_warning_that_is_an_error_opens_no_block(path: Path, server: Counter) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", TornCassetteWarning)
        with pytest.raises(TornCassetteWarning), use_cassette(path, mode="playback"):
            pass
    server.get("/not-in-a-block")
    assert server.requests[-1] == "GET /not-in-a-block"


def test_loading_a_torn_file_warns_too(path: Path) -> None:
    cassette = Cassette()
    with pytest.warns(TornCassetteWarning) as caught:
        cassette.load(path)
    assert targets_of(cassette) == ["/0"]
    assert caught[0].filename == __file__


def test_a_file_that_is_damaged_elsewhere_is_neither_used_nor_written(path: Path, server: Counter) -> None:
    path.write_bytes(path.read_bytes().replace(b"recorded_at", b"recorded", 1))
    before = path.read_bytes()
    for mode in ("playback", "once", "update"):
        with pytest.raises(CassetteFormatError), use_cassette(path, mode=mode):
            pass
    assert path.read_bytes() == before
