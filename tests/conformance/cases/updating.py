"""Mode update: what was recorded is replayed, what was not goes out as if nobody had looked.

Where the cassette holds the URL with another body, nothing is known before the whole
body is: the request is gathered first, and sent then.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.conformance.cases.exchanges import each, gets
from tests.conformance.cases.streaming import followed
from tests.conformance.registry import UPDATED, Cases
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

cases = Cases()
RECORDED, OTHER = b"what was recorded", b"something else"


async def _first_of_three(client: Client, world: World) -> object:
    return await gets(client, world, "/echo?replayed")


@cases.add(runs=UPDATED, preparation=_first_of_three)
async def recorded_then_not(client: Client, world: World) -> object:
    """One request that was recorded, then others that were not."""
    return await each(
        client,
        world,
        Call("GET", world.url("/echo?replayed")),
        Call("GET", world.url("/echo?new")),
        Call("POST", world.url("/echo?new"), body=b"newer"),
    )


async def _one_body(client: Client, world: World) -> object:
    return await each(client, world, Call("POST", world.url("/echo"), body=RECORDED))


@cases.add(runs=UPDATED, preparation=_one_body)
async def another_body(client: Client, world: World) -> object:
    """Bodies that were not recorded, to a URL that was; one of them is made as it is sent."""
    made: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"made ", b"once"):
            made.append(piece)
            yield piece

    url = world.url("/echo")
    calls = [Call("POST", url, body=OTHER), Call("POST", url, pieces=pieces), Call("POST", url, body=b"")]
    return await each(client, world, *calls), made


async def _in_turn(client: Client, world: World) -> object:
    replayed = Call("POST", world.url("/echo?replayed"), body=RECORDED)
    return await each(client, world, replayed, replayed)


@cases.add(runs=UPDATED, preparation=_in_turn)
async def replayed_and_sent_in_turn(client: Client, world: World) -> object:
    """Replayed and sent requests take turns in one session, so that connections are kept between them."""
    sent = Call("POST", world.url("/poll"), body=OTHER)
    replayed = Call("POST", world.url("/echo?replayed"), body=RECORDED)
    return await each(client, world, sent, replayed, sent, sent, replayed, sent)


async def _one_stream(client: Client, world: World) -> object:
    for number in (1, 2):
        world.open(f"seen {number}")
    return await each(client, world, Call("POST", world.url("/events"), body=RECORDED))


@cases.add(runs=UPDATED, preparation=_one_stream)
async def another_stream(client: Client, world: World) -> object:
    """Events that answer a body which was not recorded reach the caller as they are sent."""
    call = Call("POST", world.url("/events"), body=OTHER)
    async with client.session(world.settings()) as session, session.stream(call) as streaming:
        return streaming.outcome, [piece async for piece in followed(streaming, world)]


async def _through_proxy(client: Client, world: World, body: bytes) -> object:
    async with client.session(world.settings(proxy=world.laboratory.proxy.url)) as session:
        calls = [Call("POST", world.url("/echo"), body=body), Call("GET", world.url("/echo"))]
        return [await session.exchange(call) for call in calls[: 1 if body == RECORDED else 2]]


async def _proxied(client: Client, world: World) -> object:
    return await _through_proxy(client, world, RECORDED)


@cases.add(runs=UPDATED, preparation=_proxied)
async def another_body_proxied(client: Client, world: World) -> object:
    """The same through a proxy: the tunnel is opened only when it is known that it is needed."""
    return await _through_proxy(client, world, OTHER)


async def _over_unix_socket(client: Client, world: World, body: bytes) -> object:
    async with client.session(world.settings(socket_path=world.server.socket_path)) as session:
        return await session.exchange(Call("POST", "http://localhost/echo", body=body))


async def _unix(client: Client, world: World) -> object:
    return await _over_unix_socket(client, world, RECORDED)


@cases.add(runs=UPDATED, preparation=_unix, schemes=("http",))
async def another_body_over_unix_socket(client: Client, world: World) -> object:
    """The same over a unix socket."""
    return await _over_unix_socket(client, world, OTHER)


async def _expecting(client: Client, world: World, path: str, body: bytes) -> object:
    headers = (("Expect", "100-continue"),)
    return await each(client, world, Call("PUT", world.url(path), headers, body))


async def _expected(client: Client, world: World) -> object:
    return await _expecting(client, world, "/continue", RECORDED)


@cases.add(runs=UPDATED, preparation=_expected)
async def another_body_expecting(client: Client, world: World) -> object:
    """The same where the client asks for leave first."""
    return await _expecting(client, world, "/continue", OTHER)


async def _refused(client: Client, world: World) -> object:
    return await _expecting(client, world, "/refuse", RECORDED)


@cases.add(runs=UPDATED, preparation=_refused)
async def another_body_refused(client: Client, world: World) -> object:
    """The same where leave is not given."""
    return await _expecting(client, world, "/refuse", OTHER)


@cases.add(runs=UPDATED, preparation=_one_body, ordered=False)
async def another_body_concurrently(client: Client, world: World) -> object:
    """Several at the same time, one of them recorded under another body."""
    async with client.session(world.settings()) as session:
        calls = [Call("POST", world.url("/echo"), body=OTHER * number) for number in range(1, 5)]
        outcomes = await client.runner.gather([partial(session.exchange, call) for call in calls])
        return [(outcome.status, outcome.headers, outcome.body) for outcome in outcomes]
