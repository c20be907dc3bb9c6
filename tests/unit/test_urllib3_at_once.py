"""What urllib3's pools answer at once is what their own code answers, and all else is left to that."""

from __future__ import annotations

import gzip
import logging
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Retry, Timeout

import reqsnap
from reqsnap import Cassette, Headers, Interaction, Request, Response
from reqsnap.interceptors.urllib3 import at_once, managers
from reqsnap.interceptors.urllib3.ahead import Ahead
from tests.support.seen_states import seen

HOST = "pool.example"
METHODS = {"GET": b"", "HEAD": b"", "POST": b"sent"}
IS_2 = hasattr(urllib3, "BaseHTTPResponse")
"""Before, all is left to urllib3's own code."""
TYPE, LENGTH = ("Content-Type", "text/plain"), ("Content-Length", "4")
ANSWERS = {
    "/plain": Response(200, "OK", Headers([TYPE, ("X-Two", "1"), ("x-two", "2"), LENGTH]), b"abcd"),
    "/closing": Response(200, "OK", Headers([LENGTH, ("Connection", "close")]), b"abcd"),
    "/endless": Response(200, "OK", Headers([TYPE]), b"abcd"),
    "/chunked": Response(200, "OK", Headers([("Transfer-Encoding", "chunked")]), b"abcd", parts=(1, 3)),
    "/both": Response(200, "OK", Headers([LENGTH, ("Transfer-Encoding", "chunked")]), b"abcd"),
    "/gzip": Response(200, "OK", Headers([("Content-Encoding", "gzip")]), gzip.compress(b"abcd")),
    "/broken": Response(200, "OK", Headers([("Content-Encoding", "gzip")]), b"no gzip at all"),
    "/short": Response(200, "OK", Headers([("Content-Length", "9")]), b"abcd"),
    "/empty": Response(204, "No Content", Headers([TYPE])),
    "/moved": Response(302, "Found", Headers([("Location", "/plain"), ("Content-Length", "0")])),
    "/later": Response(503, "Busy", Headers([("Retry-After", "0"), ("Content-Length", "0")])),
    "/failed": Response(500, "Oh", Headers([LENGTH]), b"oops", "HTTP/1.0"),
}


def recorded(path: Path) -> Path:
    cassette = Cassette()
    for scheme in ("http", "https"):
        for target, answer in ANSWERS.items():
            for method, body in METHODS.items():
                request = Request(method, f"{scheme}://{HOST}{target}", Headers([("Host", HOST)]), body)
                given = answer if method != "HEAD" else replace(answer, body=b"", parts=())
                cassette.append(Interaction(request, given, datetime.now(UTC)))
    cassette.save(path / "pools.yaml")
    return path / "pools.yaml"


@pytest.fixture(autouse=True)
def cassette(tmp_path: Path) -> Iterator[Path]:
    with reqsnap.use_cassette(recorded(tmp_path), mode="playback"):
        yield tmp_path / "pools.yaml"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What came of each request that was looked at."""
    seen_so_far: list[Any] = []
    answered = at_once.answered

    def noted(*args: Any) -> Any:
        seen_so_far.append(answered(*args))
        return seen_so_far[-1]

    monkeypatch.setattr(at_once, "answered", noted)
    return seen_so_far


def outcome(asked: Any, method: str, target: str, named: dict[str, Any]) -> list[Any]:
    """What a program can see of one request: before its answer was read, after, and of an error."""
    states: list[Any] = []
    is_pool = isinstance(asked, HTTPConnectionPool)
    try:
        response = asked.urlopen(method, target if is_pool else f"http://{HOST}{target}", **named)
        states.append(seen(response))
        states.append((response.data, response.geturl(), type(response.connection), response.version))
        response.release_conn()
        states.append(seen(response))
    except Exception as error:
        states.append((type(error), re.sub("0x[0-9a-f]+", "", str(error))))
    pools = [asked] if is_pool else list(vars(asked.pools)["_container"].values())
    return [*states, *[(seen(pool.pool.queue), pool.num_connections, pool.num_requests) for pool in pools]]


OPTIONS: list[dict[str, Any]] = [
    {},
    {"preload_content": False},
    {"preload_content": False, "release_conn": True},
    {"decode_content": False, "preload_content": False},
    {"preload_content": True, "release_conn": False},
    {"headers": {"X-Mine": "1"}, "timeout": 3},
    {"timeout": Timeout(connect=1, read=2), "retries": False},
    {"timeout": Timeout(total=5), "retries": Retry(2, backoff_factor=0)},
    {"retries": Retry(1, status_forcelist=[500], backoff_factor=0), "redirect": False},
    {"enforce_content_length": False},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("target", ANSWERS)
@pytest.mark.parametrize("made", [lambda: HTTPConnectionPool(HOST), urllib3.PoolManager])
def test_an_answer_is_that_of_urllib3_s_own_code(
    made: Callable[[], Any],
    target: str,
    options: dict[str, Any],
    cassette: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[list[str]] = []
    states = []
    for level in (logging.INFO, logging.DEBUG):
        # With this logger at DEBUG, urllib3's own code has something to tell.
        caplog.set_level(level, "urllib3.connectionpool")
        caplog.clear()
        # The first replays of an answer are made otherwise than the later ones.
        again = shutil.copy(cassette, cassette.with_name(f"{level}.yaml"))
        with reqsnap.use_cassette(again, mode="playback"), made() as asked:
            for method in METHODS:
                named = options | ({"body": b"sent"} if method == "POST" else {})
                states.append([outcome(asked, method, target, named) for _ in range(4)])
        told.append([each.getMessage() for each in caplog.records if each.levelno > logging.DEBUG])
    assert states[: len(METHODS)] == states[len(METHODS) :]
    assert told[0] == told[1]


def test_plain_requests_are_answered_at_once(found: list[Any]) -> None:
    with HTTPConnectionPool(HOST) as pool:
        for _ in range(5):
            assert pool.urlopen("GET", "/plain").data == b"abcd"
            assert pool.urlopen("GET", "/chunked", preload_content=False).data == b"abcd"
        assert pool.num_connections == 1
    assert sum(type(each) is not Ahead for each in found) >= (8 if IS_2 else 0)


def test_a_manager_s_requests_are_answered_at_once(found: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(managers, "answered", at_once.answered)
    with urllib3.PoolManager() as manager:
        for _ in range(5):
            assert manager.request("GET", f"http://{HOST}/plain").data == b"abcd"
            assert manager.request("GET", f"http://{HOST}/moved").data == b"abcd"
            assert manager.request("GET", f"http://{HOST}/moved", redirect=False).status == 302
    assert sum(type(each) is not Ahead for each in found) >= (12 if IS_2 else 0)


def test_a_manager_s_own_code_says_what_is_wrong_with_a_call() -> None:
    for args in (
        ("GET",),
        ("GET", "pool.example/plain"),
        ("GET", "ftp://pool.example/"),
        ("GET", "http://:a/"),
    ):
        errors: list[Any] = []
        for level in (logging.INFO, logging.DEBUG):
            logging.getLogger("urllib3.connectionpool").setLevel(level)
            with urllib3.PoolManager() as manager, warnings.catch_warnings(record=True) as warned:
                try:
                    warnings.simplefilter("always")
                    errors.append((manager.urlopen(*args).data, len(warned)))
                except Exception as error:
                    errors.append((type(error), str(error)))
        logging.getLogger("urllib3.connectionpool").setLevel(logging.NOTSET)
        assert errors[0] == errors[1]


def test_a_manager_s_way_to_a_pool_is_called_where_it_is_another_s(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    class Derived(urllib3.PoolManager):
        def connection_from_host(self, *args: Any, **named: Any) -> Any:
            called.append("derived")
            return super().connection_from_host(*args, **named)

    own = urllib3.PoolManager.connection_from_host

    def traced(self: Any, *args: Any, **named: Any) -> Any:
        called.append("traced")
        return own(self, *args, **named)

    with Derived() as derived, urllib3.PoolManager() as manager:
        for _ in range(3):
            derived.request("GET", f"http://{HOST}/plain")
            manager.request("GET", f"http://{HOST}/plain")
        monkeypatch.setattr(urllib3.PoolManager, "connection_from_host", traced)
        assert manager.request("GET", f"http://{HOST}/plain").data == b"abcd"
    assert called == ["derived"] * 3 + ["traced"]


@pytest.mark.parametrize("verified", [True, False])
def test_urllib3_warns_of_certificates_that_nobody_checks(verified: bool) -> None:
    from urllib3.exceptions import InsecureRequestWarning

    with HTTPSConnectionPool(HOST, cert_reqs="CERT_REQUIRED" if verified else "CERT_NONE") as pool:
        for _ in range(3):
            if verified:
                assert pool.urlopen("GET", "/plain").data == b"abcd"
            else:
                with pytest.warns(InsecureRequestWarning):
                    pool.urlopen("GET", "/plain")


@pytest.mark.parametrize("name", ["_make_request", "_get_conn", "_put_conn", "_get_timeout", "urlopen"])
def test_what_somebody_else_has_wrapped_is_called(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPConnectionPool(HOST) as pool:
        for _ in range(3):
            pool.urlopen("GET", "/plain")
        own: Any = getattr(HTTPConnectionPool, name)
        called: list[str] = []

        def traced(self: Any, *args: Any, **named: Any) -> Any:
            called.append(name)
            return own(self, *args, **named)

        monkeypatch.setattr(HTTPConnectionPool, name, traced)
        assert pool.urlopen("GET", "/plain").data == b"abcd"
        assert called


def test_what_was_wrapped_before_the_block_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []

    class Traced(HTTPConnectionPool):
        def _make_request(self, *args: Any, **named: Any) -> Any:
            called.append("class")
            return super()._make_request(*args, **named)

    with Traced(HOST) as traced_pool:
        for _ in range(3):
            assert traced_pool.urlopen("GET", "/plain").data == b"abcd"
    with HTTPConnectionPool(HOST) as pool:
        pool.urlopen("GET", "/plain")
        own = pool._make_request

        def traced(*args: Any, **named: Any) -> Any:
            called.append("object")
            return own(*args, **named)

        monkeypatch.setattr(pool, "_make_request", traced)
        assert pool.urlopen("GET", "/plain").data == b"abcd"
    assert called == ["class"] * 3 + ["object"]


def test_a_sequence_gives_each_answer_once(tmp_path: Path) -> None:
    cassette = Cassette()
    for body in (b"one", b"two", b"three"):
        request = Request("GET", f"http://{HOST}/poll", Headers([("Host", HOST)]))
        fields = Headers([("Content-Encoding", "gzip")]) if body == b"two" else Headers()
        cassette.append(Interaction(request, Response(200, "OK", fields, body), datetime.now(UTC)))
    cassette.save(tmp_path / "poll.yaml")
    with (
        pytest.raises(reqsnap.UnmatchedRequestError),
        reqsnap.use_cassette(tmp_path / "poll.yaml", mode="playback", on_exhausted="error"),
        HTTPConnectionPool(HOST) as pool,
    ):
        assert pool.urlopen("GET", "/poll").data == b"one"
        with pytest.raises(urllib3.exceptions.DecodeError):
            pool.urlopen("GET", "/poll", retries=False)
        assert pool.urlopen("GET", "/poll").data == b"three"
        pool.urlopen("GET", "/poll")


def test_the_pool_s_own_code_says_what_is_wrong_with_a_call() -> None:
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("GET",), {}),
        (("GET", "/plain"), {"method": "GET"}),
        (("GET", "/plain"), {"unknown": 1}),
        (("GET", "/plain"), {"timeout": -1}),
        (("GET", "/plain"), {"timeout": True}),
        (("GET", "/plain"), {"headers": {"X": "a\nb"}}),
        (("GET", "http://other.example/"), {}),
    ]
    for args, named in calls:
        errors: list[Any] = []
        for level in (logging.INFO, logging.DEBUG):
            logging.getLogger("urllib3.connectionpool").setLevel(level)
            with HTTPConnectionPool(HOST) as pool:
                try:
                    errors.append((pool.urlopen(*args, **named).data, pool.num_connections))
                except Exception as error:
                    errors.append((type(error), str(error).replace(hex(id(pool)), "")))
        logging.getLogger("urllib3.connectionpool").setLevel(logging.NOTSET)
        assert errors[0] == errors[1]
