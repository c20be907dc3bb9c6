"""HTTPie and yt-dlp are recorded and replayed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.running import Runs, run_three_times
from tests.programs.site import Site, SiteHandler

FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 200
PAGE = b'<html><head><title>A page</title></head><body><video src="/film.mp4"></video></body></html>'


class Pages(SiteHandler):
    """A page with a film, a list and a form."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.answer(302, "text/plain", b"", ("Location", "/items"))
        elif self.path == "/items":
            self.answer(200, "application/json", b'{"items": [1, 2, 3]}')
        elif self.path == "/page":
            self.answer(200, "text/html", PAGE)
        elif self.path == "/film.mp4":
            self.answer(200, "video/mp4", FILM)
        else:
            self.answer(404, "text/plain", b"nothing here\n")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(201, "application/json", json.dumps({"length": len(sent)}).encode())


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site(Pages)
    yield served
    served.stop()


def check(runs: Runs, status: int, requests: int) -> None:
    assert runs.bare.status == status, runs
    assert runs.are_equal(), runs
    assert f"0 replayed, {requests} recorded, 0 refused" in runs.said[0]
    assert f"{requests} replayed, 0 recorded, 0 refused" in runs.said[1]


@pytest.mark.parametrize(
    ("words", "status", "requests"),
    [
        (["--follow", "--all", "--verbose", "GET", "/moved"], 0, 2),
        (["--check-status", "--form", "POST", "/items", "name=Ada", "file@{file}"], 0, 1),
        (["--check-status", "GET", "/nowhere"], 4, 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_httpie_does_the_same_with_the_site_gone(
    words: list[str], status: int, requests: int, site: Site, tmp_path: Path
) -> None:
    # It would look for a newer HTTPie in a process of its own, at a moment of its own.
    (tmp_path / "config.json").write_text('{"disable_update_warnings": true}')
    full = [site.url + word if word.startswith("/") else word for word in words]
    full = [word.format(file=tmp_path / "config.json") for word in full]
    command = [sys.executable, "-m", "httpie", "--ignore-stdin", *full]
    check(run_three_times(command, tmp_path, site.stop, HTTPIE_CONFIG_DIR=str(tmp_path)), status, requests)


def test_yt_dlp_does_the_same_with_the_site_gone(site: Site, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "yt_dlp", "--no-progress", "--output", "%(title)s.%(ext)s"]
    runs = run_three_times([*command, f"{site.url}/page"], tmp_path, site.stop)
    check(runs, 0, 2)
    assert list(runs.replayed.files.values()) == [FILM]
