"""The mock libraries that stand beside a cassette, and how each is told what to answer.

Every one of them answers MOCKED and lets the origin of a server pass.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import aiohttp
import httpx
import requests
import requests_mock
import responses
import respx
from aioresponses import aioresponses

MOCKED = "http://mock.example/answer"
ANSWER = "the mock says eucalyptus"
ASKS_FOR_WRITER = "stream_writer" in inspect.signature(aiohttp.ClientResponse).parameters
"""Since aiohttp 3.14. aioresponses 0.7.9 does not know it and fails without a class like the one below."""

Fetch = Callable[[str], str]
Program = Callable[[Any], list[str]]


@dataclass(frozen=True)
class MockLibrary:
    """A mock library with one of its clients.

    `mock` makes the mock for a `with`, given the origin that passes, `arrange` says what
    it answers, `answered` how often it has, and `decorate` does to a function what the
    library's decorator does; the function is given the mock.
    """

    name: str
    fetch: Fetch
    mock: Callable[[str], AbstractContextManager[Any]]
    arrange: Callable[[Any, str], None]
    answered: Callable[[Any], int]
    decorate: Callable[[str, Program], Callable[..., list[str]]]


class MockedResponse(aiohttp.ClientResponse):
    """An answer that aioresponses can make with any aiohttp."""

    def __init__(self, *args: Any, **named: Any) -> None:
        if ASKS_FOR_WRITER:
            named["stream_writer"] = mock.Mock(output_size=0)
        super().__init__(*args, **named)


def fetch_requests(url: str) -> str:
    """A GET with requests."""
    return requests.get(url, timeout=5).text


def fetch_httpx(url: str) -> str:
    """A GET with httpx."""
    return httpx.get(url).text


async def fetch_httpx_async(url: str) -> str:
    """A GET with httpx's async client."""
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text


async def fetch_aiohttp(url: str) -> str:
    """A GET with aiohttp."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()


def arrange_responses(active: responses.RequestsMock, origin: str) -> None:
    """responses: a prefix passes."""
    active.add("GET", MOCKED, body=ANSWER)
    active.add_passthru(origin)


def arrange_requests_mock(active: requests_mock.Mocker, origin: str) -> None:
    """requests-mock: what nothing is registered for passes, by `real_http`."""
    active.get(MOCKED, text=ANSWER)


def arrange_respx(active: respx.MockRouter, origin: str) -> None:
    """respx: a route passes."""
    active.get(MOCKED).respond(text=ANSWER)
    active.route(url__startswith=origin).pass_through()


def arrange_aioresponses(active: aioresponses, origin: str) -> None:
    """aioresponses: a prefix passes, as it was told when it was made."""
    active.get(MOCKED, body=ANSWER, repeat=True, response_class=MockedResponse)


def _respx(name: str, fetch: Fetch, **options: Any) -> MockLibrary:
    def decorate(origin: str, program: Program) -> Callable[[], list[str]]:
        def decorated(respx_mock: respx.MockRouter) -> list[str]:
            return program(respx_mock)

        made: Callable[[], list[str]] = respx.mock(**options)(decorated)
        return made

    return MockLibrary(
        name,
        fetch,
        lambda origin: respx.mock(**options),
        arrange_respx,
        lambda active: active.routes[0].call_count,
        decorate,
    )


LIBRARIES = (
    MockLibrary(
        "responses",
        fetch_requests,
        lambda origin: responses.RequestsMock(),
        arrange_responses,
        lambda active: len(active.calls),
        lambda origin, program: responses.activate(lambda: program(responses.mock)),
    ),
    MockLibrary(
        "requests-mock",
        fetch_requests,
        lambda origin: requests_mock.Mocker(real_http=True),
        arrange_requests_mock,
        lambda active: sum(request.url == MOCKED for request in active.request_history),
        lambda origin, program: requests_mock.Mocker(real_http=True)(program),
    ),
    _respx("respx", fetch_httpx),
    _respx("respx, async", lambda url: asyncio.run(fetch_httpx_async(url))),
    _respx("respx above httpx", fetch_httpx, using="httpx"),
    MockLibrary(
        "aioresponses",
        lambda url: asyncio.run(fetch_aiohttp(url)),
        lambda origin: aioresponses(passthrough=[origin]),
        arrange_aioresponses,
        lambda active: sum(len(calls) for calls in active.requests.values()),
        lambda origin, program: aioresponses(passthrough=[origin])(program),
    ),
)
