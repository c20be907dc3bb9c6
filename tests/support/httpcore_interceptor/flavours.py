"""One way to drive httpcore and httpcore2, sync, under asyncio and under trio; and a recorder that notes."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import pytest
import trio

from reqsnap import patching, scope
from reqsnap.errors import UnmatchedRequestError
from reqsnap.interceptors import TABLE as INTERCEPTORS
from reqsnap.model import NetworkError, Request, Response
from reqsnap.recorder import Forward, Recorder, Refuse, Replay

T = TypeVar("T")
TABLE = {name: INTERCEPTORS[name] for name in ("httpcore", "httpcore2")}


def forward() -> Forward:
    """A permission to send."""
    return Forward(order=0, started=0.0, recorded_at=datetime(2026, 1, 1, tzinfo=UTC), target=("", ""))


@dataclass
class FakeRecorder:
    """Decides as it was told, and notes what it is asked and told.

    `heads` are the methods and URLs that it was asked about, by themselves or with the whole request.
    """

    at_head: Forward | Refuse | None = field(default_factory=forward)
    at_body: Replay | Forward | Refuse = field(default_factory=forward)
    may_replay: bool = True
    may_send: bool = True
    heads: list[tuple[str, str]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    recorded: list[tuple[Request, Response]] = field(default_factory=list)
    broken: list[BaseException | None] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    failures: list[tuple[Request, Response | None, NetworkError]] = field(default_factory=list)
    ended: list[Forward] = field(default_factory=list)

    def head(self, method: str, url: str) -> Forward | Refuse | None:
        self.heads.append((method, url))
        return self.at_head

    def before(self, request: Request) -> Replay | Forward | Refuse:
        self.asked.append(request)
        if (request.method, request.url) not in self.heads:
            self.heads.append((request.method, request.url))
        return self.at_body

    def after(self, forward: Forward, request: Request, response: Response) -> None:
        self.ended.append(forward)
        self.recorded.append((request, response))

    def failed(
        self,
        forward: Forward,
        error: BaseException | None = None,
        *,
        request: Request | None = None,
        response: Response | None = None,
        cause: NetworkError | None = None,
        why: str = "",
    ) -> None:
        self.ended.append(forward)
        self.broken.append(error)
        self.reasons.append(why)
        if cause is not None:
            assert request is not None
            self.failures.append((request, response, cause))

    @property
    def response(self) -> Response:
        """The one answer that was recorded, and nothing was told besides."""
        assert len(self.ended) == 1, self
        return self.recorded[0][1]

    @property
    def request(self) -> Request:
        """The one request that was recorded, and nothing was told besides."""
        assert len(self.ended) == 1, self
        return self.recorded[0][0]

    @property
    def replayed(self) -> FakeRecorder:
        """A recorder that answers everything with the one failure that this one was told of."""
        assert len(self.ended) == len(self.failures) == 1, self
        _, response, cause = self.failures[0]
        return failing(cause, response)

    @property
    def failure(self) -> BaseException | None:
        """What the one exchange broke off with, and nothing was told besides."""
        assert len(self.ended) == 1, self
        return self.broken[0]


def forwarding() -> FakeRecorder:
    """Sends everything without a look at the body."""
    return FakeRecorder()


def gathering() -> FakeRecorder:
    """Sends everything when it has seen the body."""
    return FakeRecorder(at_head=None)


def replaying(response: Response) -> FakeRecorder:
    """Answers everything with one response."""
    return FakeRecorder(at_head=None, at_body=Replay(response))


def failing(error: NetworkError, response: Response | None = None) -> FakeRecorder:
    """Answers everything with an error, after what had come of a response."""
    return FakeRecorder(at_head=None, at_body=Replay(response or Response(0), error=error))


def refusing() -> FakeRecorder:
    """Refuses everything."""
    error = UnmatchedRequestError(
        "GET", "http://x/", mode="playback", cassette=None, reason="it is not there", advice="record it"
    )
    return FakeRecorder(at_head=Refuse(error), at_body=Refuse(error))


@contextmanager
def recording(recorder: FakeRecorder | None, table: dict[str, str] = TABLE) -> Iterator[None]:
    """A block with that recorder in force, and what the table says patched; None records nothing."""
    block = scope.Block(cast("Recorder | None", recorder), "test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patching, "_table", table)
        patching.acquire()
        try:
            scope.open_block(block)
            try:
                yield
            finally:
                scope.close_block(block)
        finally:
            patching.release()


class Pieces:
    """A body that no generator makes, for either kind of pool."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def __aiter__(self) -> Pieces:
        return self

    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


class Core:
    """A connection pool with one interface for its sync and its async kind."""

    def __init__(self, library: str, asynchronous: bool, pool: str, options: dict[str, Any]) -> None:
        self.library: Any = importlib.import_module(library)
        self.asynchronous = asynchronous
        kind = getattr(self.library, f"Async{pool}" if asynchronous else pool)
        self.pool: Any = kind(**options)

    def request(self, method: str, url: str, content: Any = None, **keywords: Any) -> Any:
        """A request with the fields that a client would give it."""
        target: Any = self.library.URL(url)
        port = b"" if target.port is None else b":%d" % target.port
        headers = [(b"Host", target.host + port), *keywords.pop("headers", [])]
        if isinstance(content, bytes):
            headers.append((b"Content-Length", b"%d" % len(content)))
        elif content is not None:
            headers.append((b"Transfer-Encoding", b"chunked"))
        return self.library.Request(method, target, headers=headers, content=content, **keywords)

    def body(self, pieces: Callable[[], Iterator[Any]]) -> Any:
        """A body that can be read once, of the kind that the pool wants."""
        if not self.asynchronous:
            return pieces()

        async def generate() -> AsyncIterator[Any]:
            for piece in pieces():
                yield piece

        return generate()

    async def send(self, request: Any) -> Any:
        """The answer to a request, its body unread."""
        if self.asynchronous:
            return await self.pool.handle_async_request(request)
        return self.pool.handle_request(request)

    async def pieces(self, response: Any) -> AsyncGenerator[bytes, None]:
        """The answer's body as it comes."""
        if self.asynchronous:
            async with aclosing(response.stream.__aiter__()) as pieces:
                async for piece in pieces:
                    yield piece
        else:
            for piece in response.stream:
                yield piece

    async def fetch(self, method: str, url: str, content: Any = None) -> tuple[Any, list[bytes]]:
        """The answer to a request and all of its body."""
        response = await self.send(self.request(method, url, content))
        return response, await self.read(response)

    async def read(self, response: Any) -> list[bytes]:
        """All of the answer's body; then it is closed."""
        try:
            return [piece async for piece in self.pieces(response)]
        finally:
            await self.close(response)

    async def close(self, response: Any) -> None:
        """Read no further."""
        if self.asynchronous:
            await response.aclose()
        else:
            response.close()

    async def shut(self) -> None:
        """Close the pool."""
        if self.asynchronous:
            await self.pool.aclose()
        else:
            self.pool.close()


def mock_backend(flavour: Flavour, answer: list[bytes]) -> Any:
    """The library's own backend whose every connection reads an answer from memory."""
    library: Any = importlib.import_module(flavour.library)
    return (library.AsyncMockBackend if flavour.asynchronous else library.MockBackend)(answer)


Program = Callable[[Core], Coroutine[Any, Any, T]]


@dataclass(frozen=True)
class Flavour:
    """A library and what its programs run under."""

    library: str
    runtime: str

    def __str__(self) -> str:
        return f"{self.library}-{self.runtime}"

    @property
    def asynchronous(self) -> bool:
        """Whether its pools wait by `await`."""
        return self.runtime != "sync"

    def run(self, program: Program[T], pool: str = "ConnectionPool", **options: Any) -> T:
        """Run a program with a pool made for it."""

        async def whole() -> T:
            core = Core(self.library, self.asynchronous, pool, options)
            try:
                return await program(core)
            finally:
                await core.shut()

        return run(self.runtime, whole)


def run(runtime: str, program: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function; one that never waits needs no event loop."""
    if runtime == "asyncio":
        return asyncio.run(program())
    if runtime == "trio":
        return trio.run(program)
    coroutine = program()
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    coroutine.close()
    raise AssertionError("a sync program has waited")


RUNTIMES = ("sync", "asyncio", "trio")
FLAVOURS = [Flavour(library, runtime) for library in TABLE for runtime in RUNTIMES]
ASYNC_FLAVOURS = [flavour for flavour in FLAVOURS if flavour.asynchronous]
every_flavour = pytest.mark.parametrize("flavour", FLAVOURS, ids=str)
every_async_flavour = pytest.mark.parametrize("flavour", ASYNC_FLAVOURS, ids=str)

leaves_generators = pytest.mark.filterwarnings(
    "ignore:Async generator .* was garbage collected:ResourceWarning"
)
"""httpcore does so itself, and trio says so; a test below counts that we add none."""
