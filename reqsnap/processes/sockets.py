"""Connections between a child and its owner.

They are `multiprocessing.connection`'s, over sockets that are made below `socket.socket`:
a test suite that forbids sockets, or a library that replaces them, means others than these.
"""

from __future__ import annotations

import _socket
import os
import select
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from typing import Any, Protocol

BACKLOG = 128


SILENCE = 5.0
"""In seconds: how long a stranger may take to prove that it is none."""


class Door(Protocol):
    """Where connections arrive."""

    def accept(self) -> Connection:
        """Wait for one."""
        ...

    def fileno(self) -> int:
        """What becomes readable when one arrives, where there is such a thing."""
        ...

    def close(self) -> None:
        """Let nobody else in."""
        ...


class _Pipe:
    """A named pipe of Windows, which is waited for by `accept` alone."""

    def __init__(self, address: str) -> None:
        self._listener = Listener(address, backlog=BACKLOG)

    def accept(self) -> Connection:
        return self._listener.accept()

    def fileno(self) -> int:
        return -1

    def close(self) -> None:
        self._listener.close()


class _Patient(Connection):
    """A connection of whoever has come in. Only while it proves who it is are there limits, of both kinds."""

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        if maxlength is not None and not self.poll(SILENCE):
            raise EOFError
        return super().recv_bytes(maxlength)


class _UnixDoor:
    def __init__(self, address: str) -> None:
        # Its `accept` without the class of the module above it, which nobody has typed.
        self._socket: Any = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self._socket.bind(address)
        self._socket.listen(BACKLOG)

    def accept(self) -> Connection:
        descriptor, _ = self._socket._accept()
        return _Patient(descriptor)

    def fileno(self) -> int:
        number: int = self._socket.fileno()
        return number

    def close(self) -> None:
        self._socket.close()


def listen(address: str) -> Door:
    """Have connections arrive at an address."""
    return _Pipe(address) if os.name == "nt" else _UnixDoor(address)


class _Line(Connection):
    """A connection to an owner, which is waited on again and again."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self.answers = select.poll()
        self.answers.register(descriptor, select.POLLIN)


def has_come(connection: Connection, seconds: float) -> bool:
    """Wait for an answer of an owner, but not for ever."""
    if isinstance(connection, _Line):
        # What `Connection.poll` does takes longer to get ready than an owner to answer.
        return bool(connection.answers.poll(seconds * 1000))
    return connection.poll(seconds)


def connect(address: str) -> Connection:
    """A connection to an address. Raises OSError where nobody listens."""
    if os.name == "nt":
        return Client(address)
    made = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        made.connect(address)
        return _Line(made.detach())
    finally:
        made.close()


def admit(connection: Connection, key: bytes) -> None:
    """Let in who knows the key, and prove that one knows it too.

    Raises AuthenticationError, and whatever `multiprocessing` does where a stranger sends nonsense.
    """
    deliver_challenge(connection, key)
    answer_challenge(connection, key)


def enter(address: str, key: bytes) -> Connection:
    """A connection on which both have proved that they know the key.

    Raises AuthenticationError, and OSError or EOFError where nobody listens.
    """
    connection = connect(address)
    try:
        answer_challenge(connection, key)
        deliver_challenge(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection
