"""Every format, given what a client may see, holds it, says what it lacks, or refuses it."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.cli.cassette_files import Cassette
from reqsnap.cli.convert.converted import converted
from reqsnap.formats import NATIVE
from reqsnap.formats.format import decoded
from reqsnap.formats.registry import _formats, named
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from reqsnap.redaction import NO_RULES
from reqsnap.rules.policy import Policy
from tests.support.rounds import rounds

POLICY = Policy(rules=NO_RULES, max_inline_size=64)

names = st.sampled_from(["Accept", "x-one", "X-One", "Set-Cookie", "Vary", "ETag", "Content-MD5", "Date"])
values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=12
)
fields = st.lists(st.tuples(names, values.map(str.strip)), max_size=5)
kinds = st.sampled_from(
    [
        "application/json",
        "text/plain; charset=utf-8",
        "text/plain; charset=latin-1",
        "image/png",
        "",
        "text/event-stream",
    ]
)
texts = st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
bodies = (
    st.binary(max_size=40) | texts | st.sampled_from([b"", b'{"a":1, "b":[1,2]}', b'{"a": 1}', b"x" * 200])
)
codings = st.sampled_from(
    [("", bytes), ("gzip", lambda data: gzip.compress(data, mtime=0)), ("deflate", zlib.compress)]
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[Headers, bytes]:
    """Header fields and a body that go together, perhaps compressed."""
    pairs, body, kind = draw(fields), draw(bodies), draw(kinds)
    name, encode = draw(codings)
    if name and body:
        pairs, body = [*pairs, ("Content-Encoding", name)], encode(body)
    if kind and body:
        pairs = [("Content-Type", kind), *pairs]
    if draw(st.booleans()):
        pairs = [*pairs, ("Content-Length", str(len(body)))]
    return Headers(pairs), body


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    sent, received = draw(messages()), draw(messages())
    path = draw(st.sampled_from(["", "?q=1&q=2", "items/%20%C3%A9", "?a=b=c&d"]))
    method = draw(st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "purge"]))
    request = Request(
        method, f"https://api.example.com/{path}", *sent, complete=draw(st.sampled_from([True, True, False]))
    )
    response = Response(
        draw(st.sampled_from([200, 201, 204, 206, 301, 304, 404, 500, 599])),
        draw(st.sampled_from(["OK", "", "Not Found", "h\xe9"])),
        *received,
        draw(st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2"])),
        Headers(draw(st.sampled_from([[], [], [("X-Sum", "1")]]))),
    )
    if len(response.body) > 1 and draw(st.booleans()):
        response = replace(response, parts=(1, len(response.body) - 1))
    moment = draw(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1))).replace(tzinfo=UTC)
    error = draw(st.sampled_from([None, None, None, NetworkError(ErrorKind.RESET, "reset", 104)]))
    return Interaction(request, response, moment, draw(st.floats(0, 100)), error)


@pytest.mark.parametrize("name", sorted(_formats))
def test_long_rounds_of_exchanges_in_every_format(name: str) -> None:
    @settings(deadline=None, max_examples=rounds(15))
    @given(st.lists(interactions(), max_size=4))
    def check(given: list[Interaction]) -> None:
        items = [decoded(each, NATIVE.item(each)) for each in given]
        result = converted(Cassette(Path("x.yaml"), b"", NATIVE, items), named(name), POLICY)
        assert result.count + len(result.left_out) == len(given)

    check()
