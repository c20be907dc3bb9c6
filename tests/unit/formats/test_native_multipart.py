"""A multipart body stands part by part in a cassette file, and comes back as the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import native
from reqsnap.formats.bodies.forms import choose, restore
from reqsnap.model import Headers, Interaction, Request
from tests.support.native_files import exchange


def form(*parts: tuple[str, bytes], boundary: str = "B1", end: bytes = b"--\r\n") -> bytes:
    """A multipart body of heads and contents."""
    delimiter = b"--" + boundary.encode()
    pieces = [
        delimiter + b"\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n" for head, content in parts
    ]
    return b"".join(pieces) + delimiter + end


NAMED = 'Content-Disposition: form-data; name="%s"'
IMAGE = 'Content-Disposition: form-data; name="file"; filename="é.png"\r\nContent-Type: image/png'


def upload(body: bytes, content_type: str = "multipart/form-data; boundary=B1") -> Interaction:
    return exchange(sent=Request("POST", "http://h/", Headers([("Content-Type", content_type)]), body))


def text_of(body: bytes, content_type: str = "multipart/form-data; boundary=B1") -> str:
    """How a body stands in a file, once it is shown that it comes back."""
    data = native.dump([upload(body, content_type)])
    assert native.load(data) == [upload(body, content_type)]
    return data.decode().partition("Content-Type: ")[2].partition("\n")[2].partition("  response:\n")[0]


def test_each_part_has_its_own_form() -> None:
    body = form(
        (NAMED % "title", b"A title"),
        (NAMED % "lines", b"one\ntwo\n"),
        (NAMED % "ends", b"one\r\ntwo"),
        (NAMED % "data" + "\r\nContent-Type: application/json", b'{"id":7}'),
        (IMAGE, b"\x89PNG\r\n\x1a\n" + bytes(49)),
        (NAMED % "name" + "\r\ncontent-type: text/plain; charset=latin1", b"Zo\xeb"),
        (NAMED % "nothing", b""),
    )
    assert text_of(body) == (
        """\
    encoding: multipart
    body: |
      --B1
      Content-Disposition: form-data; name="title"

      A title
      --B1
      Content-Disposition: form-data; name="lines"

      one
      two

      --B1 [line_ends: crlf]
      Content-Disposition: form-data; name="ends"

      one
      two
      --B1 [json: compact]
      Content-Disposition: form-data; name="data"
      Content-Type: application/json

      {
        "id":7
      }
      --B1 [encoding: base64]
      Content-Disposition: form-data; name="file"; filename="é.png"
      Content-Type: image/png

      iVBORw0KGgoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      --B1 [charset: latin1]
      Content-Disposition: form-data; name="name"
      content-type: text/plain; charset=latin1

      Zoë
      --B1
      Content-Disposition: form-data; name="nothing"


      --B1--
"""
    )


def test_a_form_of_text_alone_is_text() -> None:
    body = form((NAMED % "title", b"A title"), end=b"--")
    assert text_of(body) == (
        "    line_ends: crlf\n    body: |-\n      --B1\n"
        '      Content-Disposition: form-data; name="title"\n\n      A title\n      --B1--\n'
    )


def test_a_part_without_a_head() -> None:
    body = b"--B1\r\n\r\nno head\r\n--B1\r\n\r\n\xff\r\n--B1--"
    assert "      --B1\n\n      no head\n      --B1 [encoding: base64]\n\n      /w==\n" in text_of(body)


@pytest.mark.parametrize(
    "content",
    [b"ends in a blank ", b"a\rb\n", b"bell \x07", b"x\n--B1 [json: compact]\n", b"\n--B1--", b"\n", b"\xff"],
)
def test_a_content_that_text_cannot_show_is_base64(content: bytes) -> None:
    text = text_of(form((NAMED % "a", content), (NAMED % "b", b"\xff")))
    assert text.count("--B1 [encoding: base64]\n") == 2


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"--B1--\r\n\xff",
        b"preamble\r\n" + form((NAMED % "a", b"\xff")),
        form((NAMED % "a", b"\xff")) + b"epilogue",
        form((NAMED % "a", b"\xff"), end=b""),
        form((NAMED % "a", b"\xff")).replace(b"--B1\r\n", b"--B1 \r\n"),
        b"--B1\r\nno empty line\xff\r\n--B1--\r\n",
        b"--B1\r\nA: \xff\r\n\r\n\r\n--B1--\r\n",
        b"--B1\r\nA: b \r\n\r\n\xff\r\n--B1--\r\n",
        form((NAMED % "a", b"\xff")).replace(b"\r\n", b"\n"),
        form((NAMED % "a", b"\xff"), boundary="B2"),
    ],
)
def test_what_is_not_written_like_that_is_base64(body: bytes) -> None:
    assert text_of(body).startswith("    encoding: base64\n")


@pytest.mark.parametrize("boundary", ["B [json: compact]", "-", "B--", "a b", "", '"', "é"])
def test_parts_between_odd_boundaries_come_back(boundary: str) -> None:
    quoted = boundary.replace('"', '\\"')
    body = form((NAMED % "a", b"\xff"), (NAMED % "b", b"text"), boundary=boundary)
    text_of(body, f'multipart/mixed; boundary="{quoted}"')


def test_a_part_may_be_edited() -> None:
    body = form((NAMED % "title", b"A title"), (NAMED % "file", b"\xff"))
    data = native.dump([upload(body)]).replace(b"A title", b"Two\n\n      lines")
    assert native.load(data)[0].request.body == body.replace(b"A title", b"Two\n\nlines")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("      --B1--\n", "      --B1-\n", "a multipart body ends with the line --B1--"),
        ("      --B1--\n", "      --B1--\n      more\n", "a multipart body ends with the line --B1--"),
        ("      --B1\n", "      -B1\n", "a multipart body begins with two dashes and the boundary"),
        ("name=\"file\"\n\n", "name=\"file\"\n", "a part of a multipart body has an empty line before its"),
        ("[encoding: base64]", "[encoding: hex]", "encoding must be base64 or multipart, not 'hex'"),
        ("[encoding: base64]", "[coding: gzip]", "'coding' is no form of a body"),
        ("/w==", "/w=", "the body is not base64: "),
    ],
)  # fmt: skip
def test_what_a_person_gets_wrong(old: str, new: str, reason: str) -> None:
    data = native.dump([upload(form((NAMED % "title", b"A title"), (NAMED % "file", b"\xff")))])
    with pytest.raises(CassetteFormatError) as caught:
        native.load(data.decode().replace(old, new).encode())
    assert caught.value.reason.startswith(reason)


contents = st.binary(max_size=20) | st.text('a\r\n- é{}"B1[]', max_size=20).map(str.encode)
heads = st.sampled_from(
    ["A: b", "Content-Type: application/json", "Content-Type: text/plain; charset=latin1", ""]
)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.tuples(heads, contents), max_size=4),
    st.sampled_from(["B1", "B", "-", "B1 [json: compact]", "é"]),
    st.sampled_from([b"--\r\n", b"--", b"", b"--\r\n\r\n", b"--\n"]),
    contents,
)
def test_every_multipart_body_comes_back(
    parts: list[tuple[str, bytes]], boundary: str, end: bytes, before: bytes
) -> None:
    for body in (form(*parts, boundary=boundary, end=end), before + form(*parts, boundary=boundary, end=end)):
        notes, text = choose(body, f'multipart/mixed; boundary="{boundary}"')
        assert restore(text, notes) == body
