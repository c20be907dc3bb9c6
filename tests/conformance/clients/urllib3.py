"""urllib3: the pool manager, its retries and its proxies."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, ClassVar

import urllib3
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util import Retry, Timeout, make_headers

from tests.conformance.clients.common import UnixConnection, body_of, kind, proxy_credentials, target_of
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming

BEFORE_2 = version("urllib3").startswith("1.")


class UnixPoolConnection(HTTPConnection):
    """A connection of urllib3 over a unix socket."""

    socket_path = ""

    def connect(self) -> None:
        """Borrow the socket of a plain connection."""
        plain = UnixConnection(self.socket_path, None)
        plain.connect()
        self.sock = plain.sock


class UnixPool(HTTPConnectionPool):
    """A pool of such connections."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.path = path

    def _new_conn(self) -> UnixPoolConnection:
        connection = UnixPoolConnection("localhost")
        connection.socket_path = self.path
        return connection


def outcome(response: urllib3.HTTPResponse, body: bytes = b"") -> Outcome:
    """What a response of urllib3 tells."""
    facts = (
        ("class", kind(response)),
        ("original", kind(response._original_response)),
        ("chunked", response.chunked),
        ("length_remaining", response.length_remaining),
        ("will_close", getattr(response._original_response, "will_close", None)),
    )
    history = response.retries.history if response.retries else ()
    return Outcome(
        response.status,
        response.reason,
        response.version,
        tuple(response.headers.items()),
        body,
        str(response.geturl()),
        tuple((entry.method, entry.url, entry.status, entry.redirect_location) for entry in history),
        facts,
    )


class Urllib3Streaming(Streaming):
    def __init__(self, response: urllib3.HTTPResponse) -> None:
        self.response = response
        self.outcome = outcome(response)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        # stream(n) waits for n bytes unless the body is chunked; one byte is always enough.
        for piece in self.response.stream(65536 if self.response.chunked else 1, decode_content=False):
            yield piece


class Urllib3Session(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        timeout = Timeout(connect=settings.connect_timeout, read=settings.read_timeout)
        keywords: dict[str, Any] = {"ssl_context": settings.trust.context, "timeout": timeout}
        if settings.retries:
            keywords["retries"] = Retry(settings.retries, status_forcelist=[503])
        self.pool: Any = self._pool(keywords)

    def _pool(self, keywords: dict[str, Any]) -> Any:
        settings = self.settings
        if settings.socket_path:
            return UnixPool(settings.socket_path)
        if settings.proxy:
            known = proxy_credentials(settings.proxy)
            headers = make_headers(proxy_basic_auth=":".join(known)) if known else None
            return urllib3.ProxyManager(settings.proxy, proxy_headers=headers, **keywords)
        return urllib3.PoolManager(**keywords)

    @property
    def native(self) -> Any:
        return self.pool

    def send(self, call: Call) -> urllib3.HTTPResponse:
        """Make a request and read the answer's head."""
        keywords: dict[str, Any] = {"headers": dict(call.headers)} if call.headers else {}
        if call.pieces is not None:
            keywords |= {"body": call.pieces(), "chunked": True}
        elif (body := body_of(call)) is not None:
            keywords["body"] = body
        url = target_of(call.url) if self.settings.socket_path else call.url
        response: urllib3.HTTPResponse = self.pool.request(
            call.method, url, preload_content=False, **keywords
        )
        return response

    async def exchange(self, call: Call) -> Outcome:
        response = self.send(call)
        before = outcome(response)
        try:
            body = response.data
        finally:
            response.release_conn()
        after = (("after", outcome(response).facts), ("closed", response.closed))
        return Outcome(**{**before.__dict__, "body": body, "facts": before.facts + after})

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        response = self.send(call)
        try:
            yield Urllib3Streaming(response)
        finally:
            response.close()
            response.release_conn()


class Urllib3Client(Client):
    name = family = "urllib3"
    runner = SYNC
    lacks: ClassVar[Mapping[str, str]] = {
        "cookies": "keeps none",
        "basic_auth": "answers no challenge",
        "digest_auth": "answers no challenge",
        **({"redirect_elsewhere-https": "takes no context for an address"} if BEFORE_2 else {}),
        "reset_in_upload": "tries again with what is left of the body, as often as chance has it",
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = Urllib3Session(settings)
        try:
            yield session
        finally:
            session.pool.close() if settings.socket_path else session.pool.clear()


CLIENTS: tuple[Client, ...] = (Urllib3Client(),)
