"""Connections: kept, closed, dropped, made before the block, of other kinds."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.cases.exchanges import each, gets
from tests.conformance.errors import attempt
from tests.conformance.registry import LIVE, Cases
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

cases = Cases()


@cases.add()
async def keep_alive(client: Client, world: World) -> object:
    """Many requests over one connection, bodies of all framings among them."""
    paths = ("/echo?1", "/chunked", "/echo?2", "/status/204", "/gzip", "/empty", "/echo?3", "/length")
    return await gets(client, world, *paths)


@cases.add()
async def connection_close(client: Client, world: World) -> object:
    """Answers, and requests, that announce the connection's end."""
    closing = Call("GET", world.url("/echo?closing"), (("Connection", "close"),))
    return await each(
        client, world, Call("GET", world.url("/bye")), closing, Call("GET", world.url("/echo?after"))
    )


@cases.add()
async def stale_connection(client: Client, world: World) -> object:
    """A kept connection that the server has closed without a word."""
    async with client.session(world.settings()) as session:
        first = await session.exchange(Call("GET", world.url("/drop")))
        await client.runner.aside(lambda: world.wait("finished"))
        return first, await session.exchange(Call("GET", world.url("/echo?again")))


@cases.add(own_block=True)
async def keep_alive_border(client: Client, world: World) -> object:
    """One session with a live connection, used before the block, inside and after it."""
    async with client.session(world.settings()) as session:
        before = await session.exchange(Call("GET", world.url("/echo?before")))
        with world.block():
            inside = [
                await session.exchange(Call("GET", world.url("/echo?replayed"))),
                await session.exchange(Call("POST", world.url("/echo?replayed"), body=b"inside")),
            ]
        after = await session.exchange(Call("GET", world.url("/echo?after")))
        return before, inside, after


@cases.add(own_block=True)
async def made_before(client: Client, world: World) -> object:
    """A session made before the block and first used inside, closed inside."""
    async with client.session(world.settings()) as session:
        with world.block():
            return await session.exchange(Call("GET", world.url("/item/1?replayed")))


@cases.add(own_block=True)
async def closed_after(client: Client, world: World) -> object:
    """A session made inside the block and closed when it is over."""
    with world.block():
        context = client.session(world.settings())
        session = await context.__aenter__()
        outcome = await session.exchange(Call("GET", world.url("/item/2?replayed")))
    await context.__aexit__(None, None, None)
    return outcome


@cases.add(schemes=("http",), redact=False)
async def unix_socket(client: Client, world: World) -> object:
    """HTTP over a unix socket."""
    settings = world.settings(socket_path=world.server.socket_path)
    async with client.session(settings) as session:
        calls = [
            Call("GET", "http://localhost/fields"),
            Call("POST", "http://localhost/echo", body=b"over a path"),
            Call("GET", "http://localhost/chunked"),
        ]
        return [await session.exchange(call) for call in calls]


@cases.add(runs=LIVE, recorded=0, lost=r"1 exchange[\s\S]*it switched protocols")
async def upgrade(client: Client, world: World) -> object:
    """101: only the head is HTTP."""
    headers = (("Connection", "Upgrade"), ("Upgrade", "shout"))
    call = Call("GET", world.url("/upgrade"), headers)
    async with client.session(world.settings()) as session, session.stream(call) as streaming:
        return streaming.outcome


@cases.add()
async def expect_continue(client: Client, world: World) -> object:
    """An upload that asks for leave first; some clients wait for it."""
    headers = (("Expect", "100-continue"),)
    call = Call("PUT", world.url("/continue"), headers, b"x" * 5000)
    return await each(client, world, call, Call("GET", world.url("/echo")))


@cases.add()
async def expect_refused(client: Client, world: World) -> object:
    """Leave that is not given: those who wait never send the body."""
    headers = (("Expect", "100-continue"),)
    call = Call("PUT", world.url("/refuse"), headers, b"x" * 5000)
    async with client.session(world.settings()) as session:
        return await attempt(session.exchange(call))


@cases.add(runs=LIVE)
async def early_answer(client: Client, world: World) -> object:
    """413 after the head, while the client is still making its body."""
    made: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        for number in range(4):
            made.append(b"piece %d" % number)
            yield made[-1]
            world.wait("answered")

    async with client.session(world.settings()) as session:
        return await attempt(session.exchange(Call("POST", world.url("/early"), pieces=pieces)))
