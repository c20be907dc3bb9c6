"""What requests' adapter answers at once is what its own code answers, and all else is left to that."""

from __future__ import annotations

import gzip
import io
import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from contextvars import Context
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util import Retry, Timeout

import reqsnap
from reqsnap import Cassette, Headers, Interaction, Request, Response
from reqsnap.interceptors.requests import adapters as interceptor
from reqsnap.interceptors.urllib3.ahead import Ahead
from tests.support.seen_states import seen
from tests.support.server import serving

BASE, SAFE = "http://adapter.example", "https://adapter.example"
METHODS = {"GET": b"", "HEAD": b"", "POST": b"sent"}
LENGTH = ("Content-Length", "4")
COOKIES = (("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/"))
ANSWERS = {
    "/plain": Response(200, "OK", Headers([LENGTH, *COOKIES]), b"abcd"),
    "/headers": Response(200, "Fine", Headers([("X-Two", "1"), ("X-Two", "2"), LENGTH]), b"abcd"),
    "/text": Response(200, "OK", Headers([("Content-Type", "text/plain; charset=utf-8"), LENGTH]), b"abcd"),
    "/plain?page=1&q=%20": Response(200, "OK", Headers([("Connection", "close")]), b"abcd"),
    "/chunked": Response(200, "OK", Headers([("Transfer-Encoding", "chunked")]), b"abcd", parts=(1, 3)),
    "/gzip": Response(200, "OK", Headers([("Content-Encoding", "gzip")]), gzip.compress(b"abcd")),
    "/broken": Response(200, "OK", Headers([("Content-Encoding", "gzip")]), b"no gzip at all"),
    "/short": Response(200, "OK", Headers([("Content-Length", "9")]), b"abcd"),
    "/empty": Response(204, "No Content", Headers()),
    "/moved": Response(302, "Found", Headers([("Location", "/plain"), ("Content-Length", "0")])),
    "/later": Response(503, "Busy", Headers([("Retry-After", "0"), ("Content-Length", "0")])),
}
_IS_KNOWN = hasattr(HTTPAdapter, "build_connection_pool_key_attributes")
COMES_AT_ONCE = _IS_KNOWN and hasattr(urllib3, "BaseHTTPResponse")
"""With older versions all is left to their own code."""


@pytest.fixture(autouse=True)
def cassette(tmp_path: Path) -> Iterator[Path]:
    made = Cassette()
    for base in (BASE, SAFE):
        for target, answer in ANSWERS.items():
            for method, body in METHODS.items():
                given = answer if method != "HEAD" else replace(answer, body=b"", parts=())
                made.append(Interaction(Request(method, base + target, body=body), given, datetime.now(UTC)))
    made.save(tmp_path / "adapters.yaml")
    with reqsnap.use_cassette(tmp_path / "adapters.yaml", mode="playback"):
        yield tmp_path / "adapters.yaml"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What came of each request that was looked at."""
    so_far: list[Any] = []
    answered = vars(interceptor)["answered"]

    def noted(*args: Any) -> Any:
        so_far.append(answered(*args))
        return so_far[-1]

    monkeypatch.setattr(interceptor, "answered", noted)
    return so_far


def outcome(session: requests.Session, method: str, url: str, named: dict[str, Any]) -> list[Any]:
    """What a program can see of one request, and what it leaves behind."""
    states: list[Any] = []

    def hook(response: requests.Response, **options: Any) -> None:
        states.append((sorted(options), seen(response.raw), response.headers, response.cookies.items()))
        states.append((sorted(vars(response)), list(vars(response.headers).items())))
        states.append((sorted(vars(response.cookies)), sorted(vars(vars(response.cookies)["_policy"]))))

    try:
        response = session.request(method, url, hooks={"response": hook}, **named)
        states.append((response.content, response.status_code, response.url, len(response.history)))
        states.append((response.reason, response.encoding, type(response.raw.connection)))
        states.append((response.request.headers, response.connection is session.get_adapter(url)))
        states.append(seen(response.raw))
        response.close()
        states.append(seen(response.raw))
    except Exception as error:
        states.append((type(error), type(error.__cause__), type(error.__context__)))
    adapter: Any = session.get_adapter(url)
    pools = adapter.poolmanager.pools
    with pools.lock:
        kept = [pools._container[key] for key in pools._container]
    states.append([(pool.host, pool.num_connections, pool.num_requests, seen(pool)) for pool in kept])
    return [*states, session.cookies.items()]


OPTIONS: list[dict[str, Any]] = [
    {},
    {"stream": True},
    {"timeout": 3},
    {"timeout": (1, None)},
    {"timeout": (1, 2, 3)},
    {"timeout": 0},
    {"timeout": Timeout(connect=1, read=2)},
    {"headers": {"X-Mine": "1", "Accept-Encoding": "identity"}},
    {"allow_redirects": False},
    {"verify": False},
    {"verify": "no/such/folder"},
    {"cert": "no/such/file"},
    {"proxies": {"https": "http://proxy.example"}},
    {"auth": ("user", "password")},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("base", "target"), [*((BASE, each) for each in ANSWERS), (SAFE, "/plain")])
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_an_answer_is_that_of_requests_own_code(
    base: str, target: str, options: dict[str, Any], cassette: Path, caplog: pytest.LogCaptureFixture
) -> None:
    states = []
    for level in (logging.INFO, logging.DEBUG):
        # With this logger at DEBUG, urllib3's own code has something to tell.
        caplog.set_level(level, "urllib3.connectionpool")
        again = shutil.copy(cassette, cassette.with_name(f"{level}.yaml"))
        with reqsnap.use_cassette(again, mode="playback"), requests.Session() as session:
            session.trust_env = False
            for method in METHODS:
                named = options | ({"data": b"sent"} if method == "POST" else {})
                states.append([outcome(session, method, base + target, named) for _ in range(3)])
    assert states[: len(METHODS)] == states[len(METHODS) :]


def test_plain_requests_are_answered_at_once(found: list[Any]) -> None:
    with requests.Session() as session:
        for base in (BASE, SAFE):
            for _ in range(3):
                assert session.get(f"{base}/plain").text == "abcd"
                assert session.post(f"{base}/plain", data=b"sent").text == "abcd"
    # What nobody has built before, with cookies and without, is built to be known.
    at_once = [each for each in found if type(each) is not Ahead]
    assert len(at_once) >= 7 if COMES_AT_ONCE else not at_once


def test_certificates_that_nobody_checks_are_warned_of() -> None:
    with requests.Session() as session:
        for _ in range(3):
            with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
                session.get(f"{SAFE}/plain", verify=False)


BENEATH = [
    (HTTPAdapter, "send"),
    (HTTPAdapter, "get_connection_with_tls_context"),
    (HTTPAdapter, "request_url"),
    (HTTPAdapter, "add_headers"),
    (HTTPAdapter, "cert_verify"),
    (HTTPAdapter, "build_response"),
    (urllib3.PoolManager, "connection_from_host"),
    (HTTPConnectionPool, "urlopen"),
    (HTTPConnectionPool, "_make_request"),
]


@pytest.mark.parametrize(("owner", "name"), BENEATH)
def test_what_somebody_else_has_wrapped_is_called_once(
    owner: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own: Any = vars(owner).get(name)
    if own is None:
        pytest.skip("not in this version")
    called: list[str] = []

    def traced(self: Any, *args: Any, **named: Any) -> Any:
        called.append(name)
        return own(self, *args, **named)

    with requests.Session() as session:
        for _ in range(3):
            session.get(f"{BASE}/plain")
        monkeypatch.setattr(owner, name, traced)
        assert session.get(f"{BASE}/plain").text == "abcd"
    assert called == [name]


def test_an_adapter_that_makes_its_own_response_is_asked(cassette: Path) -> None:
    class Marking(HTTPAdapter):
        def build_response(self, req: Any, resp: Any) -> Any:
            response: Any = super().build_response(req, resp)
            response.mark = "mine"
            return response

    with requests.Session() as session:
        session.mount(BASE, Marking())
        marks = [vars(session.get(f"{BASE}/headers")).get("mark") for _ in range(3)]
    assert marks == ["mine"] * 3


@pytest.mark.parametrize("name", ["get_encoding_from_headers", "extract_cookies_to_jar", "Response"])
def test_what_the_adapter_makes_a_response_with_may_be_replaced(
    name: str, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library: Any = vars(requests.adapters)
    own, called = library[name], list[str]()

    def noted(*args: Any) -> Any:
        called.append(name)
        return own(*args)

    with requests.Session() as session:
        for _ in range(3):
            session.get(f"{BASE}/headers")
        monkeypatch.setattr(requests.adapters, name, noted)
        for _ in range(3):
            assert session.get(f"{BASE}/headers").text == "abcd"
    assert len(called) >= 3


def test_what_was_wrapped_before_the_block_is_called(cassette: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import wrapt

    called: list[str] = []

    def traced(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        called.append(wrapped.__name__)
        return wrapped(*args, **kwargs)

    class Derived(HTTPAdapter):
        def add_headers(self, request: Any, **named: Any) -> None:
            request.headers["X-Derived"] = "1"

    for name in ("urlopen", "_make_request"):
        own = vars(HTTPConnectionPool)[name]
        monkeypatch.setattr(HTTPConnectionPool, name, wrapt.FunctionWrapper(own, traced))
    with reqsnap.use_cassette(cassette, mode="playback"), requests.Session() as session:
        session.mount("https://", Derived())
        for _ in range(3):
            assert session.get(f"{BASE}/plain").text == "abcd"
        assert called == ["urlopen", "_make_request"] * 3
        answer = session.get(f"{SAFE}/plain")
        assert answer.request.headers["X-Derived"] == "1"


def test_what_is_mocked_beneath_asks_no_cassette(cassette: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mocked(self: Any, method: str, url: str, **named: Any) -> Any:
        return urllib3.HTTPResponse(io.BytesIO(b"mocked"), {}, 200, preload_content=False)

    with requests.Session() as session, ExitStack() as blocks:
        for name in ("one", "two"):
            path = shutil.copy(cassette, cassette.with_name(f"{name}.yaml"))
            block, context = reqsnap.use_cassette(path, mode="playback"), Context()
            context.run(block.__enter__)
            blocks.callback(context.run, block.__exit__, None, None, None)
        run = Context().run
        monkeypatch.setattr(HTTPConnectionPool, "urlopen", mocked)
        assert run(session.get, f"{BASE}/plain").text == "mocked"
        monkeypatch.undo()
        with pytest.raises(reqsnap.AmbiguousCassetteError):
            run(session.get, f"{BASE}/plain")


@pytest.mark.skipif(not COMES_AT_ONCE, reason="the key of a pool tells less there")
def test_a_manager_s_pools_are_those_of_its_own_code(found: list[Any]) -> None:
    adapter = HTTPAdapter(pool_connections=2)
    with requests.Session() as session:
        session.mount("http://", adapter)
        for _ in range(2):
            session.get(f"{BASE}/plain")
        adapter.poolmanager.connection_pool_kw["blocksize"] = 4096
        session.get(f"{BASE}/plain")
        pools = vars(adapter.poolmanager.pools)["_container"]
        assert [pool.num_requests for pool in pools.values()] == [2, 1]
        adapter.poolmanager.clear()
        session.get(f"{BASE}/plain")
        assert [pool.num_requests for pool in pools.values()] == [1]


def test_retries_are_made_by_their_own_code(cassette: Path) -> None:
    retries = Retry(2, status_forcelist=[503], backoff_factor=0)
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retries))
        for _ in range(3):
            with pytest.raises(requests.exceptions.RetryError):
                session.get(f"{BASE}/later")


def test_a_request_that_is_not_in_the_cassette_is_sent_and_recorded_once(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as server, requests.Session() as session:
        for new in (True, False):
            with reqsnap.use_cassette(tmp_path / "new.yaml", mode="update") as recording:
                recording.stub("GET", f"{BASE}/stubbed", Response(200, body=b"made"))
                for _ in range(3):
                    assert session.get(f"{BASE}/stubbed").content == b"made"
                for _ in range(2):
                    assert session.get(server.origin("http") + "/length").status_code == 200
                assert len(recording) == 2
                assert recording.play_count == (0 if new else 2)
        assert sum(len(sent) for _, _, sent in server.received()) == 2
