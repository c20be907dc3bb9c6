"""Echoes, header fields, status lines, versions, connections."""

from __future__ import annotations

import xmlrpc.client

from tests.support.exchange import TEXT, Exchange, Routes

routes = Routes()


@routes.add("echo")
def echo(exchange: Exchange) -> None:
    """Method and target in the first line, then the request's body."""
    line = f"{exchange.head.method} {exchange.head.target}\n".encode()
    exchange.answer(line + exchange.body)


@routes.add("head")
def head(exchange: Exchange) -> None:
    """The request's header fields, one a line."""
    lines = [f"{name}: {value}" for name, value in exchange.head.fields]
    exchange.answer("\n".join(lines).encode("latin-1"))


@routes.add("fields")
def fields(exchange: Exchange) -> None:
    """Header fields in a peculiar order and case, repeated, empty, and not in ASCII."""
    exchange.answer(
        b"fields",
        fields=[
            ("X-Second", "2"),
            ("x-FIRST", "1"),
            ("Set-Cookie", "flavour=plain; Path=/"),
            ("X-Repeated", "one"),
            TEXT,
            ("Set-Cookie", "topping=none; Path=/; HttpOnly"),
            ("X-Repeated", "two"),
            ("X-Empty", ""),
            ("X-Latin", "caf\xe9"),
            ("X-Spaced", "a  b,\tc"),
        ],
    )


@routes.add("status")
def status(exchange: Exchange) -> None:
    """The status that the path names, with the reason that the query names."""
    code = int(exchange.rest)
    reason = exchange.head.query.get("reason", "Reason")
    if code in (204, 304):
        exchange.begin(code, reason, [("ETag", '"v1"')])
    else:
        exchange.answer(f"status {code}".encode(), code, reason)


@routes.add("http10")
def http10(exchange: Exchange) -> None:
    """An answer of HTTP/1.0 that ends with the connection."""
    exchange.persistent = False
    exchange.send(b"HTTP/1.0 200 Fine\r\nContent-Type: text/plain\r\n\r\nold and short")


@routes.add("bye")
def bye(exchange: Exchange) -> None:
    """An answer that announces the connection's end."""
    exchange.persistent = False
    exchange.answer(b"bye", fields=[TEXT, ("Connection", "close")])


@routes.add("drop")
def drop(exchange: Exchange) -> None:
    """An answer after which the connection ends without having been announced."""
    exchange.persistent = False
    exchange.answer(b"dropped")


@routes.add("item")
def item(exchange: Exchange) -> None:
    """A small JSON document about the item that the path names."""
    text = f'{{"item": "{exchange.rest}", "tags": ["a", "b"], "price": 1.50}}'
    exchange.answer(text.encode(), fields=[("Content-Type", "application/json")])


@routes.add("RPC2")
def remote_call(exchange: Exchange) -> None:
    """XML-RPC: the arguments, summed up."""
    arguments, _ = xmlrpc.client.loads(exchange.body)
    answer = xmlrpc.client.dumps((sum(int(str(value)) for value in arguments),), methodresponse=True)
    exchange.answer(answer.encode(), fields=[("Content-Type", "text/xml")])


@routes.add("upgrade")
def upgrade(exchange: Exchange) -> None:
    """Another protocol from here on: what comes is sent back in capitals."""
    exchange.persistent = False
    exchange.begin(101, "Switching Protocols", [("Upgrade", "shout"), ("Connection", "Upgrade")])
    while data := exchange.wire.sock.recv(1024):
        exchange.send(data.upper())
