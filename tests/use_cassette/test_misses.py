"""A refused request is never buried by the program, and never swallowed unseen."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from reqsnap import SwallowedRefusalWarning, UnmatchedRequestError, use_cassette
from tests.support.counter import Counter


@pytest.fixture
def path(tmp_path: Path, server: Counter) -> Path:
    with use_cassette(tmp_path / "x.yaml", mode="record"):
        server.get("/items?page=1")
    return tmp_path / "x.yaml"


def test_a_miss_names_request_mode_cassette_difference_and_remedy(path: Path, server: Counter) -> None:
    with pytest.raises(UnmatchedRequestError) as caught, use_cassette(path):
        server.get("/items?page=2")
    error = caught.value
    text = str(error)
    assert text.startswith(f"GET http://127.0.0.1:{server.port}/items?page=2 was not sent")
    assert f"Cassette: {path} (mode once)" in text
    assert "query.page: recorded '1', now '2'" in text
    assert "To do: run once with REQSNAP_MODE=update" in text
    assert (error.method, error.mode, error.cassette) == ("GET", "once", str(path))
    assert error.nearest[0].differences[0].field == "query.page"


def test_the_advice_works(path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQSNAP_MODE", "update")
    with use_cassette(path):
        server.get("/items?page=2")
    monkeypatch.delenv("REQSNAP_MODE")
    with use_cassette(path):
        assert server.get("/items?page=2") == "2 GET /items?page=2 "


def test_a_refusal_under_another_error_is_attached_as_a_note(path: Path, server: Counter) -> None:
    def sdk() -> None:
        try:
            server.get("/items?page=2")
        except Exception:
            raise ConnectionError("Connection error.") from None

    with pytest.raises(ConnectionError) as caught, use_cassette(path):
        sdk()
    (note,) = caught.value.__notes__
    assert "/items?page=2 was not sent" in note


def test_a_refusal_that_was_lost_on_the_way_is_attached_all_the_same(path: Path, server: Counter) -> None:
    with pytest.raises(ExceptionGroup) as caught, use_cassette(path):
        with pytest.raises(UnmatchedRequestError):
            server.get("/items?page=2")
        raise ExceptionGroup("several", [KeyError("later")])
    assert "/items?page=2" in caught.value.__notes__[0]


def test_a_refusal_that_the_program_swallowed_is_a_warning(path: Path, server: Counter) -> None:
    def program() -> None:
        for _ in range(2):
            with suppress(Exception):
                server.get("/items?page=2")

    with pytest.warns(SwallowedRefusalWarning, match="2 requests were refused") as caught, use_cassette(path):
        program()
    assert caught[0].filename == __file__


def test_a_program_that_misses_nothing_is_not_warned(path: Path, server: Counter) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with use_cassette(path):
            server.get("/items?page=1")
