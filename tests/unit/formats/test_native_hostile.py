"""Random exchanges of every kind that could break a cassette file come back from it as they were."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from datetime import UTC

import brotli
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reqsnap.content_coding import content_codings, undo
from reqsnap.formats import named, native
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.rounds import rounds

LINES = [
    "# end",
    "- request:",
    "  response:",
    "  recorded_at: 2026-01-01T00:00:00Z",
    "reqsnap: 1",
    "interactions:",
    "    body: |-",
    "---",
    "...",
    "%YAML 1.1",
    "&a *b !!c",
    "key: |-",
    "- ",
    "? x",
    "",
    " ",
    "\t",
    "blank ",
    "é😀\u2028\u0085",
    "data: {}",
    "--B1",
    "--B1 [encoding: base64]",
    "--B1--",
    'Content-Disposition: form-data; name="a"',
    '{"a": 1}',
    "x" * 200,
]
octets = st.text(st.characters(max_codepoint=255), max_size=12)
odd = st.text(st.sampled_from(" \t\r\n:#|>\"'\\-[]{}&*!%@`,?~\x00\x07\x7f\x85\xa0\xe9\xc3"), max_size=10)
utf_8 = st.text(max_size=8).map(lambda text: text.encode().decode("latin-1"))
header_text = octets | odd | utf_8 | st.sampled_from(LINES[:12])
fields = st.lists(st.tuples(header_text, header_text), max_size=3)

line_ends = st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n", "\u2028", "\x85"])
hostile = st.builds(
    lambda lines, end: end.join(lines),
    st.lists(st.sampled_from(LINES) | st.text(max_size=8) | odd, max_size=6),
    line_ends,
)
values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=10) | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
json_texts = st.builds(
    lambda value, indent, separators, ascii_only, sort, slash, end, more: (
        end.join(
            json.dumps(
                each, indent=indent, separators=separators, ensure_ascii=ascii_only, sort_keys=sort
            ).replace("/", slash)
            for each in [value, *more]
        )
        + end
    ),
    values,
    st.sampled_from([None, None, 0, 1, 2, 4, "\t"]),
    st.sampled_from([None, (",", ":"), (", ", ": "), (",", ": "), (" , ", " : "), (", \n ", ":")]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["/", r"\/"]),
    st.sampled_from(["", "\n", "\r\n", " "]),
    st.just([]) | st.lists(values, max_size=2),
)
CHARSETS = [
    "utf-8",
    "utf-8",
    "iso-8859-1",
    "utf-16",
    "utf-16-le",
    "utf-8-sig",
    "shift_jis",
    "gb18030",
    "utf-7",
]


def in_charset(text: str, charset: str) -> tuple[str, bytes]:
    return charset, text.encode(
        charset, "replace" if charset in ("iso-8859-1", "shift_jis") else "surrogatepass"
    )


def as_multipart(contents: list[bytes], end: bytes) -> tuple[str, bytes]:
    head = b'--B1\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    return "B1", b"".join([head + content + b"\r\n" for content in contents]) + b"--B1--" + end


texts = st.builds(in_charset, hostile | json_texts, st.sampled_from(CHARSETS))
binaries = st.tuples(st.just("x"), st.binary(max_size=120))
forms = st.builds(
    as_multipart,
    st.lists(hostile.map(str.encode) | st.binary(max_size=9), max_size=3),
    st.sampled_from([b"\r\n", b""]),
)
media_types = st.sampled_from(
    ["text/plain", "application/json", "multipart/form-data", "text/event-stream", "image/png"]
)


def coded(content: bytes, coding: str, level: int) -> bytes:
    """Content in a coding, by one of the encoders that there are."""
    match coding:
        case "gzip":
            return gzip.compress(content, level, mtime=level)
        case "deflate":
            return zlib.compress(content, level)[2:-4] if level % 2 else zlib.compress(content, level)
        case "br":
            return bytes(brotli.compress(content, quality=level))
        case "zstd":
            compressor = zstandard.ZstdCompressor(level=level or 1, write_checksum=level > 6)
            return bytes(compressor.compress(content))
        case _:
            return content


CODINGS = ["", "", "", "gzip", "gzip", "deflate", "br", "zstd", "unknown"]


@st.composite
def messages(draw: st.DrawFn) -> tuple[Headers, bytes]:
    """The header fields and the body of a message."""
    parameter, body = draw(texts | binaries | forms)
    name = "boundary" if parameter == "B1" else "charset"
    pairs = draw(fields)
    if draw(st.booleans()):
        pairs.append(("Content-Type", f"{draw(media_types)}; {name}={parameter}"))
    coding = draw(st.sampled_from(CODINGS))
    if coding:
        pairs.append(("Content-Encoding", coding))
        body = coded(body, coding, draw(st.integers(0, 9)))
        damage = draw(st.sampled_from([0, 0, 0, 1, 9]))
        body = body[: len(body) - damage]
    return Headers(draw(st.permutations(pairs))), body


def divided(draw: st.DrawFn, body: bytes) -> tuple[int, ...]:
    """The sizes of the parts of a stream: at random, by lines, by events, or none."""
    match draw(st.sampled_from(["", "", "random", "\n", "\n\n"])):
        case "":
            return ()
        case "random":
            cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
            return tuple(end - start for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True))
        case end:
            *whole, rest = body.split(end.encode())
            return tuple(len(each) + len(end) for each in whole) + ((len(rest),) if rest else ())


versions = st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/3", "HTTP/0.9"])


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    headers, body = draw(messages())
    parts = divided(draw, body)
    trailers = Headers(draw(fields))
    response = Response(
        draw(st.integers(100, 999)), draw(header_text), headers, body, draw(versions), trailers, parts
    )
    error = None
    if draw(st.integers(0, 4)) == 0:
        message = draw(hostile).encode("utf-8", "replace").decode()
        error = NetworkError(
            draw(st.sampled_from(ErrorKind)), message, draw(st.none() | st.integers(-9, 999))
        )
        if draw(st.booleans()):
            response = Response(0)
        elif response.parts and response.parts[-1]:
            response = replace(
                response, parts=(*response.parts[:-1], response.parts[-1] + draw(st.integers(0, 9)))
            )
    sent_headers, sent = draw(messages())
    request = Request(draw(header_text), draw(header_text), sent_headers, sent, draw(st.booleans()))
    moment = draw(st.datetimes(timezones=st.just(UTC)))
    return Interaction(request, response, moment, draw(st.floats(0, allow_infinity=False)), error)


def decoded(response: Response) -> bytes | None:
    undone = undo(response.body, content_codings(response.headers))
    return None if undone is None else undone.content


# The first draws of text take long, because Hypothesis then looks through all of Unicode.
@settings(deadline=None, max_examples=rounds(60), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(interactions(), max_size=3))
def test_long_rounds_of_whatever_is_written_is_read_as_it_was(recorded: list[Interaction]) -> None:
    data = native.dump(recorded)
    read = native.load(data)
    assert [item.decode() for item in native.NATIVE.read(data)] == read
    for other in (named("json"), named("jsonl")):
        items = other.read(other.file([other.item(each) for each in recorded]))
        assert [item.decode() for item in items] == read
    for found, interaction in zip(read, recorded, strict=True):
        if found != interaction:
            # Another encoder has made the coded bytes anew; all else, and what they decode to, is the same.
            assert decoded(found.response) == decoded(interaction.response)
            assert found.response.body != interaction.response.body
            parts = interaction.response.parts
            assert bool(found.response.parts) == bool(parts)
            same = replace(found.response, body=interaction.response.body, parts=parts)
            assert replace(found, response=same) == interaction
    # What was read is written the same way, and editors may change what means nothing.
    assert native.dump(read) == data
    assert native.load(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n").rstrip()) == read
    margin = [line for line in data.splitlines() if line and not line.startswith(b"  ")]
    assert margin == [*native.START.splitlines(), *[b"- request:"] * len(recorded), b"# end"]
