"""HTTP/2 through httpx and httpx2: recorded and replayed as it is without a cassette."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest
import trio

from reqsnap import use_cassette
from tests.support.http2 import Http2Server, serving_http2
from tests.support.network import no_network

Program = Callable[[ModuleType, Http2Server], list[Any]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Http2Server]:
    with serving_http2(tmp_path) as server:
        yield server


def told(answer: Any) -> tuple[Any, ...]:
    """All that a program can tell of an answer."""
    version, extensions = answer.http_version, sorted(answer.extensions)
    return answer.status_code, version, answer.reason_phrase, answer.headers.raw, answer.content, extensions


def pieces() -> Iterator[bytes]:
    yield b"one, "
    yield b"two"


def one_by_one(library: ModuleType, server: Http2Server) -> list[Any]:
    url, found = server.origin, list[Any]()
    with library.Client(http2=True, verify=server.certificates.client) as client:
        found.append(told(client.get(f"{url}/a?b=1")))
        found.append(told(client.post(f"{url}/posted", json={"a": 1})))
        found.append(told(client.put(f"{url}/sent", content=pieces())))
        found.append(told(client.get(f"{url}/nothing")))
        found.append(told(client.head(f"{url}/redirect")))
        followed = client.get(f"{url}/redirect", follow_redirects=True)
        found += [told(followed), [told(each) for each in followed.history]]
        with client.stream("GET", f"{url}/events") as answer:
            found.append(list(answer.iter_lines()))
        with pytest.raises(library.RemoteProtocolError) as reset:
            client.get(f"{url}/reset")
        found.append(str(reset.value))
    return found


async def at_once(library: ModuleType, server: Http2Server) -> list[Any]:
    """Many requests to one URL, which share one connection."""
    async with library.AsyncClient(http2=True, verify=server.certificates.client) as client:
        found: list[Any] = [b""] * 50

        async def post(number: int) -> None:
            answer = await client.post(f"{server.origin}/posted", content=b"%d" % number)
            found[number] = told(answer)

        async with trio.open_nursery() as tasks:
            for number in range(50):
                tasks.start_soon(post, number)
    return found


async def gathered(library: ModuleType, server: Http2Server) -> list[Any]:
    async with library.AsyncClient(http2=True, verify=server.certificates.client) as client:

        async def post(number: int) -> Any:
            return told(await client.post(f"{server.origin}/posted", content=b"%d" % number))

        return list(await asyncio.gather(*map(post, range(50))))


def under_trio(library: ModuleType, server: Http2Server) -> list[Any]:
    return trio.run(at_once, library, server)


def under_asyncio(library: ModuleType, server: Http2Server) -> list[Any]:
    return asyncio.run(gathered(library, server))


@pytest.mark.parametrize("program", [one_by_one, under_asyncio, under_trio])
@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_program_sees_the_same_bare_recording_and_replaying(
    library: ModuleType, program: Program, server: Http2Server, tmp_path: Path
) -> None:
    bare, sent = program(library, server), server.taken()
    path = tmp_path / "x.yaml"
    with use_cassette(path, mode="record", record_errors=True) as cassette:
        assert program(library, server) == bare
    assert server.taken() == sent
    assert server.connections == 2
    server.stop()
    assert len(cassette) == len(sent)
    assert {each.response.version for each in cassette.interactions} == {"HTTP/2"}
    with no_network(), use_cassette(path, mode="playback") as cassette:
        assert program(library, server) == bare
        assert cassette.all_played
