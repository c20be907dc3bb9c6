"""reqsnap's own cassette file: what it looks like, and that it gives back what it was given."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from reqsnap.errors import CassetteWriteError
from reqsnap.formats import native
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.native_files import AT, exchange, written

DESIGNED = """\
reqsnap: 1
interactions:
- request:
    head: |-
      POST https://api.example.com/v1/items?page=1
      Accept: application/json
      Authorization: [REDACTED]
      Content-Type: application/json
    json: compact
    body: |-
      {
        "name":"Ada"
      }
  response:
    head: |-
      201 Created
      Content-Type: application/json; charset=utf-8
      Set-Cookie: session=[REDACTED]; Path=/
    json: spaced
    body: |-
      {
        "id": 7,
        "tags": ["a", "b"]
      }
    elapsed: 0.042
  recorded_at: 2026-11-22T01:02:03.456Z
# end
"""

EXAMPLE = Interaction(
    Request(
        "POST",
        "https://api.example.com/v1/items?page=1",
        Headers(
            [
                ("Accept", "application/json"),
                ("Authorization", "[REDACTED]"),
                ("Content-Type", "application/json"),
            ]
        ),
        b'{"name":"Ada"}',
    ),
    Response(
        201,
        "Created",
        Headers(
            [
                ("Content-Type", "application/json; charset=utf-8"),
                ("Set-Cookie", "session=[REDACTED]; Path=/"),
            ]
        ),
        b'{"id": 7, "tags": ["a", "b"]}',
    ),
    AT,
    0.042,
)


def test_the_layout_is_the_designed_one() -> None:
    assert native.dump([EXAMPLE]).decode() == DESIGNED
    assert native.load(DESIGNED.encode()) == [EXAMPLE]


def test_an_empty_cassette() -> None:
    assert native.dump([]) == b"reqsnap: 1\ninteractions:\n# end\n"
    assert native.load(native.dump([])) == []


def test_an_item_can_be_put_in_front_of_the_end() -> None:
    other = exchange(b"later")
    data = native.dump([EXAMPLE]).removesuffix(native.END) + native.dump_item(other) + native.END
    assert data == native.dump([EXAMPLE, other])
    assert native.load(data) == [EXAMPLE, other]


UNEQUAL = "the sizes of the parts do not add up to the length of the body"


def failed(interaction: Interaction, status: int = 200) -> Interaction:
    """An interaction that was reset after so much of its answer."""
    response = replace(interaction.response, status=status)
    return replace(interaction, response=response, error=NetworkError(ErrorKind.RESET))


FAILED = """\
  error:
    kind: connect timeout
    message: "timed out \\u2028 at last"
    errno: 110
    elapsed: 0.5
  recorded_at: 2026-11-22T01:02:03.456Z
# end
"""

CUT = """\
  response:
    head: 200 OK
    parts: 3 64
    body: |-
      one, two
    elapsed: 0.0
  error:
    kind: closed
  recorded_at: 2026-11-22T01:02:03.456Z
# end
"""


def test_an_error_stands_in_place_of_the_response_or_after_it() -> None:
    error = NetworkError(ErrorKind.CONNECT_TIMEOUT, "timed out \u2028 at last", 110)
    nothing = Interaction(Request("GET", "http://h/"), Response(0), AT, 0.5, error)
    cut = replace(exchange(b"one, two", parts=(3, 64)), error=NetworkError(ErrorKind.CLOSED))
    for interaction, end in ((nothing, FAILED), (cut, CUT)):
        data = native.dump([interaction])
        assert data.decode().partition("http://h/\n")[2].replace("|-\n      200", "200", 1) == end
        assert native.load(data) == [interaction]


HEADS = {
    (("A", "1"), ("a", "2"), ("A", "3")): r"""
    head: |-
      200 OK
      A: 1
      a: 2
      A: 3
""",
    (("Empty", ""), (":status", " : x")): r"""
    head: |-
      200 OK
      Empty:
      :status:  : x
""",
    (("Name", "\xc3\xa9\xe2\x9c\x93"),): r"""
    head_charset: utf-8
    head: |-
      200 OK
      Name: é✓
""",
    (("Name", "\xe9"),): r"""
    head: |-
      200 OK
      Name: é
""",
    (("Folded", "a\r\n b"), ("Blank", "a "), ("Next-Line", "\x85")): r"""
    head:
    - "200 OK"
    - "Folded: a\r\n b"
    - "Blank: a "
    - "Next-Line: \x85"
""",
    (("a:b", "c"), ("", "d"), (" e", ""), ("\t", "\n")): r"""
    head:
    - "200 OK"
    - ["a:b", "c"]
    - ["", "d"]
    - [" e", ""]
    - ["\t", "\n"]
""",
}


@pytest.mark.parametrize(("fields", "text"), HEADS.items())
def test_the_form_of_a_head(fields: tuple[tuple[str, str], ...], text: str) -> None:
    assert written(exchange(fields=fields)) == text[1:]


def test_the_rest_of_a_response() -> None:
    trailers = Headers([("Checksum", "x"), ("Empty", "")])
    odd = exchange(b"abc", version="HTTP/1.0", trailers=trailers, parts=(1, 0, 2))
    assert (
        written(odd)
        == r"""
    version: HTTP/1.0
    head: |-
      200 OK
    parts: 1 0 2
    body: |-
      abc
    trailers: |-
      Checksum: x
      Empty:
"""[1:]
    )


def test_many_parts_fill_lines() -> None:
    sizes = "7 9 " * 50
    text = written(exchange(b"data: 1\n" * 100, parts=(7, 9) * 50))
    assert text.startswith(
        f"    head: |-\n      200 OK\n    parts: >-\n"
        f"      {sizes[:87]}\n      {sizes[88:175]}\n      {sizes[176:199]}\n    body: |\n"
    )


@pytest.mark.parametrize(
    ("body", "parts", "shown"),
    [
        (b"one part", (8,), "whole"),
        (b"data: 1\n\n" * 5, (9,) * 5, "events"),
        (b"event: a\r\ndata: 1\r\n\r\n: ping\r\n\r\n\r\ndata", (21, 12, 4), "events"),
        (b"\n\ndata: 1\r\rdata: 2", (2, 9, 7), "events"),
        (b'{"a":1}\n{"b":22}\n\nend', (8, 9, 1, 3), "lines"),
        (b"x" * 100_003, (8192,) * 12 + (1699,), "8192*12 1699"),
        (b"x" * 14, (1, 2, 2, 2, 3, 4), "1 2 2 2 3 4"),
        (b"", (0,), "0"),
        (b"abc", (0, 0, 0, 0, 3), "0 0 0 0 3"),
        (b"a\n\nb\n\n", (3, 0, 3), "3 0 3"),
    ],
)
def test_the_parts_of_a_stream(body: bytes, parts: tuple[int, ...], shown: str) -> None:
    assert f"\n    parts: {shown}\n" in written(exchange(body, parts=parts))


def test_parts_of_events_follow_when_a_person_changes_the_stream() -> None:
    data = native.dump([exchange(b"data: 1\n\ndata: 2\n\n", parts=(9, 9))])
    (read,) = native.load(data.replace(b"data: 1", b"event: more\n      data: one"))
    assert read.response.parts == (23, 9)
    assert read.response.body == b"event: more\ndata: one\n\ndata: 2\n\n"


def test_a_request_that_was_not_sent_whole() -> None:
    cut = exchange(sent=Request("POST", "http://h/", body=b"half", complete=False))
    assert "    complete: false\n    body: |-\n      half\n" in native.dump([cut]).decode()
    assert native.load(native.dump([cut])) == [cut]


@pytest.mark.parametrize(
    ("method", "url"), [("", ""), ("A B", "http://h/"), ("GET", ""), ("M-SEARCH", "* *")]
)
def test_odd_request_lines(method: str, url: str) -> None:
    odd = exchange(sent=Request(method, url))
    assert native.load(native.dump([odd])) == [odd]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 600, UTC), "2026-01-02T03:04:05.000600Z"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2026-01-02T01:00:00.000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_the_moment_is_written_in_utc(moment: datetime, text: str) -> None:
    data = native.dump_item(Interaction(EXAMPLE.request, EXAMPLE.response, moment))
    assert data.decode().endswith(f"\n    elapsed: 0.0\n  recorded_at: {text}\n")
    assert native.load(native.START + data + native.END)[0].recorded_at == moment


@pytest.mark.parametrize(
    ("interaction", "reason"),
    [
        (Interaction(EXAMPLE.request, Response(99), AT), "the status 99 is not a number from 100 to 999"),
        (exchange(version="ICY"), "the version 'ICY' is not written like HTTP/1.1"),
        (exchange(b"abc", parts=(1,)), UNEQUAL),
        (exchange(b"abc", parts=(4, -1)), UNEQUAL),
        (failed(exchange(b"abc", parts=(1, 1))), UNEQUAL),
        (failed(exchange(b"abc", parts=(4, 1))), UNEQUAL),
        (failed(exchange(), status=0), "the status 0 is not a number from 100 to 999"),
        (
            replace(exchange(), error=NetworkError(ErrorKind.RESET, "\ud800")),
            "'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed",
        ),
        (exchange(fields=(("Name", "日本"),)), "header text has the character '日', which is not one byte"),
        (Interaction(EXAMPLE.request, EXAMPLE.response, AT, -1.0), "elapsed=-1.0 is not a time in seconds"),
        (
            Interaction(EXAMPLE.request, EXAMPLE.response, AT, math.inf),
            "elapsed=inf is not a time in seconds",
        ),
        (
            Interaction(EXAMPLE.request, EXAMPLE.response, AT.replace(tzinfo=None)),
            "recorded_at has no time zone",
        ),
    ],
)
def test_what_a_file_cannot_hold_is_refused_when_written(interaction: Interaction, reason: str) -> None:
    request = interaction.request
    with pytest.raises(CassetteWriteError) as caught:
        native.dump([EXAMPLE, interaction])
    assert str(caught.value) == f"{request.method} {request.url} cannot be written: {reason}"
