"""The sentences of the feature list that no other test states: its row is in each test's name."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests

from reqsnap import (
    Cassette,
    ConfigurationError,
    Headers,
    Interaction,
    Mode,
    Request,
    Response,
    SequenceExhaustedError,
    UnmatchedRequestError,
    use_cassette,
)
from reqsnap.patching import Hold
from tests.support.counter import Counter
from tests.support.network import no_network
from tests.support.scripted import Scripted
from tests.use_cassette.simple_clients import CLIENTS

AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


OCTETS = bytes(range(256))
SCRIPT = {
    "/start": [b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /middle\r\nContent-Length: 0\r\n\r\n"],
    "/middle": [
        b"HTTP/1.1 307 Temporary Redirect\r\nConnection: close\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n"
    ],
    "/end": [b"HTTP/1.1 200 Fine By Me\r\nContent-Length: 2\r\n\r\nok"],
    "/cookies": [
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-One: 1\r\nset-cookie: b=2\r\nX-ONE: 2\r\n"
        b"Content-Length: 0\r\n\r\n"
    ],
    "/old": [b"HTTP/1.0 200 Nothing Special\r\n\r\nuntil the end"],
    "/trailers": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 0a1b\r\n\r\n"
    ],
    "/octets": [b"HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" + OCTETS],
    "/poll": [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % n for n in (1, 2, 3)],
}


@pytest.fixture
def script() -> Iterator[Scripted]:
    server = Scripted(SCRIPT)
    yield server
    server.close()


Raw = Callable[[str], http.client.HTTPResponse]


@pytest.fixture
def raw() -> Iterator[Raw]:
    """A GET through http.client: the answer, its body not read."""
    with ExitStack() as connections:

        def get(url: str) -> http.client.HTTPResponse:
            parts = urlsplit(url)
            connection = http.client.HTTPConnection(parts.netloc)
            connections.callback(connection.close)
            connection.request("GET", parts.path)
            return connection.getresponse()

        yield get


# Modes and validation


def test_a1_an_unknown_mode_raises_before_any_patch_is_installed() -> None:
    hold = Hold()
    hold.release()
    before = http.client.HTTPConnection.request
    with pytest.raises(ConfigurationError):
        use_cassette("x.yaml", mode="replay")
    assert http.client.HTTPConnection.request is before


def test_a2_record_leaves_the_old_file_until_the_block_has_ended_well(path: Path, server: Counter) -> None:
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


def test_a3_playback_replays_with_sockets_forbidden_and_refuses_the_rest(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        live = server.get("/a")
    with no_network():
        with use_cassette(path, mode="playback"):
            assert server.get("/a") == live
        with pytest.raises(UnmatchedRequestError), use_cassette(path, mode="playback"):
            server.get("/b")


def test_a4_update_replays_what_is_there_and_appends_polls_of_something_new(
    path: Path, server: Counter
) -> None:
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
def test_a5_playback_and_update_need_a_path_and_say_so(mode: str) -> None:
    with pytest.raises(ConfigurationError, match=f"mode {mode} needs the path"), use_cassette(mode=mode):
        pass


def test_a5_record_works_without_a_path(server: Counter) -> None:
    with use_cassette(mode="record") as cassette:
        server.get("/a")
    assert len(cassette) == 1


def test_a6_an_unknown_mode_is_answered_with_the_legal_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        use_cassette(mode="invalid")
    for mode in Mode:
        assert mode.value in str(caught.value)


@pytest.mark.parametrize("mode", ["once", "record"])
def test_a9_the_cassette_tells_its_mode(mode: str) -> None:
    with use_cassette(mode=mode) as cassette:
        assert cassette.mode is Mode(mode)


# What is matched, and what is stored all the same


def test_a16_the_stored_url_keeps_the_query_that_is_not_matched(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", match_query=False):
        live = server.get("/a?page=1")
    assert "/a?page=1" in path.read_text()
    with use_cassette(path, match_query=False):
        assert server.get("/a?page=2") == live


def test_a18_the_stored_body_is_there_though_it_is_not_matched(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", match_body=False):
        live = server.get("/a", "POST", "one body")
    assert "one body" in path.read_text()
    with use_cassette(path, match_body=False):
        assert server.get("/a", "POST", "another") == live


def test_a19_the_file_keeps_the_body_as_it_was_sent(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", normalize_body=bytes.lower):
        live = server.get("/a", "POST", "One Body")
    assert "One Body" in path.read_text()
    with use_cassette(path, normalize_body=bytes.lower):
        assert server.get("/a", "POST", "ONE BODY") == live


def test_a23_an_ignored_header_is_stored_and_not_matched(path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    options: dict[str, Any] = {"match_headers": ["*"], "ignore_headers": ["X-Run"]}
    with use_cassette(path, mode="record", **options):
        live = requests.get(url, headers={"X-Run": "first"}).text
    assert "X-Run: first" in path.read_text()
    with use_cassette(path, **options):
        assert requests.get(url, headers={"X-Run": "second"}).text == live
    with pytest.raises(UnmatchedRequestError), use_cassette(path, match_headers=["*"]):
        requests.get(url, headers={"X-Run": "second"})


def test_a24_an_excluded_value_is_nowhere_in_the_file(path: Path) -> None:
    answers = {
        "/start": [
            b"HTTP/1.1 302 Found\r\nConnection: close\r\nX-Trace: trace-0123456789\r\n"
            b"Location: /end\r\nContent-Length: 0\r\n\r\n"
        ],
        "/end": [
            b"HTTP/1.1 200 OK\r\nX-TRACE: trace-0123456789\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"10\r\ntrace-0123456789\r\n0\r\nx-trace: trace-0123456789\r\n\r\n"
        ],
    }
    server = Scripted(answers)
    try:
        with use_cassette(path, mode="record", exclude_headers=["x-trace"]):
            live = requests.get(f"{server.url}/start", headers={"X-Trace": "trace-0123456789"})
    finally:
        server.close()
    assert live.text == "trace-0123456789"
    text = path.read_text()
    assert "trace-0123456789" not in text
    assert "x-trace" not in text.lower()


def test_a32_the_filters_are_asked_in_their_order(path: Path, server: Counter) -> None:
    asked: list[str] = []

    def note(name: str, answer: bool) -> bool:
        asked.append(name)
        return answer

    options: dict[str, Any] = {
        "exclude_urls": [lambda url: note("exclude", "/live" in url)],
        "should_playback": lambda request: note("playback", True),
        "should_record": lambda request: note("record", True),
    }
    with use_cassette(path, mode="update", **options):
        server.get("/live")
        assert set(asked) == {"exclude"}
        asked.clear()
        server.get("/a")
        assert asked[0] == "exclude"
        assert asked[-1] == "record"
    asked.clear()
    with use_cassette(path, **options):
        server.get("/a")
    assert (asked[0], asked[-1]) == ("exclude", "playback")


# Sequences


def test_a33_n_identical_requests_are_one_sequence(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    with use_cassette(path) as cassette:
        known = cassette.info(cassette.interactions[0].request)
        assert known is not None
        assert [response.body for response in known.responses] == [b"1", b"2", b"3"]


def test_a34_a_place_is_taken_at_once(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    answers: list[bytes] = []

    def poll() -> None:
        answers.append(raw(f"{script.url}/poll").read())

    with use_cassette(path, on_exhausted="error"):
        threads = [
            threading.Thread(target=lambda: answers.append(raw(f"{script.url}/poll").read()))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [b"1", b"2", b"3"]


def test_a35_after_the_last_it_repeats_raises_or_cycles(path: Path, script: Scripted, raw: Raw) -> None:
    def poll(times: int) -> list[bytes]:
        return [raw(f"{script.url}/poll").read() for _ in range(times)]

    with use_cassette(path, mode="record"):
        poll(3)
    with use_cassette(path):
        assert poll(5) == [b"1", b"2", b"3", b"3", b"3"]
    with use_cassette(path, on_exhausted="cycle"):
        assert poll(5) == [b"1", b"2", b"3", b"1", b"2"]
    with pytest.raises(SequenceExhaustedError), use_cassette(path, on_exhausted="error"):
        poll(4)


def test_a36_overlapping_identical_requests_replay_in_the_order_they_started(path: Path, raw: Raw) -> None:
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    server = Scripted({"/slow": [wire + b"one", wire + b"two"]})
    try:
        with use_cassette(path, mode="record"):
            one = raw(f"{server.url}/slow")
            two = raw(f"{server.url}/slow")
            # The second one ends before the first.
            assert (two.read(), one.read()) == (b"two", b"one")
    finally:
        server.close()
    with use_cassette(path):
        assert [raw(f"{server.url}/slow").read() for _ in range(2)] == [b"one", b"two"]


def test_a37_every_load_starts_at_the_first(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    data = path.read_bytes()
    for mode in ("once", "playback", "update"):
        with use_cassette(path, mode=mode):
            assert raw(f"{script.url}/poll").read() == b"1"
        assert path.read_bytes() == data


def test_a38_counts_change_on_replay_alone(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record") as cassette:
        server.get("/a")
        assert cassette.play_count == 0
    with use_cassette(path) as cassette:
        cassette.info(cassette.interactions[0].request)
        assert cassette.play_count == 0
        server.get("/a")
        assert cassette.play_count == 1


def test_a39_reset_starts_the_sequences_again(path: Path, script: Scripted, raw: Raw) -> None:
    with use_cassette(path, mode="record"):
        for _ in range(3):
            raw(f"{script.url}/poll").read()
    with use_cassette(path) as cassette:
        assert [raw(f"{script.url}/poll").read() for _ in range(2)] == [b"1", b"2"]
        cassette.reset()
        assert (cassette.play_count, raw(f"{script.url}/poll").read()) == (0, b"1")


# What the client gets back


def test_a49_every_octet_comes_back(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path):
            assert raw(f"{script.url}/octets").read() == OCTETS
    assert script.requests == ["GET /octets"]


def test_a50_repeated_headers_keep_their_order_and_case(path: Path, script: Scripted, raw: Raw) -> None:
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


def test_a51_reason_and_version_come_back(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path):
            fine, old = raw(f"{script.url}/end"), raw(f"{script.url}/old")
            assert (fine.reason, fine.version, fine.read()) == ("Fine By Me", 11, b"ok")
            assert (old.reason, old.version, old.read()) == ("Nothing Special", 10, b"until the end")


def test_a52_trailers_are_stored_and_framed_again(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path) as cassette:
            answer = raw(f"{script.url}/trailers")
            assert (answer.chunked, answer.read()) == (True, b"abcde")
        assert list(cassette.interactions[0].response.trailers) == [("X-Sum", "0a1b")]


def test_a53_a_stream_is_read_in_the_pieces_it_came_in(path: Path, script: Scripted, raw: Raw) -> None:
    for _ in range(2):
        with use_cassette(path), httpx.stream("GET", f"{script.url}/trailers") as answer:
            assert b"".join(answer.iter_raw()) == b"abcde"
        with use_cassette(path.with_suffix(".other.yaml")):
            answer_raw = raw(f"{script.url}/trailers")
            assert [answer_raw.read1() for _ in range(3)] == [b"abc", b"de", b""]


# Misses, redirects, clients, patches


def test_a63_a_miss_says_what_where_why_and_what_to_do(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/items?page=1")
    with pytest.raises(UnmatchedRequestError) as caught, use_cassette(path, mode="playback"):
        server.get("/items?page=2")
    text = str(caught.value)
    for part in (
        f"GET http://127.0.0.1:{server.port}/items?page=2",
        str(path),
        "playback",
        "query.page: recorded '1', now '2'",
        "REQSNAP_MODE=update",
    ):
        assert part in text


def test_a64_each_hop_of_a_redirect_is_an_exchange_of_its_own(path: Path, script: Scripted) -> None:
    with use_cassette(path):
        requests.get(f"{script.url}/start")
    with no_network(), use_cassette(path) as cassette:
        answer = requests.get(f"{script.url}/start")
    assert [hop.status_code for hop in answer.history] == [302, 307]
    assert (answer.status_code, answer.url) == (200, f"{script.url}/end")
    assert len(cassette) == 3


@pytest.mark.parametrize("record", CLIENTS)
def test_a65_what_one_client_recorded_every_other_replays(record: str, path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    with use_cassette(path, mode="record"):
        live = CLIENTS[record](url)
    with no_network():
        for replay in CLIENTS.values():
            with use_cassette(path, mode="playback"):
                assert replay(url) == live


def test_a66_patches_are_gone_whatever_the_order_of_the_ends(path: Path) -> None:
    before = vars(http.client.HTTPConnection)["request"]
    one, two = use_cassette(path), use_cassette(path.with_name("y.yaml"))
    one.__enter__()
    two.__enter__()
    assert vars(http.client.HTTPConnection)["request"] is not before
    one.__exit__(None, None, None)
    two.__exit__(None, None, None)
    assert vars(http.client.HTTPConnection)["request"] is before


def test_a8_nothing_is_printed_or_warned_of_on_import() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import reqsnap; reqsnap.use_cassette('x.yaml')"],
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")


def test_the_cassette_made_by_hand_replays_like_a_recorded_one(path: Path, raw: Raw) -> None:
    cassette = Cassette()
    headers = Headers([("Content-Length", "2")])
    answer = Response(200, "OK", headers, b"ok")
    cassette.append(Interaction(Request("GET", "http://h/x", Headers([("Host", "h")])), answer, AT))
    cassette.save(path)
    with no_network(), use_cassette(path, mode="playback"):
        assert raw("http://h/x").read() == b"ok"
