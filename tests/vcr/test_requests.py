"""VCR.py's request, as matchers and hooks are given it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.vcr.request import HeadersDict, Request
from reqsnap.vcr.util import CaseInsensitiveDict, auto_decorate, compose, read_body

NAMES = st.text("AaBbCc-", min_size=1, max_size=4)


def test_a_request_tells_the_parts_of_its_url() -> None:
    request = Request("GET", "http://Ada@Example.com:8080/a/b?z=1&y=2&y=1&empty=#end", None, {})
    assert (request.scheme, request.host, request.port) == ("http", "example.com", 8080)
    assert (request.path, request.query) == ("/a/b", [("y", "1"), ("y", "2"), ("z", "1")])
    assert (request.url, request.protocol) == (request.uri, "http")
    assert str(request) == f"<Request (GET) {request.uri}>"


@pytest.mark.parametrize(("url", "port"), [("http://h/", 80), ("https://h/", 443), ("*", None)])
def test_a_url_without_a_port_has_its_schemes(url: str, port: int | None) -> None:
    assert Request("OPTIONS", url, None, {}).port == port


def test_the_url_and_the_headers_can_be_set() -> None:
    request = Request("GET", "http://old/", None, {"Accept": ["a", "b"]})
    request.uri = "https://new/path"
    assert (request.host, request.scheme) == ("new", "https")
    assert request.headers == {"accept": "a"}
    plain = {"X": "y"}
    request.headers = plain
    assert request.headers["x"] == "y"


def test_adding_a_header_is_out_of_date() -> None:
    request = Request("GET", "http://h/", None, {})
    with pytest.deprecated_call(match="headers"):
        request.add_header("X", "y")
    assert request.headers == {"x": "y"}


def pieces() -> Iterator[bytes]:
    yield b"one "
    yield b"two"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (None, None),
        ("ü", "ü".encode()),
        (b"bytes", b"bytes"),
        (BytesIO(b"file"), b"file"),
        (StringIO("text file"), b"text file"),
        (pieces(), b"one two"),
        (iter(["a", "b"]), b"ab"),
        (iter([104, 105]), b"hi"),
        (iter([]), b""),
    ],
)
def test_a_body_of_any_kind_is_read_again_and_again(body: Any, read: bytes | None) -> None:
    request = Request("POST", "http://h/", body, {})
    assert [read_body(request), read_body(copy.deepcopy(request)), read_body(request)] == [read] * 3


def test_a_file_is_left_where_it_was() -> None:
    file = BytesIO(b"0123456789")
    file.seek(4)
    assert read_body(Request("POST", "http://h/", file, {})) == b"456789"
    assert file.read() == b"456789"


def test_a_file_that_cannot_tell_its_place_is_read_once() -> None:
    class Pipe:
        def read(self) -> bytes:
            return b"all"

    assert read_body(Request("POST", "http://h/", Pipe(), {})) == b"all"


def test_a_piece_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="list"):
        read_body(Request("POST", "http://h/", iter([[]]), {}))


def test_a_request_becomes_what_stands_in_a_cassette_and_back() -> None:
    request = Request("POST", "http://h/", b"x", {"A": "1"})
    plain = request._to_dict()
    assert plain == {"method": "POST", "uri": "http://h/", "body": b"x", "headers": {"A": ["1"]}}
    assert Request._from_dict(plain)._to_dict() == plain


@given(st.lists(st.tuples(NAMES, st.integers())))
def test_headers_are_found_in_any_case(pairs: list[tuple[str, int]]) -> None:
    expected = {name.lower(): value for name, value in pairs}
    for kind in (CaseInsensitiveDict, HeadersDict):
        headers = kind(pairs)
        assert len(headers) == len(expected)
        assert all(headers[name.upper()] == value for name, value in expected.items())
        assert headers == expected == headers.copy()


@given(st.lists(NAMES, min_size=1))
def test_headers_of_a_request_keep_the_first_spelling_and_plain_ones_the_last(names: list[str]) -> None:
    pairs = [(name, "") for name in names]
    first = {name.lower(): name for name in reversed(names)}
    assert set(HeadersDict(pairs)) == set(first.values())
    assert set(CaseInsensitiveDict(pairs)) == set({name.lower(): name for name in names}.values())


def test_headers_that_are_removed_are_gone() -> None:
    headers = HeadersDict({"A": "1", "B": "2"})
    del headers["a"]
    assert repr(headers) == "{'B': '2'}"
    assert headers != ["B"]


def test_functions_are_composed_from_the_last() -> None:
    assert compose(str.upper, None, str.strip)(" a ") == "A"


def test_a_class_is_decorated_where_the_predicate_says_so() -> None:
    def louder(function: Any) -> Any:
        return lambda self: function(self).upper()

    def is_test(name: str, value: object) -> bool:
        return name.startswith("test")

    members = {"test_one": lambda self: "one", "helper": lambda self: "helper"}
    Case: Any = auto_decorate(louder, is_test)("Case", (), members)
    assert (Case().test_one(), Case().helper()) == ("ONE", "helper")
    Case.test_two = lambda self: "two"
    assert Case().test_two() == "TWO"
