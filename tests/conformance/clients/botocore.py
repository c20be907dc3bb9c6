"""botocore: the session below its clients, on connections of its own that wait for 100."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from tests.conformance.clients.common import body_of, kind
from tests.conformance.clients.urllib3 import outcome as raw_outcome
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming


def outcome(response: Any, body: bytes = b"") -> Outcome:
    """What a response of botocore tells."""
    raw = raw_outcome(response.raw)
    return Outcome(
        response.status_code,
        response.raw.reason,
        response.raw.version,
        tuple(response.headers.items()),
        body,
        response.url,
        facts=(("class", kind(response)), ("raw", raw)),
    )


class BotocoreStreaming(Streaming):
    def __init__(self, response: Any) -> None:
        self.response = response
        self.outcome = outcome(response)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        raw = self.response.raw
        for piece in raw.stream(65536 if raw.chunked else 1, decode_content=False):
            yield piece


class BotocoreSession(Session):
    def __init__(self, settings: Settings) -> None:
        self.session = URLLib3Session(
            verify=str(settings.trust.path) if settings.trust.path else True,
            proxies={"http": settings.proxy, "https": settings.proxy} if settings.proxy else None,
            timeout=(settings.connect_timeout or 60, settings.read_timeout or 60),
        )

    @property
    def native(self) -> Any:
        return self.session

    def send(self, call: Call, stream: bool) -> Any:
        """Make a request."""
        request = AWSRequest(call.method, call.url, dict(call.headers), body_of(call), stream_output=stream)
        return self.session.send(request.prepare())

    async def exchange(self, call: Call) -> Outcome:
        response = self.send(call, stream=False)
        return outcome(response, response.content)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        response = self.send(call, stream=True)
        try:
            yield BotocoreStreaming(response)
        finally:
            response.raw.close()
            response.raw.release_conn()


class BotocoreClient(Client):
    name = family = "botocore"
    runner = SYNC
    lacks: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("redirects", "redirect_elsewhere", "redirect_loop"), "follows none here"),
        **dict.fromkeys(("basic_auth", "digest_auth"), "answers no challenge"),
        "cookies": "keeps none",
        "another_body_over_unix_socket": "knows no unix sockets",
        "retries": "tries again further up",
        "unix_socket": "knows no unix sockets",
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = BotocoreSession(settings)
        try:
            yield session
        finally:
            session.session.close()


CLIENTS: tuple[Client, ...] = (BotocoreClient(),)
