"""What a client does by itself: redirects, cookies, authentication, retries."""

from __future__ import annotations

from tests.conformance.cases.exchanges import each, gets
from tests.conformance.errors import attempt
from tests.conformance.registry import Cases
from tests.conformance.vocabulary import Call, Client
from tests.conformance.world import World
from tests.support.endpoints.flows import PASSWORD, USER

cases = Cases()


@cases.add(redact=False)
async def redirects(client: Client, world: World) -> object:
    """Every status that redirects, with a GET and with a POST, to a path and to a URL."""
    calls = [Call("GET", world.url(f"/redirect/{code}?to=/echo")) for code in (301, 302, 303, 307, 308)]
    calls += [
        Call("POST", world.url(f"/redirect/{code}?to=../echo"), body=b"kept?") for code in (301, 303, 307)
    ]
    calls += [Call("GET", world.url("/redirect/302?to=url"))]
    async with client.session(world.settings()) as session:
        return [await attempt(session.exchange(call)) for call in calls]


@cases.add(redact=False)
async def redirect_elsewhere(client: Client, world: World) -> object:
    """To another host, where credentials must not go along."""
    headers = (("Authorization", "Bearer stays-at-home-0123456789"),)
    return await each(client, world, Call("GET", world.url("/elsewhere"), headers))


@cases.add()
async def redirect_loop(client: Client, world: World) -> object:
    """Round and round until the client has had enough."""
    async with client.session(world.settings()) as session:
        return await attempt(session.exchange(Call("GET", world.url("/loop"))))


@cases.add(redact=False)
async def cookies(client: Client, world: World) -> object:
    """A cookie that is set, kept and sent."""
    async with client.session(world.settings()) as session:
        paths = ("/private", "/login", "/private", "/fields", "/head")
        outcomes = [await session.exchange(Call("GET", world.url(path))) for path in paths]
        return outcomes, session.cookies()


@cases.add()
async def basic_auth(client: Client, world: World) -> object:
    """Basic authentication, asked for or sent at once."""
    settings = world.settings(auth=("basic", USER, PASSWORD))
    async with client.session(settings) as session:
        return [await session.exchange(Call("GET", world.url("/basic"))) for _ in range(2)]


@cases.add()
async def digest_auth(client: Client, world: World) -> object:
    """Digest authentication, with a nonce of the client's own in each run."""
    settings = world.settings(auth=("digest", USER, PASSWORD))
    async with client.session(settings) as session:
        return [await session.exchange(Call("GET", world.url("/digest"))) for _ in range(2)]


@cases.add()
async def retries(client: Client, world: World) -> object:
    """Twice not now, then the answer."""
    async with client.session(world.settings(retries=3)) as session:
        return await session.exchange(Call("GET", world.url("/flaky")))


@cases.add()
async def challenges_unanswered(client: Client, world: World) -> object:
    """Challenges that nobody has credentials for."""
    return await gets(client, world, "/basic", "/digest", "/status/403")
