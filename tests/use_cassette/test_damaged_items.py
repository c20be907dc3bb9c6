"""An item of a cassette that cannot be read is told to whoever needs it, and the file stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import reqsnap
from reqsnap import use_cassette
from reqsnap.formats import native
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path, server: Counter) -> Path:
    """A cassette of /a, /b and /c, in which the recording of /b is damaged."""
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        for target in ("/a", "/b", "/c"):
            server.get(target)
    before, _, after = path.read_text().partition("/b\n")
    path.write_text(f"{before}/b\n{after.replace('200 ', '20x ', 1)}")
    return path


def line_of(path: Path) -> int:
    return path.read_text().partition("20x ")[0].count("\n") + 1


@pytest.mark.parametrize("mode", ["once", "playback", "update"])
def test_only_who_needs_a_damaged_recording_is_told(mode: str, path: Path, server: Counter) -> None:
    written, answered = path.read_bytes(), len(server.requests)
    with use_cassette(path, mode=mode) as cassette:
        assert (server.get("/a")[0], server.get("/c")[0]) == ("1", "3")
        with pytest.raises(reqsnap.CassetteFormatError) as caught:
            server.get("/b")
        assert (caught.value.path, caught.value.line) == (str(path), line_of(path))
        with pytest.raises(reqsnap.CassetteFormatError):
            assert cassette.interactions
    assert path.read_bytes() == written
    assert len(server.requests) == answered


def test_nothing_is_written_to_a_file_that_was_found_to_be_damaged(path: Path, server: Counter) -> None:
    written = path.read_bytes()
    with pytest.raises(reqsnap.CassetteWriteError, match="line") as caught, use_cassette(path, mode="update"):
        assert server.get("/d")[0] == "4"
        with pytest.raises(reqsnap.CassetteFormatError):
            server.get("/b")
    assert path.read_bytes() == written
    assert [each.name for each in path.parent.iterdir()] == ["x.yaml"]
    assert caught.value.rescued is not None
    rescued = Path(caught.value.rescued)
    assert [each.request.url[-2:] for each in native.load(rescued.read_bytes())] == ["/a", "/c", "/d"]
    rescued.unlink()


def test_another_set_may_be_written_in_the_place_of_a_damaged_one(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="update") as cassette:
        with pytest.raises(reqsnap.CassetteFormatError):
            server.get("/b")
        cassette.clear()
        server.get("/e")
    with use_cassette(path, mode="playback") as cassette:
        assert [each.request.url[-2:] for each in cassette.interactions] == ["/e"]
