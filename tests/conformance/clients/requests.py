"""requests: sessions with adapters, redirects, cookies, authentication."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import requests
import requests.adapters
import requests.auth
from urllib3.util import Retry

from tests.conformance.clients.common import body_of, kind
from tests.conformance.clients.urllib3 import BEFORE_2, UnixPool
from tests.conformance.clients.urllib3 import outcome as raw_outcome
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming


class UnixAdapter(requests.adapters.HTTPAdapter):
    """Sends everything over a unix socket, as the clients of docker do."""

    def __init__(self, path: str) -> None:
        self.pool = UnixPool(path)
        super().__init__()

    def get_connection(self, url: Any, proxies: Any = None) -> Any:
        """The one pool there is, for requests before 2.32."""
        return self.pool

    def get_connection_with_tls_context(self, *arguments: Any, **keywords: Any) -> Any:
        """The one pool there is."""
        return self.pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """The path alone."""
        return str(request.path_url)

    def close(self) -> None:
        """Close the pool as well."""
        self.pool.close()
        super().close()


def outcome(response: requests.Response, body: bytes = b"") -> Outcome:
    """What a response of requests tells."""
    facts = (
        ("class", kind(response)),
        ("encoding", response.encoding),
        ("ok", response.ok),
        ("is_redirect", response.is_redirect),
        ("links", repr(response.links)),
        ("sent", response.request.method, dict(response.request.headers).get("Content-Type", "")[:19]),
        ("cookies", sorted((cookie.name, cookie.value) for cookie in response.cookies)),
        ("raw", raw_outcome(response.raw)),
    )
    plain = tuple((fact[0], fact[1:]) for fact in facts)
    return Outcome(
        response.status_code,
        response.reason,
        response.raw.version,
        tuple(response.headers.items()),
        body,
        str(response.url),
        tuple((entry.status_code, entry.url, entry.content) for entry in response.history),
        plain,
    )


class RequestsStreaming(Streaming):
    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.outcome = outcome(response)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        for piece in self.response.iter_content(65536 if self.response.raw.chunked else 1):
            yield piece


class RequestsSession(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(settings.trust.path) if settings.trust.path else True
        if settings.proxy:
            self.session.proxies = {"http": settings.proxy, "https": settings.proxy}
        if settings.auth:
            method, user, password = settings.auth
            kinds = {"basic": requests.auth.HTTPBasicAuth, "digest": requests.auth.HTTPDigestAuth}
            self.session.auth = kinds[method](user, password)
        if settings.retries:
            retry = Retry(settings.retries, status_forcelist=[503])
            for prefix in ("http://", "https://"):
                self.session.mount(prefix, requests.adapters.HTTPAdapter(max_retries=retry))
        if settings.socket_path:
            self.session.mount("http://", UnixAdapter(settings.socket_path))

    @property
    def native(self) -> requests.Session:
        return self.session

    def send(self, call: Call, stream: bool) -> requests.Response:
        """Make a request."""
        settings = self.settings
        return self.session.request(
            call.method,
            call.url,
            data=body_of(call),
            headers=dict(call.headers),
            timeout=(settings.connect_timeout, settings.read_timeout),
            stream=stream,
        )

    async def exchange(self, call: Call) -> Outcome:
        response = self.send(call, stream=False)
        return outcome(response, response.content)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        with self.send(call, stream=True) as response:
            yield RequestsStreaming(response)

    def cookies(self) -> list[object]:
        return [(cookie.name, cookie.value, cookie.domain, cookie.path) for cookie in self.session.cookies]


class RequestsClient(Client):
    name = family = "requests"
    runner = SYNC
    lacks: ClassVar[Mapping[str, str]] = (
        {"redirect_loop": "leaves the last connection open"} if BEFORE_2 else {}
    )

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = RequestsSession(settings)
        try:
            yield session
        finally:
            session.session.close()


CLIENTS: tuple[Client, ...] = (RequestsClient(),)
