"""A request that is known without being built is the one that http.client builds."""

from __future__ import annotations

import functools
import http.client
from typing import Any

import pytest
import urllib3.connection
from hypothesis import example, given
from hypothesis import strategies as st

from reqsnap.interceptors.http1 import request_sent
from reqsnap.interceptors.http_client.build import Built, known, mark_of, remember
from reqsnap.interceptors.http_client.state import IDLE, SENT
from reqsnap.model import Headers, Request

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


def known_of(conn: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Built | None:
    """What is known of a request beforehand."""
    return known(conn, mark_of(conn, conn.request, args, kwargs))


@given(hosts, methods, targets, bodies, headers)
@example("example.com", "POST", "/", b"ab", {"Accept": "a b"})
@example("example.com", "PUT", "/", None, None)
@example("example.com:80", "GET", "/", None, {"X": "é"})
def test_what_is_described_is_what_is_built(
    host: str, method: str, target: str, body: Any, fields: dict[str, str] | None
) -> None:
    conn = http.client.HTTPConnection(host)
    args = (method, target, body, fields or {})
    plain = known_of(conn, args, {})
    if plain is not None:
        assert plain.request == request_sent(method, plain.request.url, built(conn, *args))
        other = http.client.HTTPConnection(host)
        vars(other).update(plain.leaves)
        assert vars(other).keys() == vars(conn).keys()
        for name in ("_HTTPConnection__state", "_method", "_buffer"):
            assert vars(other)[name] == vars(conn)[name]


def test_plain_requests_are_described() -> None:
    for conn in (http.client.HTTPConnection("h"), http.client.HTTPSConnection("h", 8443)):
        assert known_of(conn, ("GET", "/"), {}) is not None
        assert known_of(conn, ("POST", "/", b"a", {"Accept": "*/*"}), {}) is not None
        assert known_of(conn, ("POST", "/"), {"body": b"a", "headers": {}}) is not None


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
    assert known_of(conn, args, kwargs) is None


def test_a_connection_that_is_not_idle_is_left_to_its_own_error() -> None:
    conn = http.client.HTTPConnection("h")
    vars(conn)["_HTTPConnection__state"] = SENT
    assert known_of(conn, ("GET", "/"), {}) is None


def test_methods_that_somebody_has_wrapped_are_left_to_do_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    original = http.client.HTTPConnection.putrequest

    def traced(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.putheader("Traceparent", "00-1")

    conn = http.client.HTTPConnection("h")
    monkeypatch.setattr(http.client.HTTPConnection, "putrequest", traced)
    assert known_of(conn, ("GET", "/"), {}) is None
    monkeypatch.undo()
    assert known_of(conn, ("GET", "/"), {}) is not None


def test_a_wrapper_that_names_what_it_wraps_is_seen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    original = http.client.HTTPConnection.putheader

    @functools.wraps(original)
    def traced(self: Any, *args: Any) -> None:
        original(self, *args)

    monkeypatch.setattr(http.client.HTTPConnection, "putheader", traced)
    assert known_of(http.client.HTTPConnection("h"), ("GET", "/"), {}) is None


def test_a_class_that_speaks_http_1_0_is_left_to_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "_http_vsn", 10)
    assert known_of(http.client.HTTPConnection("h"), ("GET", "/"), {}) is None


def test_what_was_built_once_is_known_for_the_same_arguments_alone() -> None:
    conn = urllib3.connection.HTTPConnection("once.example")
    asked = mark_of(conn, conn.request, ("GET", "/", None, {"A": "b"}), {"preload_content": False})
    assert asked is not None
    assert known(conn, asked) is None
    remember(conn, asked, Request("GET", "http://once.example/", Headers([("A", "b")])))
    again = mark_of(conn, conn.request, ("GET", "/", None, {"A": "b"}), {"preload_content": False})
    assert known(conn, again) is not None
    for args, kwargs in [
        (("GET", "/", None, {"A": "b"}), {"preload_content": True}),
        (("GET", "/", None, {"a": "b"}), {"preload_content": False}),
        (("GET", "/", b"", {"A": "b"}), {"preload_content": False}),
    ]:
        other = mark_of(conn, conn.request, args, kwargs)
        assert other is not None
        assert known(conn, other) is None
    elsewhere = urllib3.connection.HTTPConnection("once.example", 81)
    assert known(elsewhere, mark_of(elsewhere, elsewhere.request, ("GET", "/"), {})) is None


def test_what_was_built_for_one_target_is_known_for_every_plain_one() -> None:
    args = (None, {"Accept": "*/*"})
    conn = urllib3.connection.HTTPConnection("pattern.example")
    mark = mark_of(conn, conn.request, ("GET", "/a", *args), {})
    assert mark is not None
    wire = built(conn, "GET", "/a", *args)
    remember(conn, mark, request_sent("GET", "http://pattern.example/a", wire))
    other = urllib3.connection.HTTPConnection("pattern.example")
    for target in ("/b?c=d", "/", "/b%20c;e"):
        told = known_of(other, ("GET", target, *args), {})
        own = urllib3.connection.HTTPConnection("pattern.example")
        assert told is not None
        url = f"http://pattern.example{target}"
        assert told.request == request_sent("GET", url, built(own, "GET", target, *args))
        assert told.leaves == {name: vars(own)[name] for name in told.leaves}
    for target in ("/b c", "http://h/x", "*", ""):
        assert known_of(other, ("GET", target, *args), {}) is None


def test_the_states_are_those_of_http_client() -> None:
    assert (vars(http.client)["_CS_IDLE"], vars(http.client)["_CS_REQ_SENT"]) == (IDLE, SENT)
