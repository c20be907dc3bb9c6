"""What only httpx and httpx2 have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conformance.clients.httpcore import resolved
from tests.conformance.clients.httpx import HttpxClient
from tests.conformance.errors import plain
from tests.conformance.registry import Cases
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
ONLY = ("httpx",)


async def drawn(iterator: Any) -> list[Any]:
    """Everything that an iterator of either kind has."""
    if hasattr(iterator, "__aiter__"):
        return [piece async for piece in iterator]
    return list(iterator)


@cases.add(families=ONLY)
async def ways_to_iterate(client: Client, world: World) -> object:
    """iter_raw, iter_bytes, iter_text and iter_lines."""
    prefix = "" if client.runner is SYNC else "a"
    seen: list[object] = []
    async with client.session(world.settings()) as session:
        for path in ("/gzip", "/chunked", "/length"):
            for way, size in (("raw", 64), ("bytes", 100), ("text", 33), ("lines", None)):
                context = session.native.stream("GET", world.url(path))
                enter = context.__enter__ if client.runner is SYNC else context.__aenter__
                leave = context.__exit__ if client.runner is SYNC else context.__aexit__
                response = await resolved(enter())
                iterate: Callable[..., Any] = getattr(response, f"{prefix}iter_{way}")
                seen.append(await drawn(iterate() if size is None else iterate(size)))
                seen.append((response.is_stream_consumed, response.num_bytes_downloaded))
                await resolved(leave(None, None, None))
                seen.append(response.is_closed)
    return seen


@cases.add(families=ONLY)
async def hooks(client: Client, world: World) -> object:
    """Event hooks see each request and each answer, redirects included."""
    seen: list[object] = []

    def note(event: Any) -> None:
        seen.append((type(event).__name__, str(event.url), getattr(event, "status_code", None)))

    async def note_too(event: Any) -> None:
        note(event)

    async with client.session(world.settings()) as session:
        hook = note if client.runner is SYNC else note_too
        session.native.event_hooks = {"request": [hook], "response": [hook]}
        response = await resolved(session.native.get(world.url("/redirect/302?to=/status/404")))
        try:
            response.raise_for_status()
        except Exception as error:
            seen.append(plain(error))
        return seen, response.extensions["http_version"], len(response.history)


@cases.add(families=ONLY)
async def conveniences_of_httpx(client: Client, world: World) -> object:
    """params, json, data and files, whose boundary is drawn anew each time."""
    async with client.session(world.settings()) as session:
        native = session.native
        files = {"file": ("a.txt", b"some text", "text/plain")}
        calls = [
            native.get(world.url("/echo"), params=[("b", "2"), ("a", "1"), ("b", "3")]),
            native.post(world.url("/echo"), json={"b": [1, 2.5, None], "a": "\u00e9"}),
            native.post(world.url("/form"), data={"name": "Ada L", "tags": ["x", "y"]}),
            native.post(world.url("/multipart"), data={"name": "Ada"}, files=files),
        ]
        answers = [await resolved(call) for call in calls]
        return [(answer.status_code, answer.text, answer.elapsed.total_seconds() >= 0) for answer in answers]


@cases.add(families=ONLY)
async def built_and_sent(client: Client, world: World) -> object:
    """Requests built by hand, sent without following, and read by hand."""
    assert isinstance(client, HttpxClient)
    async with client.session(world.settings()) as session:
        native = session.native
        request = native.build_request("POST", world.url("/redirect/307?to=/echo"), content=b"body")
        stopped = await resolved(native.send(request, follow_redirects=False, stream=True))
        read = stopped.read if client.runner is SYNC else stopped.aread
        body = await resolved(read())
        followed = await resolved(native.send(stopped.next_request))
        return stopped.status_code, body, followed.text, str(followed.url), followed.http_version
