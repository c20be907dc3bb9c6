"""One GET through each family of clients, as a function of a URL: the status and the body."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp
import httplib2
import httpx
import requests
import urllib3

Get = Callable[[str], tuple[int, bytes]]


def _http_client(url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    try:
        connection.request("GET", url.partition(parts.netloc)[2])
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _urllib3(url: str) -> tuple[int, bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", url, retries=False)
        return response.status, response.data


def _requests(url: str) -> tuple[int, bytes]:
    with requests.Session() as session:
        response = session.get(url)
        return response.status_code, response.content


def _httplib2(url: str) -> tuple[int, bytes]:
    client = httplib2.Http()
    try:
        response, content = client.request(url)
        return response.status, content
    finally:
        client.close()


def _httpx(url: str) -> tuple[int, bytes]:
    with httpx.Client() as client:
        response = client.get(url)
        return response.status_code, response.content


def _httpx_async(url: str) -> tuple[int, bytes]:
    async def get() -> tuple[int, bytes]:
        async with httpx.AsyncClient() as client:
            response = await client.get(url)
            return response.status_code, response.content

    return asyncio.run(get())


def _aiohttp(url: str) -> tuple[int, bytes]:
    async def get() -> tuple[int, bytes]:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status, await response.read()

    return asyncio.run(get())


CLIENTS: dict[str, Get] = {
    "http.client": _http_client,
    "urllib3": _urllib3,
    "requests": _requests,
    "httplib2": _httplib2,
    "httpx": _httpx,
    "httpx-async": _httpx_async,
    "aiohttp": _aiohttp,
}
