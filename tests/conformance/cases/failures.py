"""What goes wrong must go wrong alike, recorded or not, and leave nothing in the cassette.

Each request is a POST to a URL that the cassette of the update run holds with another
body, so that nothing is known until the body is complete.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from tests.conformance.errors import attempt
from tests.conformance.registry import FAILING, LIVE, Cases
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

cases = Cases()

TLS_ONLY = ("https",)
EXPIRES = 0.1
"""Seconds of a timeout that is meant to be reached."""
SUFFICES, LONG = 0.25, 8.0
"""A timeout that is not to be reached, though short; one that is never reached."""


async def failing(client: Client, world: World, url: str, **settings: Any) -> object:
    """What comes of a POST."""
    world.hold(url)
    async with client.session(world.settings(**settings)) as session:
        with world.block():
            result = await attempt(session.exchange(Call("POST", url, body=b"to no avail")))
        world.give_up()
        return result


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def refused(client: Client, world: World) -> object:
    """Nobody listens."""
    return await failing(client, world, f"{world.scheme}://127.0.0.1:{world.laboratory.closed_port}/")


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def name_not_found(client: Client, world: World) -> object:
    """A host that does not exist."""
    return await failing(client, world, f"{world.scheme}://nowhere.invalid/")


@cases.add(runs=FAILING, own_block=True, schemes=TLS_ONLY, recorded=0)
async def untrusted(client: Client, world: World) -> object:
    """A certificate from an authority that the client does not know."""
    return await failing(client, world, world.url("/echo"), trusting=False)


@cases.add(runs=FAILING, own_block=True, schemes=TLS_ONLY, recorded=0)
async def not_tls(client: Client, world: World) -> object:
    """A server that speaks plain HTTP where TLS is expected."""
    return await failing(client, world, world.server.origin("http").replace("http:", "https:") + "/echo")


@cases.add(runs=FAILING, own_block=True, schemes=TLS_ONLY, recorded=0)
async def handshake_timeout(client: Client, world: World) -> object:
    """A server that accepts the connection and never shakes hands."""
    url = f"https://localhost:{world.laboratory.silent_port}/"
    return await failing(client, world, url, connect_timeout=EXPIRES, read_timeout=LONG)


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def hung_up(client: Client, world: World) -> object:
    """The connection closed in place of an answer."""
    return await failing(client, world, world.url("/hang-up"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def reset(client: Client, world: World) -> object:
    """The connection reset in place of an answer."""
    return await failing(client, world, world.url("/reset"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def half_a_head(client: Client, world: World) -> object:
    """The connection closed within the head."""
    return await failing(client, world, world.url("/half-head"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def cut_length(client: Client, world: World) -> object:
    """A body shorter than announced."""
    return await failing(client, world, world.url("/cut-length"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def cut_chunked(client: Client, world: World) -> object:
    """A chunked body without an end."""
    return await failing(client, world, world.url("/cut-chunked"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def cut_in_chunk(client: Client, world: World) -> object:
    """A chunk without an end."""
    return await failing(client, world, world.url("/cut-in-chunk"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def bad_chunk(client: Client, world: World) -> object:
    """A chunk of no size."""
    return await failing(client, world, world.url("/bad-chunk"))


@cases.add(runs=FAILING, own_block=True)
async def not_gzip(client: Client, world: World) -> object:
    """A whole answer that the client cannot decode."""
    return await failing(client, world, world.url("/cut-gzip"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def garbage(client: Client, world: World) -> object:
    """Something that is no status line."""
    return await failing(client, world, world.url("/garbage"))


@cases.add(runs=FAILING, own_block=True)
async def bad_field(client: Client, world: World) -> object:
    """A length that is no number."""
    return await failing(client, world, world.url("/bad-field"))


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def timeout_long_short(client: Client, world: World) -> object:
    """An answer that does not come: long to connect, short to read."""
    return await failing(client, world, world.url("/slow-head"), connect_timeout=LONG, read_timeout=EXPIRES)


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def timeout_in_body(client: Client, world: World) -> object:
    """An answer that stops halfway."""
    return await failing(client, world, world.url("/slow-body"), connect_timeout=LONG, read_timeout=EXPIRES)


@cases.add(runs=FAILING, own_block=True, schemes=TLS_ONLY)
async def timeout_short_long(client: Client, world: World) -> object:
    """An answer that takes longer than connecting may, but not longer than reading may."""
    timer = threading.Timer(SUFFICES * 1.3, world.open, ["head"])
    timer.start()
    try:
        return await failing(
            client, world, world.url("/slow-head"), connect_timeout=SUFFICES, read_timeout=LONG
        )
    finally:
        timer.join()


@cases.add(runs=FAILING, own_block=True, schemes=TLS_ONLY, recorded=0)
async def tunnel_refused(client: Client, world: World) -> object:
    """A proxy that opens no tunnel for want of a password."""
    return await failing(client, world, world.url("/echo"), proxy=world.laboratory.locked_proxy.bare_url)


@cases.add(runs=FAILING, own_block=True, recorded=0)
async def proxy_gone(client: Client, world: World) -> object:
    """A proxy that is not there."""
    proxy = f"http://127.0.0.1:{world.laboratory.closed_port}"
    return await failing(client, world, world.url("/echo"), proxy=proxy)


@cases.add(runs=LIVE, recorded=0)
async def reset_in_upload(client: Client, world: World) -> object:
    """A connection reset while the body is being made."""

    def pieces() -> Iterator[bytes]:
        yield b"first" * 10
        world.wait("answered")
        yield b"second" * 10
        yield b"third" * 10

    async with client.session(world.settings()) as session:
        call = Call("POST", world.url("/early-reset"), pieces=pieces)
        return await attempt(session.exchange(call))


@cases.add(runs=LIVE, recorded=0)
async def body_fails(client: Client, world: World) -> object:
    """A body whose own making fails."""

    def pieces() -> Iterator[bytes]:
        yield b"so far so good"
        raise LookupError("the rest is lost")

    async with client.session(world.settings()) as session:
        return await attempt(session.exchange(Call("POST", world.url("/echo"), pieces=pieces)))
