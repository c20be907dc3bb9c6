"""VCR.py's record modes: what each replays, sends and stores."""

from __future__ import annotations

from pathlib import Path

import pytest

import reqsnap
import reqsnap.vcr as vcr
from reqsnap.vcr.cassette import Cassette
from reqsnap.vcr.errors import CannotOverwriteExistingCassetteException
from tests.support.counter import Counter

Refused = CannotOverwriteExistingCassetteException


def stored(path: str) -> list[str]:
    """The bodies in a file."""
    return [response["body"]["string"].decode() for response in Cassette.load(path=path).responses]


def record(path: str, server: Counter, *paths: str) -> list[str]:
    with vcr.use_cassette(path):
        return [server.get(each) for each in paths]


def test_once_plays_each_recording_once(path: str, server: Counter) -> None:
    live = record(path, server, "/a", "/a")
    with vcr.use_cassette(path) as cassette:
        assert [server.get("/a"), server.get("/a")] == live
        assert (cassette.play_count, cassette.all_played, cassette.write_protected) == (2, True, True)
        with pytest.raises(Refused) as caught:
            server.get("/a")
    assert isinstance(caught.value, reqsnap.UnmatchedRequestError)
    assert (caught.value.reason, caught.value.cassette) == ("already_played", cassette)
    assert len(server.requests) == 2


def test_once_replays_nothing_of_its_first_block(path: str, server: Counter) -> None:
    with vcr.use_cassette(path) as cassette:
        assert server.get("/a") != server.get("/a")
        assert (cassette.play_count, cassette.rewound, cassette.dirty, len(cassette)) == (0, False, True, 2)


def test_none_sends_nothing(path: str, server: Counter) -> None:
    with vcr.use_cassette(path, record_mode="none"), pytest.raises(Refused) as caught:
        server.get("/a")
    assert caught.value.reason == "cassette_not_found"
    assert (server.requests, Path(path).exists()) == ([], False)


@pytest.mark.parametrize("mode", [vcr.mode.NEW_EPISODES, vcr.mode.ANY])
def test_new_episodes_adds_and_plays_what_it_added(path: str, server: Counter, mode: vcr.RecordMode) -> None:
    (first,) = record(path, server, "/a")
    with vcr.use_cassette(path, record_mode=mode) as cassette:
        got = [server.get(each) for each in ("/a", "/b", "/b", "/b", "/a")]
        assert cassette.play_count == 2
    assert got == [first, "2 GET /b ", "2 GET /b ", "3 GET /b ", "4 GET /a "]
    assert stored(path) == [first, "2 GET /b ", "3 GET /b ", "4 GET /a "]


def test_all_replaces_what_it_records_anew_and_keeps_the_rest(path: str, server: Counter) -> None:
    record(path, server, "/a", "/b", "/a")
    with vcr.use_cassette(path, record_mode="all") as cassette:
        assert server.get("/a") == "4 GET /a "
        assert (cassette.play_count, len(cassette)) == (0, 4)
    assert stored(path) == ["2 GET /b ", "4 GET /a "]


def test_all_can_drop_what_it_does_not_record_anew(path: str, server: Counter) -> None:
    record(path, server, "/a", "/b")
    with vcr.use_cassette(path, record_mode="all", drop_unused_requests=True):
        server.get("/a")
    assert stored(path) == ["3 GET /a "]
    with vcr.use_cassette(path, record_mode="all", drop_unused_requests=True):
        pass
    assert stored(path) == ["3 GET /a "]


def test_unused_recordings_are_dropped_on_request(path: str, server: Counter) -> None:
    live = record(path, server, "/a", "/b", "/c")
    with vcr.use_cassette(path, drop_unused_requests=True):
        server.get("/c")
        server.get("/a")
    assert stored(path) == [live[0], live[2]]


def test_none_drops_nothing(path: str, server: Counter) -> None:
    record(path, server, "/a", "/b")
    before = Path(path).read_bytes()
    with vcr.use_cassette(path, record_mode="none", drop_unused_requests=True):
        server.get("/a")
    assert Path(path).read_bytes() == before


def test_repeats_play_the_first_recording_for_ever(path: str, server: Counter) -> None:
    first, _ = record(path, server, "/a", "/a")
    with vcr.use_cassette(path, allow_playback_repeats=True) as cassette:
        assert {server.get("/a") for _ in range(3)} == {first}
        assert (cassette.play_counts, cassette.all_played) == ({0: 3}, False)


def test_repeats_play_what_was_just_recorded(path: str, server: Counter) -> None:
    with vcr.use_cassette(path, allow_playback_repeats=True):
        assert server.get("/a") == server.get("/a")
    assert len(server.requests) == 1


def test_a_raising_block_keeps_what_it_recorded(path: str, server: Counter) -> None:
    with pytest.raises(ZeroDivisionError), vcr.use_cassette(path):
        server.get("/a")
        raise ZeroDivisionError
    assert stored(path) == ["1 GET /a "]
    assert not Path(f"{path}.partial").exists()


def test_a_raising_block_keeps_nothing_on_request(path: str, server: Counter) -> None:
    with pytest.raises(ZeroDivisionError), vcr.use_cassette(path, record_on_exception=False):
        server.get("/a")
        raise ZeroDivisionError
    assert not Path(path).exists()


def test_an_empty_file_is_recorded_as_if_there_were_none(path: str, server: Counter) -> None:
    Path(path).write_text("\n")
    with vcr.use_cassette(path) as cassette:
        server.get("/a")
        assert not cassette.rewound
    assert stored(path) == ["1 GET /a "]


def test_nothing_is_written_where_nothing_is_new(path: str, server: Counter) -> None:
    record(path, server, "/a")
    before = Path(path).stat().st_mtime_ns
    with vcr.use_cassette(path) as cassette:
        server.get("/a")
        assert not cassette.dirty
    assert Path(path).stat().st_mtime_ns == before


def test_a_swallowed_refusal_is_not_warned_of(path: str, server: Counter) -> None:
    record(path, server, "/a")
    # Warnings are errors in these tests.
    with vcr.use_cassette(path), pytest.raises(Refused):
        server.get("/b")


def test_blocks_on_one_path_share_what_they_hold(path: str, server: Counter) -> None:
    options = {"filter_headers": ["x"], "ignore_hosts": ["h"], "match_on": ["method", "uri"]}
    with vcr.use_cassette(path, **options) as outer:
        server.get("/a")
        with vcr.use_cassette(path, **options) as inner:
            server.get("/b")
        assert len(outer) == len(inner) == 2
    assert stored(path) == ["1 GET /a ", "2 GET /b "]


def test_an_inner_cassette_does_not_ask_the_outer_one(tmp_path: Path, server: Counter) -> None:
    outer, inner = str(tmp_path / "outer.yaml"), str(tmp_path / "inner.yaml")
    record(outer, server, "/a")
    record(inner, server, "/b")
    with vcr.use_cassette(outer), vcr.use_cassette(inner), pytest.raises(Refused):
        server.get("/a")
