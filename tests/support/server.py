"""A loopback HTTP/1.1 server that keeps every byte it receives: plain, TLS and unix socket."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.support.certificates import Certificates, make_certificates
from tests.support.endpoints import ROUTES
from tests.support.exchange import Exchange, Route, State
from tests.support.gates import Gates
from tests.support.listening import Listener, free_port
from tests.support.wire import ConnectionLog, HangUpError, Wire, response_head

TLS_HANDSHAKE = 0x16
Raw = tuple[str, bytes, tuple[bytes, ...]]


class Server:
    """Listens on 127.0.0.1 in plain and in TLS, and on a unix socket.

    It keeps its ports over `stop` and `start`, sends no header that changes from run
    to run, and forgets everything at `reset`. `log` has one entry a connection.
    """

    def __init__(self, certificates: Certificates, directory: Path) -> None:
        self.certificates = certificates
        self.socket_path = str(directory / "http.sock")
        self.state = State()
        self.log: list[ConnectionLog] = []
        self._lock = threading.Lock()
        plain, tls = free_port(), free_port()
        self.listeners = {
            "http": Listener(self._serve_plain, ("127.0.0.1", plain)),
            "https": Listener(self._serve_tls, ("127.0.0.1", tls)),
            "unix": Listener(self._serve_unix, self.socket_path),
        }
        self.ports = {"http": plain, "https": tls}

    @property
    def gates(self) -> Gates:
        """What the endpoints and the program under test wait for."""
        return self.state.gates

    def origin(self, scheme: str, host: str = "localhost") -> str:
        """The start of this server's URLs."""
        return f"{scheme}://{host}:{self.ports[scheme]}"

    def start(self) -> None:
        """Listen, where it does not yet."""
        for listener in self.listeners.values():
            if not listener.listening:
                listener.start()

    def stop(self) -> None:
        """Refuse every new connection. Connections that are open go on."""
        for listener in self.listeners.values():
            listener.stop()

    def settle(self) -> None:
        """Wait until all that the clients have sent was received and every connection has ended."""
        self.gates.release()
        left = sum(listener.settle() for listener in self.listeners.values())
        if left:
            raise AssertionError(f"{left} connections were left open: {self.received()}")

    def reset(self) -> None:
        """Begin anew: nothing received, nothing remembered."""
        self.settle()
        self.state.reset()
        self.log.clear()

    def received(self) -> list[Raw]:
        """What arrived, connection by connection, as plain values."""
        return [entry.raw() for entry in self.log]

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self.gates.release()

    def _serve_plain(self, sock: socket.socket) -> None:
        self._serve(sock, "http")

    def _serve_unix(self, sock: socket.socket) -> None:
        self._serve(sock, "unix")

    def _serve_tls(self, sock: socket.socket) -> None:
        log = self._new_log("https")
        try:
            wrapped = self.certificates.server.wrap_socket(sock, server_side=True)
        except OSError:
            log.greeting = b"(no handshake)"
            return
        with wrapped:
            self._talk(Wire(wrapped, log), "https")

    def _serve(self, sock: socket.socket, name: str) -> None:
        log = self._new_log(name)
        with contextlib.suppress(OSError):
            if sock.recv(1, socket.MSG_PEEK) == bytes([TLS_HANDSHAKE]):
                log.greeting = b"(a TLS handshake)"
                wire = Wire(sock, log)
                wire.send(response_head(400, "Bad Request", [("Connection", "close")]))
                wire.finish()
                wire.drain()
                return
            self._talk(Wire(sock, log), "http")

    def _new_log(self, name: str) -> ConnectionLog:
        log = ConnectionLog(name)
        with self._lock:
            self.log.append(log)
        return log

    def _talk(self, wire: Wire, scheme: str) -> None:
        with contextlib.suppress(OSError):
            with contextlib.suppress(HangUpError):
                for exchange in self._exchanges(wire, scheme):
                    _route(exchange).endpoint(exchange)
                    if not exchange.persistent:
                        break
            if wire.sock.fileno() >= 0:
                wire.finish()
                self.gates.open("finished")
                wire.drain()

    def _exchanges(self, wire: Wire, scheme: str) -> Iterator[Exchange]:
        while True:
            exchange = Exchange(wire, wire.read_head(), self.state, scheme)
            if _route(exchange).reads_body:
                exchange.read_body()
            yield exchange


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[Server]:
    """A server that listens, with certificates of its own in a folder."""
    server = Server(make_certificates(directory), directory)
    server.start()
    yield server
    server.close()


def _route(exchange: Exchange) -> Route:
    return ROUTES.get(exchange.head.path.split("/")[1]) or Route(_not_found)


def _not_found(exchange: Exchange) -> None:
    exchange.answer(b"no such endpoint", 404, "Not Found")
