"""What a program is: how its client is made, what it does with it, and which secrets it uses."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from tests.sdks.imitations.server import Imitation

Transport = Literal["tcp", "tls", "unix"]


@dataclass(frozen=True)
class Program:
    """A program of one SDK against one imitated API.

    `client` takes the API's address. `use` takes the client and returns plain data that
    compares equal from run to run; a program that `streams` is also given a function to
    call when it has seen the first piece, before which the server sends no more.
    `tolerates` is a warning filter for what the SDK itself warns of, with or without reqsnap.
    """

    name: str
    sdk: str
    api: type[Imitation]
    client: Callable[[str], AbstractContextManager[Any] | AbstractAsyncContextManager[Any]]
    use: Callable[..., Any]
    secrets: tuple[str, ...]
    streams: bool = False
    transport: Transport = "tcp"
    tolerates: str | None = None

    @property
    def asynchronous(self) -> bool:
        return inspect.iscoroutinefunction(self.use)
