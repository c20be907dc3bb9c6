"""`max_inline_size` in use: large bodies beside the cassette, through a client and a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from reqsnap import MissingBodyError, use_cassette
from tests.support.counter import Counter


def test_large_answers_have_files_of_their_own(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, max_inline_size=1):
        answers = [server.get("/1"), server.get("/2")]
    files = list((tmp_path / "x.yaml.bodies").iterdir())
    assert len(files) == 2
    assert all(f"    file: {file.name}\n" in path.read_text() for file in files)
    with use_cassette(path, mode="playback"):
        assert [server.get("/1"), server.get("/2")] == answers
    assert len(server.requests) == 2


@pytest.mark.parametrize("most", [None, 1 << 20])
def test_others_stay_in_the_cassette(tmp_path: Path, server: Counter, most: int | None) -> None:
    with use_cassette(tmp_path / "x.yaml", max_inline_size=most):
        server.get("/1")
    assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]


def test_a_missing_file_is_told_when_its_answer_is_needed(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, max_inline_size=1):
        server.get("/1")
    (file,) = (tmp_path / "x.yaml.bodies").iterdir()
    file.unlink()
    with pytest.raises(MissingBodyError, match=file.name), use_cassette(path, mode="playback"):
        server.get("/1")
    assert len(server.requests) == 1
