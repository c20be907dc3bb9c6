"""Filters, hooks, stubs, strict order, drift and age, as users see them through real clients."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reqsnap import (
    ConfigurationError,
    DriftWarning,
    Headers,
    Interaction,
    OutOfOrderError,
    Request,
    Response,
    StaleRecordingError,
    StaleRecordingWarning,
    SwallowedRefusalWarning,
    UnmatchedRequestError,
    use_cassette,
)
from tests.support.counter import Counter
from tests.support.simple_clients import CLIENTS, Get

clients = pytest.mark.parametrize("get", CLIENTS.values(), ids=CLIENTS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def url(server: Counter, target: str) -> str:
    return f"http://127.0.0.1:{server.port}{target}"


@clients
def test_an_excluded_url_passes_live_in_playback(path: Path, server: Counter, get: Get) -> None:
    with use_cassette(path, mode="record", exclude_urls=["/LIVE"]) as cassette:
        assert [get(url(server, target))[1] for target in ("/a", "/live", "/a")] == [
            b"1 GET /a ",
            b"2 GET /live ",
            b"3 GET /a ",
        ]
        assert len(cassette) == 2
    with use_cassette(path, mode="playback", exclude_urls=["/LIVE"]) as cassette:
        assert [get(url(server, target))[1] for target in ("/a", "/live", "/a", "/live")] == [
            b"1 GET /a ",
            b"4 GET /live ",
            b"3 GET /a ",
            b"5 GET /live ",
        ]
        assert cassette.all_played
    with (
        pytest.raises(Exception, match="was not sent") as caught,
        use_cassette(path, mode="playback", exclude_urls=["/LIVE"]),
    ):
        get(url(server, "/b"))
    assert isinstance(caught.value, UnmatchedRequestError)
    assert len(server.requests) == 5


@pytest.mark.filterwarnings("ignore::reqsnap.SwallowedRefusalWarning")
@clients
def test_a_stub_answers_in_every_client_and_is_not_stored(path: Path, server: Counter, get: Get) -> None:
    answer = Response(418, "Teapot", Headers([("Content-Length", "3")]), b"tea")
    for mode in ("record", "playback"):
        with use_cassette(path, mode=mode) as cassette:
            stub = cassette.stub("GET", url(server, "/stub"), answer)
            other = cassette.stub("GET", re.compile("/never$"), answer)
            assert [get(url(server, target)) for target in ("/a", "/stub")] == [
                (200, b"1 GET /a "),
                (418, b"tea"),
            ]
            assert [request.url for request in stub.calls] == [url(server, "/stub")]
            assert cassette.unused_stubs == (other,)
    assert server.requests == ["GET /a"]
    assert "/stub" not in path.read_text()


def test_a_stub_may_look_at_the_request_and_answer_a_few_times(server: Counter) -> None:
    def echo(request: Request) -> Response:
        return Response(200, "OK", Headers([("Content-Length", str(len(request.body)))]), request.body)

    with use_cassette(mode="record") as cassette:
        cassette.stub("POST", url(server, "/echo"), echo, times=2)
        assert [server.get("/echo", "POST", text) for text in ("a", "b")] == ["a", "b"]
        assert server.get("/echo", "POST", "c") == "1 POST /echo c"
        assert len(cassette) == 1


@clients
def test_ignored_hosts_are_left_alone(path: Path, server: Counter, get: Get) -> None:
    for option in ({"ignore_localhost": True}, {"ignore_hosts": ["127.0.*"]}):
        with use_cassette(path, mode="playback", **option) as cassette:
            assert get(url(server, "/a"))[0] == 200
            assert len(cassette) == 0
    assert len(server.requests) == 2
    assert not path.exists()


def test_should_record_may_look_at_the_request_or_at_both(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", should_record=lambda request: "/a" in request.url) as cassette:
        assert [server.get("/a"), server.get("/b")] == ["1 GET /a ", "2 GET /b "]
        assert len(cassette) == 1
    with use_cassette(path, mode="record", should_record=lambda request, response: b"3" in response.body):
        assert [server.get("/a"), server.get("/b")] == ["3 GET /a ", "4 GET /b "]
    with use_cassette(path) as cassette:
        assert [each.response.body for each in cassette] == [b"3 GET /a "]
        assert server.get("/a") == "3 GET /a "


def test_should_playback_keeps_a_request_live_in_update(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a")
    with use_cassette(path, mode="update", should_playback=lambda request: False):
        assert [server.get("/a"), server.get("/a")] == ["2 GET /a ", "3 GET /a "]
    with (
        pytest.raises(UnmatchedRequestError, match="should_playback"),
        use_cassette(path, should_playback=lambda request: False) as cassette,
    ):
        assert len(cassette) == 1
        server.get("/a")


def test_hooks_run_once_for_each_thing_and_never_on_load(path: Path, server: Counter) -> None:
    recorded: list[str] = []
    played: list[str] = []

    def before_record(interaction: Interaction) -> Interaction | None:
        recorded.append(interaction.request.url)
        if interaction.request.url.endswith("/drop"):
            return None
        return replace(interaction, response=replace(interaction.response, body=b"stored", headers=Headers()))

    def before_playback(interaction: Interaction) -> Interaction:
        played.append(interaction.request.url)
        body = interaction.response.body + b" and changed"
        return replace(interaction, response=replace(interaction.response, body=body))

    with use_cassette(path, before_record=before_record, before_playback=before_playback):
        assert [server.get("/a"), server.get("/drop")] == ["1 GET /a ", "2 GET /drop "]
    assert (len(recorded), len(played)) == (2, 0)
    with use_cassette(path, before_record=before_record, before_playback=before_playback):
        assert [server.get("/a"), server.get("/a")] == ["stored and changed"] * 2
    assert (len(recorded), len(played)) == (2, 2)
    with use_cassette(path):
        assert server.get("/a") == "stored"


def test_a_hook_that_fails_raises_at_the_end_of_the_block_and_the_rest_is_saved(
    path: Path, server: Counter
) -> None:
    def fail(interaction: Interaction) -> Interaction | None:
        if interaction.request.url.endswith("/a"):
            raise LookupError("no such thing")
        return interaction

    with pytest.raises(LookupError, match="no such thing"), use_cassette(path, before_record=fail):
        assert [server.get("/a"), server.get("/b")] == ["1 GET /a ", "2 GET /b "]
    # The set is not whole, so it does not take the name; the next run completes it.
    assert not path.exists()
    with use_cassette(path):
        assert [server.get("/b"), server.get("/a")] == ["2 GET /b ", "3 GET /a "]
    with use_cassette(path, mode="playback") as cassette:
        assert len(cassette) == 2


def test_strict_order_raises_and_the_right_request_still_succeeds(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        live = [server.get(target) for target in ("/a", "/b")]
    told = pytest.warns(SwallowedRefusalWarning, match="recording 1 of 2 is next")
    with told, use_cassette(path, order="strict") as cassette:
        with pytest.raises(OutOfOrderError) as caught:
            server.get("/b")
        assert (caught.value.position, caught.value.expected) == (1, f"GET {url(server, '/a')}")
        assert [server.get(target) for target in ("/a", "/b")] == live
        assert cassette.all_played
    assert len(server.requests) == 2


def test_drift_is_reported_at_the_end_and_in_the_cassette(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        server.get("/a", "POST", '{"temperature": 0.5, "model": "x"}')
    with pytest.warns(DriftWarning, match="1 request"), use_cassette(path, drift="report") as cassette:
        assert server.get("/a", "POST", '{"temperature": 0.7, "model": "x"}').startswith("1 POST /a")
        (drift,) = cassette.drift
    assert [str(each) for each in drift.differences] == ["body.temperature: recorded 0.5, now 0.7"]
    with pytest.raises(UnmatchedRequestError), use_cassette(path):
        server.get("/a", "POST", '{"temperature": 0.7, "model": "x"}')


def aged(path: Path) -> None:
    """Make what is in a cassette a year older."""
    text = path.read_text()
    year = re.search(r"recorded_at: (\d{4})-", text)
    assert year is not None
    path.write_text(text.replace(f"recorded_at: {year[1]}-", f"recorded_at: {int(year[1]) - 2}-"))


def test_stale_recordings_warn_are_recorded_anew_or_are_refused(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record"):
        assert server.get("/a") == "1 GET /a "
    with use_cassette(path, max_age=3600):
        assert server.get("/a") == "1 GET /a "
    aged(path)
    with pytest.warns(StaleRecordingWarning, match="older than max_age"), use_cassette(path, max_age=3600):
        assert server.get("/a") == "1 GET /a "
    with pytest.raises(StaleRecordingError), use_cassette(path, max_age=3600, on_stale="error"):
        server.get("/a")
    with use_cassette(path, mode="update", max_age=3600, on_stale="rerecord"):
        assert server.get("/a") == "2 GET /a "
    with use_cassette(path, max_age=3600) as cassette:
        assert server.get("/a") == "2 GET /a "
        assert len(cassette) == 1


def test_exclude_headers_leaves_no_trace_in_the_file(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", exclude_headers=["ACCEPT-encoding", "Content-Length"]):
        server.get("/a")
    text = path.read_text().lower()
    assert "accept-encoding" not in text
    assert "identity" not in text
    assert "content-length" not in text
    with use_cassette(path, exclude_headers=["Accept-Encoding", "Content-Length"]):
        assert server.get("/a") == "1 GET /a "


@pytest.mark.parametrize(
    "options",
    [
        {"exclude_urls": "/health"},
        {"exclude_urls": [1]},
        {"exclude_urls": [""]},
        {"ignore_hosts": "localhost"},
        {"ignore_localhost": 1},
        {"should_record": "yes"},
        {"should_record": lambda: True},
        {"should_record": lambda a, b, c: True},
        {"should_playback": 1},
        {"before_record": []},
        {"before_playback": {}},
        {"order": "random"},
        {"drift": "ignore"},
        {"on_stale": "delete"},
        {"max_age": 0},
        {"max_age": "1d"},
        {"max_age": float("nan")},
        {"max_age": 1e300},
        {"max_interactions": 0},
        {"max_inline_size": 0},
        {"max_inline_size": "1 MiB"},
        {"max_interactions": True},
        {"max_interactions": 1.5},
        {"auto_flush": "yes"},
        {"auto_flush": True, "flush_interval": 0},
        {"auto_flush": True, "flush_interval": "x"},
        {"flush_interval": 5},
        {"record_errors": None},
        {"case_sensitive": "no"},
        {"normalize_query": "sort"},
        {"match_query": False, "normalize_query": sorted},
        {"match_body": False, "normalize_body": bytes.lower},
        {"match_body": False, "ignore_json": ["id"]},
        {"redact": False, "redact_fields": ["x"]},
        {"volatile": ["uid"]},
        {"ignore_json": ["["]},
        {"exclude_headers": "Authorization"},
    ],
    ids=lambda options: ",".join(options),
)
def test_each_bad_value_is_refused_by_name(path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        use_cassette(path, **options)
    assert caught.value.option in options
    assert caught.value.allowed


def test_the_filters_are_asked_in_their_order(path: Path, server: Counter) -> None:
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
