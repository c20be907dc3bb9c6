"""What the cases say and every client's adapter understands."""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.conformance.running import Runner

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """One request as a program asks for it.

    `pieces` is a body that is made as it is sent, `file` one that is read from a file.
    """

    method: str
    url: str
    headers: Pairs = ()
    body: bytes | None = None
    pieces: Callable[[], Iterable[bytes]] | None = None
    file: bytes | None = None


@dataclass(frozen=True)
class Outcome:
    """What a client tells about an answer, in plain values.

    `facts` is whatever else the client's own response exposes, the name of its class included.
    """

    status: int
    reason: object
    version: object
    headers: Pairs
    body: bytes = b""
    url: str = ""
    history: tuple[object, ...] = ()
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Trust:
    """Whom to trust in TLS: the same as a file and as a context. None of it: nobody."""

    path: Path | None
    context: ssl.SSLContext


@dataclass(frozen=True)
class Settings:
    """How a session is to be set up, in the words that clients share."""

    trust: Trust
    connect_timeout: float | None = None
    read_timeout: float | None = None
    proxy: str | None = None
    socket_path: str | None = None
    auth: tuple[str, str, str] | None = None
    """("basic" or "digest", user, password)"""
    retries: int = 0
    """How often to try again on status 503."""


class Streaming(ABC):
    """An answer of which only the head was read."""

    outcome: Outcome

    @abstractmethod
    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as the client hands it on, as soon as it can."""


class Session(ABC):
    """A client with its connections, cookies and settings."""

    @abstractmethod
    async def exchange(self, call: Call) -> Outcome:
        """Make a request and read the whole answer."""

    def stream(self, call: Call) -> AbstractAsyncContextManager[Streaming]:
        """Make a request and read the answer's head; leaving closes it."""
        raise AssertionError(f"{type(self).__name__} cannot stream, which `lacks` should say")

    def cookies(self) -> Sequence[object]:
        """The cookies that the session holds."""
        return ()

    @property
    @abstractmethod
    def native(self) -> Any:
        """The client's own session, for what only this client has."""


class Client(ABC):
    """One client and the way it runs. `lacks` says why which cases do not apply, "case" or "case-scheme"."""

    name: str
    runner: Runner
    lacks: ClassVar[Mapping[str, str]]
    family: str
    """The cases that are made for one library go by this name."""

    @abstractmethod
    def session(self, settings: Settings) -> AbstractAsyncContextManager[Session]:
        """A session, closed at the end."""
