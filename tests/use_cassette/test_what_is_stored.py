"""What is not compared is stored all the same, and what is excluded is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from reqsnap import UnmatchedRequestError, use_cassette
from tests.support.counter import Counter
from tests.support.scripted import Scripted


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def test_the_stored_url_keeps_the_query_that_is_not_matched(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", match_query=False):
        live = server.get("/a?page=1")
    assert "/a?page=1" in path.read_text()
    with use_cassette(path, match_query=False):
        assert server.get("/a?page=2") == live


def test_the_stored_body_is_there_though_it_is_not_matched(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", match_body=False):
        live = server.get("/a", "POST", "one body")
    assert "one body" in path.read_text()
    with use_cassette(path, match_body=False):
        assert server.get("/a", "POST", "another") == live


def test_the_file_keeps_the_body_as_it_was_sent(path: Path, server: Counter) -> None:
    with use_cassette(path, mode="record", normalize_body=bytes.lower):
        live = server.get("/a", "POST", "One Body")
    assert "One Body" in path.read_text()
    with use_cassette(path, normalize_body=bytes.lower):
        assert server.get("/a", "POST", "ONE BODY") == live


def test_an_ignored_header_is_stored_and_not_matched(path: Path, server: Counter) -> None:
    url = f"http://127.0.0.1:{server.port}/a"
    options: dict[str, Any] = {"match_headers": ["*"], "ignore_headers": ["X-Run"]}
    with use_cassette(path, mode="record", **options):
        live = requests.get(url, headers={"X-Run": "first"}).text
    assert "X-Run: first" in path.read_text()
    with use_cassette(path, **options):
        assert requests.get(url, headers={"X-Run": "second"}).text == live
    with pytest.raises(UnmatchedRequestError), use_cassette(path, match_headers=["*"]):
        requests.get(url, headers={"X-Run": "second"})


def test_an_excluded_value_is_nowhere_in_the_file(path: Path) -> None:
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
