"""Mistakes that would otherwise pass unseen, or be told of something else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

import reqsnap
from reqsnap import Interaction, Request, Response, use_cassette
from tests.support.counter import Counter

ITEM = Interaction(Request("GET", "http://h/x"), Response(200), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_a_body_that_was_edited_is_replayed_whole(path: Path, server: Counter) -> None:
    with use_cassette(path):
        server.get("/a")
    edited = path.read_bytes().replace(b"1 GET /a", b"something much longer")
    path.write_bytes(edited)
    with use_cassette(path, mode="playback"):
        assert server.get("/a") == "something much longer "
    assert path.read_bytes() == edited


def test_a_file_that_is_no_cassette_is_not_recorded_over(path: Path, server: Counter) -> None:
    path.write_bytes(b"database: production\n")
    with pytest.raises(reqsnap.ConfigurationError, match="no cassette"), use_cassette(path, mode="record"):
        server.get("/never")
    assert path.read_bytes() == b"database: production\n"
    assert server.requests == []
    # One that is empty, or was a cassette and is damaged, is what record is for.
    for data in (b"", b"\n", b"reqsnap: 1\ninteractions:\n<<<<<<< ours\n"):
        path.write_bytes(data)
        with use_cassette(path, mode="record") as cassette:
            server.get("/a")
        assert (len(cassette), path.read_bytes()[:10]) == (1, b"reqsnap: 1")


def test_the_rescue_is_told_beside_the_error_that_ends_the_block(path: Path, server: Counter) -> None:
    with pytest.raises(KeyError) as caught, use_cassette(path):
        server.get("/a")
        Path(f"{path}.partial").mkdir()
        raise KeyError
    (note,) = caught.value.__notes__
    assert "could not be written" in note
    rescued = Path(note.rpartition("were written to ")[2])
    assert b"GET /a" in rescued.read_bytes()
    rescued.unlink()


def test_blocks_whose_mode_the_environment_parts_are_told_both_modes(
    path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with use_cassette(path):
        monkeypatch.setenv("REQSNAP_MODE", "update")
        with pytest.raises(reqsnap.ConfigurationError) as caught, use_cassette(path):
            pass
    assert "mode='update' cannot be used" in str(caught.value)
    assert "is already open with mode='once'" in str(caught.value)


@pytest.mark.parametrize("mode", ["once", "playback", "update", "record"])
@pytest.mark.parametrize("name", ["x" * 300 + ".yaml", "y" * 300 + "/x.yaml"])
def test_a_name_that_is_too_long_is_told_at_the_door(tmp_path: Path, mode: str, name: str) -> None:
    with (
        pytest.raises(reqsnap.ConfigurationError, match="too long"),
        use_cassette(tmp_path / name, mode=mode),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lambda_that_makes_a_path_is_not_decorated() -> None:
    with pytest.raises(reqsnap.ConfigurationError, match="is given by name: path=lambda"):
        cast(Any, use_cassette)(lambda context: "x.yaml")
    assert use_cassette(lambda: 5)() == 5


@pytest.mark.parametrize("kind", [int, str, object])
def test_a_type_that_cannot_be_changed_is_not_decorated(kind: type) -> None:
    with pytest.raises(reqsnap.ConfigurationError, match="functions and test classes"):
        use_cassette(kind)


def test_a_matcher_that_does_not_answer_is_named(path: Path, server: Counter) -> None:
    def same_tenant(live: Request, recorded: Request) -> bool:
        assert live.url == recorded.url
        return cast(bool, None)

    with use_cassette(path):
        server.get("/a")
    with (
        pytest.raises(reqsnap.ConfigurationError, match="returns True or False, not None") as caught,
        use_cassette(path, match_on=["method", same_tenant]),
    ):
        server.get("/a")
    assert (caught.value.option, caught.value.value) == ("match_on", same_tenant)
    reqsnap.register_matcher("same tenant", same_tenant)
    with (
        pytest.raises(reqsnap.ConfigurationError, match="match_on='same tenant'"),
        use_cassette(path, match_on=["method", "same tenant"]),
    ):
        server.get("/a")


def test_a_relative_url_is_shown_but_for_its_secrets() -> None:
    cassette = reqsnap.Cassette()
    with pytest.raises(reqsnap.ConfigurationError, match="url='/x' cannot be used: it is an absolute URL"):
        cassette.stub("GET", "/x", Response(200))
    relative = Request("GET", "ada:s3cret@h/x?key=s3cret")
    with pytest.raises(reqsnap.ConfigurationError, match="url='h/x' cannot be used: it is an") as caught:
        cassette.append(Interaction(relative, Response(200), ITEM.recorded_at))
    assert "s3cret" not in str(caught.value)


# A cassette whose block has ended


def test_a_stub_after_the_end_is_refused(path: Path) -> None:
    for given in (path, None):
        with use_cassette(given) as cassette:
            pass
        with pytest.raises(reqsnap.ReqsnapError, match="its block has ended, so a stub answers nothing"):
            cassette.stub("GET", "http://h/x", Response(200))


def test_a_change_after_the_end_is_told_and_can_be_saved(path: Path) -> None:
    with use_cassette(path) as cassette:
        cassette.append(ITEM)
    before = path.read_bytes()
    for change in (
        lambda: cassette.append(ITEM),
        lambda: cassette.delete(ITEM.request),
        lambda: cassette.replace([ITEM, ITEM, ITEM]),
    ):
        with pytest.warns(reqsnap.ReqsnapWarning, match="in no file until save"):
            change()
    with pytest.warns(reqsnap.ReqsnapWarning, match="in no file until save"):
        cassette.clear()
    cassette.load()
    assert path.read_bytes() == before
    with pytest.warns(reqsnap.ReqsnapWarning) as told:
        cassette.append(ITEM)
    assert told[0].filename == __file__
    cassette.save()
    assert path.read_bytes().count(b"- request:") == 2


def test_a_change_within_an_outer_block_on_the_same_path_is_none_too_late(path: Path) -> None:
    with use_cassette(path):
        with use_cassette(path) as cassette:
            pass
        cassette.append(ITEM)
        cassette.stub("GET", "http://h/y", Response(200))
    assert path.read_bytes().count(b"- request:") == 1


def test_a_cassette_in_memory_may_change_at_any_time() -> None:
    with use_cassette() as cassette:
        pass
    cassette.append(ITEM)
    assert len(cassette) == 1
