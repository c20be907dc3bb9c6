"""The API that the documentation's examples call, http://api.example.com, served on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from reqsnap.cli.loopback import LoopbackHandler, LoopbackServer

HOST = "api.example.com"
STAND_IN = ("127.0.0.1", 80)
ITEMS = [{"id": 1, "name": "lamp"}, {"id": 2, "name": "desk"}, {"id": 3, "name": "chair"}]


class DocumentedApi(LoopbackServer):
    """A loopback server that programs reach under its public name.

    `received` counts its requests. Where `reachable` is False every connection is refused.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.received = 0
        self.reachable = True
        self.polls = 0
        self.lock = threading.Lock()


class _Handler(LoopbackHandler):
    server: DocumentedApi

    def do_GET(self) -> None:
        """Answer a GET."""
        path = urlsplit(self.path).path
        with self.server.lock:
            self.server.received += 1
        if path == "/items":
            self.answer_json(200, ITEMS)
        elif path in ("/items/1", "/items/2", "/items/3"):
            self.answer_json(200, ITEMS[int(path[-1]) - 1])
        elif path == "/jobs/7":
            self.answer_json(200, {"id": 7, "state": self._job_state()})
        elif path == "/events":
            self.answer_events(["started", "half way", "done"])
        else:
            self.answer_json(404, {"error": "not found"})

    def do_POST(self) -> None:
        """Answer a POST."""
        with self.server.lock:
            self.server.received += 1
        sent = self.read_json()
        if urlsplit(self.path).path == "/login":
            answer = {"user": sent["user"], "access_token": "tok-5f2b91c7d3e84a06"}
            self.answer_json(200, answer, ("Set-Cookie", "session=9c1e77aa20b84d15; Path=/; HttpOnly"))
        else:
            self.answer_json(201, {"id": 4, **sent})

    def _job_state(self) -> str:
        with self.server.lock:
            self.server.polls += 1
            return "done" if self.server.polls % 3 == 0 else "running"


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentedApi]:
    """Serve the API under its public name; no other address can be reached."""
    with DocumentedApi() as api:
        _redirect(monkeypatch, api)
        yield api


def _redirect(monkeypatch: pytest.MonkeyPatch, api: DocumentedApi) -> None:
    """Resolve the public name to a stand-in and connect the stand-in to the server's real port."""
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        known = {HOST: STAND_IN[0], HOST.encode(): STAND_IN[0]}
        return resolve(known.get(host, host), *rest, **named)

    def connect_there(self: socket.socket, address: Any) -> None:
        if address[0] == STAND_IN[0] and address != STAND_IN:
            # A server that the page itself has started.
            return connect(self, address)
        if address[:2] != STAND_IN or not api.reachable:
            raise ConnectionRefusedError(f"the examples may only reach {HOST}, not {address}")
        connect(self, ("127.0.0.1", api.server_port))

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connect_there)
