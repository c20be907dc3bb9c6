"""aiohttp: sessions with connectors, cookie jars, middlewares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import aiohttp
from multidict import CIMultiDict

from tests.conformance.clients.common import basic, kind, text_pairs
from tests.conformance.clients.httpcore import content_of
from tests.conformance.running import ASYNCIO
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming
from tests.support.listening import PATIENCE


def outcome(response: aiohttp.ClientResponse, body: bytes = b"") -> Outcome:
    """What a response of aiohttp tells."""
    facts = (
        ("class", kind(response)),
        ("content", kind(response.content)),
        ("headers", tuple(response.headers.items())),
        ("cookies", sorted((name, morsel.value) for name, morsel in response.cookies.items())),
        ("content_type", response.content_type),
        ("charset", response.charset),
        ("ok", response.ok),
        ("method", response.method),
        ("links", repr(response.links)),
    )
    plain = tuple((fact[0], fact[1]) for fact in facts)
    version = response.version
    return Outcome(
        response.status,
        response.reason,
        version and (version.major, version.minor),
        text_pairs(response.raw_headers),
        body,
        str(response.url),
        tuple((entry.status, str(entry.url), text_pairs(entry.raw_headers)) for entry in response.history),
        plain,
    )


class AiohttpStreaming(Streaming):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.outcome = outcome(response)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        async for piece in self.response.content.iter_any():
            yield piece


class AiohttpSession(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        context = settings.trust.context
        connector: aiohttp.BaseConnector = (
            aiohttp.UnixConnector(settings.socket_path)
            if settings.socket_path
            else aiohttp.TCPConnector(ssl=context)
        )
        keywords: dict[str, Any] = {}
        if settings.auth and settings.auth[0] == "digest":
            keywords["middlewares"] = (aiohttp.DigestAuthMiddleware(*settings.auth[1:]),)
        elif settings.auth:
            keywords["headers"] = {"Authorization": basic(*settings.auth[1:])}
        self.session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=settings.connect_timeout, sock_read=settings.read_timeout
            ),
            **keywords,
        )

    @property
    def native(self) -> aiohttp.ClientSession:
        return self.session

    @asynccontextmanager
    async def _send(self, call: Call) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self.session.request(
            call.method,
            call.url,
            headers=CIMultiDict(call.headers),
            data=content_of(call, ASYNCIO),
            proxy=self.settings.proxy,
        ) as response:
            yield response

    async def exchange(self, call: Call) -> Outcome:
        async with self._send(call) as response:
            body = await response.read()
            return outcome(response, body)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        async with self._send(call) as response:
            yield AiohttpStreaming(response)

    def cookies(self) -> Sequence[object]:
        return sorted((cookie.key, cookie.value, cookie["path"]) for cookie in self.session.cookie_jar)


async def _connections_gone() -> None:
    """Wait for the connections that aiohttp closes in the background."""
    transports = getattr(asyncio.get_running_loop(), "_transports", {})
    async with asyncio.timeout(PATIENCE):
        while any(entry.get_extra_info("socket").fileno() >= 0 for entry in list(transports.values())):
            await asyncio.sleep(0.001)


class AiohttpClient(Client):
    name = family = "aiohttp"
    runner = ASYNCIO
    lacks: ClassVar[Mapping[str, str]] = {
        "retries": "never tries again on a status",
        "another_body_refused": "never makes a body that is refused, so that any is the recorded one",
        **({} if hasattr(aiohttp, "DigestAuthMiddleware") else {"digest_auth": "only since 3.12"}),
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = AiohttpSession(settings)
        async with session.session:
            yield session
        await _connections_gone()


CLIENTS: tuple[Client, ...] = (AiohttpClient(),)
