"""httpx and httpx2: clients with redirects, cookies, authentication; sync, asyncio and trio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any, ClassVar

import httpx
import httpx2

from tests.conformance.clients.common import kind, text_pairs
from tests.conformance.clients.httpcore import InPieces, content_of
from tests.conformance.running import ASYNCIO, SYNC, TRIO, Runner
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming


def outcome(response: Any, body: bytes = b"") -> Outcome:
    """What a response of httpx tells."""
    facts = (
        ("class", kind(response)),
        ("stream", kind(response.stream)),
        ("encoding", response.encoding),
        ("extensions", tuple(sorted(response.extensions))),
        ("cookies", tuple(sorted(response.cookies.items()))),
        ("is_closed", response.is_closed),
        ("downloaded", response.num_bytes_downloaded),
    )
    return Outcome(
        response.status_code,
        response.reason_phrase,
        response.http_version,
        text_pairs(response.headers.raw),
        body,
        str(response.url),
        tuple(
            (entry.status_code, str(entry.url), text_pairs(entry.headers.raw)) for entry in response.history
        ),
        facts,
    )


class HttpxSession(Session):
    def __init__(self, library: ModuleType, runner: Runner, settings: Settings) -> None:
        self.runner, self.settings = runner, settings
        prefix = "" if runner is SYNC else "Async"
        transport = getattr(library, f"{prefix}HTTPTransport")(
            verify=settings.trust.context,
            trust_env=False,
            uds=settings.socket_path,
            proxy=library.Proxy(url=settings.proxy) if settings.proxy else None,
        )
        auths = {"basic": library.BasicAuth, "digest": library.DigestAuth}
        make = library.Client if runner is SYNC else library.AsyncClient
        self.client: Any = make(
            transport=transport,
            trust_env=False,
            follow_redirects=True,
            auth=auths[settings.auth[0]](*settings.auth[1:]) if settings.auth else None,
            timeout=library.Timeout(
                connect=settings.connect_timeout, read=settings.read_timeout, write=None, pool=None
            ),
        )

    @property
    def native(self) -> Any:
        return self.client

    def _arguments(self, call: Call) -> dict[str, Any]:
        return {"headers": list(call.headers), "content": content_of(call, self.runner)}

    async def exchange(self, call: Call) -> Outcome:
        method, url, arguments = call.method, call.url, self._arguments(call)
        if self.runner is SYNC:
            response = self.client.request(method, url, **arguments)
        else:
            response = await self.client.request(method, url, **arguments)
        return outcome(response, response.content)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        context = self.client.stream(call.method, call.url, **self._arguments(call))
        if self.runner is SYNC:
            with context as response:
                yield InPieces(response, self.runner, "raw", outcome(response))
        else:
            async with context as response:
                yield InPieces(response, self.runner, "raw", outcome(response))

    def cookies(self) -> list[object]:
        return [(cookie.name, cookie.value, cookie.domain, cookie.path) for cookie in self.client.cookies.jar]


class HttpxClient(Client):
    family = "httpx"
    lacks: ClassVar[Mapping[str, str]] = {"retries": "tries again to connect only"}

    def __init__(self, library: ModuleType, runner: Runner) -> None:
        self.library, self.runner = library, runner
        self.name = f"{library.__name__}-{runner.name}"

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = HttpxSession(self.library, self.runner, settings)
        if self.runner is SYNC:
            with session.client:
                yield session
        else:
            async with session.client:
                yield session


CLIENTS: tuple[Client, ...] = tuple(
    HttpxClient(library, runner) for library in (httpx, httpx2) for runner in (SYNC, ASYNCIO, TRIO)
)
