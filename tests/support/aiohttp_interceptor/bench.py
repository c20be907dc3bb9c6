"""A recorder that keeps notes, a server that plays a script, and a loop that must stay silent."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLContext
from typing import Any, TypeVar

from aiohttp import BaseConnector

from reqsnap import patching, scope
from reqsnap.cassette import Cassette
from reqsnap.errors import UnmatchedRequestError
from reqsnap.interceptors import TABLE
from reqsnap.model import Headers, NetworkError, Request, Response
from reqsnap.recorder import Forward, Recorder, Refuse, Replay
from reqsnap.rules.policy import Policy

_CONNECT = vars(BaseConnector)["connect"]

T = TypeVar("T")
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class NotingRecorder(Recorder):
    """Replays the given answers in turn, then forwards; keeps what it is asked and told.

    `asks` is whether it wants the body before it decides, `refuses` makes it refuse. Where
    it `takes` errors, it is told their causes. An answer may come with the error that ends it.
    """

    def __init__(
        self,
        *answers: Response | tuple[Response, NetworkError],
        asks: bool = True,
        refuses: bool = False,
        takes: bool = False,
    ) -> None:
        self.cassette = Cassette(policy=Policy(records_errors=takes))
        self.asks = asks
        self.refuses = refuses
        self.answers = list(answers)
        self.failures: list[tuple[Request | None, Response | None, NetworkError]] = []
        self.reasons: list[str] = []
        self.heads: list[tuple[str, str]] = []
        self.asked: list[Request] = []
        self.noted: list[tuple[Request, Response]] = []
        self.broken: list[BaseException | None] = []
        self.open: set[Forward] = set()

    @property
    def may_replay(self) -> bool:
        return self.asks

    def head(self, method: str, url: str) -> Forward | Refuse | None:
        self.heads.append((method, url))
        if self.asks:
            return None
        return self._refusal(method, url) if self.refuses else self._forwarded()

    def before(self, request: Request) -> Replay | Forward | Refuse:
        self.asked.append(request)
        if self.refuses:
            return self._refusal(request.method, request.url)
        if not self.answers:
            return self._forwarded()
        answer = self.answers.pop(0)
        return Replay(answer, {}) if isinstance(answer, Response) else Replay(answer[0], {}, answer[1])

    def after(self, forward: Forward, request: Request, response: Response) -> None:
        self.open.remove(forward)
        self.noted.append((request, response))

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
        self.open.remove(forward)
        self.broken.append(error)
        if cause is not None:
            self.failures.append((request, response, cause))
        if why:
            self.reasons.append(why)

    def _forwarded(self) -> Forward:
        forward = Forward(len(self.heads), 0.0, datetime.now(UTC), ("", ""))
        self.open.add(forward)
        return forward

    def _refusal(self, method: str, url: str) -> Refuse:
        return Refuse(
            UnmatchedRequestError(method, url, mode="playback", cassette=None, reason="-", advice="-")
        )


@contextmanager
def in_force(recorder: Recorder) -> Iterator[None]:
    """A block with this recorder, and the patches of aiohttp alone."""
    patching.use_table({"aiohttp": TABLE["aiohttp"]})
    block = scope.Block(recorder, "a cassette")
    patching.acquire()
    scope.open_block(block)
    try:
        yield
    finally:
        scope.close_block(block)
        patching.release()
        patching.use_table(TABLE)


def run(program: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a program in a loop in debug mode that may report nothing."""
    reports: list[dict[str, Any]] = []

    async def watched() -> T:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        result = await program()
        gc.collect(1)
        return result

    result = asyncio.run(watched(), debug=True)
    gc.collect(1)
    assert not reports, reports
    assert vars(BaseConnector)["connect"] is _CONNECT, "an exchange still holds the patches"
    return result


class Server:
    """A server that plays one script a connection; `received` holds all that it read."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.received: list[bytes] = []
        self.port = 0
        self.busy: set[asyncio.Task[None] | None] = set()

    def url(self, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        noting = NotingReader(reader, self.received)
        self.busy.add(asyncio.current_task())
        try:
            await self.scripts.pop(0)(noting, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.busy.discard(asyncio.current_task())


class NotingReader(asyncio.StreamReader):
    """Reads on behalf of a script and notes what it reads."""

    def __init__(self, reader: asyncio.StreamReader, notes: list[bytes]) -> None:
        super().__init__()
        self._reader, self._notes = reader, notes

    async def readuntil(self, separator: Any = b"\r\n\r\n") -> bytes:
        return self._note(await self._reader.readuntil(separator))

    async def readexactly(self, n: int) -> bytes:
        return self._note(await self._reader.readexactly(n))

    async def read(self, n: int = -1) -> bytes:
        return self._note(await self._reader.read(n))

    def _note(self, data: bytes) -> bytes:
        self._notes.append(data)
        return data


@asynccontextmanager
async def serving(
    *scripts: Script, tls: SSLContext | None = None, path: Path | None = None
) -> AsyncIterator[Server]:
    """A server on a free port or a unix socket, stopped at the end."""
    server = Server(*scripts)
    if path is None:
        listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
        server.port = listener.sockets[0].getsockname()[1]
    else:
        listener = await asyncio.start_unix_server(server.serve, path)
    try:
        yield server
    finally:
        listener.close()
        while server.busy:
            await asyncio.sleep(0.001)
        await listener.wait_closed()


def answering(*answers: bytes, body: int = 0, close: bool = False) -> Script:
    """A script: for each answer read a head and a body of so many bytes, then send it."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(body)
            writer.write(answer)
            await writer.drain()
        if not close:
            await reader.read()

    return script


def plain(body: bytes = b"hello", *fields: str, status: str = "200 OK") -> bytes:
    """An answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def recorded(body: bytes = b"hello", *pairs: tuple[str, str], **rest: Any) -> Response:
    """An answer as a cassette holds it, with a Content-Length unless it is chunked."""
    framed = any(name == "Transfer-Encoding" for name, _ in pairs)
    length = () if framed else (("Content-Length", str(len(body))),)
    return Response(
        rest.pop("status", 200), rest.pop("reason", "OK"), Headers((*pairs, *length)), body, **rest
    )
