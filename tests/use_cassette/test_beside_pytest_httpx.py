"""pytest-httpx beside a cassette: its fixture answers what it answers, the cassette has the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pytest_httpx import HTTPXMock

from reqsnap import UnmatchedRequestError, use_cassette
from tests.support.counter import Counter
from tests.support.network import no_network

MOCKED = "http://mock.example/answer"
ANSWER = "the mock says eucalyptus"
Fetch = Callable[[str], str]

only_the_mocked_host = pytest.mark.httpx_mock(
    should_mock=lambda request: request.url.host == "mock.example", can_send_already_matched_responses=True
)


def fetch(url: str) -> str:
    """A GET with httpx."""
    return httpx.get(url).text


def fetch_async(url: str) -> str:
    """A GET with httpx's async client."""

    async def run() -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).text

    return asyncio.run(run())


either_client = pytest.mark.parametrize("get", [fetch, fetch_async])


@pytest.fixture
def path(tmp_path: Path, server: Counter) -> Path:
    """A cassette that was recorded before there was a mock."""
    with use_cassette(tmp_path / "cassette.yaml"):
        fetch(f"http://127.0.0.1:{server.port}/")
    server.close()
    return tmp_path / "cassette.yaml"


@pytest.fixture
def playback(path: Path) -> Iterator[Path]:
    """The cassette in force, before the mock is."""
    with no_network(), use_cassette(path, mode="playback"):
        yield path


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Path]:
    """A cassette that records, in force before the mock is."""
    with use_cassette(tmp_path / "new.yaml", mode="update"):
        yield tmp_path / "new.yaml"


@either_client
@only_the_mocked_host
def test_the_mock_outside(get: Fetch, tmp_path: Path, server: Counter, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=MOCKED, text=ANSWER)
    live = f"http://127.0.0.1:{server.port}/"
    with use_cassette(tmp_path / "cassette.yaml") as cassette:
        assert [get(MOCKED), get(live)] == [ANSWER, "1 GET / "]
    assert [interaction.request.url for interaction in cassette] == [live]
    assert "eucalyptus" not in (tmp_path / "cassette.yaml").read_text()
    server.close()
    with no_network(), pytest.raises(UnmatchedRequestError), use_cassette(tmp_path / "cassette.yaml"):
        assert [get(MOCKED), get(live)] == [ANSWER, "1 GET / "]
        get(f"{live}other")
    assert [str(request.url) for request in httpx_mock.get_requests()] == [MOCKED, MOCKED]


@either_client
@only_the_mocked_host
def test_the_mock_inside_while_recording(
    get: Fetch, server: Counter, recording: Path, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(url=MOCKED, text=ANSWER)
    live = f"http://127.0.0.1:{server.port}/"
    with use_cassette(recording, mode="update") as cassette:
        assert [get(MOCKED), get(live)] == [ANSWER, "1 GET / "]
    assert [interaction.request.url for interaction in cassette] == [live]
    assert [str(request.url) for request in httpx_mock.get_requests()] == [MOCKED]


@either_client
@only_the_mocked_host
def test_the_mock_inside_on_replay(
    get: Fetch, server: Counter, playback: Path, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(url=MOCKED, text=ANSWER)
    live = f"http://127.0.0.1:{server.port}/"
    assert [get(MOCKED), get(live), get(MOCKED)] == [ANSWER, "1 GET / ", ANSWER]
    assert [str(request.url) for request in httpx_mock.get_requests()] == [MOCKED, MOCKED]
