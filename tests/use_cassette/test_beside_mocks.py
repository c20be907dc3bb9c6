"""A mock library beside a cassette: the mock answers what it answers, the cassette has the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import aiohttp
import httpcore
import httpx
import pytest
import requests
import respx
from aioresponses import aioresponses

from reqsnap import UnmatchedRequestError, use_cassette
from tests.support.counter import Counter
from tests.support.mock_libraries import (
    ANSWER,
    LIBRARIES,
    MOCKED,
    MockLibrary,
    arrange_aioresponses,
    arrange_respx,
    fetch_aiohttp,
    fetch_httpx,
    fetch_httpx_async,
)
from tests.support.network import no_network

ORDERS = ("mock outside", "mock inside")
EXPECTED = [ANSWER, "1 GET /first ", ANSWER, "2 GET /second "]

OWNERS = (
    *(requests.Session, requests.adapters.HTTPAdapter, aiohttp.ClientSession, aiohttp.BaseConnector),
    *(httpx.Client, httpx.AsyncClient, httpx.HTTPTransport, httpx.AsyncHTTPTransport),
    *(httpcore.ConnectionPool, httpcore.HTTPConnection, httpcore.HTTPProxy),
    *(httpcore.AsyncConnectionPool, httpcore.AsyncHTTPConnection, httpcore.AsyncHTTPProxy),
)
"""The classes in which the mock libraries and reqsnap put their patches."""

every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
either_order = pytest.mark.parametrize("order", ORDERS)


@pytest.fixture(autouse=True)
def _every_patch_is_gone() -> Iterator[None]:
    before = [vars(owner).copy() for owner in OWNERS]
    yield
    for owner, attributes in zip(OWNERS, before, strict=True):
        after = vars(owner)
        assert attributes.keys() == after.keys()
        assert [name for name, value in attributes.items() if after[name] is not value] == []


@pytest.fixture
def origin(server: Counter) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassette.yaml"


def urls(origin: str) -> list[str]:
    """What the programs ask for: the mock and the server in turn."""
    return [MOCKED, f"{origin}/first", MOCKED, f"{origin}/second"]


@contextmanager
def both(
    order: str, mocked: AbstractContextManager[Any], cassette: AbstractContextManager[Any]
) -> Iterator[Any]:
    """The mock and the cassette in force, one within the other; gives the mock."""
    with ExitStack() as stack:
        if order == "mock inside":
            stack.enter_context(cassette)
        active = stack.enter_context(mocked)
        if order == "mock outside":
            stack.enter_context(cassette)
        yield active


@contextmanager
def unreachable(server: Counter) -> Iterator[None]:
    """The server stopped and sockets forbidden."""
    server.close()
    with no_network():
        yield


def assert_only_the_rest_is_recorded(path: Path, origin: str) -> None:
    """The cassette holds the server's two answers and nothing of the mock's."""
    text = path.read_text()
    assert "eucalyptus" not in text
    assert "mock.example" not in text
    with use_cassette(path, mode="playback") as cassette:
        asked = [interaction.request.url for interaction in cassette]
    assert asked == [f"{origin}/first", f"{origin}/second"]


@every_library
@either_order
def test_a_mock_and_a_cassette_in_with_statements_answer_each_its_own(
    library: MockLibrary, order: str, path: Path, server: Counter, origin: str
) -> None:
    def run() -> int:
        with both(order, library.mock(origin), use_cassette(path)) as active:
            library.arrange(active, origin)
            assert [library.fetch(url) for url in urls(origin)] == EXPECTED
            return library.answered(active)

    assert run() == 2
    assert_only_the_rest_is_recorded(path, origin)
    with unreachable(server):
        assert run() == 2
    assert len(server.requests) == 2


@every_library
@either_order
def test_a_mock_and_a_cassette_as_decorators_answer_each_its_own(
    library: MockLibrary, order: str, path: Path, server: Counter, origin: str
) -> None:
    def program(active: Any) -> list[str]:
        library.arrange(active, origin)
        before = library.answered(active)
        answers = [library.fetch(url) for url in urls(origin)]
        assert library.answered(active) - before == 2
        return answers

    if order == "mock outside":
        decorated = library.decorate(origin, use_cassette(path)(program))
    else:
        decorated = use_cassette(path)(library.decorate(origin, program))
    assert decorated() == EXPECTED
    assert_only_the_rest_is_recorded(path, origin)
    with unreachable(server):
        assert decorated() == EXPECTED


@either_order
def test_decorated_coroutine_functions_with_respx(
    order: str, path: Path, server: Counter, origin: str
) -> None:
    router, cassette = respx.mock(), use_cassette(path)

    async def program() -> list[str]:
        if not router.routes:
            arrange_respx(router, origin)
        return [await fetch_httpx_async(url) for url in urls(origin)]

    decorated: Any = router(cassette(program)) if order == "mock outside" else cassette(router(program))
    assert asyncio.run(decorated()) == EXPECTED
    assert_only_the_rest_is_recorded(path, origin)
    with unreachable(server):
        assert asyncio.run(decorated()) == EXPECTED


@either_order
def test_decorated_coroutine_functions_with_aioresponses(
    order: str, path: Path, server: Counter, origin: str
) -> None:
    async def program(active: aioresponses) -> list[str]:
        arrange_aioresponses(active, origin)
        return [await fetch_aiohttp(url) for url in urls(origin)]

    outer, inner = aioresponses(passthrough=[origin]), use_cassette(path)
    decorated: Any = outer(inner(program)) if order == "mock outside" else inner(outer(program))
    assert asyncio.run(decorated()) == EXPECTED
    assert_only_the_rest_is_recorded(path, origin)
    with unreachable(server):
        assert asyncio.run(decorated()) == EXPECTED


@pytest.mark.parametrize("fixture", ["requests_mock", "respx_mock"])
@either_order
def test_a_mock_as_a_fixture_and_a_cassette_answer_each_its_own(
    fixture: str, order: str, path: Path, server: Counter, origin: str, request: pytest.FixtureRequest
) -> None:
    library = next(item for item in LIBRARIES if item.name.replace("-", "_") in (fixture, fixture[:-5]))

    def run() -> list[str]:
        active = request.getfixturevalue(fixture)
        active.real_http = True
        library.arrange(active, origin)
        return [library.fetch(url) for url in urls(origin)]

    if order == "mock outside":
        request.getfixturevalue(fixture)
    with use_cassette(path):
        assert run() == EXPECTED
    assert_only_the_rest_is_recorded(path, origin)
    with unreachable(server), use_cassette(path):
        assert run() == EXPECTED
    assert library.answered(request.getfixturevalue(fixture)) == 4


@every_library
@either_order
def test_what_neither_holds_is_refused(
    library: MockLibrary, order: str, path: Path, server: Counter, origin: str
) -> None:
    with use_cassette(path):
        library.fetch(f"{origin}/first")
    cassette = use_cassette(path, mode="playback")
    with (
        no_network(),
        pytest.raises(UnmatchedRequestError),
        both(order, library.mock(origin), cassette) as active,
    ):
        library.arrange(active, origin)
        assert library.fetch(MOCKED) == ANSWER
        library.fetch(f"{origin}/second")


def test_a_mock_that_ends_before_its_block_leaves_the_cassette_in_force(
    path: Path, server: Counter, origin: str
) -> None:
    router = respx.mock()
    router.start()
    with use_cassette(path):
        arrange_respx(router, origin)
        assert fetch_httpx(MOCKED) == ANSWER
        router.stop(quiet=True)
        assert fetch_httpx(f"{origin}/first") == "1 GET /first "
        router.start()
        arrange_respx(router, origin)
        assert fetch_httpx(f"{origin}/second") == "2 GET /second "
    assert fetch_httpx(MOCKED) == ANSWER
    router.stop()
    assert_only_the_rest_is_recorded(path, origin)


def test_a_mock_that_outlives_the_block_in_which_it_began(path: Path, server: Counter, origin: str) -> None:
    router = respx.mock()
    with use_cassette(path):
        router.start()
        arrange_respx(router, origin)
        assert fetch_httpx(f"{origin}/first") == "1 GET /first "
    assert [fetch_httpx(MOCKED), fetch_httpx(f"{origin}/second")] == [ANSWER, "2 GET /second "]
    with use_cassette(path, mode="update"):
        assert [fetch_httpx(url) for url in urls(origin)] == [
            ANSWER,
            "1 GET /first ",
            ANSWER,
            "3 GET /second ",
        ]
    router.stop()
    assert_only_the_rest_is_recorded(path, origin)


def test_a_function_that_the_standard_mock_replaces(path: Path, server: Counter, origin: str) -> None:
    answer = requests.Response()
    answer.status_code, answer._content = 200, ANSWER.encode()
    with use_cassette(path) as cassette:
        with mock.patch.object(requests.Session, "request", return_value=answer) as asked:
            assert requests.get(f"{origin}/first", timeout=5).text == ANSWER
        assert requests.get(f"{origin}/second", timeout=5).text == "1 GET /second "
    assert (asked.call_count, len(cassette)) == (1, 1)
