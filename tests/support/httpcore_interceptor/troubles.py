"""What goes wrong on a network, for real and on loopback."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.listening import PATIENCE, Listener, free_port
from tests.support.server import Server

EXPIRES, LONG = 0.25, 8.0
"""Seconds of a timeout that is meant to be reached, and of one that never is."""

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it"
TOO_MUCH = bytes(20_000_000)


@dataclass
class Place:
    """Where a program goes to meet its trouble, and with what pool.

    `expires` names the timeout that is to be reached, if one is.
    `seen` is set when the program has had a piece of an answer, `over` when it is done.
    """

    url: str
    pool: str = "ConnectionPool"
    options: dict[str, Any] = field(default_factory=dict)
    body: bytes = b"body"
    expires: str = ""
    seen: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def timeouts(self) -> dict[str, float]:
        """What the library is given for its `timeout` extension."""
        return {step: EXPIRES if step == self.expires else LONG for step in ("connect", "read", "write")}


Trouble = Callable[[Server, Path], "contextlib.AbstractContextManager[Place]"]
TROUBLES: dict[str, Trouble] = {}


def _trouble(make: Callable[[Server, Path], Iterator[Place]]) -> Trouble:
    TROUBLES[make.__name__] = made = contextlib.contextmanager(make)
    return made


@contextlib.contextmanager
def _listening(act: Callable[[socket.socket, Place], object], scheme: str = "http") -> Iterator[Place]:
    port = free_port()
    place = Place(f"{scheme}://127.0.0.1:{port}/")

    def serve(sock: socket.socket) -> None:
        with sock:
            act(sock, place)

    listener = Listener(serve, ("127.0.0.1", port))
    listener.start()
    try:
        yield place
    finally:
        place.over.set()
        listener.stop()
        assert not listener.settle()


def _reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@_trouble
def refused(server: Server, directory: Path) -> Iterator[Place]:
    """Nobody listens."""
    yield Place(f"http://127.0.0.1:{free_port()}/")


@_trouble
def no_such_name(server: Server, directory: Path) -> Iterator[Place]:
    """A name that never resolves (RFC 6761)."""
    yield Place("http://nowhere.invalid/")


@_trouble
def no_such_socket(server: Server, directory: Path) -> Iterator[Place]:
    """A Unix socket that is not there."""
    yield Place("http://localhost/", options={"uds": str(directory / "nothing")})


@_trouble
def no_proxy(server: Server, directory: Path) -> Iterator[Place]:
    """A proxy that is not there."""
    proxy = f"http://127.0.0.1:{free_port()}"
    yield Place("http://nowhere.invalid/", pool="HTTPProxy", options={"proxy_url": proxy})


@_trouble
def not_trusted(server: Server, directory: Path) -> Iterator[Place]:
    """A certificate that nobody vouches for."""
    yield Place(server.origin("https") + "/")


@_trouble
def not_tls(server: Server, directory: Path) -> Iterator[Place]:
    """A server that answers a handshake with something else."""

    def act(sock: socket.socket, place: Place) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        place.over.wait(PATIENCE)

    with _listening(act, "https") as place:
        yield place


@_trouble
def handshake_ended(server: Server, directory: Path) -> Iterator[Place]:
    """A connection that is closed in the handshake."""
    with _listening(lambda sock, place: sock.recv(65536), "https") as place:
        yield place


@_trouble
def handshake_reset(server: Server, directory: Path) -> Iterator[Place]:
    """A connection that is reset in the handshake."""

    def act(sock: socket.socket, place: Place) -> None:
        sock.recv(65536)
        _reset(sock)

    with _listening(act, "https") as place:
        yield place


@_trouble
def handshake_unanswered(server: Server, directory: Path) -> Iterator[Place]:
    """A handshake that is not answered in time."""
    with _listening(lambda sock, place: place.over.wait(PATIENCE), "https") as place:
        place.expires = "connect"
        yield place


@_trouble
def not_read(server: Server, directory: Path) -> Iterator[Place]:
    """A server that does not read the request."""
    with _listening(lambda sock, place: place.over.wait(PATIENCE)) as place:
        place.body, place.expires = TOO_MUCH, "write"
        yield place


@_trouble
def not_answered(server: Server, directory: Path) -> Iterator[Place]:
    """A server that does not answer in time."""
    yield from _at(server, "http", "/slow-head", "head")


@_trouble
def not_answered_in_tls(server: Server, directory: Path) -> Iterator[Place]:
    """A server that does not answer in time, where Python's own sockets say so in other words."""
    yield from _at(server, "https", "/slow-head", "head")


@_trouble
def hung_up(server: Server, directory: Path) -> Iterator[Place]:
    """A connection that is closed in place of an answer."""
    yield Place(server.origin("http") + "/hang-up")


@_trouble
def reset(server: Server, directory: Path) -> Iterator[Place]:
    """A connection that is reset in place of an answer."""
    yield Place(server.origin("http") + "/reset")


@_trouble
def cut_length(server: Server, directory: Path) -> Iterator[Place]:
    """A body that ends before its announced length."""
    yield Place(server.origin("http") + "/cut-length")


@_trouble
def cut_chunked(server: Server, directory: Path) -> Iterator[Place]:
    """A chunked body that ends without the last chunk."""
    yield Place(server.origin("http") + "/cut-chunked")


@_trouble
def body_stopped(server: Server, directory: Path) -> Iterator[Place]:
    """A body whose rest does not come in time."""
    yield from _at(server, "http", "/slow-body", "body")


@_trouble
def body_stopped_in_tls(server: Server, directory: Path) -> Iterator[Place]:
    """The same in TLS."""
    yield from _at(server, "https", "/slow-body", "body")


@_trouble
def body_reset(server: Server, directory: Path) -> Iterator[Place]:
    """A connection that is reset within the body, when the program has seen the first of it."""

    def act(sock: socket.socket, place: Place) -> None:
        received = b""
        while not received.endswith(b"body"):
            received += sock.recv(65536)
        sock.sendall(HALF)
        place.seen.wait(PATIENCE)
        _reset(sock)

    with _listening(act) as place:
        yield place


def _at(server: Server, scheme: str, path: str, gate: str) -> Iterator[Place]:
    trust = {"ssl_context": server.certificates.client}
    yield Place(server.origin(scheme) + path, options=trust, expires="read")
    server.gates.open(gate)
