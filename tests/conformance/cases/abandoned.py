"""Answers that a program closes before they are whole: a replay of it differs in nothing."""

from __future__ import annotations

from typing import Any

import aiohttp
import httpx
import httpx2
import requests
import urllib3

from tests.conformance.clients.httpcore import resolved
from tests.conformance.errors import plain
from tests.conformance.registry import Cases
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

cases = Cases()

STATUS_ERRORS = (httpx.HTTPStatusError, httpx2.HTTPStatusError)


async def left(client: Client, world: World, path: str, *, reads: bool) -> object:
    """The head of an answer, and its first piece where the program reads that; then another request."""
    async with client.session(world.settings()) as session:
        first = b""
        async with session.stream(Call("GET", world.url(path))) as streaming:
            if reads:
                pieces = streaming.pieces()
                first = await anext(pieces)
                await pieces.aclose()
        world.give_up()
        return streaming.outcome, first, await session.exchange(Call("GET", world.url("/echo?after")))


@cases.add(recorded=2)
async def abandoned(client: Client, world: World) -> object:
    """An answer left halfway."""
    return await left(client, world, "/slow-body", reads=True)


@cases.add(recorded=2)
async def abandoned_unread(client: Client, world: World) -> object:
    """An answer of which the status is all that counts."""
    return await left(client, world, "/half-of-error", reads=False)


@cases.add(recorded=2)
async def abandoned_between_chunks(client: Client, world: World) -> object:
    """Chunks without an end."""
    return await left(client, world, "/half-of-chunks", reads=True)


@cases.add(recorded=2, families=("http.client", "urllib.request", "httpcore", "httpx", "aiohttp"))
async def abandoned_in_chunk(client: Client, world: World) -> object:
    """A chunk without an end. Other clients read whole chunks."""
    return await left(client, world, "/half-of-chunk", reads=True)


@cases.add(recorded=2)
async def abandoned_without_length(client: Client, world: World) -> object:
    """A body that only its connection's end would end."""
    return await left(client, world, "/half-until-close", reads=True)


@cases.add(families=("requests",), recorded=1)
async def iteration_left(client: Client, world: World) -> object:
    """Some of a body by `iter_content`, in a `with` block."""
    async with client.session(world.settings()) as session:
        found: requests.Response
        with session.native.get(world.url("/half-of-chunks"), stream=True) as found:
            first = next(found.iter_content(4))
        world.give_up()
        return found.status_code, first


@cases.add(families=("urllib3",), recorded=1)
async def connection_released_unread(client: Client, world: World) -> object:
    """`release_conn` in the place of reading."""
    async with client.session(world.settings()) as session:
        answer = session.native.request("GET", world.url("/slow-body"), preload_content=False)
        answer.release_conn()
        session.native.clear()
        world.give_up()
        return answer.status, isinstance(answer, urllib3.HTTPResponse)


@cases.add(families=("httpx",), recorded=1)
async def raised_in_a_hook(client: Client, world: World) -> object:
    """`raise_for_status` in an event hook, which comes before the body."""

    def check(answer: Any) -> None:
        answer.raise_for_status()

    async def check_too(answer: Any) -> None:
        answer.raise_for_status()

    async with client.session(world.settings()) as session:
        session.native.event_hooks = {"response": [check if client.runner is SYNC else check_too]}
        try:
            return await resolved(session.native.get(world.url("/half-of-error")))
        except STATUS_ERRORS as error:
            return plain(error)
        finally:
            world.give_up()


@cases.add(families=("aiohttp",), recorded=3)
async def left_by_the_client(client: Client, world: World) -> object:
    """A redirect that aiohttp follows, and an error that it raises, without their bodies."""
    async with client.session(world.settings()) as session:
        async with session.native.get(world.url("/half-of-redirect")) as answer:
            followed = await answer.text()
        try:
            await session.native.get(world.url("/half-of-error"), raise_for_status=True)
        except aiohttp.ClientResponseError as error:
            return followed, plain(error)
        finally:
            world.give_up()
        return followed
