"""Answers are read whole before the program gets them, as with VCR.py; events come one by one."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import aiohttp
import httpx
import pytest

import reqsnap.vcr as vcr
from tests.support.gates import Gates

EVENTS = [b"data: 1\n\n", b"data: 2\n\n"]


class Telling(http.server.ThreadingHTTPServer):
    """Tells an event, and the next when the gate is open."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Teller)
        self.gates = Gates()
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.gates.release()
        self.shutdown()
        self.server_close()
        self._thread.join()


class Teller(http.server.BaseHTTPRequestHandler):
    server: Telling

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(EVENTS[0])
        self.server.gates.wait("seen")
        self.wfile.write(EVENTS[1])

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def telling() -> Iterator[Telling]:
    server = Telling()
    yield server
    server.close()


Saw = Callable[[], None]


def by_urllib(url: str, saw: Saw) -> bytes:
    with urlopen(url, timeout=10) as answer:
        first: bytes = answer.read(len(EVENTS[0]))
        saw()
        rest: bytes = answer.read()
        return first + rest


def by_httpx(url: str, saw: Saw) -> bytes:
    found = b""
    with httpx.stream("GET", url, timeout=10) as answer:
        for piece in answer.iter_raw():
            found += piece
            saw()
    return found


def by_aiohttp(url: str, saw: Saw) -> bytes:
    async def ask() -> bytes:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            first = await answer.content.readexactly(len(EVENTS[0]))
            saw()
            return first + await answer.read()

    return asyncio.run(asyncio.wait_for(ask(), 10))


@pytest.mark.parametrize("ask", [by_urllib, by_httpx, by_aiohttp])
def test_an_event_comes_before_the_next_is_told(
    ask: Callable[[str, Saw], bytes], telling: Telling, tmp_path: Path
) -> None:
    path = str(tmp_path / "x.yaml")
    with vcr.use_cassette(path):
        assert ask(telling.url, lambda: telling.gates.open("seen")) == b"".join(EVENTS)
    telling.close()
    with vcr.use_cassette(path, record_mode="none"):
        assert ask(telling.url, lambda: None) == b"".join(EVENTS)
