"""What a conversion lost: interactions that were meant against those that were read back."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.cli.convert.losses import Comparison, compare
from reqsnap.cli.convert.plan import Step, plan, renamed
from reqsnap.formats import NATIVE
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.lossy_formats import Poor
from tests.support.native_files import AT

GZIP = gzip.compress(b"content", mtime=0)
WHOLE = Interaction(
    Request("POST", "http://h/", Headers([("A", "1"), ("Set", "x"), ("Set", "y")]), b"sent", complete=False),
    Response(
        200,
        "OK",
        Headers([("Content-Encoding", "gzip"), ("Content-Length", str(len(GZIP))), ("B", "2")]),
        GZIP,
        "HTTP/2",
        Headers([("T", "3")]),
        (len(GZIP) - 1, 1),
    ),
    AT,
    0.5,
    NetworkError(ErrorKind.CLOSED, "gone", 7),
)


def of_request(**changes: Any) -> Interaction:
    return replace(WHOLE, request=replace(WHOLE.request, **changes))


def of_response(**changes: Any) -> Interaction:
    return replace(WHOLE, response=replace(WHOLE.response, **changes))


UNDONE = of_response(body=b"content", headers=Headers([("Content-Length", "7"), ("B", "2")]), parts=())


RECODED = gzip.compress(b"content", 1, mtime=5)


@pytest.mark.parametrize(
    ("found", "lost"),
    [
        (
            of_response(body=RECODED, headers=WHOLE.response.headers.replaced("Content-Length", "1")),
            ["the exact bytes of compressed bodies of responses"],
        ),
        (WHOLE, []),
        (replace(WHOLE, recorded_at=AT + timedelta(microseconds=900), elapsed=0.5000001), []),
        (replace(WHOLE, recorded_at=AT + timedelta(seconds=1)), ["the time of recording"]),
        (replace(WHOLE, elapsed=0.0), ["how long exchanges took"]),
        (of_request(complete=True), ["that requests were recorded incomplete"]),
        (of_request(body=b""), ["bodies of requests"]),
        (of_response(reason=""), ["reason phrases"]),
        (of_response(version="HTTP/1.1"), ["HTTP versions"]),
        (of_response(trailers=Headers()), ["trailers"]),
        (of_response(trailers=Headers([("t", "3")])), ["how names of trailers are spelled"]),
        (of_response(parts=()), ["the parts in which bodies arrived"]),
        (UNDONE, ["content codings of responses", "the parts in which bodies arrived"]),
        (replace(WHOLE, error=NetworkError(ErrorKind.CLOSED)), ["details of network errors"]),
        (of_request(headers=Headers([("A", "1")])), ["header fields of requests: set"]),
        (
            of_request(headers=Headers([("A", "1"), ("Set", "x, y")])),
            ["that header fields of requests were repeated"],
        ),
        (
            of_request(headers=Headers([("a", "1"), ("set", "x"), ("set", "y")])),
            ["how names of header fields of requests are spelled"],
        ),
        (
            of_request(headers=Headers([("Set", "x"), ("Set", "y"), ("A", "1")])),
            ["the order of header fields of requests"],
        ),
    ],
)
def test_what_is_lost(found: Interaction, lost: list[str]) -> None:
    assert compare([WHOLE], [found]) == Comparison(dict.fromkeys(lost, 1))


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (of_request(method="PUT"), "methods or URLs"),
        (of_request(url="http://h/other"), "methods or URLs"),
        (of_request(body=b"other"), "bodies of requests"),
        (
            of_request(headers=Headers([("A", "2"), ("Set", "x"), ("Set", "y")])),
            "values of header fields of requests",
        ),
        (
            of_request(headers=Headers([*WHOLE.request.headers, ("New", "1")])),
            "values of header fields of requests",
        ),
        (of_response(status=201), "status codes"),
        (of_response(reason="Fine"), "reason phrases"),
        (of_response(body=b"other"), "bodies of responses"),
        (of_response(body=b""), "bodies of responses"),
        (of_response(trailers=Headers([("T", "4")])), "values of trailers"),
        (replace(WHOLE, error=None), "network errors"),
        (replace(WHOLE, error=NetworkError(ErrorKind.RESET)), "the kinds of network errors"),
    ],
)
def test_what_says_something_else_is_no_loss(found: Interaction, wrong: str) -> None:
    assert wrong in compare([WHOLE], [found]).wrong


def test_the_number_of_interactions() -> None:
    assert compare([WHOLE, WHOLE], [WHOLE]).wrong == {"2 interactions were written, 1 read back": 1}
    assert compare([], [WHOLE]).wrong == {"0 interactions were written, 1 read back": 0}


def numbered(count: int) -> list[Interaction]:
    return [of_request(url=f"http://h/{number % 3}", body=b"%d" % number) for number in range(count)]


@given(st.permutations(range(7)))
def test_the_order_of_interactions_is_a_loss_and_nothing_else_is(places: list[int]) -> None:
    meant = numbered(3)
    places = [place for place in places if place < 3]
    expected = {} if places == [0, 1, 2] else {"the order of interactions": 3}
    assert compare(meant, [meant[place] for place in places]) == Comparison(expected)


def test_the_same_requests_in_the_order_of_their_times() -> None:
    late, early = replace(WHOLE, recorded_at=AT + timedelta(hours=1)), of_response(reason="Early")
    assert compare([late, early], [early, late]) == Comparison({"the order of interactions": 2})


def test_an_interaction_that_became_another_is_found_out_of_order_too() -> None:
    meant = numbered(3)
    found = [meant[2], meant[0], replace(meant[1], request=Request("GET", "http://h/9"))]
    assert "methods or URLs" in compare(meant, found).wrong


CHANGES: list[Callable[[Interaction], Interaction]] = [
    lambda each: replace(each, elapsed=each.elapsed + 1),
    lambda each: replace(each, request=replace(each.request, body=each.request.body + b"x")),
    lambda each: replace(each, response=replace(each.response, body=each.response.body + b"x")),
    lambda each: replace(each, response=replace(each.response, status=each.response.status + 1)),
    lambda each: replace(
        each, response=replace(each.response, headers=Headers([*each.response.headers, ("X", "")]))
    ),
]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(CHANGES)), min_size=1))
def test_no_change_goes_unseen(changes: list[tuple[int, Callable[[Interaction], Interaction]]]) -> None:
    found = meant = numbered(6)
    for place, change in changes:
        found = [change(each) if number == place else each for number, each in enumerate(found)]
    result = compare(meant, found)
    assert result.losses or result.wrong


# Names


def test_a_plan_keeps_the_layout() -> None:
    steps = plan(
        [Path("a/x.yaml"), Path("a/b/y.yml"), Path("a/b/y.yaml"), Path("a/v1.2")],
        Path("a"),
        Path("c"),
        Poor(),
    )
    assert steps == [
        Step(Path("a/x.yaml"), Path("c/x.poor")),
        Step(Path("a/b/y.yml"), Path("c/b/y.poor")),
        Step(Path("a/b/y.yaml"), Path("c/b/y.poor"), clash=Path("a/b/y.yml")),
        Step(Path("a/v1.2"), Path("c/v1.2.poor")),
    ]


@pytest.mark.parametrize(("name", "expected"), [("x.yml", "x.yml"), ("x.YAML", "x.YAML"), ("x", "x.yaml")])
def test_names_in_the_native_format(name: str, expected: str) -> None:
    assert renamed(Path(name), NATIVE) == Path(expected)
