"""What a cassette shows, in a block and by itself, and what is stored beside its interactions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import reqsnap.vcr as vcr
from reqsnap.vcr.cassette import Cassette
from reqsnap.vcr.errors import MissingMetadataError, UnhandledHTTPRequestError
from reqsnap.vcr.matchers import method
from reqsnap.vcr.persisters.filesystem import CassetteNotFoundError
from reqsnap.vcr.request import Request
from tests.support.counter import Counter

A, B = (Request("GET", f"http://h/{name}", None, {}) for name in "ab")


def answer(text: str) -> dict[str, Any]:
    return {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": text.encode()}}


@pytest.fixture
def cassette(path: str) -> Cassette:
    """One by itself, with three answers."""
    found = Cassette(path)
    for request, text in ((A, "1"), (B, "2"), (A, "3")):
        found.append(request, answer(text))
    return found


def test_a_cassette_by_itself_plays_what_it_was_given(cassette: Cassette) -> None:
    assert (len(cassette), A in cassette, cassette.all_played, cassette.dirty) == (3, True, False, True)
    assert [cassette.play_response(A)["body"]["string"] for _ in range(2)] == [b"1", b"3"]
    assert A not in cassette
    with pytest.raises(UnhandledHTTPRequestError, match="doesn't contain the request"):
        cassette.play_response(A)
    assert [each["body"]["string"] for each in cassette.responses_of(A)] == [b"1", b"3"]
    assert (cassette.play_count, cassette.play_counts) == (2, {0: 1, 2: 1})
    cassette.play_response(B)
    assert cassette.all_played
    cassette.rewind()
    assert (cassette.play_count, A in cassette) == (0, True)


def test_a_cassette_is_stored_and_loaded(cassette: Cassette, path: str) -> None:
    assert not Path(path).exists()
    cassette._save()
    assert not cassette.dirty
    loaded = Cassette.load(path=path, match_on=(method,))
    assert [request.uri for request in loaded.requests] == [A.uri, B.uri, A.uri]
    assert [response["body"]["string"] for response in loaded.responses] == [b"1", b"2", b"3"]
    assert (loaded.rewound, loaded.write_protected, loaded.dirty) == (True, True, False)
    assert loaded.can_play_response_for(B)
    with vcr.use_cassette(path) as inside:
        assert [request.uri for request in inside.requests] == [A.uri, B.uri, A.uri]


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"record_mode": "all"}, ["http://h/b", "http://h/a"]),
        ({"record_mode": "all", "drop_unused_requests": True}, ["http://h/a"]),
        ({"drop_unused_requests": True}, ["http://h/b", "http://h/a"]),
        ({}, ["http://h/a", "http://h/b", "http://h/a", "http://h/a"]),
    ],
)
def test_what_is_stored_of_a_cassette_by_itself(
    cassette: Cassette, path: str, options: dict[str, Any], kept: list[str]
) -> None:
    cassette._save()
    loaded = Cassette.load(path=path, **options)
    loaded.play_response(B)
    loaded.append(A, answer("4"))
    loaded._save()
    assert [request.uri for request in Cassette.load(path=path).requests] == kept


def test_what_is_nearest_to_a_request_is_found(cassette: Cassette) -> None:
    found = cassette.find_requests_with_most_matches(Request("GET", "http://h/c", None, {}))
    assert [(request.uri, agree) for request, agree, _ in found] == [
        (A.uri, ["method"]),
        (B.uri, ["method"]),
        (A.uri, ["method"]),
    ]
    assert found[0][2] == [("uri", "http://h/c != http://h/a")]
    assert Cassette("x").find_requests_with_most_matches(A) == []


def test_filters_apply_to_what_is_appended(path: str) -> None:
    cassette = Cassette(
        path,
        before_record_request=lambda request: None if request.path == "/a" else request,
        before_record_response=lambda response: response["body"]["string"] or None,
    )
    cassette.append(A, answer("1"))
    cassette.append(B, answer("2"))
    cassette.append(B, answer(""))
    assert cassette.data == [(B, b"2")]
    assert cassette.filter_request(A) is None


def test_a_cassette_in_a_block_is_what_the_block_holds(path: str, server: Counter) -> None:
    with vcr.use_cassette(path):
        live = server.get("/a")
    with vcr.use_cassette(path, record_mode="new_episodes") as cassette:
        (request,) = cassette.requests
        assert cassette.can_play_response_for(request)
        assert cassette.play_response(request)["body"]["string"] == live.encode()
        assert not cassette.can_play_response_for(request)
        cassette.rewind()
        assert server.get("/a") == live
        cassette.append(Request("GET", f"http://127.0.0.1:{server.port}/by-hand", None, {}), answer("hello"))
        assert (server.get("/by-hand"), len(cassette), cassette.dirty) == ("hello", 2, True)
        cassette._save()
        assert not cassette.dirty
    assert len(Cassette.load(path=path)) == 2


# Metadata


@pytest.mark.parametrize("serializer", ["yaml", "json"])
def test_values_are_stored_beside_the_interactions(path: str, server: Counter, serializer: str) -> None:
    my_vcr = vcr.VCR(serializer=serializer)
    with my_vcr.use_cassette(path) as cassette:
        assert cassette.get_metadata("now", "2026") == "2026"
        live = server.get("/a")
    with my_vcr.use_cassette(path) as cassette:
        assert (cassette.get_metadata("now", "2027"), server.get("/a")) == ("2026", live)
        with pytest.raises(MissingMetadataError, match="no metadata 'seed'"):
            cassette.get_metadata("seed", 1)
    with my_vcr.use_cassette(path, record_mode="new_episodes") as cassette:
        server.get("/b")
        assert (cassette.get_metadata("seed", 1), cassette.dirty) == (1, True)
    read: Any = json.loads if serializer == "json" else yaml.safe_load
    found = read(Path(path).read_text())
    assert (found["metadata"], len(found["interactions"])) == ({"now": "2026", "seed": 1}, 2)


def test_values_alone_make_a_cassette(path: str) -> None:
    with vcr.use_cassette(path) as cassette:
        cassette.get_metadata("seed", 7)
    with vcr.use_cassette(path) as cassette:
        assert (cassette.get_metadata("seed", 8), len(cassette), cassette.rewound) == (7, 0, True)


def test_values_stay_where_recordings_are_dropped(path: str, server: Counter) -> None:
    with vcr.use_cassette(path) as cassette:
        cassette.get_metadata("seed", 7)
        server.get("/a")
        server.get("/b")
    with vcr.use_cassette(path, drop_unused_requests=True):
        server.get("/b")
    found = yaml.safe_load(Path(path).read_text())
    assert (found["metadata"], len(found["interactions"])) == ({"seed": 7}, 1)


def test_values_of_a_persister_are_its_own(server: Counter) -> None:
    held: dict[str, Any] = {}

    class Memory:
        @staticmethod
        def load_cassette(cassette_path: str, serializer: Any) -> Any:
            if cassette_path not in held:
                raise CassetteNotFoundError(cassette_path)
            found = held[cassette_path]
            return found["requests"], found["responses"], found.get("metadata", {})

        @staticmethod
        def save_cassette(cassette_path: str, cassette_dict: Any, serializer: Any) -> None:
            held[cassette_path] = cassette_dict

    my_vcr = vcr.VCR()
    my_vcr.register_persister(Memory)
    with my_vcr.use_cassette("mine") as cassette:
        cassette.get_metadata("seed", 7)
        live = server.get("/a")
    with my_vcr.use_cassette("mine") as cassette, my_vcr.use_cassette("mine"):
        assert (cassette.get_metadata("seed", 8), server.get("/a")) == (7, live)
    assert held["mine"]["metadata"] == {"seed": 7}
