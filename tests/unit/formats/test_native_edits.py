"""What a person changes in a cassette file by hand, and what is made to fit."""

from __future__ import annotations

import pytest

from reqsnap.formats import native
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.native_files import AT


def answer(
    *fields: tuple[str, str], status: int = 200, method: str = "GET", body: bytes = b"longer"
) -> bytes:
    """A file of one answer with that many bytes more or less than its head says."""
    response = Response(status, "OK", Headers(fields), body)
    return native.dump([Interaction(Request(method, "http://h/"), response, AT)])


def lengths(data: bytes) -> list[str]:
    """The Content-Length fields of the one answer in a file, as it is read."""
    return native.load(data)[0].response.headers.get_all("content-length")


@pytest.mark.parametrize("stated", ["4", "8", "0"])
def test_an_answer_states_the_length_of_its_body(stated: str) -> None:
    data = answer(("Content-Type", "text/plain"), ("CONTENT-LENGTH", stated))
    (read,) = native.load(data)
    assert read.response.headers.pairs == (("Content-Type", "text/plain"), ("CONTENT-LENGTH", "6"))
    assert native.load(native.dump([read])) == [read]


def test_a_body_that_was_removed_has_no_length() -> None:
    assert lengths(answer(("Content-Length", "6"), body=b"")) == ["0"]


@pytest.mark.parametrize("stated", ["06", "6"])
def test_a_length_that_is_right_stays_as_it_is_written(stated: str) -> None:
    assert lengths(answer(("Content-Length", stated))) == [stated]


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("head", 404), ("GET", 204), ("GET", 304), ("GET", 103)]
)
def test_an_answer_without_a_body_of_its_own_may_state_any_length(method: str, status: int) -> None:
    assert lengths(answer(("Content-Length", "9"), method=method, status=status, body=b"")) == ["9"]


@pytest.mark.parametrize(
    "fields",
    [
        [("Content-Length", "9"), ("Transfer-Encoding", "chunked")],
        [("Content-Length", "6, 6")],
        [("Content-Length", "many")],
        [("Content-Length", "")],
        [("Content-Length", "9"), ("Content-Length", "6")],
    ],
)
def test_what_does_not_measure_the_body_stays_as_it_was_received(fields: list[tuple[str, str]]) -> None:
    assert native.load(answer(*fields))[0].response.headers == Headers(fields)


def test_an_answer_that_an_error_cut_off_keeps_the_length_that_it_announced() -> None:
    cut = Response(200, "OK", Headers([("Content-Length", "9")]), b"half")
    error = NetworkError(ErrorKind.CLOSED, "closed")
    interaction = Interaction(Request("GET", "http://h/"), cut, AT, error=error)
    assert native.load(native.dump([interaction])) == [interaction]


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "http://h/a b"),
        ("GET", "http://h/a HTTP/1.1"),
        ("GET", " http://h/"),
        ("GET", "http://h/\té"),
        ("Host:", "http://h/"),
        ("GET", "/json"),
        ("GET", "http://h/a\nb"),
        ("M-SEARCH", "http://h/*"),
    ],
)
def test_whatever_was_requested_is_written_so_that_it_is_read_again(method: str, url: str) -> None:
    odd = Interaction(Request(method, url), Response(200, "OK"), AT)
    assert native.load(native.dump([odd])) == [odd]
