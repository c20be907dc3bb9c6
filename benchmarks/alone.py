"""Each client alone: the real one, over connections in memory, with nothing that records or replays.

What stands in for a connection answers every request at once, with what the server answers.
"""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from unittest import mock

from benchmarks.server import FIELDS, item, number_of


@cache
def answer_to(target: bytes) -> bytes:
    """The bytes of the answer to a request for a target, as the server sends them."""
    content = json.dumps(item(number_of(target.decode()))).encode()
    fields = [("Content-Type", "application/json"), ("Content-Length", str(len(content))), *FIELDS]
    lines = ["HTTP/1.1 200 OK", "Server: BaseHTTP/0.6 Python", "Date: Sun, 22 Nov 2026 01:02:03 GMT"]
    lines += [f"{name}: {value}" for name, value in fields]
    return "\r\n".join([*lines, "", ""]).encode() + content


def _answer(request: bytes | bytearray | memoryview) -> bytes:
    return answer_to(bytes(request).split(b" ", 2)[1])


class _Socket:
    """A socket that has the answer as soon as the request is sent."""

    family = socket.AF_INET
    fileno: Any
    """That of a socket on which nothing comes: clients ask whether the server has closed."""

    def __init__(self, *_: object, **__: object) -> None:
        self._file = io.BytesIO()

    def setsockopt(self, *_: object) -> None:
        """There is no TCP of which to set anything."""

    def settimeout(self, timeout: float | None) -> None:
        """Nothing is waited for."""

    def getpeername(self) -> tuple[str, int]:
        """The server that there is not."""
        return "127.0.0.1", 80

    getsockname = getpeername

    def close(self) -> None:
        """Nothing is open."""

    def send(self, data: Any, flags: int = 0) -> int:
        """Take the request."""
        self._file = io.BytesIO(_answer(data))
        return len(data)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Take the request."""
        self.send(data)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As much of the answer as is wanted."""
        return self._file.read(size)

    def makefile(self, *_: Any, **__: Any) -> Any:
        """The answer as a file."""
        return self._file


class _Transport(asyncio.Transport):
    """A transport that has the answer as soon as the request is written."""

    def __init__(self, protocol: Any) -> None:
        super().__init__()
        self._loop, self._protocol = asyncio.get_running_loop(), protocol
        self._closing = False
        self._socket = _Socket()
        protocol.connection_made(self)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The socket, if that is asked for."""
        return self._socket if name == "socket" else default

    def write(self, data: Any) -> None:
        """Take the request."""
        self._loop.call_soon(self._protocol.data_received, _answer(data))

    def writelines(self, pieces: Any) -> None:
        """Take the request."""
        self.write(b"".join(pieces))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing that is written waits."""

    def pause_reading(self) -> None:
        """The answer is small."""

    def resume_reading(self) -> None:
        """The answer is small."""

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing

    def close(self) -> None:
        """Close, and tell the protocol."""
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close


def _connect(connection: Any) -> None:
    connection.sock = _Socket()


async def _create_connection(loop: Any, factory: Any, *_: Any, **__: Any) -> tuple[Any, Any]:
    protocol = factory()
    return _Transport(protocol), protocol


async def _start_connection(*_: Any, **__: Any) -> None:
    """What aiohttp has before it has a transport."""


@contextmanager
def alone() -> Iterator[None]:
    """Within, every connection that a client makes is one in memory."""
    import aiohappyeyeballs
    import httplib2
    import urllib3.util.connection

    one, silent = socket.socketpair()
    with one, silent, ExitStack() as stack:
        for owner, name, stand_in in (
            (_Socket, "fileno", one.fileno),
            (socket, "create_connection", _Socket),
            (urllib3.util.connection, "create_connection", _Socket),
            (httplib2.HTTPConnectionWithTimeout, "connect", _connect),
            (asyncio.BaseEventLoop, "create_connection", _create_connection),
            (aiohappyeyeballs, "start_connection", _start_connection),
        ):
            stack.enter_context(mock.patch.object(owner, name, stand_in, create=True))
        yield
