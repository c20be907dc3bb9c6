"""httpcore and httpcore2: connection pools without redirects or cookies; sync, asyncio and trio."""

from __future__ import annotations

import inspect
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any, ClassVar

import httpcore
import httpcore2

from tests.conformance.clients.common import basic, kind, proxy_credentials, text_pairs
from tests.conformance.running import ASYNCIO, SYNC, TRIO, Runner
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming

LACKS = {
    **dict.fromkeys(("redirects", "redirect_elsewhere", "redirect_loop"), "follows none"),
    **dict.fromkeys(("basic_auth", "digest_auth"), "answers no challenge"),
    "cookies": "keeps none",
    "retries": "tries again to connect only",
}


async def suspended(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Pieces as an async client wants them."""
    for piece in pieces:
        yield piece


async def resolved(value: Any) -> Any:
    """What a call of either kind returns, waited for where it must be."""
    return await value if inspect.isawaitable(value) else value


def content_of(call: Call, runner: Runner) -> Any:
    """The body to send, in the shape that fits the runner."""
    if call.pieces is None:
        return call.body if call.file is None else io.BytesIO(call.file)
    return call.pieces() if runner is SYNC else suspended(call.pieces())


def outcome(response: Any, body: bytes = b"") -> Outcome:
    """What a response of httpcore tells."""
    extensions = response.extensions
    facts = (("class", kind(response)), ("extensions", tuple(sorted(extensions))))
    return Outcome(
        response.status,
        extensions.get("reason_phrase"),
        extensions["http_version"],
        text_pairs(response.headers),
        body,
        facts=facts,
    )


class InPieces(Streaming):
    """A response that is read by its method `iter_<name>`, or `aiter_<name>` where it is asynchronous."""

    def __init__(self, response: Any, runner: Runner, name: str, outcome: Outcome) -> None:
        self.outcome = outcome
        self._reads = getattr(response, f"iter_{name}" if runner is SYNC else f"aiter_{name}")
        self._runner = runner

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        if self._runner is SYNC:
            for piece in self._reads():
                yield piece
        else:
            async for piece in self._reads():
                yield piece


class HttpcoreSession(Session):
    def __init__(self, library: ModuleType, runner: Runner, settings: Settings) -> None:
        self.runner, self.settings = runner, settings
        prefix = "" if runner is SYNC else "Async"
        context = settings.trust.context
        if settings.proxy:
            known = proxy_credentials(settings.proxy)
            bare = settings.proxy.replace(f"{':'.join(known)}@", "") if known else settings.proxy
            make = getattr(library, f"{prefix}HTTPProxy")
            headers = [("Proxy-Authorization", basic(*known))] if known else []
            self.pool: Any = make(bare, proxy_headers=headers, ssl_context=context)
        else:
            make = getattr(library, f"{prefix}ConnectionPool")
            self.pool = make(ssl_context=context, uds=settings.socket_path)

    @property
    def native(self) -> Any:
        return self.pool

    def _arguments(self, call: Call) -> dict[str, Any]:
        settings = self.settings
        timeouts = {"connect": settings.connect_timeout, "read": settings.read_timeout}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in call.headers]
        return {
            "headers": headers or None,
            "content": content_of(call, self.runner),
            "extensions": {"timeout": {name: value for name, value in timeouts.items() if value is not None}},
        }

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        context = self.pool.stream(call.method, call.url, **self._arguments(call))
        if self.runner is SYNC:
            with context as response:
                yield InPieces(response, self.runner, "stream", outcome(response))
        else:
            async with context as response:
                yield InPieces(response, self.runner, "stream", outcome(response))

    async def exchange(self, call: Call) -> Outcome:
        method, url, arguments = call.method, call.url, self._arguments(call)
        if self.runner is SYNC:
            response = self.pool.request(method, url, **arguments)
        else:
            response = await self.pool.request(method, url, **arguments)
        return outcome(response, response.content)


class HttpcoreClient(Client):
    family = "httpcore"
    lacks: ClassVar[Mapping[str, str]] = LACKS

    def __init__(self, library: ModuleType, runner: Runner) -> None:
        self.library, self.runner = library, runner
        self.name = f"{library.__name__}-{runner.name}"

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = HttpcoreSession(self.library, self.runner, settings)
        if self.runner is SYNC:
            with session.pool:
                yield session
        else:
            async with session.pool:
                yield session


CLIENTS: tuple[Client, ...] = tuple(
    HttpcoreClient(library, runner) for library in (httpcore, httpcore2) for runner in (SYNC, ASYNCIO, TRIO)
)
