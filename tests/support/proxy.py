"""An HTTP proxy on loopback: forwards absolute URLs, opens tunnels, keeps a log."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import threading
from urllib.parse import urlsplit

from tests.support.listening import Listener, free_port
from tests.support.wire import ConnectionLog, HangUpError, Head, Wire, response_head


class Proxy:
    """Relays what clients send to where they say; `credentials` ("user:password") may be demanded.

    `log` has one entry a connection, with the heads that the proxy itself has read.
    """

    def __init__(self, credentials: str = "") -> None:
        self.credentials = credentials
        self.log: list[ConnectionLog] = []
        self._lock = threading.Lock()
        self.port = free_port()
        self._listener = Listener(self._serve, ("127.0.0.1", self.port))

    @property
    def url(self) -> str:
        """Where the proxy is, with the credentials that it demands."""
        user = f"{self.credentials}@" if self.credentials else ""
        return f"http://{user}127.0.0.1:{self.port}"

    @property
    def bare_url(self) -> str:
        """Where the proxy is, without credentials."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, where it does not yet."""
        if not self._listener.listening:
            self._listener.start()

    def stop(self) -> None:
        """Refuse every new connection."""
        self._listener.stop()

    def reset(self) -> None:
        """Begin anew, when every connection has ended."""
        self.settle()
        self.log.clear()

    def settle(self) -> None:
        """Wait until every connection has ended."""
        if self._listener.settle():
            raise AssertionError("connections to the proxy were left open")

    def received(self) -> list[tuple[str, bytes, tuple[bytes, ...]]]:
        """What arrived, connection by connection, as plain values."""
        return [entry.raw() for entry in self.log]

    def _serve(self, sock: socket.socket) -> None:
        log = ConnectionLog("proxy")
        with self._lock:
            self.log.append(log)
        with contextlib.suppress(OSError, HangUpError):
            wire = Wire(sock, log)
            head = self._admitted(wire)
            host, port = self._destination(head)
            try:
                upstream = socket.create_connection((host, port))
            except OSError:
                wire.send(response_head(502, "Bad Gateway", [("Content-Length", "0")]))
                wire.finish()
                wire.drain()
                return
            with upstream:
                if head.method == "CONNECT":
                    wire.send(response_head(200, "Connection established"))
                else:
                    upstream.sendall(log.requests[-1].head)
                _relay(wire, upstream)

    def _admitted(self, wire: Wire) -> Head:
        expected = "Basic " + base64.b64encode(self.credentials.encode()).decode()
        challenge = [("Proxy-Authenticate", 'Basic realm="proxy"'), ("Content-Length", "2")]
        while True:
            head = wire.read_head()
            if not self.credentials or head.get("proxy-authorization") == expected:
                return head
            wire.read_body(head)
            wire.send(response_head(407, "Proxy Authentication Required", challenge) + b"no")

    @staticmethod
    def _destination(head: Head) -> tuple[str, int]:
        netloc = head.target if head.method == "CONNECT" else urlsplit(head.target).netloc
        host, _, port = netloc.rpartition(":")
        return host, int(port)


def _relay(wire: Wire, upstream: socket.socket) -> None:
    if left := wire.unread():
        upstream.sendall(left)
    other = {wire.sock: upstream, upstream: wire.sock}
    while other:
        for source in select.select(list(other), [], [])[0]:
            target = other[source]
            if data := source.recv(262_144):
                target.sendall(data)
            else:
                del other[source]
                target.shutdown(socket.SHUT_WR)
