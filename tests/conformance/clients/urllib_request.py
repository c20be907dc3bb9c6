"""urllib.request: an opener with handlers, a new connection each time."""

from __future__ import annotations

import http.client
import urllib.request
import urllib.response
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar
from typing import ClassVar
from urllib.error import HTTPError

from tests.conformance.clients.common import body_of, kind, only_timeout
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming

Answer = http.client.HTTPResponse | HTTPError


def outcome(answer: Answer, body: bytes = b"") -> Outcome:
    """What an answer of urllib tells; one with an error's status is an exception."""
    inner = answer.fp if isinstance(answer, HTTPError) else answer
    version = inner.version if isinstance(inner, http.client.HTTPResponse) else 0
    facts = (("class", kind(answer)), ("inner", kind(inner)), ("msg", kind(answer.headers)))
    return Outcome(
        answer.getcode() or 0,
        answer.reason,
        version,
        tuple(answer.headers.items()),
        body,
        answer.url,
        facts=facts,
    )


class UrllibStreaming(Streaming):
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.outcome = outcome(answer)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        while piece := self.answer.read1(65536):
            yield piece


class UrllibSession(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(*self._handlers())

    def _handlers(self) -> list[urllib.request.BaseHandler]:
        settings = self.settings
        proxies = {scheme: settings.proxy for scheme in ("http", "https") if settings.proxy}
        handlers: list[urllib.request.BaseHandler] = [
            urllib.request.ProxyHandler(proxies),
            urllib.request.HTTPSHandler(context=settings.trust.context),
            urllib.request.HTTPCookieProcessor(self.jar),
        ]
        if settings.auth:
            method, user, password = settings.auth
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            known.add_password(None, ["http://localhost", "https://localhost"], user, password)
            handler = {
                "basic": urllib.request.HTTPBasicAuthHandler,
                "digest": urllib.request.HTTPDigestAuthHandler,
            }[method]
            handlers.append(handler(known))
        return handlers

    @property
    def native(self) -> urllib.request.OpenerDirector:
        return self.opener

    def send(self, call: Call) -> Answer:
        """Make a request and read the answer's head."""
        request = urllib.request.Request(call.url, body_of(call), dict(call.headers), method=call.method)
        timeout = only_timeout(self.settings)
        try:
            answer: Answer = (
                self.opener.open(request) if timeout is None else self.opener.open(request, timeout=timeout)
            )
        except HTTPError as error:
            return error
        return answer

    async def exchange(self, call: Call) -> Outcome:
        with self.send(call) as answer:
            return outcome(answer, answer.read())

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        with self.send(call) as answer:
            yield UrllibStreaming(answer)

    def cookies(self) -> list[object]:
        return [(cookie.name, cookie.value, cookie.domain, cookie.path) for cookie in self.jar]


class UrllibClient(Client):
    name = family = "urllib.request"
    runner = SYNC
    lacks: ClassVar[Mapping[str, str]] = {
        "retries": "never tries again",
        "another_body_over_unix_socket": "knows no unix sockets",
        "stale_connection": "keeps no connection",
        "keep_alive_border": "keeps no connection",
        "unix_socket": "knows no unix sockets",
        "timeout_short_long": "has one timeout for both",
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = UrllibSession(settings)
        try:
            yield session
        finally:
            session.opener.close()


CLIENTS: tuple[Client, ...] = (UrllibClient(),)
