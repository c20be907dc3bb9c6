"""Answers that come bit by bit, each bit only when the client has seen the one before.

The client opens the gate "seen 1" when it has the first event, "seen 2" at the second.
An answer that is held back on its way would stop there, and the server hangs up.
"""

from __future__ import annotations

from tests.support.exchange import TEXT, Exchange, Routes
from tests.support.wire import chunk, last_chunk

routes = Routes()

EVENTS = [b'id: %d\ndata: {"part": %d}\n\n' % (n, n) for n in (1, 2, 3)]
EVENT_STREAM = ("Content-Type", "text/event-stream")


@routes.add("events")
def events(exchange: Exchange) -> None:
    """Server-sent events in chunks."""
    exchange.begin(fields=[EVENT_STREAM, ("Transfer-Encoding", "chunked"), ("Cache-Control", "no-cache")])
    for number, event in enumerate(EVENTS):
        if number:
            exchange.gates.wait(f"seen {number}")
        exchange.send(chunk(event))
    exchange.send(last_chunk())


@routes.add("events-until-close")
def events_until_close(exchange: Exchange) -> None:
    """Server-sent events that end with the connection."""
    exchange.persistent = False
    exchange.begin(fields=[EVENT_STREAM, ("Connection", "close")])
    for number, event in enumerate(EVENTS):
        if number:
            exchange.gates.wait(f"seen {number}")
        exchange.send(event)


@routes.add("events-length")
def events_length(exchange: Exchange) -> None:
    """The same bytes with their length."""
    exchange.begin(fields=[EVENT_STREAM, ("Content-Length", str(sum(map(len, EVENTS))))])
    for number, event in enumerate(EVENTS):
        if number:
            exchange.gates.wait(f"seen {number}")
        exchange.send(event)


@routes.add("slow-head")
def slow_head(exchange: Exchange) -> None:
    """Nothing at all until the gate "head" is open."""
    exchange.gates.wait("head")
    exchange.answer(b"at last")


@routes.add("slow-body")
def slow_body(exchange: Exchange) -> None:
    """The head and half the body, the rest when the gate "body" is open."""
    exchange.begin(fields=[TEXT, ("Content-Length", "20")])
    exchange.send(b"half of it")
    exchange.gates.wait("body")
    exchange.send(b", and rest")
