"""Which requests are the same, by default and by choice, and how a miss is explained."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.errors import ConfigurationError
from reqsnap.matching import Matching, differences, first_few, register_matcher
from reqsnap.matching.parts import read_body, split_url
from reqsnap.model import Headers, Request

JSON = Headers([("Content-Type", "application/json")])
FORM = Headers([("Content-Type", "application/x-www-form-urlencoded")])
URL = "https://api.example.com/items"


def same(one: Request, other: Request, matching: Matching | None = None) -> bool:
    chosen = matching or Matching()
    return chosen.key(one) == chosen.key(other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://H:443/x", "https://h/x", True),
        ("http://h:80/x", "http://h/x", True),
        ("http://h:443/x", "https://h/x", False),
        ("http://h:8080/x", "http://h/x", False),
        ("http://h", "http://h/", True),
        ("http://h/x#part", "http://h/x", True),
        ("http://u:p@h/x", "http://h/x", True),
        ("http://h/x?a=1&b=2", "http://h/x?b=2&a=1", True),
        ("http://h/x?a=1&a=2", "http://h/x?a=2&a=1", False),
        ("http://h/x?a=1", "http://h/x?a=1&a=1", False),
        ("http://h/x?a=b%20c", "http://h/x?a=b+c", True),
        ("http://h/x?a=", "http://h/x?a", True),
        ("http://h/x", "http://h/X", False),
        ("http://[::1]:80/x", "http://[::1]/x", True),
        ("http://h/x?u=http://k/?y", "http://h/x?u=http://k/", False),
    ],
)
def test_urls_are_compared_by_what_they_mean(one: str, other: str, expected: bool) -> None:
    assert same(Request("GET", one), Request("GET", other)) is expected


def test_the_method_is_compared_without_case() -> None:
    assert same(Request("post", URL), Request("POST", URL))
    assert not same(Request("GET", URL), Request("HEAD", URL))


@pytest.mark.parametrize(
    ("headers", "one", "other", "expected"),
    [
        (JSON, b'{"a": 1, "b": 2}', b'{"b":2,"a":1}', True),
        (JSON, b'{"a": [1, 2]}', b'{"a": [2, 1]}', False),
        (JSON, b'{"a": 1}', b'{"a": true}', False),
        (JSON, b'{"a": "\\u00e9"}', '{"a": "é"}'.encode(), True),
        (JSON, b'{"a": 1, "a": 2}', b'{"a": 2}', False),
        (JSON, b"not json", b"not json", True),
        (FORM, b"a=1&b=2", b"b=2&a=1", True),
        (FORM, b"a=1&a=2", b"a=2&a=1", False),
        (FORM, b"a=%7E", b"a=~", True),
        (Headers(), b'{"a": 1}', b'{"a":1}', True),
        (Headers(), b"\xff", b"\xfe", False),
    ],
)
def test_bodies_are_compared_by_what_they_mean(
    headers: Headers, one: bytes, other: bytes, expected: bool
) -> None:
    assert same(Request("POST", URL, headers, one), Request("POST", URL, headers, other)) is expected


def test_multipart_is_compared_without_its_boundary() -> None:
    def upload(boundary: str, content: str) -> Request:
        headers = Headers([("Content-Type", f"multipart/form-data; boundary={boundary}")])
        body = f"--{boundary}\r\n\r\n{content}\r\n--{boundary}--\r\n".encode()
        return Request("POST", URL, headers, body)

    assert same(upload("one", "file"), upload("two", "file"))
    assert not same(upload("one", "file"), upload("one", "other"))


def test_headers_count_only_where_they_are_named() -> None:
    one = Request("GET", URL, Headers([("Accept", "a"), ("X-Trace", "1")]))
    other = Request("GET", URL, Headers([("accept", "b"), ("X-Trace", "2")]))
    assert same(one, other)
    assert not same(one, other, Matching(match_headers=("ACCEPT",)))
    both = Matching(match_on=("method", "uri", "headers"), ignore_headers=("accept", "x-trace"))
    assert same(one, other, both)
    assert not same(one, other, Matching(match_on=("headers",), ignore_headers=("accept",)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values, st.booleans(), st.sampled_from([None, 1, 4]))
def test_json_in_any_layout_means_the_same(document: Any, ascii_only: bool, indent: int | None) -> None:
    plain = Request("POST", URL, JSON, json.dumps(document, separators=(",", ":")).encode())
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent, sort_keys=True)
    assert (
        same(plain, Request("POST", URL, JSON, text.encode("utf-8", "surrogatepass")))
        or max(text) >= "\ud800"
    )


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=5), st.randoms())
def test_query_order_between_names_does_not_matter(pairs: list[tuple[str, str]], random: Any) -> None:
    names = list(dict.fromkeys(name for name, _ in pairs))
    random.shuffle(names)
    moved = [pair for name in names for pair in pairs if pair[0] == name]
    one, other = (f"{URL}?{urlencode(each, errors='replace')}" for each in (pairs, moved))
    assert same(Request("GET", one), Request("GET", other))


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_different_bytes_never_share_a_key(one: bytes, other: bytes) -> None:
    octets = Headers([("Content-Type", "application/octet-stream")])
    assert same(Request("PUT", URL, octets, one), Request("PUT", URL, octets, other)) is (one == other)


@given(st.text())
def test_any_text_can_be_split_as_a_url(text: str) -> None:
    split_url(text)


@given(st.binary(), st.text(max_size=20))
def test_any_body_has_a_meaning(body: bytes, media_type: str) -> None:
    read_body(Request("POST", URL, Headers([("Content-Type", media_type)]), body))


def test_an_unknown_matcher_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="method, scheme, host"):
        Matching(match_on=("method", "urll"))
    with pytest.raises(ConfigurationError, match="match_on"):
        Matching(match_on=cast(Any, (3,)))


def test_a_registered_matcher_is_known_by_name() -> None:
    register_matcher("same tenant", lambda live, recorded: live.headers.get("t") == recorded.headers.get("t"))
    matching = Matching(match_on=("method", "same tenant"))
    assert len(matching.comparisons) == 1
    found = differences(matching, Request("GET", URL, Headers([("t", "1")])), Request("GET", URL))
    assert found[0].field.startswith("matcher")


@pytest.mark.parametrize("name", ["method", "body", "", 3])
def test_a_matcher_cannot_take_a_name_that_is_taken(name: Any) -> None:
    with pytest.raises(ConfigurationError, match="name"):
        register_matcher(name, lambda live, recorded: True)


def test_a_matcher_is_a_function() -> None:
    with pytest.raises(ConfigurationError, match="comparison"):
        register_matcher("nothing", cast(Any, None))


def fields(live: Request, recorded: Request, matching: Matching | None = None) -> list[str]:
    return [found.field for found in differences(matching or Matching(), live, recorded)]


def test_differences_name_the_fields() -> None:
    assert fields(Request("GET", URL), Request("GET", URL)) == []
    assert fields(Request("GET", URL), Request("PUT", "http://h:1/y?a=1")) == [
        "method",
        "scheme",
        "host",
        "port",
        "path",
        "query.a",
    ]
    one = Request("POST", URL, JSON, b'{"items": [{"id": 1}, {"id": 2}], "n": 1}')
    other = Request("POST", URL, JSON, b'{"items": [{"id": 1}, {"id": 3}], "m": 1}')
    assert fields(one, other) == ["body.items[1].id", "body.m", "body.n"]
    assert fields(Request("POST", URL, FORM, b"a=1&b=2"), Request("POST", URL, FORM, b"a=1&b=3")) == [
        "body.b"
    ]
    assert fields(Request("PUT", URL, body=b"abc"), Request("PUT", URL)) == ["body"]
    headers = Matching(match_headers=("accept",))
    assert fields(Request("GET", URL, Headers([("Accept", "a")])), Request("GET", URL), headers) == [
        "header.accept"
    ]
    every = Matching(match_on=("headers",), ignore_headers=("x",))
    assert fields(Request("GET", URL, Headers([("X", "1"), ("Y", "1")])), Request("GET", URL), every) == [
        "header.y"
    ]


def test_one_changed_value_among_two_hundred_is_named_alone() -> None:
    document = {f"field{number}": {"value": number} for number in range(200)}
    recorded = Request("POST", URL, JSON, json.dumps(document).encode())
    document["field117"]["value"] = -1
    (found,) = differences(Matching(), Request("POST", URL, JSON, json.dumps(document).encode()), recorded)
    assert str(found) == "body.field117.value: recorded 117, now -1"


@pytest.mark.parametrize(
    ("recorded", "live", "told"),
    [
        ("", "a=1&b=2", "query: recorded (absent), now 2 other values"),
        ("a=1&b=2", "", "query: recorded 2 more values, now (absent)"),
        ("a=1&b=2", "a=3&c=4", "query: recorded 2 more values, now 2 other values"),
        ("a=1", "a=2&b=1", "query: recorded 1 more value, now 2 other values"),
    ],
)
def test_the_rest_is_counted_on_both_sides(recorded: str, live: str, told: str) -> None:
    found = differences(Matching(), Request("GET", f"{URL}?{live}"), Request("GET", f"{URL}?{recorded}"))
    assert [str(each) for each in first_few(list(found), 1)] == [told]


def test_many_differences_are_counted_and_long_values_cut() -> None:
    one = Request("POST", URL, JSON, json.dumps(dict.fromkeys(map(str, range(50)), 1)).encode())
    other = Request("POST", URL, JSON, json.dumps(dict.fromkeys(map(str, range(50)), "x" * 500)).encode())
    found = differences(Matching(), one, other)
    assert len(found) == 8
    assert str(found[-1]) == "body: recorded 43 more values, now 43 other values"
    assert all(len(str(each)) < 300 for each in found)
