"""tornado: SimpleAsyncHTTPClient, which makes a connection for each request."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import tornado
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.netutil import Resolver
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from tests.conformance.clients.common import kind
from tests.conformance.running import ASYNCIO
from tests.conformance.vocabulary import Call, Client, Outcome, Session, Settings, Streaming

NO_TIMEOUT = 60.0
FORGETS = ("garbage", "bad_chunk", "handshake_timeout")
"""What tornado up to 6.5 waits for until the time is over, or leaves a socket open for."""


class UnixResolver(Resolver):
    """Finds a unix socket under every name."""

    def initialize(self, path: str) -> None:
        self.path = path

    async def resolve(self, host: str, port: int, family: Any = 0) -> list[tuple[int, Any]]:
        return [(socket.AF_UNIX, self.path)]


def outcome(response: HTTPResponse) -> Outcome:
    """What a response of tornado tells."""
    facts = (
        ("class", kind(response)),
        ("headers", kind(response.headers)),
        ("buffer", kind(response.buffer)),
        ("error", repr(response.error)),
        ("is_timed", response.request_time is not None and response.start_time is not None),
        ("time_info", tuple(response.time_info)),
        ("asked", (response.request.method, response.request.url)),
    )
    return Outcome(
        response.code,
        response.reason,
        None,
        tuple(response.headers.get_all()),
        response.body,
        response.effective_url,
        facts=facts,
    )


class TornadoStreaming(Streaming):
    """An answer as it is given to callbacks: lines of the head, pieces of the body."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._given: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.head: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take_line(self, line: str) -> None:
        self._lines.append(line)
        if line == "\r\n" and not self.head.done():
            self._end_head()

    def _end_head(self) -> None:
        version, code, reason = self._lines[0].rstrip("\r\n").split(" ", 2)
        fields = [line.rstrip("\r\n").split(": ", 1) for line in self._lines[1:-1]]
        self.outcome = Outcome(int(code), reason, version, tuple((name, value) for name, value in fields))
        self.head.set_result(None)

    def take_piece(self, piece: bytes) -> None:
        self._given.put_nowait(piece)

    def end(self, done: asyncio.Future[HTTPResponse]) -> None:
        self.done = done
        self._given.put_nowait(None)
        if not self.head.done():
            self.head.set_result(None)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        while (piece := await self._given.get()) is not None:
            yield piece
        self.done.result()


class TornadoSession(Session):
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        resolver = {"resolver": UnixResolver(path=settings.socket_path)} if settings.socket_path else {}
        self.client = SimpleAsyncHTTPClient(force_instance=True, **resolver)

    @property
    def native(self) -> SimpleAsyncHTTPClient:
        return self.client

    def _request(self, call: Call, **callbacks: Any) -> HTTPRequest:
        settings, keywords = self.settings, dict[str, Any](callbacks)
        if settings.auth:
            keywords |= {"auth_username": settings.auth[1], "auth_password": settings.auth[2]}
        if call.pieces is not None:
            pieces = call.pieces

            async def produce(write: Any) -> None:
                for piece in pieces():
                    await write(piece)

            keywords["body_producer"] = produce
        headers = dict(call.headers)
        return HTTPRequest(
            call.url,
            call.method,
            headers,
            call.body,
            connect_timeout=settings.connect_timeout or NO_TIMEOUT,
            request_timeout=settings.read_timeout or NO_TIMEOUT,
            ssl_options=settings.trust.context,
            expect_100_continue=headers.pop("Expect", None) is not None,
            **keywords,
        )

    async def exchange(self, call: Call) -> Outcome:
        return outcome(await self.client.fetch(self._request(call), raise_error=False))

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streaming]:
        streaming = TornadoStreaming()
        request = self._request(
            call, streaming_callback=streaming.take_piece, header_callback=streaming.take_line
        )
        future = self.client.fetch(request, raise_error=False)
        future.add_done_callback(streaming.end)
        await streaming.head
        if not hasattr(streaming, "outcome"):
            await future
        yield streaming
        await asyncio.wait([future])


class TornadoClient(Client):
    name = family = "tornado"
    runner = ASYNCIO
    lacks: ClassVar[Mapping[str, str]] = {
        "cookies": "keeps none",
        "digest_auth": "knows only basic",
        "upgrade": "takes 101 for an interim answer, and waits for the final one",
        "retries": "never tries again on a status",
        "another_body_refused": "never makes a body that is refused, so that any is the recorded one",
        **(dict.fromkeys(FORGETS, "up to 6.5") if tornado.version_info < (6, 6) else {}),
        **dict.fromkeys(("bodies", "keep_alive", "unix_socket"), "takes no chunks with trailers"),
        **dict.fromkeys(
            ("read_until_cut_between_chunks", "read_until_cut_in_chunk"),
            "loses a chunk that comes together with the end of its connection",
        ),
        **dict.fromkeys(
            (
                "abandoned",
                "abandoned_unread",
                "abandoned_between_chunks",
                "abandoned_without_length",
                "left_between_events",
            ),
            "reads every answer to its end",
        ),
        **dict.fromkeys(
            (
                "proxied",
                "proxied_with_credentials",
                "proxy_refuses",
                "tunnel_refused",
                "proxy_gone",
                "another_body_proxied",
            ),
            "goes through no proxy",
        ),
    }

    @asynccontextmanager
    async def session(self, settings: Settings) -> AsyncIterator[Session]:
        session = TornadoSession(settings)
        try:
            yield session
        finally:
            session.client.close()


CLIENTS: tuple[Client, ...] = (TornadoClient(),)
