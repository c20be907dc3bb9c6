"""httplib2: reads every answer whole, connects by itself, tries once more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import httplib2
from httplib2 import socks

from tests.conformance.clients.common import (
    UnixConnection,
    body_of,
    kind,
    only_timeout,
    origin_of,
    proxy_credentials,
)
from tests.conformance.running import SYNC
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings


def _history(response: Any) -> tuple[object, ...]:
    previous = getattr(response, "previous", None)
    return () if previous is None else (*_history(previous), (previous.status, tuple(previous.items())))


class Httplib2Session(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.http = httplib2.Http(
            timeout=only_timeout(settings),
            ca_certs=str(settings.trust.path) if settings.trust.path else None,
            proxy_info=self._proxy() if settings.proxy else None,
        )
        if settings.auth:
            self.http.add_credentials(*settings.auth[1:])

    def _proxy(self) -> httplib2.ProxyInfo:
        _, host, port = origin_of(self.settings.proxy or "")
        user, password = proxy_credentials(self.settings.proxy or "") or (None, None)
        return httplib2.ProxyInfo(socks.PROXY_TYPE_HTTP, host, port, proxy_user=user, proxy_pass=password)

    @property
    def native(self) -> httplib2.Http:
        return self.http

    def _connection_type(self) -> dict[str, Any]:
        path = self.settings.socket_path or ""
        if not path:
            return {}

        class Connection(UnixConnection):
            def __init__(self, authority: str, timeout: float | None = None, **_: object) -> None:
                super().__init__(path, timeout)

        return {"connection_type": Connection}

    async def exchange(self, call: Call) -> Outcome:
        response, body = self.http.request(
            call.url, call.method, body_of(call), dict(call.headers), **self._connection_type()
        )
        return Outcome(
            response.status,
            response.reason,
            response.version,
            tuple(response.items()),
            body,
            history=_history(response),
            facts=(("class", kind(response)), ("fromcache", response.fromcache)),
        )


class Httplib2Client(Client):
    name = family = "httplib2"
    runner = SYNC
    lacks: ClassVar[Mapping[str, str]] = {
        "cookies": "keeps none",
        "another_body_concurrently": "is for one thread",
        "retries": "never tries again on a status",
        "concurrency": "is for one thread",
        "timeout_short_long": "has one timeout for both",
        "proxied_with_credentials": "its proxies are PySocks', which sends no password",
        "refused-https": "leaves its socket open",
        **dict.fromkeys(
            ("proxy_refuses", "tunnel_refused", "proxy_gone"),
            "its proxies are PySocks', which leaves the socket open when it fails",
        ),
        **dict.fromkeys(
            (
                "events",
                "events_until_close",
                "events_length",
                "abandoned",
                "abandoned_unread",
                "abandoned_between_chunks",
                "abandoned_without_length",
                "another_stream",
                "left_between_events",
                "read_after_recording",
                "read_after_replay",
                "upgrade",
                "slow_body",
            ),
            "reads answers whole",
        ),
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = Httplib2Session(settings)
        try:
            yield session
        finally:
            session.http.close()


CLIENTS: tuple[Client, ...] = (Httplib2Client(),)
