"""A guard that lets no client reach the network, and tells who tried."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn
from unittest import mock


class NetworkUsedError(AssertionError):
    """A client has touched the network where it must not."""


@dataclass(frozen=True)
class Attempt:
    """One use of the network: which function, and with what address."""

    function: str
    arguments: tuple[object, ...]


@contextmanager
def no_network() -> Iterator[list[Attempt]]:
    """Every connection, datagram and name resolution in this process fails at once.

    Gives the list of attempts. A client may swallow the error: the block then fails at
    its end. Socket pairs, of which event loops wake themselves, are left alone.
    """
    attempts: list[Attempt] = []

    def forbidden(function: str, method: bool) -> Callable[..., NoReturn]:
        def fail(*arguments: object, **keywords: object) -> NoReturn:
            shown = (*arguments[1 if method else 0 :], *keywords.values())
            attempts.append(Attempt(function, shown))
            raise NetworkUsedError(f"{function}{shown} while the network was forbidden")

        return fail

    methods = ("connect", "connect_ex", "sendto", "sendmsg")
    functions = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
    guards: dict[str, Any] = {name: forbidden(f"socket.{name}", True) for name in methods}
    others: dict[str, Any] = {name: forbidden(name, False) for name in functions}
    with (
        mock.patch.multiple(socket.socket, **guards),
        mock.patch.multiple(socket, **others),
    ):
        yield attempts
    if attempts:
        raise NetworkUsedError(f"the network was used: {attempts}")
