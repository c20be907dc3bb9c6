"""http.client: one connection an origin, no redirects, no cookies."""

from __future__ import annotations

import http.client
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar

from tests.conformance.clients.common import (
    UnixConnection,
    basic,
    body_of,
    kind,
    only_timeout,
    origin_of,
    proxy_credentials,
    target_of,
)
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming


def outcome(response: http.client.HTTPResponse, body: bytes = b"") -> Outcome:
    """What a response of http.client tells."""
    facts = (
        ("class", kind(response)),
        ("headers", kind(response.msg)),
        ("chunked", response.chunked),
        ("length", response.length),
        ("will_close", response.will_close),
        ("closed", response.isclosed()),
    )
    return Outcome(
        response.status, response.reason, response.version, tuple(response.getheaders()), body, facts=facts
    )


class HttpClientStreaming(Streaming):
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response
        self.outcome = outcome(response)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        while piece := self.response.read1(65536):
            yield piece


class HttpClientSession(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.open: dict[tuple[str, str, int], http.client.HTTPConnection] = {}

    @property
    def native(self) -> dict[tuple[str, str, int], http.client.HTTPConnection]:
        return self.open

    def connection(self, url: str) -> http.client.HTTPConnection:
        """The connection to a URL's origin, made when first needed."""
        origin = origin_of(url)
        if origin not in self.open:
            self.open[origin] = self._connect(*origin)
        return self.open[origin]

    def _connect(self, scheme: str, host: str, port: int) -> http.client.HTTPConnection:
        settings = self.settings
        timeout = only_timeout(settings)
        if settings.socket_path:
            return UnixConnection(settings.socket_path, timeout)
        at = origin_of(settings.proxy)[1:] if settings.proxy else (host, port)
        if scheme == "http":
            return http.client.HTTPConnection(*at, timeout=timeout)
        connection = http.client.HTTPSConnection(*at, timeout=timeout, context=settings.trust.context)
        if settings.proxy:
            connection.set_tunnel(host, port, self._proxy_headers())
        return connection

    def _proxy_headers(self) -> dict[str, str]:
        known = proxy_credentials(self.settings.proxy or "")
        return {"Proxy-Authorization": basic(*known)} if known else {}

    def send(self, call: Call) -> http.client.HTTPResponse:
        """Make a request and read the answer's head."""
        connection = self.connection(call.url)
        headers = dict(call.headers)
        target = target_of(call.url)
        if self.settings.proxy and call.url.startswith("http:"):
            target = call.url
            headers |= self._proxy_headers()
        connection.request(call.method, target, body_of(call), headers)
        return connection.getresponse()

    async def exchange(self, call: Call) -> Outcome:
        response = self.send(call)
        before = outcome(response)
        body = response.read()
        after = (("after", outcome(response).facts), ("trailing", response.read()))
        return Outcome(**{**before.__dict__, "body": body, "facts": before.facts + after})

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        response = self.send(call)
        try:
            yield HttpClientStreaming(response)
        finally:
            if not response.isclosed():
                response.close()
                # What is left of the answer would be taken for the next one.
                self.connection(call.url).close()


class HttpClient(Client):
    name = family = "http.client"
    runner = SYNC
    lacks: ClassVar[Mapping[str, str]] = {
        "redirects": "follows none",
        "redirect_elsewhere": "follows none",
        "redirect_loop": "follows none",
        "cookies": "keeps none",
        "another_body_concurrently": "a connection is for one thread",
        "basic_auth": "knows no authentication",
        "digest_auth": "knows no authentication",
        "retries": "never tries again",
        "stale_connection": "never tries again",
        "concurrency": "a connection is for one thread",
        "timeout_short_long": "has one timeout for both",
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = HttpClientSession(settings)
        try:
            yield session
        finally:
            for connection in session.open.values():
                connection.close()


CLIENTS: tuple[Client, ...] = (HttpClient(),)
