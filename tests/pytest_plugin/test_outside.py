"""What child processes note of the cassettes that they open by themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reqsnap import use_cassette
from reqsnap.blocks import watching
from reqsnap.blocks.elsewhere import Notes


@pytest.fixture
def watch() -> Iterator[Callable[[Notes], Notes]]:
    """Has every block noted until the test is over."""
    before = list(watching.watchers)

    def begin(notes: Notes) -> Notes:
        watching.watchers.append(notes.note)
        return notes

    yield begin
    watching.watchers[:] = before


def test_paths_are_noted_once_whatever_they_are(tmp_path: Path, watch: Callable[[Notes], Notes]) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    notes = watch(Notes(str(folder)))
    paths = [tmp_path / "cassettes" / name for name in ("a\nb.yaml", "ü \udcff.yaml")]
    for path in [*paths, *paths]:
        with use_cassette(path, mode="update"):
            pass
    with use_cassette():
        pass
    with use_cassette("memory://a.yaml"):
        pass
    assert notes.read() == set(map(str, paths))


def test_who_asks_notes_nothing_itself(tmp_path: Path, watch: Callable[[Notes], Notes]) -> None:
    notes = watch(Notes(str(tmp_path), asks=os.getpid()))
    with use_cassette(tmp_path / "a.yaml", mode="update"):
        pass
    assert notes.read() == set()


def test_a_child_that_outlives_whoever_asks_opens_its_cassettes_all_the_same(
    tmp_path: Path, watch: Callable[[Notes], Notes]
) -> None:
    watch(Notes(str(tmp_path / "gone")))
    with use_cassette(tmp_path / "a.yaml", mode="update") as cassette:
        assert cassette.path == str(tmp_path / "a.yaml")
    assert not (tmp_path / "gone").exists()
