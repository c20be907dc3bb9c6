"""What only aiohttp has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.conformance.errors import plain
from tests.conformance.registry import LIVE, Cases
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
ONLY = ("aiohttp",)

SAME_ON_REPLAY = (
    "on_request_start",
    "on_request_end",
    "on_request_redirect",
    "on_request_chunk_sent",
    "on_request_headers_sent",
    "on_response_chunk_received",
)
OF_CONNECTIONS = (
    "on_connection_create_start",
    "on_connection_create_end",
    "on_connection_reuseconn",
    "on_dns_resolvehost_start",
    "on_dns_resolvehost_end",
)


def tracing(names: tuple[str, ...], seen: list[object]) -> aiohttp.TraceConfig:
    """A trace that notes what happens."""

    def noting(name: str) -> Callable[..., Awaitable[None]]:
        async def note(session: object, context: object, params: Any) -> None:
            seen.append((name, str(getattr(params, "url", "")), getattr(params, "chunk", None)))

        return note

    config = aiohttp.TraceConfig()
    for name in names:
        getattr(config, name).append(noting(name))
    return config


async def _traced(world: World, names: tuple[str, ...]) -> object:
    seen: list[object] = []
    connector = aiohttp.TCPConnector(ssl=world.settings().trust.context)
    async with aiohttp.ClientSession(connector=connector, trace_configs=[tracing(names, seen)]) as session:
        async with session.get(world.url("/redirect/302?to=/item/1")) as response:
            await response.read()
        async with session.post(world.url("/echo"), data=b"chunk sent") as response:
            await response.read()
    return seen


@cases.add(families=ONLY, redact=False)
async def traces(client: Client, world: World) -> object:
    """Traces of requests and answers."""
    return await _traced(world, SAME_ON_REPLAY)


@cases.add(families=ONLY, runs=LIVE)
async def traces_of_connections(client: Client, world: World) -> object:
    """Traces of names and connections, where there are any."""
    return await _traced(world, SAME_ON_REPLAY + OF_CONNECTIONS)


@cases.add(families=ONLY)
async def ways_to_read_content(client: Client, world: World) -> object:
    """Every way to read the content."""
    seen: list[object] = []
    async with client.session(world.settings()) as session:
        native = session.native
        async with native.get(world.url("/length")) as response:
            seen += [await response.content.read(5), await response.content.readline()]
            seen += [await response.content.readexactly(4), await response.content.readuntil(b"to")]
            seen += [await response.content.readany() != b"", response.content.at_eof()]
        async with native.get(world.url("/length")) as response:
            seen.append([piece async for piece in response.content.iter_chunked(100)])
        async with native.get(world.url("/length")) as response:
            seen.append([line async for line in response.content])
        async with native.get(world.url("/item/4")) as response:
            seen += [await response.json(), await response.text(), response.get_encoding()]
        async with native.get(world.url("/gzip")) as response:
            seen += [await response.text(), response.headers.get("Content-Encoding")]
    return seen


@cases.add(families=ONLY)
async def chunk_ends(client: Client, world: World) -> object:
    """iter_chunks knows where each chunk that was sent has ended."""
    async with (
        client.session(world.settings()) as session,
        session.native.get(world.url("/events")) as response,
    ):
        seen: list[object] = []
        async for data, ended in response.content.iter_chunks():
            # The end of the body may come by itself.
            if data:
                seen.append((data, ended))
            world.open(f"seen {len(seen)}")
        return seen


@cases.add(families=ONLY)
async def statuses_raised_by_session(client: Client, world: World) -> object:
    """raise_for_status, asked for and by the session's own setting."""
    seen: list[object] = []
    async with client.session(world.settings()) as session:
        async with session.native.get(world.url("/status/404?reason=Gone%20Fishing")) as response:
            try:
                response.raise_for_status()
            except aiohttp.ClientResponseError as error:
                seen.append(plain(error))
        try:
            await session.native.get(world.url("/status/503"), raise_for_status=True)
        except aiohttp.ClientResponseError as error:
            seen += [plain(error), error.status, tuple(error.headers.items()) if error.headers else ()]
    return seen


@cases.add(families=ONLY)
async def forms_of_aiohttp(client: Client, world: World) -> object:
    """json, forms and multipart, whose boundary is drawn anew each time."""
    form = aiohttp.FormData()
    form.add_field("name", "Ada")
    form.add_field("file", b"some text", filename="a.txt", content_type="text/plain")
    async with client.session(world.settings()) as session:
        native = session.native
        calls = [
            native.get(world.url("/echo"), params=[("b", "2"), ("a", "1")]),
            native.post(world.url("/echo"), json={"b": [1, 2.5, None]}),
            native.post(world.url("/form"), data={"name": "Ada L"}),
            native.post(world.url("/multipart"), data=form),
        ]
        seen: list[object] = []
        for call in calls:
            async with call as response:
                seen.append((response.status, await response.text(), response.method))
        return seen


@cases.add(families=ONLY)
async def raw_answers(client: Client, world: World) -> object:
    """Content left as it was coded, and redirects that are not followed."""
    connector = aiohttp.TCPConnector(ssl=world.settings().trust.context)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        async with session.get(world.url("/gzip")) as response:
            coded = await response.read()
        async with session.get(world.url("/redirect/302?to=/echo"), allow_redirects=False) as response:
            return coded, response.status, response.headers["Location"], response.request_info.method
