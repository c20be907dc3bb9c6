"""An answer that stands ready on its connection comes whatever happens between it and its request."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import reqsnap
from reqsnap import Cassette, Headers, Interaction, Request, Response

PATHS = ("/one", "/two")


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    recorded = Cassette()
    for path in PATHS:
        answer = Response(200, "OK", Headers([("Content-Length", "4")]), path.encode())
        asked = Request("GET", f"http://ready.example{path}", Headers([("Host", "ready.example")]))
        recorded.append(Interaction(asked, answer, datetime.now(UTC)))
    recorded.save(tmp_path / "ready.yaml")
    return tmp_path / "ready.yaml"


def answer(conn: http.client.HTTPConnection) -> bytes:
    """The body of the answer that is due."""
    with conn.getresponse() as response:
        return response.read()


def test_it_comes_after_the_block(cassette: Path) -> None:
    conn = http.client.HTTPConnection("ready.example")
    with reqsnap.use_cassette(cassette, mode="playback"):
        conn.request("GET", "/one")
    assert answer(conn) == b"/one"
    assert vars(conn).keys() == vars(http.client.HTTPConnection("ready.example")).keys()


def test_a_connection_that_was_closed_answers_only_what_it_is_asked_then(cassette: Path) -> None:
    conn = http.client.HTTPConnection("ready.example")
    with reqsnap.use_cassette(cassette, mode="playback"):
        conn.request("GET", "/one")
        conn.close()
        with pytest.raises(http.client.ResponseNotReady):
            conn.getresponse()
        conn.request("GET", "/one")
        conn.close()
        conn.request("GET", "/two")
        assert answer(conn) == b"/two"


def test_a_second_request_before_the_answer_is_refused_by_http_client(cassette: Path) -> None:
    conn = http.client.HTTPConnection("ready.example")
    with reqsnap.use_cassette(cassette, mode="playback"):
        conn.request("GET", "/one")
        with pytest.raises(http.client.CannotSendRequest):
            conn.request("GET", "/two")
        assert answer(conn) == b"/one"


def test_closing_in_between_closes_the_socket_that_was_there(cassette: Path) -> None:
    closed: list[bool] = []

    class Sock:
        def close(self) -> None:
            closed.append(True)

    conn: Any = http.client.HTTPConnection("ready.example")
    conn.sock = Sock()
    with reqsnap.use_cassette(cassette, mode="playback"):
        conn.request("GET", "/one")
        conn.send(b"more")
        conn.close()
    assert closed == [True]
    assert conn.sock is None
