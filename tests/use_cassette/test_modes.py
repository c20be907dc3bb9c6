"""What each mode replays, sends and writes, and what becomes of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

import reqsnap
from reqsnap import use_cassette
from tests.support.counter import Counter
from tests.support.network import no_network


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "x.yaml"


def record(path: Path, server: Counter, *paths: str) -> None:
    with use_cassette(path, mode="record"):
        for each in paths:
            server.get(each)


def test_once_records_then_replays_and_refuses_the_rest(path: Path, server: Counter) -> None:
    with use_cassette(path):
        live = [server.get("/a"), server.get("/a")]
    assert live == ["1 GET /a ", "2 GET /a "]
    with use_cassette(path) as cassette:
        assert [server.get("/a"), server.get("/a"), server.get("/a")] == [*live, live[-1]]
        assert (cassette.play_count, cassette.position, cassette.all_played) == (3, 2, True)
    with pytest.raises(reqsnap.UnmatchedRequestError), use_cassette(path):
        server.get("/b")
    assert len(server.requests) == 2


def test_playback_leaves_the_file_byte_for_byte(path: Path, server: Counter) -> None:
    record(path, server, "/a", "/b")
    before = path.read_bytes(), path.stat().st_mtime_ns
    with use_cassette(path, mode="playback") as cassette:
        server.get("/a")
        cassette.clear()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert len(server.requests) == 2


def test_playback_without_a_file_refuses_everything_and_makes_none(path: Path, server: Counter) -> None:
    with (
        pytest.raises(reqsnap.UnmatchedRequestError, match="there is no such file and mode playback"),
        use_cassette(path, mode="playback"),
    ):
        server.get("/a")
    assert not path.parent.exists()
    assert server.requests == []


def test_playback_replays_a_first_recording_that_did_not_end_well(path: Path, server: Counter) -> None:
    partial = Path(f"{path}.partial")
    with pytest.raises(KeyError), use_cassette(path):
        server.get("/a")
        raise KeyError
    before = partial.read_bytes()
    for _ in range(2):
        with pytest.raises(KeyError), use_cassette(path, mode="playback") as cassette:
            assert server.get("/a") == "1 GET /a "
            raise KeyError
        assert cassette.path == str(path)
    told = "it is not the one recorded request of .*x.yaml.partial, a first recording that did not end well"
    with pytest.raises(reqsnap.UnmatchedRequestError, match=told), use_cassette(path, mode="playback"):
        server.get("/b")
    assert not path.exists()
    assert partial.read_bytes() == before
    assert len(server.requests) == 1


def test_playback_of_a_cassette_has_nothing_to_do_with_a_partial_one(path: Path, server: Counter) -> None:
    record(path, server, "/a")
    with pytest.raises(KeyError), use_cassette(path, mode="record"):
        server.get("/a")
        raise KeyError
    assert Path(f"{path}.partial").exists()
    with use_cassette(path, mode="playback"):
        assert server.get("/a") == "1 GET /a "


def test_live_knows_its_path_and_writes_nothing(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="live") as cassette:
        server.get("/a")
        assert cassette.path == str(path)
        with pytest.raises(reqsnap.ConfigurationError, match="mode live never writes its own file"):
            cassette.save()
    assert not path.parent.exists()


def test_update_adds_what_is_new_and_keeps_what_is_there(path: Path, server: Counter) -> None:
    record(path, server, "/a", "/c")
    with use_cassette(path, mode="update"):
        assert [server.get("/a"), server.get("/b"), server.get("/c")] == [
            "1 GET /a ",
            "3 GET /b ",
            "2 GET /c ",
        ]
        assert [server.get("/b"), server.get("/a")] == ["4 GET /b ", "5 GET /a "]
    with use_cassette(path, mode="playback"):
        assert [server.get(f"/{name}") for name in "aabbc"] == [
            "1 GET /a ",
            "5 GET /a ",
            "3 GET /b ",
            "4 GET /b ",
            "2 GET /c ",
        ]


def test_update_that_finds_nothing_new_does_not_write(path: Path, server: Counter) -> None:
    record(path, server, "/a")
    before = path.stat().st_mtime_ns
    with use_cassette(path, mode="update"):
        server.get("/a")
    assert path.stat().st_mtime_ns == before


def test_record_replaces_the_set_when_it_ends_well(path: Path, server: Counter) -> None:
    record(path, server, "/a", "/b")
    old = path.read_bytes()
    with use_cassette(path, mode="record"):
        assert server.get("/c") == "3 GET /c "
        assert path.read_bytes() == old
    with use_cassette(path, mode="playback") as cassette:
        assert [each.request.url.rpartition("/")[2] for each in cassette] == ["c"]


def test_record_that_raises_leaves_the_previous_cassette(path: Path, server: Counter) -> None:
    record(path, server, "/a")
    old = path.read_bytes()
    with pytest.raises(KeyError), use_cassette(path, mode="record"):
        server.get("/b")
        raise KeyError
    assert path.read_bytes() == old
    kept = reqsnap.Cassette()
    kept.load(f"{path}.partial")
    assert [each.request.url.rpartition("/")[2] for each in kept] == ["b"]


def test_record_without_a_request_keeps_the_previous_cassette_and_says_so(
    path: Path, server: Counter
) -> None:
    record(path, server, "/a")
    old = path.read_bytes()
    with (
        pytest.warns(reqsnap.ReqsnapWarning, match="nothing was recorded"),
        use_cassette(path, mode="record"),
    ):
        pass
    assert path.read_bytes() == old


def test_no_request_makes_no_file(path: Path) -> None:
    for mode in ("once", "update", "record"):
        with use_cassette(path, mode=mode):
            pass
    assert not path.exists()


def test_a_first_recording_that_raises_is_completed_by_the_next_run(path: Path, server: Counter) -> None:
    with pytest.raises(KeyError), use_cassette(path):
        server.get("/a")
        raise KeyError
    assert not path.exists()
    with use_cassette(path):
        assert [server.get("/a"), server.get("/b")] == ["1 GET /a ", "2 GET /b "]
    assert sorted(each.name for each in path.parent.iterdir()) == ["x.yaml"]
    with use_cassette(path, mode="playback"):
        assert [server.get("/a"), server.get("/b")] == ["1 GET /a ", "2 GET /b "]


def test_a_partial_that_lacked_nothing_takes_the_name(path: Path, server: Counter) -> None:
    with pytest.raises(KeyError), use_cassette(path):
        server.get("/a")
        raise KeyError
    with use_cassette(path):
        server.get("/a")
    assert [each.name for each in path.parent.iterdir()] == ["x.yaml"]
    assert len(server.requests) == 1


def test_update_that_raises_keeps_what_it_added(path: Path, server: Counter) -> None:
    record(path, server, "/a")
    with pytest.raises(KeyError), use_cassette(path, mode="update"):
        server.get("/b")
        raise KeyError
    with use_cassette(path, mode="playback") as cassette:
        assert len(cassette) == 2


@pytest.mark.parametrize("mode", ["once", "update", "record"])
def test_a_raising_block_may_drop_what_it_recorded(path: Path, server: Counter, mode: str) -> None:
    with pytest.raises(KeyError), use_cassette(path, mode=mode, record_on_exception=False):
        server.get("/a")
        raise KeyError
    assert not path.parent.exists() or not list(path.parent.iterdir())


def test_live_is_as_if_reqsnap_were_absent(path: Path, server: Counter) -> None:
    record(path, server, "/a")
    old = path.read_bytes()
    with use_cassette(path, mode="live") as cassette:
        assert server.get("/a") == "2 GET /a "
        assert len(cassette) == 0
    assert path.read_bytes() == old


def test_the_environment_overrides_the_code(
    path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(path, server, "/a")
    monkeypatch.setenv("REQSNAP_MODE", "none")
    with use_cassette(path, mode="record") as cassette:
        assert cassette.mode is reqsnap.Mode.PLAYBACK
        assert server.get("/a") == "1 GET /a "


def test_without_a_path_a_block_records_in_memory(server: Counter) -> None:
    with use_cassette() as cassette:
        server.get("/a")
        server.get("/a")
    assert [each.response.body for each in cassette] == [b"1 GET /a ", b"2 GET /a "]
    assert cassette.path is None
    for mode in ("playback", "update"):
        with pytest.raises(reqsnap.ConfigurationError, match=mode), use_cassette(mode=mode):
            pass


@pytest.mark.parametrize(("policy", "fourth"), [("repeat", "3 GET /a "), ("cycle", "1 GET /a ")])
def test_after_the_last_recording(path: Path, server: Counter, policy: str, fourth: str) -> None:
    record(path, server, "/a", "/a", "/a")
    with use_cassette(path, on_exhausted=policy):
        answers = [server.get("/a") for _ in range(4)]
    assert answers == ["1 GET /a ", "2 GET /a ", "3 GET /a ", fourth]


def test_after_the_last_recording_may_come_an_error(path: Path, server: Counter) -> None:
    record(path, server, "/a")
    with pytest.raises(reqsnap.SequenceExhaustedError), use_cassette(path, on_exhausted="error"):
        assert [server.get("/a"), server.get("/a")] == []


def test_a_library_has_options_and_a_directory_in_common(tmp_path: Path, server: Counter) -> None:
    library = reqsnap.Library(tmp_path, mode="update")
    with library.use_cassette("sub/x.yaml") as cassette:
        assert cassette.mode is reqsnap.Mode.UPDATE
        server.get("/a")
    assert (tmp_path / "sub" / "x.yaml").exists()
    with library.use_cassette("sub/x.yaml", mode="playback"):
        assert server.get("/a") == "1 GET /a "


def test_record_leaves_the_old_file_until_the_block_has_ended_well(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a")
    old = path.read_bytes()
    with pytest.raises(ZeroDivisionError), use_cassette(path, mode="record"):
        server.get("/b")
        raise ZeroDivisionError
    assert path.read_bytes() == old
    with use_cassette(path, mode="record"):
        assert server.get("/c") == "3 GET /c "
        assert path.read_bytes() == old
    with use_cassette(path) as cassette:
        assert [each.request.url for each in cassette] == [f"http://127.0.0.1:{server.port}/c"]
        assert server.get("/c") == "3 GET /c "


def test_playback_replays_with_sockets_forbidden_and_refuses_the_rest(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        live = server.get("/a")
    with no_network():
        with use_cassette(path, mode="playback"):
            assert server.get("/a") == live
        with pytest.raises(reqsnap.UnmatchedRequestError), use_cassette(path, mode="playback"):
            server.get("/b")


def test_update_replays_what_is_there_and_appends_polls_of_something_new(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a")
    with use_cassette(path, mode="update"):
        assert [server.get(target) for target in ("/a", "/b", "/b", "/b")] == [
            "1 GET /a ",
            "2 GET /b ",
            "3 GET /b ",
            "4 GET /b ",
        ]
    with use_cassette(path) as cassette:
        assert [server.get("/b") for _ in range(3)] == ["2 GET /b ", "3 GET /b ", "4 GET /b "]
        assert len(cassette) == 4


@pytest.mark.parametrize("mode", ["playback", "update"])
def test_playback_and_update_need_a_path_and_say_so(mode: str) -> None:
    with (
        pytest.raises(reqsnap.ConfigurationError, match=f"mode {mode} needs the path"),
        use_cassette(mode=mode),
    ):
        pass


def test_record_works_without_a_path(server: Counter) -> None:
    with use_cassette(mode="record") as cassette:
        server.get("/a")
    assert len(cassette) == 1


def test_an_unknown_mode_is_answered_with_the_legal_ones() -> None:
    with pytest.raises(reqsnap.ConfigurationError) as caught:
        use_cassette(mode="invalid")
    for mode in reqsnap.Mode:
        assert mode.value in str(caught.value)


@pytest.mark.parametrize("mode", ["once", "record"])
def test_the_cassette_tells_its_mode(mode: str) -> None:
    with use_cassette(mode=mode) as cassette:
        assert cassette.mode is reqsnap.Mode(mode)
