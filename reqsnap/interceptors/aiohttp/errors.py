"""What goes wrong on aiohttp's connections: what it means, where the network is to blame for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType

import aiohttp
from aiohttp import BaseConnector, ClientConnectorError, ServerDisconnectedError, SocketTimeoutError
from aiohttp.helpers import BaseTimerContext

from reqsnap.interceptors.aiohttp.body import Upload
from reqsnap.interceptors.network_errors import Phase, cause_of, is_of_connecting
from reqsnap.model import ErrorKind, NetworkError, Request

DNS_ERROR: type[ClientConnectorError] = getattr(aiohttp, "ClientConnectorDNSError", ClientConnectorError)
"""What a name that is not found comes to. aiohttp 3.10.0 has no class of its own for it."""

_OF_NAMES = () if DNS_ERROR is ClientConnectorError else (DNS_ERROR,)
ABANDONED = NetworkError(ErrorKind.ABANDONED)

TOTAL = "total timeout"
"""The message of a timeout that is one of the whole request; aiohttp's own says nothing."""

WITHIN_HEAD = "The connection was closed within the head"
"""The message of an error that shows, with aiohttp, what had come of the head."""

_CREATES = BaseConnector._create_connection.__name__


class Witness:
    """What is known of a request whose failure is recorded.

    `whole` makes the request as it is meant to be sent, with its body if that was gathered;
    None where the body is not known.
    """

    __slots__ = ("_timer", "whole")

    def __init__(self, timer: BaseTimerContext, whole: Callable[[Upload | None], Request | None]) -> None:
        self._timer = timer
        self.whole = whole

    def connecting(self, error: BaseException) -> NetworkError | None:
        """What an error means that came of asking for a connection.

        Waiting for a connection to be free is no matter of the network.
        """
        if isinstance(error, ServerDisconnectedError):
            return NetworkError(ErrorKind.CLOSED)
        if not isinstance(error, ClientConnectorError) and not _came_through(_CREATES, error):
            return None
        if isinstance(error, asyncio.CancelledError):
            return NetworkError(ErrorKind.CONNECT_TIMEOUT, TOTAL) if self._is_over() else None
        found = cause_of(error, Phase.CONNECTING)
        if found is None:
            return None
        if isinstance(error, _OF_NAMES):
            return replace(found, kind=ErrorKind.NAME)
        if isinstance(error, ClientConnectorError) and not is_of_connecting(found):
            return replace(found, kind=ErrorKind.CONNECT)
        return found

    def leaving(self, error: BaseException | None) -> NetworkError | None:
        """Why a client gave up an answer, where time was. Takes what its connection tells it."""
        if isinstance(error, SocketTimeoutError):
            return NetworkError(ErrorKind.TIMEOUT, str(error))
        return NetworkError(ErrorKind.TIMEOUT, TOTAL) if self._is_over() else None

    def _is_over(self) -> bool:
        """Whether the time is over that the request has in all."""
        return bool(getattr(self._timer, "_cancelled", False))


def losing(error: BaseException | None) -> NetworkError | None:
    """What it means that a connection was lost with an error, or without one."""
    if error is None:
        return NetworkError(ErrorKind.CLOSED)
    found = cause_of(error, Phase.EXCHANGING)
    return replace(found, kind=ErrorKind.RESET) if found and found.kind is ErrorKind.TLS else found


def _came_through(function: str, error: BaseException) -> bool:
    """Whether an error, or what it was made from, was raised in a function of this name or below."""
    current: BaseException | None = error
    while current is not None:
        if function in _functions(current.__traceback__):
            return True
        current = current.__cause__
    return False


def _functions(step: TracebackType | None) -> Iterator[str]:
    while step is not None:
        yield step.tb_frame.f_code.co_name
        step = step.tb_next
