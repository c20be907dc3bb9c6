"""Replays through urllib3 are like the first one, which its own code has made."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3
from urllib3.connection import HTTPConnection

import reqsnap
from reqsnap import Cassette, Headers, Interaction, Request, Response
from reqsnap.interceptors.urllib3 import alike

URL = "http://mould.example/"
OF_EACH = {"headers", "_fp", "_original_response", "_decoded_buffer", "_sock_shutdown"}
PLAIN = Headers([("X-One", "1"), ("x-one", "2"), ("Content-Length", "4")])
CHUNKED = Headers([("Transfer-Encoding", "chunked")])
BOTH = Headers([("Transfer-Encoding", "chunked"), ("Content-Length", "4")])
FOLDED = Headers([("X-Folded", "a\r\n b"), ("Content-Length", "4")])


@pytest.fixture(params=[PLAIN, CHUNKED, BOTH, FOLDED])
def recorded(request: Any, tmp_path: Path) -> Iterator[Headers]:
    cassette = Cassette()
    for method in ("GET", "HEAD"):
        answer = Response(200, "OK", request.param, b"abcd" if method == "GET" else b"")
        asked = Request(method, URL, Headers([("Host", "mould.example")]))
        cassette.append(Interaction(asked, answer, datetime.now(UTC)))
    cassette.save(tmp_path / "mould.yaml")
    # So that the first is made by urllib3's own code.
    vars(alike)["_known"].forget()
    with reqsnap.use_cassette(tmp_path / "mould.yaml", mode="playback"):
        yield request.param


def state(response: Any) -> dict[str, Any]:
    """What a response is like, without what belongs to it alone."""
    return {name: value for name, value in vars(response).items() if name not in OF_EACH}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("preload", [True, False])
def test_later_replays_are_like_the_first(recorded: Headers, method: str, preload: bool) -> None:
    with urllib3.PoolManager() as pool:
        made = [pool.request(method, URL, preload_content=preload) for _ in range(3)]
        assert state(made[0]) | {"_connection": None} == state(made[1]) | {"_connection": None}
        assert vars(made[0]).keys() == vars(made[1]).keys() == vars(made[2]).keys()
        assert [list(each.headers.items()) for each in made[1:]] == [list(made[0].headers.items())] * 2
        assert {each.read() or each.data for each in made} == {b"abcd" if method == "GET" else b""}
        assert {type(vars(each)["_original_response"]) for each in made} == {http.client.HTTPResponse}
        for each in made:
            each.release_conn()


@pytest.mark.parametrize("recorded", [PLAIN], indirect=True)
def test_what_a_program_does_to_one_response_shows_in_no_other(recorded: Headers) -> None:
    with urllib3.PoolManager() as pool:
        for _ in range(3):
            response = pool.request("GET", URL)
            assert response.headers.getlist("X-One") == ["1", "2"]
            response.headers.add("X-One", "3")
            del response.headers["Content-Length"]


@pytest.mark.parametrize("recorded", [BOTH], indirect=True)
def test_urllib3_warns_of_a_head_each_time(recorded: Headers, caplog: pytest.LogCaptureFixture) -> None:
    with urllib3.PoolManager() as pool:
        for _ in range(3):
            pool.request("GET", URL)
    assert sum("both Content-Length and" in record.getMessage() for record in caplog.records) == 3


@pytest.mark.parametrize("recorded", [PLAIN], indirect=True)
def test_what_somebody_else_has_wrapped_is_called(recorded: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
    with urllib3.PoolManager() as pool:
        pool.request("GET", URL)
        own: Any = HTTPConnection.getresponse
        called: list[str] = []

        def traced(conn: Any) -> Any:
            called.append(conn.host)
            return own(conn)

        monkeypatch.setattr(HTTPConnection, "getresponse", traced)
        assert pool.request("GET", URL).data == b"abcd"
        assert called == ["mould.example"]
