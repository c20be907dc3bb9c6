"""HTTP/2 through urllib3, which speaks it where a program asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import urllib3
import urllib3.http2

from reqsnap import (
    Cassette,
    ErrorKind,
    Interaction,
    NetworkError,
    Request,
    Response,
    UnmatchedRequestError,
    use_cassette,
)
from reqsnap.errors import LostExchangeWarning
from tests.support.http2 import Http2Server, serving_http2
from tests.support.network import no_network


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Http2Server]:
    with serving_http2(tmp_path) as server:
        yield server


@pytest.fixture(autouse=True)
def _injected() -> Iterator[None]:
    """urllib3 speaks nothing but HTTP/2 over TLS."""
    urllib3.http2.inject_into_urllib3()
    yield
    urllib3.http2.extract_from_urllib3()


def through_urllib3(server: Http2Server) -> list[Any]:
    found: list[Any] = []
    with urllib3.PoolManager(ca_certs=str(server.certificates.path)) as pool:
        for method, path, body in (
            ("GET", "/a?b=1", None),
            ("POST", "/posted", b"1"),
            ("POST", "/posted", "2"),
            ("GET", "/nothing", None),
            ("GET", "/events", None),
        ):
            answer = pool.request(method, server.origin + path, body=body)
            headers = list(answer.headers.items())
            found.append((type(answer), answer.status, answer.version, answer.reason, headers, answer.data))
    return found


@pytest.mark.parametrize("mode", ["record", "update"])
def test_http2(mode: str, server: Http2Server, tmp_path: Path) -> None:
    bare, sent = through_urllib3(server), server.taken()
    path = tmp_path / "x.yaml"
    with use_cassette(path, mode=mode) as cassette:
        assert through_urllib3(server) == bare
    assert server.taken() == sent
    server.stop()
    assert len(cassette) == len(sent)
    with no_network(), use_cassette(path, mode="playback") as cassette:
        assert through_urllib3(server) == bare
        assert cassette.all_played


def test_http2_is_answered_with_what_others_recorded(server: Http2Server, tmp_path: Path) -> None:
    path, url, body = tmp_path / "x.yaml", f"{server.origin}/posted", "one, two"
    with (
        use_cassette(path, mode="record"),
        httpx.Client(http2=True, verify=server.certificates.client) as client,
    ):
        content = client.post(url, content=body).content
    server.stop()
    with (
        no_network(),
        use_cassette(path, mode="playback") as cassette,
        urllib3.PoolManager(ca_certs=str(server.certificates.path)) as pool,
    ):
        # urllib3 2.8 itself never ends a request with the last two.
        for given in (body, body.encode(), BytesIO(body.encode()), iter([b"one, ", b"two"])):
            assert pool.request("POST", url, body=given).data == content
        assert cassette.play_count == 4


def test_http2_sends_nothing_that_is_refused(server: Http2Server, tmp_path: Path) -> None:
    with (
        pytest.raises(UnmatchedRequestError, match="GET https://localhost:"),
        no_network(),
        use_cassette(tmp_path / "x.yaml", mode="playback"),
        urllib3.PoolManager(ca_certs=str(server.certificates.path)) as pool,
    ):
        pool.request("GET", f"{server.origin}/a")
    assert server.connections == 0


def test_a_recorded_failure_comes_again_over_http2(tmp_path: Path) -> None:
    cassette = Cassette()
    for path, kind in (("/refused", ErrorKind.REFUSED), ("/reset", ErrorKind.RESET)):
        request = Request("GET", f"https://localhost{path}")
        cassette.append(Interaction(request, Response(0), datetime.now(UTC), error=NetworkError(kind)))
    cassette.save(tmp_path / "x.yaml")
    with (
        no_network(),
        use_cassette(tmp_path / "x.yaml", mode="playback"),
        urllib3.PoolManager(retries=False) as pool,
    ):
        with pytest.raises(urllib3.exceptions.NewConnectionError):
            pool.request("GET", "https://localhost/refused")
        with pytest.raises(urllib3.exceptions.ProtocolError, match="reset"):
            pool.request("GET", "https://localhost/reset")


def test_a_failure_over_http2_is_told(server: Http2Server, tmp_path: Path) -> None:
    server.stop()
    lost = pytest.warns(LostExchangeWarning, match="failures over urllib3's HTTP/2 are not recorded")
    with (
        lost,
        use_cassette(tmp_path / "x.yaml", mode="record", record_errors=True),
        urllib3.PoolManager(ca_certs=str(server.certificates.path)) as pool,
        pytest.raises(urllib3.exceptions.NewConnectionError),
    ):
        pool.request("GET", f"{server.origin}/a", retries=False)
