"""The clients that the demo drives, each used as its users use it, and the story they all tell."""

from __future__ import annotations

import asyncio
import http.client
import importlib
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from reqsnap.cli.demo.api import Api

TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Step:
    """One call that a program makes. `shown` is how the account names it, without its secrets."""

    method: str
    target: str
    shown: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program saw: the status, the content and when it was complete (seconds)."""

    step: Step
    status: int
    content: bytes
    seconds: float = 0.0


Timed = Generator[Step, tuple[int, bytes], None]
Taken = Callable[[], None]
Send = Callable[[Step], tuple[int, bytes]]
AsyncSend = Callable[[Step], Awaitable[tuple[int, bytes]]]


def story(api: Api) -> Generator[Step, Answer, None]:
    """The calls of every client: what one answers decides what the next sends."""
    known = api.credentials
    yield Step("GET", f"/items?api_key={known.api_key}&page=1", "/items?api_key=...&page=1")
    login = json.dumps({"user": "ada", "password": known.password}).encode()
    answer = yield Step("POST", "/login", "/login", {"Content-Type": "application/json"}, login)
    token = json.loads(answer.content)["access_token"]
    yield Step("GET", "/me", "/me (token and cookie)", {"Authorization": f"Bearer {token}"})
    yield Step("GET", "/first", "/first (redirected)")
    yield Step("GET", "/events", "/events (streamed)")


@dataclass(frozen=True, slots=True)
class Client:
    """A client library: the name of the module to import, and how it is opened."""

    name: str
    module: str
    open: Callable[[ModuleType, str, Taken], AbstractContextManager[Send]] | None = None
    open_async: Callable[[ModuleType, str, Taken], AbstractAsyncContextManager[AsyncSend]] | None = None

    def installed(self) -> bool:
        """Whether the library can be imported; it is, if so."""
        try:
            importlib.import_module(self.module)
        except ImportError:
            return False
        return True

    def tell(self, api: Api) -> list[Answer]:
        """Live the story through this client."""
        module = importlib.import_module(self.module)
        taken = api.first_event_taken.set
        answers: list[Answer] = []
        if self.open is not None:
            with self.open(module, api.url, taken) as send, suppress(StopIteration):
                steps = _timed(story(api), answers)
                step = next(steps)
                while True:
                    step = steps.send(send(step))
        elif self.open_async is not None:
            asyncio.run(_tell_async(self.open_async(module, api.url, taken), _timed(story(api), answers)))
        return answers


async def _tell_async(opened: AbstractAsyncContextManager[AsyncSend], steps: Timed) -> None:
    async with opened as send:
        with suppress(StopIteration):
            step = next(steps)
            while True:
                step = steps.send(await send(step))


def _timed(steps: Generator[Step, Answer, None], answers: list[Answer]) -> Timed:
    """The same steps, given what came back; each answer is noted with the time it took."""
    step = next(steps)
    while True:
        started = time.perf_counter()
        status, content = yield step
        answers.append(Answer(step, status, content, time.perf_counter() - started))
        try:
            step = steps.send(answers[-1])
        except StopIteration:
            return


def _read(pieces: Iterable[bytes], taken: Taken) -> bytes:
    """All of an answer, telling the API when the first piece of it is here."""
    content = b""
    for piece in pieces:
        content += piece
        taken()
    return content


async def _read_async(pieces: AsyncIterator[bytes], taken: Taken) -> bytes:
    content = b""
    async for piece in pieces:
        content += piece
        taken()
    return content


@contextmanager
def _http_client(module: ModuleType, url: str, taken: Taken) -> Iterator[Send]:
    """http.client: cookies and redirects are the program's own business."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=TIMEOUT)
    cookies: dict[str, str] = {}

    def send(step: Step) -> tuple[int, bytes]:
        connection.request(step.method, step.target, step.body, step.headers | cookies)
        with connection.getresponse() as response:
            content = _read(iter(lambda: response.read1(65536), b""), taken)
        cookie = response.getheader("Set-Cookie")
        if cookie is not None:
            cookies["Cookie"] = cookie.partition(";")[0]
        location = response.getheader("Location")
        if location is not None:
            return send(Step("GET", location, location))
        return response.status, content

    try:
        yield send
    finally:
        connection.close()


@contextmanager
def _urllib(module: ModuleType, url: str, taken: Taken) -> Iterator[Send]:
    direct = urllib.request.ProxyHandler({})
    opener = urllib.request.build_opener(direct, urllib.request.HTTPCookieProcessor())

    def send(step: Step) -> tuple[int, bytes]:
        request = urllib.request.Request(url + step.target, step.body, step.headers, method=step.method)
        with opener.open(request, timeout=TIMEOUT) as response:
            return response.status, _read(iter(lambda: response.read1(65536), b""), taken)

    yield send


@contextmanager
def _urllib3(urllib3: Any, url: str, taken: Taken) -> Iterator[Send]:
    """urllib3: redirects are followed, cookies are the program's own business."""
    cookies: dict[str, str] = {}
    with urllib3.PoolManager(timeout=TIMEOUT) as pool:

        def send(step: Step) -> tuple[int, bytes]:
            response = pool.request(
                step.method,
                url + step.target,
                body=step.body,
                headers=step.headers | cookies,
                preload_content=False,
            )
            content = _read(response.stream(65536), taken)
            response.release_conn()
            if "Set-Cookie" in response.headers:
                cookies["Cookie"] = response.headers["Set-Cookie"].partition(";")[0]
            return response.status, content

        yield send


@contextmanager
def _requests(requests: Any, url: str, taken: Taken) -> Iterator[Send]:
    with requests.Session() as session:
        session.trust_env = False

        def send(step: Step) -> tuple[int, bytes]:
            with session.request(
                step.method,
                url + step.target,
                data=step.body,
                headers=step.headers,
                stream=True,
                timeout=TIMEOUT,
            ) as response:
                return response.status_code, _read(response.iter_content(None), taken)

        yield send


@contextmanager
def _httpx(httpx: Any, url: str, taken: Taken) -> Iterator[Send]:
    with httpx.Client(base_url=url, follow_redirects=True, trust_env=False, timeout=TIMEOUT) as client:

        def send(step: Step) -> tuple[int, bytes]:
            with client.stream(step.method, step.target, content=step.body, headers=step.headers) as response:
                return response.status_code, _read(response.iter_bytes(), taken)

        yield send


@asynccontextmanager
async def _httpx_async(httpx: Any, url: str, taken: Taken) -> AsyncIterator[AsyncSend]:
    options = {"follow_redirects": True, "trust_env": False, "timeout": TIMEOUT}
    async with httpx.AsyncClient(base_url=url, **options) as client:

        async def send(step: Step) -> tuple[int, bytes]:
            async with client.stream(
                step.method, step.target, content=step.body, headers=step.headers
            ) as response:
                return response.status_code, await _read_async(response.aiter_bytes(), taken)

        yield send


@asynccontextmanager
async def _aiohttp(aiohttp: Any, url: str, taken: Taken) -> AsyncIterator[AsyncSend]:
    # aiohttp keeps cookies of bare addresses only where it is told to.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:

        async def send(step: Step) -> tuple[int, bytes]:
            async with session.request(
                step.method, url + step.target, data=step.body, headers=step.headers
            ) as response:
                return response.status, await _read_async(response.content.iter_any(), taken)

        yield send


CLIENTS = (
    Client("http.client", "http.client", _http_client),
    Client("urllib.request", "urllib.request", _urllib),
    Client("urllib3", "urllib3", _urllib3),
    Client("requests", "requests", _requests),
    Client("httpx", "httpx", _httpx),
    Client("httpx async", "httpx", None, _httpx_async),
    Client("httpx2", "httpx2", _httpx),
    Client("httpx2 async", "httpx2", None, _httpx_async),
    Client("aiohttp", "aiohttp", None, _aiohttp),
)
"""Every client that the demo knows, the standard library's first."""
