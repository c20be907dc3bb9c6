"""What only requests has."""

from __future__ import annotations

import requests

from tests.conformance.errors import plain
from tests.conformance.registry import Cases
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
ONLY = ("requests",)


@cases.add(families=ONLY)
async def raw_reads(client: Client, world: World) -> object:
    """The raw response, read in every way that it allows."""
    seen: list[object] = []
    async with client.session(world.settings()) as session:

        def get(path: str) -> requests.Response:
            response: requests.Response = session.native.get(world.url(path), stream=True)
            return response

        with get("/gzip") as response:
            seen += [response.raw.read(10), response.raw.read(decode_content=False)]
        with get("/chunked") as response:
            seen += [list(response.raw.read_chunked()), response.raw.closed]
        with get("/length") as response:
            seen += [list(response.raw.stream(100)), response.raw.tell()]
        with get("/length") as response:
            seen += [
                response.raw._original_response.getheaders(),
                response.raw.headers.items(),
                response.raw.reason,
            ]
        with get("/gzip-chunked") as response:
            seen.append(list(response.iter_content(100)))
        with get("/length") as response:
            seen += [list(response.iter_lines()), response.encoding]
        with get("/chunked") as response:
            seen += [b"".join(response.iter_content(None)), response.raw.version]
    return seen


@cases.add(families=ONLY)
async def conveniences(client: Client, world: World) -> object:
    """params, json, data and files, whose boundary is drawn anew each time."""
    async with client.session(world.settings()) as session:
        native = session.native
        files = {"file": ("a.txt", b"some text", "text/plain")}
        answers = [
            native.get(world.url("/echo"), params=[("b", "2"), ("a", "1"), ("b", "3")]),
            native.post(world.url("/echo"), json={"b": [1, 2.5, None], "a": "\u00e9"}),
            native.post(world.url("/form"), data={"name": "Ada L", "tags": ["x", "y"]}),
            native.post(world.url("/multipart"), data={"name": "Ada"}, files=files),
        ]
        return [
            (answer.status_code, answer.text, answer.request.headers.get("Content-Length"))
            for answer in answers
        ]


@cases.add(families=ONLY)
async def statuses_raised(client: Client, world: World) -> object:
    """raise_for_status, hooks, and redirects that are not followed."""
    seen: list[object] = []
    async with client.session(world.settings()) as session:
        native = session.native
        native.hooks["response"].append(lambda response, **_: seen.append(("hook", response.status_code)))
        answer = native.get(world.url("/redirect/302?to=/status/404"))
        try:
            answer.raise_for_status()
        except requests.HTTPError as error:
            seen.append(plain(error))
        stopped = native.get(world.url("/redirect/307?to=/echo"), allow_redirects=False)
        seen += [stopped.is_redirect, stopped.next.url if stopped.next else None, len(answer.history)]
    return seen


@cases.add(families=ONLY)
async def prepared(client: Client, world: World) -> object:
    """Requests prepared by hand, and the functions without a session."""
    async with client.session(world.settings()) as session:
        request = requests.Request("POST", world.url("/head"), headers={"X-Own": "1"}, data=b"body")
        sent = session.native.send(session.native.prepare_request(request))
    alone = requests.get(world.url("/item/2"), verify=str(world.settings().trust.path), timeout=5)
    return sent.text, alone.json(), alone.elapsed.total_seconds() >= 0
