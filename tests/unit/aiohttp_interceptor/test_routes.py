"""The ways to a server: TLS, unix sockets, proxies, tunnels."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from tests.support.aiohttp_interceptor.bench import (
    NotingRecorder,
    answering,
    in_force,
    plain,
    run,
    serving,
)
from tests.support.aiohttp_interceptor.programs import (
    the_exchange,
)
from tests.support.certificates import make_certificates


def test_tls_and_unix_sockets_are_noted_alike(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    recorder = NotingRecorder(asks=False)

    async def program() -> None:
        async with serving(answering(plain(b"tls")), tls=certificates.server) as server:
            connector = aiohttp.TCPConnector(ssl=certificates.client)
            async with aiohttp.ClientSession(connector=connector) as session:
                with in_force(recorder):
                    await session.get(server.url("/", "https"))
        path = tmp_path / "sock"
        unix = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path)))
        async with serving(answering(plain(b"unix")), path=path), unix as session:
            with in_force(recorder):
                await session.get("http://docker/containers")

    run(program)
    assert [(request.url[:14], response.body) for request, response in recorder.noted] == [
        ("https://127.0.", b"tls"),
        ("http://docker/", b"unix"),
    ]


def test_through_a_forwarding_proxy_the_url_is_the_servers() -> None:
    recorder = NotingRecorder(asks=False)

    async def program() -> bytes:
        async with serving(answering(plain())) as proxy, aiohttp.ClientSession() as session:
            with in_force(recorder):
                await session.get("http://far.example/x", proxy=proxy.url(), proxy_headers={"A": "b"})
            return b"".join(proxy.received)

    assert run(program).startswith(b"GET http://far.example/x HTTP/1.1\r\n")
    assert the_exchange(recorder)[0].url == "http://far.example/x"


def test_a_tunnel_is_no_exchange_of_the_programs(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path)
    recorder = NotingRecorder(asks=False)

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await writer.start_tls(certificates.server)
        # `start_tls` has made the reader of the connection below read what is decrypted.
        await reader.readuntil(b"\r\n\r\n")
        writer.write(plain(b"inside"))
        await reader.read()

    async def program() -> bytes:
        async with serving(tunnel) as proxy, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(
                    "https://localhost:1/x", proxy=proxy.url(), ssl=certificates.client
                ) as response:
                    return await response.read()

    assert run(program) == b"inside"
    request, _ = the_exchange(recorder)
    assert request.url == "https://localhost:1/x"
    assert recorder.heads == [("GET", "https://localhost:1/x")]
