"""What the program gets back is what the server sent: live, replayed and in another client."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import requests

from reqsnap import Cassette, Headers, Interaction, Request, Response, use_cassette
from tests.support.counter import Counter
from tests.support.network import no_network
from tests.support.scripted import Scripted
from tests.support.simple_clients import CLIENTS
from tests.use_cassette.conftest import Raw

AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_every_octet_comes_back(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path):
            assert raw(f"{script.url}/octets").read() == bytes(range(256))
    assert script.requests == ["GET /octets"]


def test_repeated_headers_keep_their_order_and_case(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path):
            answer = raw(f"{script.url}/cookies")
            answer.read()
        assert [name for name, _ in answer.getheaders()] == [
            "Set-Cookie",
            "X-One",
            "set-cookie",
            "X-ONE",
            "Content-Length",
        ]
        assert answer.headers.get_all("x-one") == ["1", "2"]


def test_reason_and_version_come_back(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path):
            fine, old = raw(f"{script.url}/end"), raw(f"{script.url}/old")
            assert (fine.reason, fine.version, fine.read()) == ("Fine By Me", 11, b"ok")
            assert (old.reason, old.version, old.read()) == ("Nothing Special", 10, b"until the end")


def test_trailers_are_stored_and_framed_again(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path) as cassette:
            answer = raw(f"{script.url}/trailers")
            assert (answer.chunked, answer.read()) == (True, b"abcde")
        assert list(cassette.interactions[0].response.trailers) == [("X-Sum", "0a1b")]


def test_a_stream_is_read_in_the_pieces_it_came_in(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path), httpx.stream("GET", f"{script.url}/trailers") as answer:
            assert b"".join(answer.iter_raw()) == b"abcde"
        with use_cassette(path.with_suffix(".other.yaml")):
            answer_raw = raw(f"{script.url}/trailers")
            assert [answer_raw.read1() for _ in range(3)] == [b"abc", b"de", b""]


def test_each_hop_of_a_redirect_is_an_exchange_of_its_own(path: Path, script: Scripted) -> None:
    with use_cassette(path):
        requests.get(f"{script.url}/start")
    with no_network(), use_cassette(path) as cassette:
        answer = requests.get(f"{script.url}/start")
    assert [hop.status_code for hop in answer.history] == [302, 307]
    assert (answer.status_code, answer.url) == (200, f"{script.url}/end")
    assert len(cassette) == 3


@pytest.mark.parametrize("record", CLIENTS)
def test_what_one_client_recorded_every_other_replays(record: str, path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    with use_cassette(path, mode="record"):
        live = CLIENTS[record](url)
    with no_network():
        for replay in CLIENTS.values():
            with use_cassette(path, mode="playback"):
                assert replay(url) == live


def test_the_cassette_made_by_hand_replays_like_a_recorded_one(path: Path, raw: Raw) -> None:
    cassette = Cassette()
    headers = Headers([("Content-Length", "2")])
    answer = Response(200, "OK", headers, b"ok")
    cassette.append(Interaction(Request("GET", "http://h/x", Headers([("Host", "h")])), answer, AT))
    cassette.save(path)
    with no_network(), use_cassette(path, mode="playback"):
        assert raw("http://h/x").read() == b"ok"
