"""Through HTTP proxies: absolute URLs for plain HTTP, tunnels for TLS."""

from __future__ import annotations

from tests.conformance.registry import Cases
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World

cases = Cases()


async def _through(client: Client, world: World, proxy: str) -> object:
    async with client.session(world.settings(proxy=proxy)) as session:
        calls = [
            Call("GET", world.url("/echo?1")),
            Call("POST", world.url("/echo"), body=b"through a proxy"),
            Call("GET", world.url("/chunked")),
        ]
        return [await session.exchange(call) for call in calls]


@cases.add()
async def proxied(client: Client, world: World) -> object:
    """Through a proxy that is open to all."""
    return await _through(client, world, world.laboratory.proxy.url)


@cases.add()
async def proxied_with_credentials(client: Client, world: World) -> object:
    """Through a proxy that demands a password, which its URL holds."""
    return await _through(client, world, world.laboratory.locked_proxy.url)


@cases.add(schemes=("http",))
async def proxy_refuses(client: Client, world: World) -> object:
    """A plain request that the proxy answers itself, for want of a password."""
    async with client.session(world.settings(proxy=world.laboratory.locked_proxy.bare_url)) as session:
        return await session.exchange(Call("GET", world.url("/echo")))
