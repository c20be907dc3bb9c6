"""What VCR.py's matchers find the same, asked through a cassette and by themselves."""

from __future__ import annotations

from typing import Any

import pytest

import reqsnap.vcr as vcr
from reqsnap.errors import ConfigurationError
from reqsnap.vcr import matchers
from reqsnap.vcr.errors import CannotOverwriteExistingCassetteException
from reqsnap.vcr.request import Request
from tests.support.counter import Counter

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def request(url: str = "http://h/p", body: Any = None, method: str = "GET", **headers: str) -> Request:
    return Request(method, url, body, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("method", request(), request(method="POST"), False),
        ("scheme", request("http://h/"), request("https://h/"), False),
        ("host", request("http://H/"), request("http://h/"), True),
        ("port", request("http://h/"), request("http://h:80/"), True),
        ("port", request("http://h/"), request("http://h:81/"), False),
        ("path", request("http://h"), request("http://h/"), True),
        ("path", request("http://h/a"), request("http://h/a/"), False),
        ("query", request("http://h/?a=1&b=2&a=0"), request("http://h/?a=0&a=1&b=2"), True),
        ("query", request("http://h/?a=1&b="), request("http://h/?a=1"), True),
        ("uri", request("http://h?a=1"), request("http://h/?a=1"), True),
        ("uri", request("http://h/?a=1&b=2"), request("http://h/?b=2&a=1"), False),
        ("headers", request(A="1"), request(a="1"), True),
        ("headers", request(A="1"), request(), False),
        ("raw_body", request(body="a=1&b=2"), request(body=b"a=1&b=2"), True),
        ("raw_body", request(body=iter(["a=1", "&b=2"])), request(body=b"a=1&b=2"), True),
        (
            "body",
            request(body="a=1&b=2", Content_Type=FORM),
            request(body="b=2&a=1", Content_Type=FORM),
            True,
        ),
        ("body", request(body="a=1&b=2"), request(body="b=2&a=1"), False),
        (
            "body",
            request(body='{"a":1}', Content_Type=JSON),
            request(body='{"a": 1}', Content_Type=JSON),
            True,
        ),
        ("body", request(body="{", Content_Type=JSON), request(body="{", Content_Type=JSON), True),
        ("body", request(body='{"a":1}', Content_Type=JSON), request(body='{"a": 1}'), False),
        (
            "body",
            request(body=b"3\r\nabc\r\n0\r\n\r\n", Transfer_Encoding="chunked"),
            request(body=b"abc", Transfer_Encoding="chunked"),
            True,
        ),
    ],
)
def test_a_matcher_says_what_differs(name: str, one: Request, other: Request, same: bool) -> None:
    matcher = getattr(matchers, name)
    agree, differ = matchers.get_matchers_results(one, other, [matcher])
    assert (agree, [each for each, _ in differ]) == (([name], []) if same else ([], [name]))
    assert same or differ[0][1]
    assert matchers.requests_match(one, other, [matcher]) is same


def test_what_differs_in_a_body_is_shown_in_lines() -> None:
    now, then = ({"Content-Type": JSON}, {"Content-Type": JSON})
    with pytest.raises(AssertionError) as caught:
        matchers.body(
            Request("POST", "/", '{"b": 2, "a": 1}', now), Request("POST", "/", '{"a": 3, "b": 2}', then)
        )
    lines = str(caught.value).splitlines()
    assert lines[:2] == ["--- recorded", "+++ this request"]
    assert [line for line in lines[3:] if line[0] in "+-"] == ['-  "a": 3,', '+  "a": 1,']


def test_chunks_that_are_broken_off_are_compared_as_they_are() -> None:
    fields = {"Transfer-Encoding": "chunked"}
    broken = [Request("POST", "/", body, fields) for body in (b"3\r\nabc", b"3\r\nabcXX")]
    assert matchers.requests_match(broken[0], broken[0], [matchers.body])
    assert not matchers.requests_match(broken[0], broken[1], [matchers.body])


@pytest.mark.parametrize(
    ("match_on", "again", "plays"),
    [
        (["method", "scheme", "host", "port", "path", "query"], "/a?y=2&x=1&x=0", True),
        (["method", "uri"], "/a?y=2&x=1&x=0", False),
        (["method"], "/other", True),
        (["path"], "/a", True),
        (["query"], "/other?x=0&y=2&x=1", True),
        (["host", "raw_body"], "/other", True),
        (["url"], "/a?x=0&x=1&y=2", True),
        ([], "/other", True),
    ],
)
def test_a_cassette_plays_what_its_matchers_find_the_same(
    path: str, server: Counter, match_on: list[str], again: str, plays: bool
) -> None:
    with vcr.use_cassette(path):
        live = server.get("/a?x=0&x=1&y=2")
    with vcr.use_cassette(path, record_mode="none", match_on=match_on):
        if plays:
            assert server.get(again) == live
        else:
            with pytest.raises(CannotOverwriteExistingCassetteException):
                server.get(again)


def test_bodies_count_only_where_they_are_matched(path: str, server: Counter) -> None:
    with vcr.use_cassette(path):
        first, second = (server.get("/a", "POST", body) for body in ("one", "two"))
    with vcr.use_cassette(path):
        assert server.get("/a", "POST", "three") == first
    with vcr.use_cassette(path, match_on=["method", "body"]):
        assert [server.get("/a", "POST", body) for body in ("two", "one")] == [second, first]


def test_a_matcher_of_ones_own_gets_the_live_and_the_recorded_request(path: str, server: Counter) -> None:
    asked: list[tuple[str, str]] = []

    def ends_alike(live: Request, recorded: Request) -> None:
        asked.append((live.path, recorded.path))
        if live.path[-1] != recorded.path[-1]:
            raise AssertionError("other endings")

    my_vcr = vcr.VCR(match_on=["method"])
    my_vcr.register_matcher("ending", ends_alike)
    with my_vcr.use_cassette(path):
        live = server.get("/ab")
    with my_vcr.use_cassette(path, additional_matchers=["ending"]) as cassette:
        assert server.get("/xb") == live
        with pytest.raises(CannotOverwriteExistingCassetteException) as caught:
            server.get("/xc")
    assert asked[0] == ("/xb", "/ab")
    (similar,) = caught.value.similar_requests
    assert (similar[0].path, similar[1], similar[2]) == ("/ab", ["method"], [("ends_alike", "other endings")])
    assert cassette.play_count == 1


def test_an_unknown_matcher_is_told_in_both_ways(path: str) -> None:
    for kind in (KeyError, ConfigurationError):
        with pytest.raises(kind, match="isn't registered"), vcr.use_cassette(path, match_on=["urll"]):
            pass
