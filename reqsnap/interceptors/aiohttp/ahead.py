"""A live answer that has come to its end before the client gets it."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from reqsnap.interceptors.aiohttp.note import Exchange, exchange_on


def start(wrapped: Any, response: Any, args: Any, kwargs: Any) -> Any:
    """`ClientResponse.start`: it returns with the head of the answer, or with all of it."""
    connection = args[0] if args else kwargs["connection"]
    exchange = exchange_on(connection.protocol)
    if exchange is None or not exchange.reads_ahead:
        return wrapped(*args, **kwargs)
    return _whole(exchange, wrapped, response, args, kwargs)


async def _whole(exchange: Exchange, wrapped: Any, response: Any, args: Any, kwargs: Any) -> Any:
    started = await wrapped(*args, **kwargs)
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
