"""One request at the server and the means to answer it, byte by byte where need be."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.gates import Gates
from tests.support.wire import Fields, Head, Wire, response_head

TEXT = ("Content-Type", "text/plain; charset=utf-8")
JSON = ("Content-Type", "application/json")


@dataclass
class State:
    """What a server remembers between requests; new for every run."""

    gates: Gates = field(default_factory=Gates)
    _visits: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def visit(self, name: str) -> int:
        """How often a name was visited before."""
        with self._lock:
            self._visits[name] += 1
            return self._visits[name] - 1

    def reset(self) -> None:
        """Forget everything."""
        self.gates.reset()
        with self._lock:
            self._visits.clear()


class Exchange:
    """A request that has arrived. Its endpoint answers, and may end the connection.

    `body` is empty for an endpoint that asked to read it by itself. `rest` is what
    follows the endpoint's name in the path. `scheme` says over which listener it came.
    """

    def __init__(self, wire: Wire, head: Head, state: State, scheme: str) -> None:
        self.wire, self.head, self.state, self.scheme = wire, head, state, scheme
        self.gates = state.gates
        self.body = b""
        self.rest = head.path.lstrip("/").partition("/")[2]
        self.persistent = head.version == "HTTP/1.1" and head.get("connection").lower() != "close"

    def read_body(self) -> bytes:
        """Read the body, where the endpoint does that by itself."""
        self.body = self.wire.read_body(self.head)
        return self.body

    def visit(self) -> int:
        """How often this path was asked for before."""
        return self.state.visit(self.head.path)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.wire.send(data)

    def begin(self, status: int = 200, reason: str = "OK", fields: Fields = (), first: bytes = b"") -> None:
        """Send a response's head, and what shall arrive together with it."""
        self.send(response_head(status, reason, fields) + first)

    def answer(
        self, body: bytes = b"", status: int = 200, reason: str = "OK", fields: Fields = (TEXT,)
    ) -> None:
        """Send a whole response with a Content-Length."""
        fields = [*fields, ("Content-Length", str(len(body)))]
        if self.head.get("connection").lower() == "close":
            fields.append(("Connection", "close"))
        shown = b"" if self.head.method == "HEAD" else body
        self.send(response_head(status, reason, fields) + shown)


Endpoint = Callable[[Exchange], None]


@dataclass(frozen=True)
class Route:
    """An endpoint, and whether it wants the body read before it is called."""

    endpoint: Endpoint
    reads_body: bool = True


class Routes(dict[str, Route]):
    """Endpoints under the first part of their path."""

    def add(self, name: str, *, reads_body: bool = True) -> Callable[[Endpoint], Endpoint]:
        """Put the decorated endpoint under a name."""

        def register(endpoint: Endpoint) -> Endpoint:
            self[name] = Route(endpoint, reads_body)
            return endpoint

        return register
