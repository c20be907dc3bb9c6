"""A cassette changed by hand while its block is open: what is answered, and what is in the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import reqsnap
from reqsnap import Cassette, Headers, Interaction, Request, Response, use_cassette
from tests.support.cassettes import names_in
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path, server: Counter) -> Path:
    """A cassette of /a, /b and /a."""
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        for name in "aba":
            server.get(f"/{name}")
    return path


def asked(server: Counter, name: str) -> Request:
    return Request("GET", f"http://127.0.0.1:{server.port}/{name}")


def by_hand(server: Counter, name: str, text: str) -> Interaction:
    body = text.encode()
    response = Response(200, "OK", Headers([("Content-Length", str(len(body)))]), body)
    return Interaction(asked(server, name), response, datetime.now(UTC))


def test_the_block_yields_the_cassette(path: Path) -> None:
    with use_cassette(path) as cassette:
        assert isinstance(cassette, Cassette)
        assert (cassette.path, cassette.mode) == (str(path), reqsnap.Mode.ONCE)


def test_clear_touches_the_file_when_the_block_ends(path: Path, server: Counter) -> None:
    before = path.read_bytes()
    with use_cassette(path, mode="update") as cassette:
        cassette.clear()
        assert path.read_bytes() == before
        assert server.get("/a") == "4 GET /a "
    assert names_in(path) == ["a"]


def test_clear_touches_the_file_when_it_is_saved(path: Path) -> None:
    with use_cassette(path, mode="update") as cassette:
        cassette.clear()
        cassette.save()
        assert names_in(path) == []


def test_what_is_deleted_is_recorded_anew_and_the_rest_replayed(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="update") as cassette:
        assert cassette.delete(asked(server, "a")) == 2
        assert [server.get("/a"), server.get("/b")] == ["4 GET /a ", "2 GET /b "]
    assert names_in(path) == ["b", "a"]


def test_what_a_function_names_is_deleted(path: Path) -> None:
    with use_cassette(path, mode="update") as cassette:
        assert cassette.delete(lambda each: b"3 GET" in each.response.body) == 1
    assert names_in(path) == ["a", "b"]


def test_info_does_not_advance_a_sequence(path: Path, server: Counter) -> None:
    with use_cassette(path) as cassette:
        assert server.get("/a") == "1 GET /a "
        for _ in range(3):
            info = cassette.info(asked(server, "a"))
            assert info is not None
            assert (len(info.responses), info.play_count) == (2, 1)
        assert server.get("/a") == "3 GET /a "


def test_only_the_new_set_is_answered(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="playback") as cassette:
        cassette.replace([by_hand(server, "c", "made by hand")])
        assert server.get("/c") == "made by hand"
        assert cassette.info(asked(server, "a")) is None
        cassette.load()
        assert server.get("/a") == "1 GET /a "
    assert names_in(path) == ["a", "b", "a"]


def test_load_goes_on_with_another_cassette(path: Path, tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "empty.yaml", mode="playback") as cassette:
        cassette.load(path)
        assert [server.get("/b"), server.get("/a")] == ["2 GET /b ", "1 GET /a "]
    assert not (tmp_path / "empty.yaml").exists()


def test_save_makes_a_copy_while_the_block_is_open(path: Path, tmp_path: Path, server: Counter) -> None:
    with use_cassette(path, mode="update") as cassette:
        server.get("/c")
        cassette.save(tmp_path / "deep" / "copy.yaml")
        assert names_in(tmp_path / "deep" / "copy.yaml") == ["a", "b", "a", "c"]
        assert names_in(path) == ["a", "b", "a"]


def test_a_cassette_that_could_not_be_saved_says_where_its_recordings_are(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full, pytest.raises(reqsnap.CassetteWriteError) as caught:
        full.setattr("os.replace", no_space)
        with use_cassette(tmp_path / "x.yaml"):
            server.get("/a")
    assert caught.value.rescued is not None
    rescued = Path(caught.value.rescued)
    try:
        assert names_in(rescued) == ["a"]
    finally:
        rescued.unlink()


def test_a_version_that_is_not_known_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("reqsnap: 9\ninteractions: []\n# end\n")
    cassette = Cassette()
    with pytest.raises(reqsnap.CassetteFormatError, match="newer"):
        cassette.load(path)
    assert path.read_text() == "reqsnap: 9\ninteractions: []\n# end\n"


def test_options_of_matching_may_change_after_recording(path: Path, server: Counter) -> None:
    with use_cassette(path, match_on=["method", "host"]):
        assert server.get("/another") == "1 GET /a "


def test_leaving_twice_is_a_mistake_and_nothing_is_made_where_nothing_was_recorded(
    tmp_path: Path,
) -> None:
    context = use_cassette(tmp_path / "x.yaml")
    with context:
        pass
    with pytest.raises(RuntimeError, match="left more often"):
        context.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_kept_of_a_block_that_says_so(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "x.yaml") as cassette:
        server.get("/a")
        cassette.clear()
    assert list(tmp_path.iterdir()) == []
