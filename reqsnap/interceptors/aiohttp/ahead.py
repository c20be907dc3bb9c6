"""A live answer that has come to its end before the client gets it."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import Any

from reqsnap.interceptors.aiohttp.note import Exchange, exchange_on


def read_ahead(request: Any) -> None:
    """Have the answer to a request, which is about to be sent, read to its end before the client gets it."""
    # Called in the place of the methods, once each.
    request.send = partial(_send, request)


async def _send(request: Any, connection: Any) -> Any:
    exchange = exchange_on(connection.protocol)
    del request.send
    response = await request.send(connection)
    if exchange is not None:
        response.start = partial(_start, exchange, response)
    return response


async def _start(exchange: Exchange, response: Any, connection: Any) -> Any:
    """`ClientResponse.start`, which returns with the head of the answer: with all of it."""
    del response.start
    started = await response.start(connection)
    content = response.content
    # Asked again, now that the head is known.
    if exchange.reads_ahead and not content.is_eof():
        # However much of it comes before it is read, the connection goes on.
        for limit in ("_high_water", "_high_water_chunks"):
            if hasattr(content, limit):
                setattr(content, limit, sys.maxsize)
        content._protocol.resume_reading()
        # What goes wrong the client is told when it has read so far.
        with suppress(Exception):
            await content.wait_eof()
    return started
