"""What only http.client has, and what derives from it."""

from __future__ import annotations

import http.client
import io
import xmlrpc.client
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from tests.conformance.errors import plain
from tests.conformance.registry import LIVE, Cases
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
ONLY = ("http.client",)


class Shouting(HTTPConnection):
    """A subclass that changes what is sent, as many do."""

    def putheader(self, header: str | bytes, *values: Any) -> None:
        """Send every header name in capitals."""
        super().putheader(str(header).upper(), *values)


class ShoutingSecurely(Shouting, HTTPSConnection):
    """The same over TLS."""


def connect(world: World, plainly: type[HTTPConnection], securely: type[HTTPSConnection]) -> HTTPConnection:
    """A connection to the server."""
    origin = urlsplit(world.url("/")).netloc
    if world.scheme == "http":
        return plainly(origin)
    return securely(origin, context=world.settings().trust.context)


def by_name(world: World) -> HTTPConnection:
    """A connection of the classes as they were imported by name."""
    return connect(world, HTTPConnection, HTTPSConnection)


@cases.add(families=ONLY)
async def step_by_step(client: Client, world: World) -> object:
    """A request put together by hand, its body sent in pieces."""
    with closing(by_name(world)) as connection:
        connection.putrequest("POST", "/echo", skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", "a.name.of.its.own")
        connection.putheader("X-Many", "one", b"two", "3")
        connection.putheader("Content-Length", "10")
        connection.endheaders()
        for piece in (b"in ", io.BytesIO(b"three "), b"."):
            connection.send(piece)
        response = connection.getresponse()
        return response.status, response.read()


@cases.add(families=ONLY)
async def step_by_step_with_body(client: Client, world: World) -> object:
    """The body handed over with the end of the head, and in chunks framed by the program."""
    with closing(by_name(world)) as connection:
        connection.putrequest("POST", "/framing")
        connection.putheader("Content-Length", "4")
        connection.endheaders(b"body")
        first = connection.getresponse().read()
        connection.putrequest("POST", "/framing")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(iter([b"two", b"chunks"]), encode_chunked=True)
        second = connection.getresponse().read()
        connection.request("POST", "/framing", b"3\r\nown\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"})
        return first, second, connection.getresponse().read()


@cases.add(families=ONLY)
async def subclass(client: Client, world: World) -> object:
    """A subclass with a method of its own."""
    with closing(connect(world, Shouting, ShoutingSecurely)) as connection:
        connection.request("POST", "/head", b"body", {"x-quiet": "yes"})
        return connection.getresponse().read()


@cases.add(families=ONLY, redact=False)
async def ways_to_read(client: Client, world: World) -> object:
    """Every way to read an answer."""
    seen: list[object] = []
    with closing(by_name(world)) as connection:

        def get(path: str) -> http.client.HTTPResponse:
            connection.request("GET", path)
            return connection.getresponse()

        for path in ("/length", "/chunked"):
            response = get(path)
            buffer = bytearray(7)
            seen += [response.read(5), response.readinto(buffer), bytes(buffer), response.read(0)]
            seen += [response.peek(1)[:1], response.read1(3), response.readline(4), response.tell is not None]
            seen += [response.read(), response.read(), response.isclosed(), response.closed]
        response = get("/length")
        seen += [list(response)[:2], response.readable(), response.read(), response.isclosed()]
        with get("/item/1") as response:
            seen += [io.TextIOWrapper(response).read(), response.closed]
        response = get("/fields")
        seen += [
            response.getheader("x-first"),
            response.getheader("set-cookie"),
            response.getheader("none", "?"),
        ]
        seen += [
            response.msg.get_all("X-Repeated"),
            response.headers.get_content_charset(),
            response.info().keys(),
        ]
        seen += [response.getcode(), response.reason, response.debuglevel, response.read()]
    return seen


@cases.add(families=ONLY)
async def read_when_closed(client: Client, world: World) -> object:
    """An answer outlives its connection where the server ends it, and keeps what it knows."""
    with closing(by_name(world)) as connection:
        connection.request("GET", "/until-close")
        response = connection.getresponse()
        before = connection.sock is None
        connection.close()
        return before, response.read(), response.read(), response.getheaders()


def outcome_of(function: Any, *arguments: object) -> object:
    """What a call raises, as a plain value."""
    try:
        function(*arguments)
    except Exception as error:
        return plain(error)
    return "went well"


@cases.add(families=ONLY, runs=LIVE)
async def not_to_be_sent(client: Client, world: World) -> object:
    """Requests that http.client itself refuses to send."""
    with closing(by_name(world)) as connection:
        seen = [outcome_of(connection.request, "GET", "/a b")]
        connection.close()
        bad = {"X-Bad": "one\r\nX-Two: two"}
        return seen, outcome_of(connection.request, "GET", "/", None, bad)


@cases.add(families=ONLY)
async def out_of_turn(client: Client, world: World) -> object:
    """Calls in the wrong order fail as ever, and the connection stays of use."""
    seen: list[object] = []

    def fails(function: Any, *arguments: object) -> None:
        seen.append(outcome_of(function, *arguments))

    with closing(by_name(world)) as connection:
        fails(connection.getresponse)
        fails(connection.putheader, "X-Early", "1")
        fails(connection.endheaders)
        connection.close()
        connection.request("GET", "/length")
        fails(connection.request, "GET", "/echo")
        connection.getresponse().read()
        connection.request("GET", "/echo")
        seen.append(connection.getresponse().read())
        fails(connection.getresponse)
    return seen


@cases.add(families=ONLY)
async def remote_calls(client: Client, world: World) -> object:
    """xmlrpc.client, over one connection."""
    context = world.settings().trust.context if world.scheme == "https" else None
    with xmlrpc.client.ServerProxy(world.url("/RPC2"), context=context) as proxy:
        return proxy.add(1, 2), proxy.add(3, 4, 5)


@cases.add(families=ONLY, runs=LIVE)
async def connected_early(client: Client, world: World) -> object:
    """A connection that the program opens by itself, and whose socket it asks for."""
    with closing(by_name(world)) as connection:
        connection.connect()
        connection.sock.settimeout(5)
        connection.request("GET", "/echo")
        return connection.sock.gettimeout(), connection.getresponse().read()


@cases.add(families=ONLY, runs=LIVE, recorded=0, lost=r"1 exchange[\s\S]*it switched protocols")
async def upgraded_by_hand(client: Client, world: World) -> object:
    """Another protocol on the socket below the answer, as the client of docker speaks it."""
    with closing(by_name(world)) as connection:
        connection.request("GET", "/upgrade", headers={"Connection": "Upgrade", "Upgrade": "shout"})
        response = connection.getresponse()
        connection.sock.sendall(b"hello")
        return response.status, connection.sock.recv(5)
