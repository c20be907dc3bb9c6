"""The clients that are measured, each the way its users use it: one session, the whole answer read."""

from __future__ import annotations

import http.client
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from urllib.parse import urlsplit

Get = Callable[[str], bytes]
AsyncGet = Callable[[str], Awaitable[bytes]]


@contextmanager
def _http_client(base: str) -> Iterator[Get]:
    connection = http.client.HTTPConnection(urlsplit(base).netloc)

    def get(url: str) -> bytes:
        connection.request("GET", url[len(base) :])
        with connection.getresponse() as response:
            return response.read()

    yield get
    connection.close()


@contextmanager
def _urllib3(base: str) -> Iterator[Get]:
    import urllib3

    with urllib3.PoolManager() as pool:
        yield lambda url: pool.request("GET", url).data


@contextmanager
def _requests(base: str) -> Iterator[Get]:
    import requests

    with requests.Session() as session:
        yield lambda url: session.get(url).content


@contextmanager
def _httpx(base: str) -> Iterator[Get]:
    import httpx

    with httpx.Client() as client:
        yield lambda url: client.get(url).content


@contextmanager
def _httpx2(base: str) -> Iterator[Get]:
    import httpx2

    with httpx2.Client() as client:
        yield lambda url: client.get(url).content


@contextmanager
def _httplib2(base: str) -> Iterator[Get]:
    import httplib2

    client = httplib2.Http()

    def get(url: str) -> bytes:
        content: bytes = client.request(url)[1]
        return content

    yield get
    client.close()


@asynccontextmanager
async def _httpx_async(base: str) -> AsyncIterator[AsyncGet]:
    import httpx

    async with httpx.AsyncClient() as client:

        async def get(url: str) -> bytes:
            return (await client.get(url)).content

        yield get


@asynccontextmanager
async def _aiohttp(base: str) -> AsyncIterator[AsyncGet]:
    import aiohttp

    async with aiohttp.ClientSession() as session:

        async def get(url: str) -> bytes:
            async with session.get(url) as response:
                return await response.read()

        yield get


SYNC: dict[str, Callable[[str], AbstractContextManager[Get]]] = {
    "http.client": _http_client,
    "urllib3": _urllib3,
    "requests": _requests,
    "httpx": _httpx,
    "httpx2": _httpx2,
    "httplib2": _httplib2,
}
ASYNC: dict[str, Callable[[str], AbstractAsyncContextManager[AsyncGet]]] = {
    "httpx-async": _httpx_async,
    "aiohttp": _aiohttp,
}
NAMES = ("http.client", "urllib3", "requests", "httpx", "httpx2", "httpx-async", "aiohttp", "httplib2")
