"""What a request that is refused raises, in VCR.py's words and in ours."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import reqsnap
from reqsnap.vcr.cassette import Cassette
from reqsnap.vcr.errors import CannotOverwriteExistingCassetteException, MissingMetadataError
from reqsnap.vcr.matchers import body, method, path
from reqsnap.vcr.request import Request

ANSWER = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b""}}


def request(path: str, body: Any = None) -> Request:
    return Request("GET", f"http://h{path}", body, {})


def refused(cassette: Cassette, live: Any) -> CannotOverwriteExistingCassetteException:
    return CannotOverwriteExistingCassetteException(cassette=cassette, failed_request=live)


def cassette_of(*paths: str, **options: Any) -> Cassette:
    cassette = Cassette("x.yaml", **{"match_on": (method, path), **options})
    for each in paths:
        cassette.append(request(each), ANSWER)
    cassette.rewound = bool(paths)
    return cassette


def test_a_refusal_is_of_both_kinds() -> None:
    cassette, live = cassette_of("/a"), request("/b?key=1")
    error = refused(cassette, live)
    assert isinstance(error, reqsnap.UnmatchedRequestError)
    assert (error.cassette, error.failed_request) == (cassette, live)
    assert (error.method, error.url, error.mode) == ("GET", "http://h/b?key=1", "once")
    assert error._get_message(cassette, live) == str(error)


def test_the_nearest_recordings_are_told() -> None:
    error = refused(cassette_of("/a", "/c", "/d", "/e"), request("/b"))
    assert error.reason == "no_match"
    assert [(each.path, agree) for each, agree, _ in error.similar_requests] == [
        (path, ["method"]) for path in ("/a", "/c", "/d", "/e")
    ]
    assert str(error).splitlines() == [
        "GET http://h/b",
        "It was not sent: no recording matches it, and the nearest differ in path, "
        "and record_mode 'once' sends nothing new.",
        "Cassette: x.yaml",
        "  record_mode: once",
        "  match_on: method, path",
        "  recorded: 4, played: 0",
        "Nearest recordings:",
        "  1. GET http://h/a",
        "     path differs: /b != /a",
        "  2. GET http://h/c",
        "     path differs: /b != /c",
        "  3. GET http://h/d",
        "     path differs: /b != /d",
        "  and 1 more",
        "To do: run once with record_mode='new_episodes' to add it, or delete the cassette and record it "
        "anew; if the difference is meant to be ignored, leave it out of match_on, or make the requests "
        "alike in before_record_request.",
    ]


@pytest.mark.parametrize(
    ("count", "told"), [(1, "its recording was played"), (2, "its 2 recordings were played")]
)
def test_that_all_recordings_were_played_is_told(count: int, told: str) -> None:
    cassette = cassette_of(*["/a"] * count)
    for _ in range(count):
        cassette.play_response(request("/a"))
    error = refused(cassette, request("/a"))
    assert error.reason == "already_played"
    assert told in str(error)
    assert "allow_playback_repeats" in str(error)


def test_that_there_is_no_cassette_is_told() -> None:
    error = refused(cassette_of(record_mode="none"), request("/a"))
    assert error.reason == "cassette_not_found"
    assert "there is no such cassette" in str(error)


def test_that_nothing_is_similar_is_told() -> None:
    error = refused(cassette_of("/a"), Request("POST", "http://h/b", None, {}))
    assert (error.reason, error.similar_requests) == ("nothing_similar", [])
    assert "ignore_hosts" in str(error)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"short", "  body: short"),
        (b"x" * 1000, f"  body: {'x' * 300}… (1000 characters)"),
        (b"\xff\xfe", "  body: 2 bytes that are no text"),
    ],
)
def test_a_body_is_shown_where_it_is_compared(sent: bytes, shown: str) -> None:
    cassette = cassette_of("/a", match_on=(method, body))
    assert str(refused(cassette, request("/a", sent))).splitlines()[1] == shown
    assert "body:" not in str(refused(cassette_of("/a"), request("/b", sent)))


def test_a_difference_of_several_lines_is_shown_in_lines() -> None:
    def lines(live: Any, recorded: Any) -> None:
        raise AssertionError("one\ntwo")

    def silent(live: Any, recorded: Any) -> bool:
        return False

    told = str(refused(cassette_of("/a", match_on=(method, lines, silent)), request("/a")))
    assert "     lines differs:\n       one\n       two\n     silent differs\n" in told


def test_what_is_filtered_is_not_shown() -> None:
    def hide(given: Request) -> Request:
        given.uri = given.uri.replace("secret", "hidden")
        return given

    cassette = cassette_of("/a", before_record_request=hide)
    assert "secret" not in str(refused(cassette, request("/b?key=secret")))


def test_what_is_no_request_is_told_as_it_is() -> None:
    cassette = cassette_of("/a", match_on=())
    assert str(refused(cassette, "anything")).startswith("'anything'\n")


@pytest.mark.parametrize("how", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_a_refusal_is_copied_and_pickled_with_the_path_of_its_cassette(how: Any) -> None:
    error = refused(cassette_of("/a"), request("/b"))
    found = how(error)
    assert (str(found), found.reason, found.cassette) == (str(error), "no_match", "x.yaml")


def test_missing_metadata_is_told() -> None:
    error = MissingMetadataError(cassette=cassette_of("/a"), key="seed")
    assert isinstance(error, CannotOverwriteExistingCassetteException)
    assert (error.key, error.reason, error.failed_request) == ("seed", "missing_metadata", None)
    assert "'seed'" in str(error)
