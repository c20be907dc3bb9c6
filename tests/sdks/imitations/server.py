"""What every imitation stands on: a server that notes each call and answers from a pure function.

Nothing volatile is sent (no Date, no Server), so that two runs get the same bytes.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn, UnixStreamServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

PATIENCE = 5.0
"""Seconds that a stream waits for its reader before it breaks off."""


@dataclass(frozen=True)
class Call:
    """A request as the server received it, the body without its transfer coding."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @cached_property
    def path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def header(self, name: str) -> str:
        """The first value under a name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Answer:
    """What an imitation says. `pieces`, where given, are sent as chunks in place of the body."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    pieces: tuple[bytes, ...] = ()

    def gzipped(self) -> Answer:
        coding = ("Content-Encoding", "gzip")
        return replace(self, body=gzip.compress(self.body, mtime=0), headers=(*self.headers, coding))


def json_answer(value: object, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """A JSON document, in the compact form that most APIs send."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Answer(status, body, (("Content-Type", "application/json"), *headers))


def event_stream(*pieces: str) -> Answer:
    """Server-sent events, one or more to a piece."""
    encoded = tuple(piece.encode() for piece in pieces)
    return Answer(headers=(("Content-Type", "text/event-stream; charset=utf-8"),), pieces=encoded)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, imitation: Imitation, *connection: Any) -> None:
        self.imitation = imitation
        super().__init__(*connection)

    def setup(self) -> None:
        super().setup()
        self.imitation.connections.append(self.connection)

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client is free to hang up
            super().handle()

    def _serve(self) -> None:
        call = Call(self.command, self.path, tuple(self.headers.items()), self._body())
        self.imitation.calls.append(call)
        answer = self.imitation.answer(call)
        self.imitation.answers.append(answer)
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.pieces:
            self._stream(answer.pieces)
        else:
            self._whole(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _whole(self, answer: Answer) -> None:
        named = {name.lower() for name, _ in answer.headers}
        if answer.status not in (204, 304) and "content-length" not in named:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _stream(self, pieces: tuple[bytes, ...]) -> None:
        """Send the first piece, and the others only when the program says it has seen that."""
        self.imitation.arrived.clear()
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, piece in enumerate(pieces):
            if number == 1 and not self.imitation.arrived.wait(PATIENCE):
                raise TimeoutError(f"the first piece of {self.path} was not seen in {PATIENCE} seconds")
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the calls are noted instead."""


class _TcpHandler(_Handler):
    # Otherwise the second small write of an answer waits for the client's delayed ACK.
    disable_nagle_algorithm = True


class _TcpServer(ThreadingMixIn, TCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32


class _UnixServer(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32


class Imitation(ABC):
    """One API on a loopback port, or on a unix socket where `socket_path` is given.

    `calls` are the requests that reached it, `answers` what it said. `arrived` is set by a
    program when it has seen the first piece of a stream; the server sends no more of it before.
    """

    prefix: ClassVar[str] = ""

    def __init__(self, socket_path: Path | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        self.connections: list[socket.socket] = []
        self.arrived = threading.Event()
        self._server: _TcpServer | _UnixServer
        if socket_path is None:
            self._server = _TcpServer(("127.0.0.1", 0), partial(_TcpHandler, self))
            scheme = "http" if tls is None else "https"
            self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}{self.prefix}"
        else:
            self._server = _UnixServer(str(socket_path), partial(_Handler, self))
            self.url = f"unix://{socket_path}"
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """What the API says to this call."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and cut the connections that clients kept. May be called again."""
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # its client had closed it already
