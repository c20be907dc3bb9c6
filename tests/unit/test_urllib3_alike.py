"""What urllib3's own code makes of an answer is what is told of it by one that is alike."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3

import reqsnap
from reqsnap import Cassette, Headers, Interaction, Request, Response
from reqsnap.interceptors.urllib3 import alike, replay
from tests.support.seen_states import seen

BASE = "http://alike.example"
COMES_AT_ONCE = hasattr(urllib3, "BaseHTTPResponse")
"""Before urllib3 2.0 there is nothing to be told."""

ONE = Response(200, "OK", Headers([("Content-Length", "4"), ("X-One", "1")]), b"abcd")
ALIKE = {
    "/same": ONE,
    "/text": Response(200, "Fine", Headers([("x-two", "2"), ("Content-Length", "9")]), b"something"),
    "/repeated": Response(
        200, "", Headers([("A", "1"), ("B", "2"), ("a", ""), ("content-length", "1")]), b"\0"
    ),
    "/cookies?a=b": Response(200, "OK", Headers([("Set-Cookie", "a=1"), ("Content-Length", "2")]), b"{}"),
    # A file that is read states the length that is there.
    "/short": Response(200, "OK", Headers([("Content-Length", "9")]), b"abcd"),
    "/parts": Response(200, "OK", Headers([("Content-Length", "4")]), b"abcd", parts=(1, 3)),
}
UNLIKE = {
    "/status": Response(404, "Not Found", ONE.headers, b"abcd"),
    "/gzip": Response(200, "OK", Headers([("Content-Encoding", "gzip")]), gzip.compress(b"abcd")),
    "/chunked": Response(200, "OK", Headers([("Transfer-Encoding", "chunked")]), b"abcd"),
    "/closes": Response(200, "OK", Headers([("Content-Length", "4"), ("Connection", "close")]), b"abcd"),
    "/endless": Response(200, "OK", Headers([("X-One", "1")]), b"abcd"),
    "/twice": Response(200, "OK", Headers([("Content-Length", "4"), ("Content-Length", "4")]), b"abcd"),
    "/empty": Response(200, "OK", Headers([("Content-Length", "0")])),
    "/none": Response(204, "No Content", Headers()),
    "/old": Response(200, "OK", ONE.headers, b"abcd", version="HTTP/1.0"),
    "/octets": Response(200, "OK", Headers([("X-One", "\xe9"), ("Content-Length", "4")]), b"abcd"),
    "/folded": Response(200, "OK", Headers([("X-One", "a\r\n b"), ("Content-Length", "4")]), b"abcd"),
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether it was told, of each answer that was asked about."""
    so_far: list[bool] = []

    def noted(*args: Any) -> Any:
        so_far.append((found := alike.mould_like(*args)) is not None)
        return found

    monkeypatch.setattr(replay, "mould_like", noted)
    return so_far


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    made = Cassette()
    for method in ("GET", "HEAD"):
        for target, answer in {"/first": ONE, **ALIKE, **UNLIKE}.items():
            given = answer if method == "GET" else Response(answer.status, answer.reason, answer.headers)
            made.append(Interaction(Request(method, BASE + target), given, datetime.now(UTC)))
    made.save(tmp_path / "alike.yaml")
    return tmp_path / "alike.yaml"


def answer(pool: urllib3.PoolManager, method: str, url: str, options: dict[str, Any]) -> list[Any]:
    """What a program sees of one response, before it is read, after, and when it is given back."""
    try:
        response = pool.request(method, url, **options)
        states = [seen(response), list(response.headers.items()), response.reason, response.version]
        states += [response.read(2), response.data, response.tell(), seen(response)]
        response.release_conn()
    except urllib3.exceptions.HTTPError as error:
        return [repr(error)]
    return [*states, seen(response)]


def answers(cassette: Path, method: str, targets: list[str], **options: Any) -> list[Any]:
    """What a program sees of the first replay of each."""
    states: list[Any] = []
    with reqsnap.use_cassette(cassette, mode="playback"):
        for target in targets:
            with urllib3.PoolManager() as pool:
                states += answer(pool, method, BASE + target, options)
    return states


OPTIONS: list[dict[str, Any]] = [
    {},
    {"preload_content": False},
    {"preload_content": False, "decode_content": False},
    {"enforce_content_length": False},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("target", [*ALIKE, *UNLIKE])
def test_an_answer_is_that_of_urllib3_s_own_code(
    cassette: Path, target: str, options: dict[str, Any], told: list[bool]
) -> None:
    for method in ("GET", "HEAD"):
        vars(alike)["_known"].forget()
        own = answers(cassette, method, [target], **options)
        vars(alike)["_known"].forget()
        told.clear()
        first = answers(cassette, method, ["/first"], **options)
        assert answers(cassette, method, ["/first", target], **options) == first + own
        is_told = COMES_AT_ONCE and method == "GET" and target in ALIKE
        assert told.count(True) == (2 if is_told else COMES_AT_ONCE and method == "GET")


def test_what_is_told_of_one_answer_does_not_show_in_the_next(cassette: Path) -> None:
    with reqsnap.use_cassette(cassette, mode="playback"), urllib3.PoolManager() as pool:
        for target in ["/first", *ALIKE]:
            response = pool.request("GET", BASE + target)
            assert response.headers.get("X-Mine") is None
            response.headers["X-Mine"] = "1"


def test_classes_that_somebody_has_changed_make_their_own_answers(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    own: Any = urllib3.HTTPResponse.__init__

    def counted(response: Any, *args: Any, **kwargs: Any) -> None:
        made.append(kwargs["status"])
        own(response, *args, **kwargs)

    with reqsnap.use_cassette(cassette, mode="playback"), requests.Session() as session:
        session.get(f"{BASE}/first")
        monkeypatch.setattr(urllib3.HTTPResponse, "__init__", counted)
        assert session.get(f"{BASE}/text").content == b"something"
    assert made == [200]
