"""What only urllib3 has, below requests and botocore as well."""

from __future__ import annotations

import io
import warnings
from functools import partial

import urllib3
from urllib3.exceptions import InsecureRequestWarning

from tests.conformance.registry import Cases
from tests.conformance.vocabulary import Client
from tests.conformance.world import World

cases = Cases()
ONLY = ("urllib3",)


@cases.add(families=ONLY)
async def read_by_amount(client: Client, world: World) -> object:
    """read(amt), with decoding and without, and where the reader stands."""
    seen: list[object] = []
    async with client.session(world.settings()) as session:
        for path in ("/length", "/chunked", "/gzip", "/until-close"):
            response = session.native.request("GET", world.url(path), preload_content=False)
            seen += [response.read(10), response.tell()]
            seen += [b"".join(iter(partial(response.read, 500), b"")), response.tell(), response.closed]
            response.release_conn()
    return seen


@cases.add(families=ONLY)
async def read_into(client: Client, world: World) -> object:
    """readinto, and the response as a file under io's own wrappers."""
    async with client.session(world.settings()) as session:
        response = session.native.request("GET", world.url("/length"), preload_content=False)
        buffer = bytearray(16)
        count = response.readinto(buffer)
        rest = response.read()
        response.release_conn()
        wrapped = session.native.request("GET", world.url("/chunked"), preload_content=False)
        wrapped.auto_close = False
        text = io.TextIOWrapper(wrapped).read()
        wrapped.release_conn()
        return count, bytes(buffer), rest, text


@cases.add(families=ONLY)
async def chunks(client: Client, world: World) -> object:
    """read_chunked and stream hand on the chunks as they were sent."""
    seen: list[object] = []
    async with client.session(world.settings()) as session:
        for amount in (None, 2, 1000):
            response = session.native.request("GET", world.url("/chunked"), preload_content=False)
            seen.append((response.supports_chunked_reads(), list(response.read_chunked(amount))))
            response.release_conn()
        for path in ("/chunked", "/gzip-chunked", "/length", "/empty"):
            response = session.native.request("GET", world.url(path), preload_content=False)
            seen.append(list(response.stream(64)))
            response.release_conn()
    return seen


@cases.add(families=ONLY)
async def trailing_fields(client: Client, world: World) -> object:
    """What the response underneath has to tell, trailers in the body's end included."""
    async with client.session(world.settings()) as session:
        response = session.native.request("GET", world.url("/chunked"), preload_content=False)
        original = response._original_response
        before = original.chunked, original.length, original.version, original.isclosed()
        response.read()
        response.release_conn()
        return before, original.isclosed(), original.getheaders(), original.msg.items()


@cases.add(families=ONLY)
async def pool_counts(client: Client, world: World) -> object:
    """The pool's own view: which response is preloaded, drained, released."""
    async with client.session(world.settings()) as session:
        pool = session.native.connection_from_url(world.url("/"))
        first = pool.urlopen("GET", "/length", preload_content=False)
        held = first.connection is not None
        first.drain_conn()
        first.release_conn()
        second = pool.request("GET", "/item/3")
        third = pool.urlopen(
            "POST", "/echo", body="text", headers={"Content-Type": "text/plain"}, release_conn=False
        )
        third.release_conn()
        counted = pool.num_requests, held, first.connection, second.data, third.data
        return counted, second.headers.get("content-type"), third.geturl()


@cases.add(families=ONLY)
async def forms_of_its_own(client: Client, world: World) -> object:
    """Fields as a query, as a form and as multipart, whose boundary is drawn anew each time."""
    fields = {"name": "Ada", "file": ("a.txt", "some text", "text/plain")}
    async with client.session(world.settings()) as session:
        answers = [
            session.native.request("GET", world.url("/echo"), fields={"q": "a b"}),
            session.native.request(
                "POST", world.url("/form"), fields={"name": "Ada"}, encode_multipart=False
            ),
            session.native.request("POST", world.url("/multipart"), fields=fields),
        ]
        return [(answer.status, answer.data) for answer in answers]


@cases.add(families=ONLY)
async def redirects_off(client: Client, world: World) -> object:
    """A redirect that is not followed, and one that is by the pool."""
    url = world.url("/redirect/303?to=/echo")
    async with client.session(world.settings()) as session:
        stopped = session.native.request("GET", url, redirect=False)
        followed = session.native.request("GET", url, retries=urllib3.Retry(redirect=1))
        return stopped.status, stopped.get_redirect_location(), followed.status, followed.retries.history


@cases.add(families=ONLY, schemes=("https",))
async def unverified(client: Client, world: World) -> object:
    """Without verification there is a warning for each request, no more and no less."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with urllib3.PoolManager(cert_reqs="CERT_NONE") as pool:
            answers = [pool.request("GET", world.url("/echo")).data for _ in range(2)]
    return answers, [str(entry.message) for entry in seen if entry.category is InsecureRequestWarning]
