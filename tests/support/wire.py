"""HTTP/1.1 as a server reads it from a socket, with the bytes kept as they came."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

Fields = Iterable[tuple[str, str]]


class HangUpError(Exception):
    """The connection is over, from one side or the other."""


@dataclass
class Received:
    """One request as it arrived: the head and the body, byte for byte, framing included."""

    head: bytes
    body: bytes = b""


@dataclass
class ConnectionLog:
    """What arrived on one connection. `greeting` holds bytes that were no HTTP request."""

    listener: str
    requests: list[Received] = field(default_factory=list)
    greeting: bytes = b""

    def raw(self) -> tuple[str, bytes, tuple[bytes, ...]]:
        """The same as plain values that can be compared."""
        return self.listener, self.greeting, tuple(item.head + item.body for item in self.requests)


@dataclass(frozen=True)
class Head:
    """A request's head taken apart."""

    method: str
    target: str
    version: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, raw: bytes) -> Head:
        """Take apart the bytes up to and with the empty line."""
        first, *lines = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, version = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        return cls(method, target, version, tuple((name, value.strip()) for name, _, value in pairs))

    def get(self, name: str) -> str:
        """The first value under a name, or the empty string."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), "")

    @property
    def path(self) -> str:
        """The path, whether the target is absolute or not."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's fields, the last of each name."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


class Wire:
    """A server's side of one connection."""

    def __init__(self, sock: socket.socket, log: ConnectionLog) -> None:
        self.sock = sock
        self.log = log
        self._buffer = bytearray()

    def read_head(self) -> Head:
        """The next request's head; HangUpError at an orderly end."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._receive()
        raw = self._take(end + 4)
        self.log.requests.append(Received(raw))
        return Head.parse(raw)

    def read_body(self, head: Head) -> bytes:
        """The body of the request whose head was read last, without its framing."""
        if head.get("transfer-encoding").lower() == "chunked":
            return self._read_chunks()
        size = int(head.get("content-length") or 0)
        return self._note(self._exactly(size))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def wait_for_bytes(self) -> None:
        """Wait until the client has sent something that was not read yet."""
        if not self._buffer:
            self._receive()

    def unread(self) -> bytes:
        """Take what has arrived beyond what was read."""
        return self._take(len(self._buffer))

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if isinstance(self.sock, ssl.SSLSocket):
            # Closing through ssl would say goodbye first.
            socket.socket(fileno=self.sock.detach()).close()
        self.sock.close()
        raise HangUpError

    def finish(self) -> None:
        """Say goodbye in TLS and TCP. What was sent still arrives; the client may go on sending."""
        self.sock.setblocking(False)
        if isinstance(self.sock, ssl.SSLSocket):
            # ValueError: the client has said goodbye already.
            with contextlib.suppress(OSError, ValueError):
                self.sock.unwrap()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def drain(self) -> None:
        """Take and forget what the client still sends, until it hangs up."""
        self.sock.setblocking(True)
        with contextlib.suppress(OSError, HangUpError):
            while True:
                self._receive()
                self._buffer.clear()

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            size = int(self._note(self._line()).split(b";")[0], 16)
            if not size:
                break
            body += self._note(self._exactly(size))
            self._note(self._line())
        while self._note(self._line()) != b"\r\n":
            pass
        return body

    def _note(self, data: bytes) -> bytes:
        self.log.requests[-1].body += data
        return data

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._receive()
        return self._take(end + 2)

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive()
        return self._take(size)

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _receive(self) -> None:
        data = self.sock.recv(262_144)
        if not data:
            raise HangUpError
        self._buffer += data


def response_head(
    status: int, reason: str = "OK", fields: Fields = (), *, version: str = "HTTP/1.1"
) -> bytes:
    """A response's head as bytes."""
    lines = [f"{version} {status} {reason}", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunk(data: bytes, extension: str = "") -> bytes:
    """One chunk of a chunked body."""
    return f"{len(data):x}{extension}\r\n".encode() + data + b"\r\n"


def last_chunk(trailers: Fields = ()) -> bytes:
    """The end of a chunked body."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in trailers)
    return f"0\r\n{lines}\r\n".encode("latin-1")
