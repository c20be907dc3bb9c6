"""What only tornado's client does: settings of a request, callbacks, a queue."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.httpclient import HTTPRequest

from tests.conformance.clients.tornado import TornadoSession, outcome
from tests.conformance.registry import Cases
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
PLAIN = ("http",)
ONLY = {"tornado"}


async def _fetch(world: World, path: str, **options: Any) -> object:
    """What comes of one request, through a session of its own."""
    session = TornadoSession(world.settings())
    options.setdefault("ssl_options", world.settings().trust.context)
    raise_error: bool = options.pop("raise_error", False)
    try:
        request = HTTPRequest(world.url(path), **options)
        return outcome(await session.client.fetch(request, raise_error=raise_error))
    except Exception as error:
        return type(error).__name__, str(error)
    finally:
        session.client.close()


@cases.add(families=ONLY)
async def framings(client: Client, world: World) -> object:
    """Bodies of the framings that tornado reads."""
    paths = ("/length", "/empty", "/chunked-empty", "/until-close", "/binary", "/large-chunked", "/bye")
    return [await _fetch(world, path) for path in paths]


@cases.add(families=ONLY, redact=False)
async def settings_of_a_request(client: Client, world: World) -> object:
    """Redirects that are not followed, or too many; no decoding; an error for a status."""
    return [
        await _fetch(world, "/redirect/302?to=/echo", follow_redirects=False),
        await _fetch(world, "/redirect/302?to=/echo", max_redirects=0),
        await _fetch(world, "/loop", max_redirects=3),
        await _fetch(world, "/gzip", decompress_response=False),
        await _fetch(world, "/status/404", raise_error=True),
        await _fetch(
            world, "/echo", user_agent="Mine/1.0", auth_username="ada", auth_password="secret-enough"
        ),
    ]


@cases.add(families=ONLY)
async def requests_that_cannot_be(client: Client, world: World) -> object:
    """What tornado refuses to send."""
    return [
        await _fetch(world, "/echo", method="POST"),
        await _fetch(world, "/echo", method="BREW"),
        await _fetch(world, "/echo", headers={"X-Field": "two\nlines"}),
        await _fetch(world, "/echo", proxy_host="localhost", proxy_port=1),
        await _fetch(world, "/echo"),
    ]


@cases.add(families=ONLY, schemes=PLAIN)
async def a_callback_that_waits(client: Client, world: World) -> object:
    """A streaming callback that takes its time over each piece."""
    pieces: list[bytes] = []

    async def take(piece: bytes) -> None:
        await asyncio.sleep(0)
        pieces.append(piece)

    return await _fetch(world, "/large", streaming_callback=take), b"".join(pieces)


@cases.add(families=ONLY, schemes=PLAIN)
async def queued(client: Client, world: World) -> object:
    """More requests at once than the client makes."""
    session = TornadoSession(world.settings())
    session.client.max_clients = 1
    try:
        found = [session.client.fetch(world.url(f"/echo?{number}")) for number in range(4)]
        return [outcome(response) for response in await asyncio.gather(*found)]
    finally:
        session.client.close()
