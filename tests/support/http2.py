"""A loopback HTTP/2 server, over TLS, that keeps what it is asked."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded

from tests.support.certificates import Certificates, make_certificates
from tests.support.listening import Listener, free_port

Fields = list[tuple[str, str]]


@dataclass
class Asked:
    """A request: its pseudo-header and header fields, and its body."""

    fields: Fields
    body: bytes = b""

    def __getitem__(self, name: str) -> str:
        return dict(self.fields).get(name, "")


@dataclass
class Connection:
    """One connection: what goes over it, and the requests that have not come whole."""

    wire: ssl.SSLSocket
    state: H2Connection
    coming: dict[int, Asked] = field(default_factory=dict)

    def send(self) -> None:
        """Write what there is to be written."""
        self.wire.sendall(self.state.data_to_send())


class Http2Server:
    """Answers on its own paths, and on any other with what it was asked, as JSON.

    `/redirect` leads to `/final`, `/events` sends three events one by one,
    `/reset` breaks off after half an answer, `/nothing` has no content. `asked` are all
    requests, in the order in which they were answered; `connections` counts.
    """

    def __init__(self, certificates: Certificates) -> None:
        self.certificates = certificates
        self.asked: list[Asked] = []
        self.connections = 0
        certificates.server.set_alpn_protocols(["h2"])
        port = free_port()
        self.origin = f"https://localhost:{port}"
        self.listener = Listener(self._serve, ("127.0.0.1", port))
        self.listener.start()

    def stop(self) -> None:
        """Refuse connections, once those that are open have been closed by their clients."""
        self.listener.stop()
        assert not self.listener.settle(), "a client left its connection open"

    def taken(self) -> list[tuple[Fields, bytes]]:
        """What it was asked, in an order that does not change from run to run, and forget it."""
        asked, self.asked = self.asked, []
        return sorted((each.fields, each.body) for each in asked)

    def _serve(self, accepted: socket.socket) -> None:
        self.connections += 1
        with suppress(OSError), self.certificates.server.wrap_socket(accepted, server_side=True) as wire:
            connection = Connection(
                wire, H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
            )
            connection.state.initiate_connection()
            connection.send()
            while data := wire.recv(64 * 1024):
                for event in connection.state.receive_data(data):
                    self._take(connection, event)
                connection.send()

    def _take(self, connection: Connection, event: Event) -> None:
        if isinstance(event, RequestReceived):
            connection.coming[event.stream_id] = Asked(
                [(str(name), str(value)) for name, value in event.headers]
            )
        elif isinstance(event, DataReceived):
            connection.coming[event.stream_id].body += event.data
            connection.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            asked = connection.coming.pop(event.stream_id)
            self.asked.append(asked)
            _answer(connection, event.stream_id, asked)


def _answer(connection: Connection, stream: int, asked: Asked) -> None:
    state = connection.state
    path = asked[":path"]
    if path == "/redirect":
        state.send_headers(stream, [(":status", "302"), ("location", "/final")], end_stream=True)
    elif path == "/nothing":
        state.send_headers(stream, [(":status", "204")], end_stream=True)
    elif path == "/events":
        state.send_headers(stream, [(":status", "200"), ("content-type", "text/event-stream")])
        for number in range(3):
            state.send_data(stream, f"data: {number}\n\n".encode())
            connection.send()
        state.end_stream(stream)
    elif path == "/reset":
        state.send_headers(stream, [(":status", "200"), ("content-length", "10")])
        state.send_data(stream, b"half")
        state.reset_stream(stream)
    else:
        body = json.dumps({"path": path, "body": asked.body.decode()}).encode()
        fields = [
            (":status", "200"),
            ("content-type", "application/json"),
            ("x-twice", "1"),
            ("x-twice", "2"),
        ]
        state.send_headers(stream, [*fields, ("content-length", str(len(body)))])
        state.send_data(stream, body, end_stream=True)


@contextmanager
def serving_http2(directory: Path) -> Iterator[Http2Server]:
    """A server that listens, whose certificates are in a directory."""
    server = Http2Server(make_certificates(directory))
    try:
        yield server
    finally:
        server.listener.stop()
