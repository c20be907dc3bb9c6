"""Mistakes: each an error at the door, with nothing overwritten, patched or hidden."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any, cast

import pytest

import reqsnap
from reqsnap import use_cassette
from tests.support.counter import Counter


@pytest.fixture(autouse=True)
def _no_patch_is_left() -> object:
    before = dict(vars(http.client.HTTPConnection))
    yield
    assert dict(vars(http.client.HTTPConnection)) == before


def test_a_damaged_cassette_is_refused_with_its_line_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("reqsnap: 1\ninteractions:\n- request: 5\n# end\n")
    for mode in ("once", "playback", "update"):
        with pytest.raises(reqsnap.CassetteFormatError) as caught, use_cassette(path, mode=mode):
            pass
        assert caught.value.path == str(path)
        assert caught.value.line == 3
    assert path.read_text().endswith("- request: 5\n# end\n")


def test_a_cassette_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("reqsnap: 2\ninteractions: []\n# end\n")
    with pytest.raises(reqsnap.CassetteFormatError, match="newer"), use_cassette(path):
        pass


def test_a_directory_is_no_cassette(tmp_path: Path) -> None:
    with pytest.raises(reqsnap.ConfigurationError, match="directory"), use_cassette(tmp_path):
        pass


def test_a_directory_that_cannot_be_made_is_found_before_anything_is_sent(
    tmp_path: Path, server: Counter
) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(reqsnap.ConfigurationError, match="file"),
        use_cassette(tmp_path / "file" / "x.yaml"),
    ):
        server.get("/a")
    assert server.requests == []


def test_blocks_on_one_path_agree(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, on_exhausted="cycle"):
        with pytest.raises(reqsnap.ConfigurationError, match="on_exhausted"), use_cassette(path):
            pass
        with pytest.raises(reqsnap.ConfigurationError, match="mode"):
            use_cassette(path, on_exhausted="cycle", mode="record").__enter__()


def test_a_failed_save_is_an_error_and_keeps_the_recording(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("reqsnap: 1\ninteractions: []\n# end\n")
    monkeypatch.setattr("os.replace", _no_space)
    with pytest.raises(reqsnap.CassetteWriteError) as caught, use_cassette(path, mode="record") as cassette:
        server.get("/a")
    assert isinstance(caught.value.__cause__, OSError)
    monkeypatch.undo()
    assert path.read_text() == "reqsnap: 1\ninteractions: []\n# end\n"
    assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]
    cassette.save(tmp_path / "kept.yaml")
    kept = reqsnap.Cassette()
    kept.load(tmp_path / "kept.yaml")
    assert kept.interactions == cassette.interactions


def test_a_failed_save_does_not_hide_the_error_of_the_block(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.replace", _no_space)
    with pytest.raises(KeyError) as caught, use_cassette(tmp_path / "x.yaml"):
        server.get("/a")
        raise KeyError
    assert "No space" in "".join(caught.value.__notes__)


def _no_space(*args: object) -> None:
    raise OSError(28, "No space left on device")


def test_leaving_more_often_than_entering_is_a_mistake(tmp_path: Path) -> None:
    context = use_cassette(tmp_path / "x.yaml")
    with pytest.raises(RuntimeError, match="left more often"):
        context.__exit__(None, None, None)


def test_only_functions_and_classes_can_be_decorated() -> None:
    with pytest.raises(reqsnap.ConfigurationError, match="decorates"):
        cast(Any, use_cassette("x.yaml"))(3)


def test_the_environment_makes_modes_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQSNAP_MODE", "update")
    with use_cassette(tmp_path / "x.yaml", mode="once"), use_cassette(tmp_path / "x.yaml", mode="record"):
        pass


def test_a_block_that_could_not_be_opened_completes_no_partial(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    with pytest.raises(KeyError), use_cassette(path):
        server.get("/a")
        raise KeyError
    monkeypatch.setattr("reqsnap.patching.acquire", _no_space)
    with pytest.raises(OSError, match="No space"), use_cassette(path):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["x.yaml.partial"]
