"""Whatever crossed a connection is read from a cassette as it was written to it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reqsnap.formats import native
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response


def answer(body: bytes, elapsed: float = 0.0) -> Interaction:
    return Interaction(
        Request("GET", "http://h/"), Response(200, body=body), datetime(2026, 1, 1, tzinfo=UTC), elapsed
    )


octets = st.text(st.characters(max_codepoint=255), max_size=20)
utf8_octets = st.text(max_size=10).map(lambda text: text.encode().decode("latin-1"))
odd_octets = st.text(st.sampled_from(" \t\r\n:\x85\xa0\x00\"'\\-#[]é"), max_size=8)
header_text = octets | utf8_octets | odd_octets
headers = st.lists(st.tuples(header_text, header_text), max_size=5).map(Headers)
lines = st.sampled_from(
    [
        "# end",
        "- request:",
        "  response:",
        "---",
        "...",
        "%YAML 1.1",
        "&a *b !!c",
        "key: |-",
        "",
        " ",
        "\t",
        "é😀",
    ]
)
hostile_text = st.lists(
    lines
    | st.text(st.sampled_from(" \n\r\t-#:|>\"'\\&*!%@`{}[],?~\x85\u2028\u2029\ufeff\x00aé😀"), max_size=12),
    max_size=6,
).map("\n".join)
json_values = st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=5) | st.integers()), max_size=3)
json_text = st.builds(
    lambda value, indent, separators, ascii_only: json.dumps(
        value, indent=indent, separators=separators, ensure_ascii=ascii_only
    ),
    json_values,
    st.sampled_from([None, None, 0, 2, "\t"]),
    st.sampled_from([(",", ":"), (", ", ": "), (",", ": "), (" ,", ":")]),
    st.booleans(),
)
bodies = st.binary(max_size=200) | hostile_text.map(str.encode) | json_text.map(str.encode)
requests = st.builds(Request, header_text, header_text, headers, bodies, st.booleans())


@st.composite
def responses(draw: st.DrawFn) -> Response:
    body = draw(bodies)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
    parts = tuple(end - start for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True))
    status, reason = draw(st.integers(100, 999)), draw(header_text)
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/0.9"]))
    return Response(
        status, reason, draw(headers), body, version, draw(headers), parts if draw(st.booleans()) else ()
    )


errors = st.builds(
    NetworkError,
    st.sampled_from(ErrorKind),
    hostile_text | st.text(max_size=20),
    st.none() | st.integers(-(10**9) + 1, 10**9 - 1),
)


@st.composite
def failures(draw: st.DrawFn) -> tuple[Response, NetworkError]:
    """What came of an answer, the last part of it perhaps cut, and what came then."""
    error = draw(errors)
    if draw(st.booleans()):
        return Response(0), error
    response = draw(responses())
    if response.parts and response.parts[-1]:
        more = draw(st.integers(0, 1000))
        response = replace(response, parts=(*response.parts[:-1], response.parts[-1] + more))
    return response, error


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    response, error = draw(st.tuples(responses(), st.none()) | failures())
    moment = draw(st.datetimes(timezones=st.just(UTC)))
    return Interaction(draw(requests), response, moment, draw(st.floats(0, allow_infinity=False)), error)


@settings(deadline=None, max_examples=200)
@given(st.lists(interactions(), max_size=3))
@example([answer(b"\n\n"), answer(b" \n"), answer("\ufeff".encode()), answer(b"x", -0.0)])
def test_whatever_is_written_is_read_as_it_was(recorded: list[Interaction]) -> None:
    data = native.dump(recorded)
    assert native.load(data) == recorded
    # Editors and git hooks: another line end, a BOM, no blanks at line ends, no line end at the end.
    assert native.load(data.replace(b"\n", b"\r\n")) == recorded
    assert native.load(b"\xef\xbb\xbf" + data) == recorded
    assert not re.search(rb"[ \t\r]$", data, re.MULTILINE)
    assert native.load(data.rstrip(b"\n")) == recorded
    # No line but the first of an item begins at the margin.
    margin = [line for line in data.splitlines() if line and not line.startswith(b"  ")]
    assert margin == [*native.START.splitlines(), *[b"- request:"] * len(recorded), b"# end"]
