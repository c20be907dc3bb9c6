"""What the tests of failures share: a program that meets one, and scripts that make one."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import aiohttp

from reqsnap.model import NetworkError, Request, Response
from tests.conformance.errors import plain as described
from tests.support.aiohttp_interceptor.bench import NotingRecorder, Script, answering

SOON = 0.05
"""Seconds after which a live exchange is given up. A replay is given ages, and must not use them."""

AGES = 3600.0

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"

PATIENT: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=AGES, sock_read=AGES, sock_connect=AGES)}


class Fate(NamedTuple):
    """What a program has met: what it had read, and what was raised."""

    read: bytes
    raised: object
    error: BaseException


async def meet(url: str, *, connector: aiohttp.BaseConnector | None = None, **keywords: Any) -> Fate:
    """Send a request and read its answer until that breaks off."""
    read = b""
    async with aiohttp.ClientSession(connector=connector) as session:
        try:
            async with session.post(url, **{"data": b"to no avail", **keywords}) as response:
                async for piece in read_aloud(response):
                    read += piece
        except (aiohttp.ClientError, OSError) as error:
            return Fate(read, described(error), error)
    raise AssertionError(f"no error, but {read!r}")


_until_read: list[asyncio.Event] = []
"""What waits until a program has read a piece."""


async def read_aloud(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The pieces of a body; whoever waits for their being read is told."""
    async for piece in response.content.iter_any():
        while _until_read:
            _until_read.pop().set()
        yield piece


def resetting(data: bytes = b"") -> Script:
    """A script that says so much and resets the connection, when that has been read."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"to no avail")
        if data:
            was_read = asyncio.Event()
            _until_read.append(was_read)
            writer.write(data)
            await was_read.wait()
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return script


def ending(data: bytes = b"") -> Script:
    """A script that says so much and hangs up."""
    return answering(data, body=len(b"to no avail"), close=True)


class Never(aiohttp.TCPConnector):
    """A connector to which no server answers."""

    async def _create_connection(self, *args: Any, **kwargs: Any) -> Any:
        await asyncio.Event().wait()


def the_failure(recorder: NotingRecorder) -> tuple[Request, Response, NetworkError]:
    """The one exchange that has failed."""
    assert not recorder.noted
    assert not recorder.open
    ((request, response, cause),) = recorder.failures
    assert request is not None
    assert response is not None
    return request, response, cause
