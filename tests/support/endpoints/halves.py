"""Answers of which the client has seen the first half when the rest is sent.

The rest comes when the gate "body" is open; a client that leaves before does not see it.
"""

from __future__ import annotations

from tests.support.exchange import TEXT, Exchange, Routes
from tests.support.wire import chunk, last_chunk

routes = Routes()

HALF, REST = b"half of it", b", and rest"
LENGTH = ("Content-Length", str(len(HALF + REST)))


def _send(exchange: Exchange) -> None:
    exchange.send(HALF)
    exchange.gates.wait("body")
    exchange.send(REST)


@routes.add("half-of-error")
def half_of_error(exchange: Exchange) -> None:
    """A page that is not there."""
    exchange.begin(404, "Not Found", [TEXT, LENGTH])
    _send(exchange)


@routes.add("half-of-redirect")
def half_of_redirect(exchange: Exchange) -> None:
    """A page that is elsewhere."""
    exchange.begin(302, "Found", [TEXT, LENGTH, ("Location", "/echo")])
    _send(exchange)


@routes.add("half-of-chunks")
def half_of_chunks(exchange: Exchange) -> None:
    """Two chunks."""
    exchange.begin(fields=[TEXT, ("Transfer-Encoding", "chunked")])
    exchange.send(chunk(HALF))
    exchange.gates.wait("body")
    exchange.send(chunk(REST) + last_chunk())


@routes.add("half-of-chunk")
def half_of_chunk(exchange: Exchange) -> None:
    """One chunk, in two pieces."""
    exchange.begin(fields=[TEXT, ("Transfer-Encoding", "chunked")])
    whole = chunk(HALF + REST)
    end = whole.index(REST)
    exchange.send(whole[:end])
    exchange.gates.wait("body")
    exchange.send(whole[end:] + last_chunk())


@routes.add("half-until-close")
def half_until_close(exchange: Exchange) -> None:
    """A body that ends where the connection ends."""
    exchange.persistent = False
    exchange.begin(fields=[TEXT])
    _send(exchange)
