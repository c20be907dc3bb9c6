"""A secret that an answer gives and that the program goes on with, in URLs and bodies."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from reqsnap import use_cassette
from reqsnap.cli.loopback import LoopbackHandler, LoopbackServer
from tests.support.network import no_network

Send = Callable[[str, dict[str, Any]], Any]


def session_of(user: str) -> str:
    return sha256(user.encode()).hexdigest()[:32]


class Sessions(LoopbackHandler):
    """Opens sessions, as WebDriver's servers do, and tells whose one is."""

    def do_POST(self) -> None:
        asked = self.read_json()
        if self.path == "/session":
            self.answer_json(200, {"value": {"sessionId": session_of(asked["user"])}})
            return
        whose = [user for user in ("ada", "bob") if session_of(user) in self.path + json.dumps(asked)]
        self.answer_json(200, {"whose": whose, "path": self.path})


def through_requests(url: str, body: dict[str, Any]) -> Any:
    return requests.post(url, json=body, timeout=5).json()


def through_httpx(url: str, body: dict[str, Any]) -> Any:
    return httpx.post(url, json=body).json()


def through_urllib(url: str, body: dict[str, Any]) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode())) as answer:
        return json.load(answer)


def program(url: str, send: Send) -> list[Any]:
    sessions = [send(f"{url}/session", {"user": user})["value"]["sessionId"] for user in ("ada", "bob")]
    found = []
    for session in reversed(sessions):
        found.append(send(f"{url}/session/{session}/title", {})["whose"])
        found.append(send(f"{url}/find?in={session}", {})["whose"])
        found.append(send(f"{url}/run", {"arguments": [session]})["whose"])
    return found


@pytest.mark.parametrize("send", [through_requests, through_httpx, through_urllib])
def test_a_session_is_hidden_wherever_the_program_takes_it_and_replays(send: Send, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    with LoopbackServer(Sessions) as server, use_cassette(path):
        live = program(server.url, send)
    assert live == [["bob"]] * 3 + [["ada"]] * 3
    text = path.read_text()
    assert not any(session_of(user) in text for user in ("ada", "bob"))
    with no_network(), use_cassette(path, mode="playback") as cassette:
        assert program(server.url, send) == live
        assert cassette.all_played
