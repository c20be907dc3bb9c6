"""Single exchanges: methods, header fields, status lines, bodies in both directions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.conformance.registry import Cases
from tests.conformance.vocabulary import Call, Client, Outcome
from tests.conformance.world import World

cases = Cases()

UPLOAD = random.Random(7).randbytes(200_000)
MULTIPART = (
    b'--frontier\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n'
    b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nfile's text\r\n--frontier--\r\n"
)


async def each(client: Client, world: World, *calls: Call) -> list[Outcome]:
    """Make several exchanges in one session."""
    async with client.session(world.settings()) as session:
        return [await session.exchange(call) for call in calls]


async def gets(client: Client, world: World, *paths: str) -> list[Outcome]:
    """GET several paths in one session."""
    return await each(client, world, *(Call("GET", world.url(path)) for path in paths))


@cases.add()
async def methods(client: Client, world: World) -> object:
    """Every method, with a body where one is usual."""
    bodies = {"POST": b"to post", "PUT": b"to put", "PATCH": b"to patch"}
    names = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    calls = [Call(name, world.url("/echo"), body=bodies.get(name)) for name in names]
    return await each(client, world, *calls)


@cases.add(redact=False)
async def response_fields(client: Client, world: World) -> object:
    """Order, case, repeats, empty values and bytes beyond ASCII in the answer's head."""
    return await gets(client, world, "/fields")


@cases.add()
async def request_fields(client: Client, world: World) -> object:
    """Order and case of what the program sends."""
    headers = (("X-Zulu", "1"), ("x-alpha", "two words"), ("Accept", "*/*"), ("ETag", '"tag"'))
    return await each(client, world, Call("GET", world.url("/head"), headers))


@cases.add()
async def status_lines(client: Client, world: World) -> object:
    """Reasons of the server's own, none at all, and status codes without a body."""
    paths = (
        "/status/200?reason=Everything%20Is%20Fine",
        "/status/201?reason=",
        "/status/204",
        "/status/304",
        "/status/404?reason=Gone%20Fishing",
        "/status/418",
        "/status/500",
    )
    return await gets(client, world, *paths)


@cases.add()
async def http_1_0(client: Client, world: World) -> object:
    """An answer of HTTP/1.0, and another request after it."""
    return await gets(client, world, "/http10", "/echo")


@cases.add()
async def bodies(client: Client, world: World) -> object:
    """Every framing: length, chunks with extensions and trailers, the connection's end, nothing."""
    paths = ("/length", "/empty", "/chunked", "/chunked-empty", "/until-close", "/binary", "/item/7")
    return await gets(client, world, *paths)


@cases.add()
async def heads_only(client: Client, world: World) -> object:
    """HEAD of what would have a body."""
    paths = ("/length", "/chunked", "/gzip", "/status/404")
    return await each(client, world, *(Call("HEAD", world.url(path)) for path in paths))


@cases.add()
async def codings(client: Client, world: World) -> object:
    """Content codings, which the client undoes or leaves."""
    return await gets(client, world, "/gzip", "/gzip-chunked", "/deflate", "/unknown-coding")


@cases.add()
async def large_bodies(client: Client, world: World) -> object:
    """A megabyte with its length, and large chunks."""
    return await gets(client, world, "/large", "/large-chunked")


@cases.add()
async def queries(client: Client, world: World) -> object:
    """Queries with repeats, escapes, empty values, and none but the question mark."""
    paths = ("/echo?b=2&a=1&b=1", "/echo?q=a%20b%2Fc%3D", "/echo?empty=&bare", "/echo?", "/echo/a%2Fb/%C3%A9")
    return await gets(client, world, *paths)


@cases.add()
async def uploads(client: Client, world: World) -> object:
    """Bodies of bytes, empty, small and large."""
    url = world.url("/echo")
    bodies = (b"", b"small\x00\xff", UPLOAD)
    return await each(client, world, *(Call("POST", url, body=body) for body in bodies))


@cases.add()
async def one_shot_upload(client: Client, world: World) -> object:
    """A body made while it is sent, which nobody can read twice."""
    made: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"first,", b"second,", b"third"):
            made.append(piece)
            yield piece

    outcomes = await each(
        client, world, Call("POST", world.url("/framing"), pieces=pieces), Call("GET", world.url("/echo"))
    )
    return outcomes, made


@cases.add()
async def forms(client: Client, world: World) -> object:
    """A form and a multipart form, with a boundary of the program's own."""
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    multipart = (("Content-Type", "multipart/form-data; boundary=frontier"),)
    return await each(
        client,
        world,
        Call("POST", world.url("/form"), form, b"name=Ada+L&tag=a&tag=b%26c"),
        Call("POST", world.url("/multipart"), multipart, MULTIPART),
    )


@cases.add()
async def json_bodies(client: Client, world: World) -> object:
    """JSON there and back, in a layout that no dump would make again."""
    headers = (("Content-Type", "application/json"),)
    body = b'{"b": 1.50 ,\t"a":[ ],"text":"caf\\u00e9 \xe2\x82\xac", "b": 2}\n'
    return await each(
        client, world, Call("POST", world.url("/echo"), headers, body), Call("GET", world.url("/item/1"))
    )


@cases.add()
async def polls(client: Client, world: World) -> object:
    """One URL, another answer each time."""
    return await gets(client, world, "/poll", "/poll", "/echo", "/poll")


@cases.add()
async def two_bodies(client: Client, world: World) -> object:
    """Two bodies to one URL, then the first again."""
    url = world.url("/echo")
    return await each(client, world, *(Call("POST", url, body=body) for body in (b"one", b"two", b"one")))


@cases.add(ordered=False)
async def concurrency(client: Client, world: World) -> object:
    """Several requests at the same time in one session, each with a body of its own."""
    async with client.session(world.settings()) as session:
        calls = [Call("POST", world.url("/echo"), body=b"number %d" % number) for number in range(6)]
        outcomes = await client.runner.gather([partial(session.exchange, call) for call in calls])
        return [(outcome.status, outcome.headers, outcome.body) for outcome in outcomes]


@cases.add(
    families=("http.client", "urllib.request", "urllib3", "requests", "httplib2", "botocore", "aiohttp")
)
async def file_upload(client: Client, world: World) -> object:
    """A body read from an open file."""
    headers = (("Content-Type", "application/octet-stream"),)
    url = world.url("/framing")
    return await each(
        client, world, *(Call("PUT", url, headers, file=UPLOAD[:size]) for size in (100_000, 5))
    )
