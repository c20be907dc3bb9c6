"""Cassettes in each format, through a client: recorded, replayed, added to, and as others wrote them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import reqsnap
from reqsnap import use_cassette
from reqsnap.formats import format_of
from tests.support.counter import Counter
from tests.unit.formats import test_har_reading, test_reqord_files, test_undici_files

FILES = {"x.json": "json", "x.jsonl": "jsonl", "x.har": "har"}


@pytest.mark.parametrize(("name", "format"), FILES.items())
def test_it_is_recorded_replayed_and_added_to(
    name: str, format: str, tmp_path: Path, server: Counter
) -> None:
    path = tmp_path / name
    with use_cassette(path):
        live = [server.get("/a"), server.get("/a"), server.get("/b", "POST", "sent")]
    recorded = path.read_bytes()
    assert format_of(None, recorded).name == format
    with use_cassette(path, mode="playback"):
        assert [server.get("/a"), server.get("/a"), server.get("/b", "POST", "sent")] == live
    assert path.read_bytes() == recorded
    with use_cassette(path, mode="update"):
        assert server.get("/a") == live[0]
        live.append(server.get("/c"))
    with use_cassette(path, mode="playback") as cassette:
        assert server.get("/c") == live[3]
        assert [each.request.url[-2:] for each in cassette.interactions] == ["/a", "/a", "/b", "/c"]
    with use_cassette(path, mode="record"):
        live = [server.get("/a")]
    with use_cassette(path, mode="playback") as cassette:
        assert ([server.get("/a")], len(cassette)) == (live, 1)
    assert len(server.requests) == 5


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
def test_an_addition_that_was_cut_short_is_known_and_mended(
    name: str, tmp_path: Path, server: Counter
) -> None:
    path = tmp_path / name
    with use_cassette(path):
        live = [server.get("/a")]
    whole = path.read_bytes()
    with use_cassette(path, mode="update"):
        server.get("/b")
    path.write_bytes(path.read_bytes()[: len(whole) + 60])
    with pytest.warns(reqsnap.TornCassetteWarning), use_cassette(path, mode="update"):
        live += [server.get("/a"), server.get("/b")]
    assert live == ["1 GET /a ", "1 GET /a ", "3 GET /b "]
    with use_cassette(path, mode="playback"):
        assert [server.get("/a"), server.get("/b")] == live[1:]


def test_secrets_are_kept_out_of_each(tmp_path: Path, server: Counter) -> None:
    for name in FILES:
        with use_cassette(tmp_path / name):
            server.get("/a?access_token=tok-5f2b91c7d3e84a06")
        text = (tmp_path / name).read_text()
        assert "REDACTED" in text and "tok-5f2b" not in text


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
def test_large_bodies_stand_beside_it(name: str, tmp_path: Path, server: Counter) -> None:
    path = tmp_path / name
    with use_cassette(path, max_inline_size=100):
        live = server.get("/a?b", "POST", "large " * 50)
    assert "large large" not in path.read_text()
    with use_cassette(path, mode="playback", max_inline_size=100):
        assert server.get("/a?b", "POST", "large " * 50) == live
    for file in (tmp_path / f"{name}.bodies").iterdir():
        file.unlink()
    with (
        pytest.raises(reqsnap.MissingBodyError, match=r"line \d+: the body of .*/a is in the file sha256-"),
        use_cassette(path, mode="playback", max_inline_size=100) as cassette,
    ):
        list(cassette.interactions)


def test_an_archive_of_a_browser_is_replayed_and_added_to(tmp_path: Path, server: Counter) -> None:
    url, path = f"http://127.0.0.1:{server.port}", tmp_path / "browser.har"
    entry, content = test_har_reading.entry, test_har_reading.content
    fields = test_har_reading.pairs(("content-encoding", "gzip"), ("content-length", "999"))
    lost = {
        "content": {"size": 5120, "mimeType": "image/png"},
        "headers": [{"name": "Content-Length", "value": "5120"}],
    }
    path.write_bytes(
        test_har_reading.archive(
            entry({"url": f"{url}/page#top"}, {"httpVersion": "h2", **content("of a browser")}),
            entry({"url": f"{url}/packed"}, {"headers": fields, **content("packed")}),
            entry({"url": f"{url}/lost"}, lost),
            entry({"url": f"{url}/blocked"}, {"status": 0}),
            pages=[{"id": "page_1"}],
        )
    )
    with use_cassette(path, mode="playback"):
        assert server.get("/page") == "of a browser"
        with pytest.raises(reqsnap.CutRecordingError):
            server.get("/lost")
    with pytest.raises(reqsnap.UnmatchedRequestError), use_cassette(path, mode="playback"):
        server.get("/blocked")
    assert server.requests == []
    with use_cassette(path, mode="update"):
        assert server.get("/page") == "of a browser"
        assert server.get("/new") == "1 GET /new "
    with use_cassette(path, mode="playback"):
        assert server.get("/new") == "1 GET /new "
    assert json.loads(path.read_bytes())["log"]["version"] == "1.2"


def test_the_files_of_other_recorders_are_replayed_and_added_to(tmp_path: Path, server: Counter) -> None:
    here = f"127.0.0.1:{server.port}".encode()
    snapshots, lines = tmp_path / "snapshots.json", tmp_path / "cassette.jsonl"
    snapshots.write_bytes(test_undici_files.RECORDED.replace(b"127.0.0.1:41999", here))
    lines.write_bytes(test_reqord_files.README.replace(b"https://api.example.com", b"http://" + here) + b"\n")
    with use_cassette(snapshots, mode="playback"):
        assert [server.get("/poll") for _ in range(4)] == ["poll 1", "poll 2", "poll 3", "poll 3"]
        assert server.get("/items?a=1&b=2", "POST", '{"name": "Zo\\u00eb"}') == '{"NAME":"ZOË"}'
    with use_cassette(lines, mode="playback"):
        assert server.get("/users/1") == '{"id": 1, "name": "Zoë"}'
    assert server.requests == []
    for path, format in ((snapshots, "undici"), (lines, "reqord")):
        with use_cassette(path, mode="update"):
            live = server.get("/new")
        assert format_of(None, path.read_bytes()).name == format
        with use_cassette(path, mode="playback"):
            assert server.get("/new") == live
