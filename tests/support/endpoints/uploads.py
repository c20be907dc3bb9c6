"""Requests with bodies: forms, files, expectations, answers that come too early."""

from __future__ import annotations

import json
from email import message_from_bytes
from urllib.parse import parse_qsl

from tests.support.exchange import JSON, TEXT, Exchange, Routes
from tests.support.wire import response_head

routes = Routes()

TOO_LARGE = b"too large"


@routes.add("form")
def form(exchange: Exchange) -> None:
    """The fields of a form as JSON."""
    exchange.answer(json.dumps(parse_qsl(exchange.body.decode())).encode(), fields=[JSON])


@routes.add("multipart")
def multipart(exchange: Exchange) -> None:
    """The parts of a multipart form as JSON: headers and text of each."""
    head = f"Content-Type: {exchange.head.get('content-type')}\r\n\r\n".encode()
    message = message_from_bytes(head + exchange.body)
    parts = [[sorted(part.items()), part.get_payload()] for part in message.walk() if not part.is_multipart()]
    exchange.answer(json.dumps(parts).encode(), fields=[JSON])


@routes.add("framing")
def framing(exchange: Exchange) -> None:
    """How the body was framed, and how long it was."""
    how = exchange.head.get("transfer-encoding") or f"length {exchange.head.get('content-length')}"
    exchange.answer(f"{how}, {len(exchange.body)} bytes".encode())


@routes.add("continue", reads_body=False)
def go_on(exchange: Exchange) -> None:
    """Says 100 to those who wait for it, then takes the body."""
    if exchange.head.get("expect").lower() == "100-continue":
        exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = exchange.read_body()
    exchange.answer(b"took %d bytes" % len(body))


@routes.add("refuse", reads_body=False)
def refuse(exchange: Exchange) -> None:
    """Answers 417 without reading the body."""
    exchange.persistent = False
    exchange.answer(b"no", 417, "Expectation Failed", [TEXT, ("Connection", "close")])


def _too_large() -> bytes:
    fields = [TEXT, ("Connection", "close"), ("Content-Length", str(len(TOO_LARGE)))]
    return response_head(413, "Content Too Large", fields) + TOO_LARGE


@routes.add("early", reads_body=False)
def early(exchange: Exchange) -> None:
    """Answers 413 at the head, says goodbye, and lets the client finish."""
    exchange.persistent = False
    exchange.send(_too_large())
    exchange.wire.finish()
    exchange.gates.open("answered")


@routes.add("early-reset", reads_body=False)
def early_reset(exchange: Exchange) -> None:
    """Resets the connection as soon as some of the body has come."""
    exchange.wire.wait_for_bytes()
    try:
        exchange.wire.reset()
    finally:
        exchange.gates.open("answered")
