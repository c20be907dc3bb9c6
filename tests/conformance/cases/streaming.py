"""Answers that are read as they come, left halfway, or read when the block is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, nullcontext

import pytest

from reqsnap import LostExchangeWarning
from tests.conformance.registry import LIVE, PREPARED, Cases
from tests.conformance.vocabulary import Call, Client, Streaming
from tests.conformance.world import World
from tests.support.endpoints.streams import EVENTS

cases = Cases()


async def followed(streaming: Streaming, world: World) -> AsyncIterator[bytes]:
    """The pieces; the server sends an event only when the one before it was seen here."""
    seen = b""
    async for piece in streaming.pieces():
        seen += piece
        for number in range(1, len(EVENTS)):
            if seen.startswith(b"".join(EVENTS[:number])):
                world.open(f"seen {number}")
        yield piece


async def _events(client: Client, world: World, path: str) -> tuple[object, list[bytes]]:
    async with (
        client.session(world.settings()) as session,
        session.stream(Call("GET", world.url(path))) as streaming,
    ):
        return streaming.outcome, [piece async for piece in followed(streaming, world)]


@cases.add()
async def events(client: Client, world: World) -> object:
    """Events in chunks: each reaches the caller before the next is sent, and replays as a piece."""
    return await _events(client, world, "/events")


@cases.add()
async def events_until_close(client: Client, world: World) -> object:
    """The same, ended by the connection's end."""
    return await _events(client, world, "/events-until-close")


@cases.add()
async def events_length(client: Client, world: World) -> object:
    """The same bytes with their length."""
    outcome, pieces = await _events(client, world, "/events-length")
    return outcome, b"".join(pieces)


@cases.add()
async def slow_body(client: Client, world: World) -> object:
    """The rest of a body that comes only when the first half was read."""
    async with (
        client.session(world.settings()) as session,
        session.stream(Call("GET", world.url("/slow-body"))) as streaming,
    ):
        seen = b""
        async for piece in streaming.pieces():
            seen += piece
            if len(seen) >= len(b"half of it"):
                world.open("body")
        return streaming.outcome, seen


@cases.add()
async def left_between_events(client: Client, world: World) -> object:
    """An event stream left after a whole event, as SDKs do after the last: that is an answer, too."""
    async with client.session(world.settings()) as session:
        async with session.stream(Call("GET", world.url("/events"))) as streaming:
            pieces = streaming.pieces()
            first = await anext(pieces)
            await pieces.aclose()
        world.give_up()
        return streaming.outcome, first, await session.exchange(Call("GET", world.url("/echo?after")))


async def _read_late(client: Client, world: World) -> object:
    """Opens an answer inside the block, whose second half comes when the block is over."""
    async with client.session(world.settings()) as session:
        async with AsyncExitStack() as stack:
            with world.block():
                call = Call("GET", world.url("/slow-body?replayed"))
                streaming = await stack.enter_async_context(session.stream(call))
            world.open("body")
            body = b"".join([piece async for piece in streaming.pieces()])
        return streaming.outcome, body, await session.exchange(Call("GET", world.url("/echo?after")))


@cases.add(runs=LIVE, own_block=True, recorded=0)
async def read_after_recording(client: Client, world: World) -> object:
    """An answer read when the block that recorded it is over: it comes whole, and is lost with a warning."""
    warned = pytest.warns(LostExchangeWarning) if world.run == "record" else nullcontext()
    with warned:
        return await _read_late(client, world)


async def _whole(client: Client, world: World) -> object:
    world.open("body")
    async with client.session(world.settings()) as session:
        return await session.exchange(Call("GET", world.url("/slow-body?replayed")))


@cases.add(runs=PREPARED, own_block=True, preparation=_whole)
async def read_after_replay(client: Client, world: World) -> object:
    """An answer read when the block that replayed it is over."""
    return await _read_late(client, world)
