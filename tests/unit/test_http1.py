"""HTTP/1.1 read back from its bytes, in whatever pieces they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.interceptors.http1 import Answer, fields, is_left_between_events, request_sent
from reqsnap.model import Headers, Response


def read(wire: bytes, method: str = "GET", step: int = 1, *, ended: bool = False) -> Answer:
    answer = Answer(method)
    for start in range(0, len(wire), step):
        answer.feed(wire[start : start + step])
    if ended:
        answer.end()
    return answer


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_a_known_length(step: int) -> None:
    answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a\r\n b\r\n\r\nhello", step=step)
    assert answer.complete
    headers = Headers([("Content-Length", "5"), ("X", "a b")])
    assert answer.response() == Response(200, "OK", headers, b"hello")


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_chunks_with_extensions_and_trailers(step: int) -> None:
    wire = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    answer = read(wire, step=step)
    assert answer.complete
    response = answer.response()
    assert (response.body, response.parts) == (b"hello world", (5, 6))
    assert response.trailers == Headers([("X-Sum", "1")])
    for end in range(len(wire) - 1):
        assert not read(wire[:end]).complete


def test_a_body_that_the_end_of_the_connection_delimits() -> None:
    answer = read(b"HTTP/1.0 200 OK\r\n\r\nab", step=20, ended=True)
    assert answer.complete
    assert answer.response().version == "HTTP/1.0"
    assert not read(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nab", ended=True).complete


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_answers_without_a_body(method: str, status: int) -> None:
    assert read(f"HTTP/1.1 {status} X\r\nContent-Length: 5\r\n\r\n".encode(), method).complete


def test_interim_answers_are_passed_over_and_a_switch_is_told() -> None:
    answer = read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 \r\nContent-Length: 0\r\n\r\n")
    assert (answer.complete, answer.status) == (True, 201)
    assert read(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nraw").switched


def test_what_is_no_http_raises() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")
    with pytest.raises(ValueError, match="followed by"):
        read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n")


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=5), st.integers(1, 12))
def test_any_chunks_in_any_pieces(chunks: list[bytes], step: int) -> None:
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    answer = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body, step=step)
    assert answer.complete
    response = answer.response()
    assert list(response.pieces()) == ([b"".join(chunks)] if len(chunks) == 1 else chunks)


def test_a_request_that_was_sent() -> None:
    wire = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
    request = request_sent("POST", "http://h/a", wire)
    assert (request.body, request.complete) == (b"ab", True)
    assert request.headers == Headers([("Host", "h"), ("Content-Length", "2")])
    assert not request_sent("POST", "http://h/a", wire[:-1]).complete
    assert not request_sent("POST", "http://h/a", wire[:20]).complete


def test_a_request_that_was_sent_in_chunks() -> None:
    head = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    request = request_sent("POST", "http://h/a", head + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    assert (request.body, request.complete) == (b"abc", True)
    cut = request_sent("POST", "http://h/a", head + b"2\r\nab\r\n5\r\nc")
    assert (cut.body[:2], cut.complete) == (b"ab", False)


def test_a_large_request_is_read_as_a_small_one() -> None:
    body = b"x" * 50_000
    wire = b"PUT / HTTP/1.1\r\nContent-Length: 50000\r\n\r\n" + body
    assert request_sent("PUT", "http://h/", wire).body == body


def test_fields_keep_odd_lines() -> None:
    assert fields([b" leading", b"a:b", b"no colon"]) == Headers(
        [(" leading".rstrip(), ""), ("a", "b"), ("no colon", "")]
    )


@pytest.mark.parametrize(
    ("media_type", "body", "expected"),
    [
        ("text/event-stream", b"data: 1\n\n", True),
        ("text/event-stream; charset=utf-8", b"data: 1\r\n\r\n", True),
        ("text/event-stream", b"data: 1\n", False),
        ("application/json", b"{}\n\n", False),
    ],
)
def test_an_event_stream_may_be_left_between_events(media_type: str, body: bytes, expected: bool) -> None:
    assert is_left_between_events(Headers([("Content-Type", media_type)]), body) is expected
