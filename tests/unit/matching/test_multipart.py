"""Multipart bodies: the boundary never counts, everything else does."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reqsnap.matching import Matching, differences
from reqsnap.matching.multipart import Multipart, boundary_of, split_multipart
from reqsnap.model import Request
from tests.support.requests_to_match import post, same, upload

NOTE = ('Content-Disposition: form-data; name="note"', "hello")
FILE = ('Content-Disposition: form-data; name="file"; filename="f.txt"|Content-Type: text/plain', "content")


def request(boundary: str, *parts: tuple[str, str], line_end: str = "\r\n", quoted: bool = False) -> Request:
    written = f'"{boundary}"' if quoted else boundary
    return post(upload(boundary, *parts, line_end=line_end), f"multipart/form-data; boundary={written}")


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", "abc"),
        ('multipart/form-data; boundary="a b;c"', "a b;c"),
        ('multipart/form-data; boundary="a\\"b"', 'a"b'),
        ("Multipart/Mixed;BOUNDARY=AbC; charset=utf-8", "AbC"),
        ('multipart/related; type="x/y"; boundary=\'()+_,-./:=?', "'()+_"),
        ("multipart/form-data", None),
        ("multipart/form-data; xboundary=abc", None),
    ],
)
def test_the_boundary_is_read_from_the_content_type(content_type: str, boundary: str | None) -> None:
    assert boundary_of(content_type) == boundary


boundaries = st.text("abcABC019'()+_-./:=?", min_size=1, max_size=20)


@given(boundaries, boundaries, st.booleans())
def test_multipart_is_compared_without_its_boundary(one: str, other: str, quoted: bool) -> None:
    assert same(request(one, NOTE, FILE, quoted=True), request(other, NOTE, FILE, quoted=True))
    assert not same(request(one, NOTE, FILE, quoted=True), request(other, NOTE, quoted=True))
    headers = Matching(match_headers=("content-type",))
    assert same(request(one, FILE, quoted=True), request(other, FILE, quoted=True), headers)


pieces = st.lists(
    st.sampled_from([b"--b", b"--b--", b"--", b"\r\n", b"\n", b"\r", b" ", b"x", b"b", b"A: 1", b"--bb"]),
    max_size=14,
).map(b"".join)


def joined(found: Multipart, boundary: bytes) -> bytes:
    """The body that was split."""
    delimiter = b"--" + boundary
    body = found.preamble + delimiter + found.opening
    for part in found.parts[:-1]:
        body += part.head + part.content + part.end[0] + delimiter + part.end[1]
    for part in found.parts[-1:]:
        # A body that was cut has no delimiter after its last part, which then keeps its line end.
        was_cut = part.end == (b"", b"") and not found.epilogue
        body += part.head + part.content + part.end[0] + (b"" if was_cut else delimiter + part.end[1])
    return body + found.epilogue


@given(pieces)
def test_nothing_but_the_boundary_is_lost(body: bytes) -> None:
    found = split_multipart(body, "b")
    if found is None:
        assert not re.search(rb"(?m)^--b(?:--)?[ \r]*$", body)
    else:
        assert body in (joined(found, b"b"), joined(found, b"b") + b"--b")


@given(pieces, pieces)
def test_different_uploads_never_match(one: bytes, other: bytes) -> None:
    assume(b"--b" not in one + other and one != other)
    first, second = (
        post(b"--b\r\n\r\n" + each + b"\r\n--b--\r\n", "multipart/mixed; boundary=b") for each in (one, other)
    )
    assert not same(first, second)


def test_the_boundary_within_the_content_is_content() -> None:
    one = request("aaa", ("Content-Disposition: form-data; name=x", "see aaa here"))
    other = request("bbb", ("Content-Disposition: form-data; name=x", "see bbb here"))
    assert not same(one, other)


def test_lines_may_end_with_lf_alone_but_that_counts() -> None:
    assert same(request("one", NOTE, FILE, line_end="\n"), request("two", NOTE, FILE, line_end="\n"))
    assert not same(request("one", NOTE, line_end="\n"), request("two", NOTE, line_end="\r\n"))


@pytest.mark.parametrize("cut", [1, 4, 8, 20])
def test_a_cut_upload_is_another_one(cut: int) -> None:
    whole, other = request("one", NOTE, FILE), request("two", NOTE, FILE)
    shorter = [Request("POST", r.url, r.headers, r.body[:-cut]) for r in (whole, other)]
    assert not same(whole, shorter[0])
    assert same(shorter[0], shorter[1])


def test_names_and_order_of_a_parts_fields_do_not_count() -> None:
    one = ('Content-Disposition: form-data; name="a"|Content-Type: text/plain', "x")
    other = ('content-type: text/plain|CONTENT-DISPOSITION:form-data; name="a"', "x")
    assert same(request("b", one), request("c", other))
    renamed = ('Content-Disposition: form-data; name="b"|Content-Type: text/plain', "x")
    assert not same(request("b", one), request("b", renamed))


def nested(outer: str, inner: str, content: str) -> Request:
    within = upload(inner, ("Content-Type: text/plain", content)).decode("latin-1")
    return post(
        upload(outer, (f'Content-Type: multipart/mixed; boundary="{inner}"', within)),
        f"multipart/related; boundary={outer}",
    )


def test_nested_multipart_is_compared_without_its_boundaries() -> None:
    assert same(nested("o1", "i1", "x"), nested("o2", "i2", "x"))
    assert same(nested("o", "o1", "x"), nested("p", "p1", "x"))
    assert not same(nested("o1", "i1", "x"), nested("o2", "i2", "y"))


def test_multipart_within_itself_ends() -> None:
    body = b"x"
    for level in range(100):
        head = f"Content-Type: multipart/mixed; boundary=b{level}"
        body = upload(f"b{level + 1}", (head, body.decode("latin-1")))
    deep = post(body, "multipart/mixed; boundary=b100")
    assert same(deep, deep)


def test_json_parts_are_compared_by_meaning() -> None:
    def related(document: str) -> Request:
        return request("b", ("Content-Type: application/json", document), FILE)

    assert same(related('{"a": 1, "b": 2}'), related('{"b":2,"a":1}'))
    assert not same(related('{"a": 1}'), related('{"a": 2}'))


def test_a_difference_names_the_part() -> None:
    other_file = (FILE[0], "other")
    (found,) = differences(Matching(), request("a", NOTE, other_file), request("b", NOTE, FILE))
    assert str(found) == "body.file: recorded 'content' (7 bytes), now 'other' (5 bytes)"
    (found,) = differences(Matching(), request("a", NOTE), request("b", NOTE, FILE))
    assert str(found) == "body.file: recorded 'content' (7 bytes), now (absent)"
    renamed = (FILE[0].replace("f.txt", "g.txt"), FILE[1])
    (found,) = differences(Matching(), request("a", renamed), request("b", FILE))
    assert found.field == "body.file.header.content-disposition"
    twice = differences(Matching(), request("a", NOTE, NOTE), request("b", NOTE, (NOTE[0], "bye")))
    assert [each.field for each in twice] == ["body.note[1]"]
    one, other = (request("a", ("Content-Type: application/json", f'{{"m": [{n}]}}')) for n in (1, 2))
    assert [each.field for each in differences(Matching(), one, other)] == ["body[0].m[0]"]
    (found,) = differences(Matching(), request("a", NOTE, FILE), request("a", FILE, NOTE))
    assert found.recorded == "the same parts"
