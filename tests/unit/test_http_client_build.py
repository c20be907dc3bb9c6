"""A request that is known without being built is the one that http.client builds."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reqsnap.interceptors.http1 import request_sent
from reqsnap.interceptors.http_client_build import described, pretend_sent
from reqsnap.interceptors.http_client_state import IDLE, SENT

words = st.text("aAzZ-_019 \t\r\n:é\x00\x7f\u2028", max_size=6)
headers = st.none() | st.dictionaries(
    words | st.sampled_from(["Accept", "Host", "Content-Length"]), words, max_size=3
)
bodies = st.none() | st.binary(max_size=5) | st.just("text") | st.just([b"a"])
targets = st.sampled_from(["/", "/a?b=c", "/a b", "/é", "http://h/x", "", "*"])
methods = st.sampled_from(["GET", "POST", "PUT", "get", "G T", "DELETE"])
hosts = st.sampled_from(["example.com", "example.com:8080", "[::1]:80", "é.example"])


def built(conn: Any, *args: Any) -> bytes:
    """What http.client sends."""
    pieces: list[bytes] = []
    conn.send = pieces.append
    try:
        conn.request(*args)
    finally:
        del conn.send
    return b"".join(pieces)


@given(hosts, methods, targets, bodies, headers)
@example("example.com", "POST", "/", b"ab", {"Accept": "a b"})
@example("example.com", "PUT", "/", None, None)
@example("example.com:80", "GET", "/", None, {"X": "é"})
def test_what_is_described_is_what_is_built(
    host: str, method: str, target: str, body: Any, fields: dict[str, str] | None
) -> None:
    conn = http.client.HTTPConnection(host)
    args = (method, target, body, fields or {})
    plain = described(conn, "http://h/", args, {})
    if plain is not None:
        assert plain == request_sent(method, "http://h/", built(conn, *args))
        other = http.client.HTTPConnection(host)
        pretend_sent(other, method)
        assert vars(other).keys() == vars(conn).keys()
        for name in ("_HTTPConnection__state", "_method", "_buffer"):
            assert vars(other)[name] == vars(conn)[name]


def test_plain_requests_are_described() -> None:
    for conn in (http.client.HTTPConnection("h"), http.client.HTTPSConnection("h", 8443)):
        assert described(conn, "http://h/", ("GET", "/"), {}) is not None
        assert described(conn, "http://h/", ("POST", "/", b"a", {"Accept": "*/*"}), {}) is not None
        assert described(conn, "http://h/", ("POST", "/"), {"body": b"a", "headers": {}}) is not None


class Own(http.client.HTTPConnection):
    """Somebody's subclass, which may build what it likes."""


@pytest.mark.parametrize(
    ("conn", "args", "kwargs"),
    [
        (Own("h"), ("GET", "/"), {}),
        (http.client.HTTPConnection("h"), ("GET", "/"), {"encode_chunked": True}),
        (http.client.HTTPConnection("h"), ("GET", "/", None, {"Host": "k"}), {}),
        (http.client.HTTPConnection("h"), ("GET", "/", None, [("a", "b")]), {}),
        (http.client.HTTPConnection("h"), ("POST", "/", iter([b"a"])), {}),
        (http.client.HTTPConnection("::1"), ("GET", "/"), {}),
    ],
)
def test_whatever_is_not_plain_is_left_to_its_own_code(conn: Any, args: tuple[Any, ...], kwargs: Any) -> None:
    assert described(conn, "http://h/", args, kwargs) is None


def test_a_connection_that_is_not_idle_is_left_to_its_own_error() -> None:
    conn = http.client.HTTPConnection("h")
    pretend_sent(conn, "GET")
    assert described(conn, "http://h/", ("GET", "/"), {}) is None


def test_methods_that_somebody_has_wrapped_are_left_to_do_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    original = http.client.HTTPConnection.putrequest

    def traced(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.putheader("Traceparent", "00-1")

    conn = http.client.HTTPConnection("h")
    monkeypatch.setattr(http.client.HTTPConnection, "putrequest", traced)
    assert described(conn, "http://h/", ("GET", "/"), {}) is None
    monkeypatch.undo()
    assert described(conn, "http://h/", ("GET", "/"), {}) is not None


def test_the_states_are_those_of_http_client() -> None:
    assert (vars(http.client)["_CS_IDLE"], vars(http.client)["_CS_REQ_SENT"]) == (IDLE, SENT)
