"""The demo's small API on loopback: a list, a login with a cookie, a redirect and a stream of events."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from reqsnap.cli.loopback import LoopbackHandler, LoopbackServer

ITEMS = [{"id": 1, "name": "lamp"}, {"id": 2, "name": "desk"}, {"id": 3, "name": "chair"}]
PATIENCE = 10.0
"""Seconds that the stream waits for its reader before it goes on and says so."""


def _credential() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What only the API and its clients may know; new in every run."""

    api_key: str = field(default_factory=_credential)
    password: str = field(default_factory=_credential)
    access_token: str = field(default_factory=_credential)
    session: str = field(default_factory=_credential)

    def values(self) -> tuple[str, ...]:
        """Every credential."""
        return self.api_key, self.password, self.access_token, self.session


class Api(LoopbackServer):
    """The API. Serves while its `with` block is open.

    `received` counts the requests. The stream sends its first event and waits until
    `first_event_taken` is set; `stalled` counts the readers that took it too late.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.credentials = Credentials()
        self.received = 0
        self.stalled = 0
        self.first_event_taken = threading.Event()
        self.lock = threading.Lock()

    @property
    def address(self) -> tuple[str, int]:
        """The host and port that the API listens on."""
        return "127.0.0.1", self.server_port


class _Handler(LoopbackHandler):
    server: Api

    def do_GET(self) -> None:
        """Answer a GET."""
        url = urlsplit(self.path)
        self._count()
        if url.path == "/items":
            allowed = parse_qs(url.query).get("api_key") == [self.server.credentials.api_key]
            self.answer_json(200, ITEMS) if allowed else self._refuse("wrong api_key")
        elif url.path == "/items/1":
            self.answer_json(200, ITEMS[0])
        elif url.path == "/first":
            self.answer_json(302, {"moved": True}, ("Location", "/items/1"))
        elif url.path == "/me":
            self.answer_json(200, {"user": "ada"}) if self._logged_in() else self._refuse("log in first")
        elif url.path == "/events":
            self.answer_events(self._events())
        else:
            self.answer_json(404, {"error": "no such target"})

    def do_POST(self) -> None:
        """Answer a POST."""
        self._count()
        known = self.server.credentials
        if self.path != "/login" or self.read_json() != {"user": "ada", "password": known.password}:
            self._refuse("wrong password")
            return
        cookie = ("Set-Cookie", f"session={known.session}; Path=/; HttpOnly")
        self.answer_json(200, {"user": "ada", "access_token": known.access_token}, cookie)

    def _logged_in(self) -> bool:
        known = self.server.credentials
        token, cookie = self.headers["Authorization"], self.headers["Cookie"]
        return token == f"Bearer {known.access_token}" and cookie == f"session={known.session}"

    def _refuse(self, reason: str) -> None:
        self.answer_json(403, {"error": reason})

    def _events(self) -> Iterator[str]:
        """The events; the second one only when the client has read the first."""
        api = self.server
        api.first_event_taken.clear()
        yield "started"
        if not api.first_event_taken.wait(PATIENCE):
            with api.lock:
                api.stalled += 1
        yield "half way"
        yield "done"

    def _count(self) -> None:
        with self.server.lock:
            self.server.received += 1
