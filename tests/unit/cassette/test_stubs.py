"""Answers made by hand: which requests they are for, how often, and in which order."""

from __future__ import annotations

import re
from threading import Thread
from typing import Any

import pytest

from reqsnap.cassette.stubs import Stub, Stubs
from reqsnap.errors import ConfigurationError
from reqsnap.model import Request, Response


def stubs(*made: Stub) -> Stubs:
    found = Stubs()
    for each in made:
        found.add(each)
    return found


def taken(found: Stubs, url: str, method: str = "GET") -> int | None:
    request = Request(method, url)
    stub = found.take(request)
    return None if stub is None else stub.answer(request).status


@pytest.mark.parametrize(
    ("url", "asked", "answers"),
    [
        ("http://h/x", "http://h/x", True),
        ("HTTP://H:80/x", "http://h/x", True),
        ("http://h/x?a=1&b=2", "http://h/x?b=2&a=1", True),
        ("http://h/x", "http://h/x?a=1", False),
        ("http://h/x", "http://h/y", False),
        (re.compile("/x$"), "http://anywhere/x", True),
        (re.compile("/x$"), "http://anywhere/xy", False),
    ],
)
def test_a_stub_means_a_method_and_a_url(url: str | re.Pattern[str], asked: str, answers: bool) -> None:
    found = stubs(Stub("get", url, Response(299)))
    assert found.could_match("GET", asked) is answers
    assert taken(found, asked) == (299 if answers else None)
    assert taken(found, asked, "POST") is None


def test_the_first_stub_that_may_answer_does() -> None:
    found = stubs(
        Stub("GET", "http://h/x", Response(201), times=1),
        Stub("GET", "http://h/x", Response(202), times=2),
    )
    assert [taken(found, "http://h/x") for _ in range(4)] == [201, 202, 202, None]
    assert not found.could_match("GET", "http://h/x")
    assert [len(stub.calls) for stub in found.all] == [1, 2]


def test_a_function_makes_the_answer_of_the_request() -> None:
    stub = Stub("POST", "http://h/x", lambda request: Response(200, body=request.body * 2))
    assert stub.answer(Request("POST", "http://h/x", body=b"ab")).body == b"abab"
    assert stub.used


def test_a_function_that_makes_no_response_is_told_so() -> None:
    def made(request: Request) -> Any:
        return "hello"

    with pytest.raises(ConfigurationError, match="a stub answers with a Response"):
        Stub("GET", "http://h/x", made).answer(Request("GET", "http://h/x"))


def test_each_of_its_times_is_taken_once_by_any_thread() -> None:
    found = stubs(Stub("GET", "http://h/x", Response(200), times=500))
    answers: list[int | None] = []

    def ask() -> None:
        answers.extend(taken(found, "http://h/x") for _ in range(100))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(200), answers.count(None)) == (500, 300)


@pytest.mark.parametrize(
    ("changed", "option"),
    [
        ({"method": ""}, "method"),
        ({"method": 1}, "method"),
        ({"url": "/x"}, "url"),
        ({"url": None}, "url"),
        ({"response": "hello"}, "response"),
        ({"times": 0}, "times"),
        ({"times": True}, "times"),
        ({"times": "1"}, "times"),
    ],
)
def test_what_cannot_be_a_stub_is_refused(changed: dict[str, Any], option: str) -> None:
    given: dict[str, Any] = {"method": "GET", "url": "http://h/x", "response": Response(200)} | changed
    with pytest.raises(ConfigurationError, match=option):
        Stub(**given)
