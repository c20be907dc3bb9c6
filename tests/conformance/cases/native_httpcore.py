"""What only httpcore and httpcore2 have."""

from __future__ import annotations

from typing import Any

from tests.conformance.clients.common import text_pairs
from tests.conformance.clients.httpcore import HttpcoreClient, resolved
from tests.conformance.registry import LIVE, Cases
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
ONLY = ("httpcore",)


async def read(client: Client, response: Any) -> bytes:
    """The whole body, and the end of the response."""
    body: bytes = response.read() if client.runner is SYNC else await response.aread()
    await resolved(response.close() if client.runner is SYNC else response.aclose())
    return body


@cases.add(families=ONLY)
async def requests_handled(client: Client, world: World) -> object:
    """The pool's own entry, with a request made by hand, and what the pool then shows."""
    assert isinstance(client, HttpcoreClient)
    async with client.session(world.settings()) as session:
        pool = session.native
        handle = pool.handle_request if client.runner is SYNC else pool.handle_async_request
        request = client.library.Request(
            "GET", world.url("/fields?safe"), headers={"Host": "a.name.of.its.own", "X-One": "1"}
        )
        response = await resolved(handle(request))
        body = await read(client, response)
        return response.status, text_pairs(response.headers)[:2], body, type(response).__name__


@cases.add(families=ONLY, runs=LIVE, recorded=0, lost=r"1 exchange[\s\S]*it switched protocols")
async def network_stream(client: Client, world: World) -> object:
    """The stream below an answer: where it leads, and another protocol on it."""
    async with client.session(world.settings()) as session:
        headers = {"Connection": "Upgrade", "Upgrade": "shout"}
        context = session.native.stream("GET", world.url("/upgrade"), headers=headers)
        enter, leave = (
            (context.__enter__, context.__exit__)
            if client.runner is SYNC
            else (context.__aenter__, context.__aexit__)
        )
        response = await resolved(enter())
        stream = response.extensions["network_stream"]
        await resolved(stream.write(b"hello"))
        heard = await resolved(stream.read(100))
        port = stream.get_extra_info("server_addr")[1]
        await resolved(leave(None, None, None))
        return response.status, heard, port


@cases.add(families=ONLY, runs=LIVE)
async def traced(client: Client, world: World) -> object:
    """The trace extension sees every step."""
    steps: list[str] = []

    def note(name: str, info: object) -> None:
        steps.append(name)

    async def note_too(name: str, info: object) -> None:
        steps.append(name)

    async with client.session(world.settings()) as session:
        trace = note if client.runner is SYNC else note_too
        response = await resolved(
            session.native.request("GET", world.url("/length"), extensions={"trace": trace})
        )
        return response.status, steps
