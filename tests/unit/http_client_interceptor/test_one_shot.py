"""Bodies that can be read once, given twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reqsnap.interceptors.http_client.one_shot import Body, noted


class Unseekable(io.BytesIO):
    def tell(self) -> int:
        raise OSError("no position")


def spend(body: Any) -> list[Any]:
    """Read a body as http.client does."""
    if hasattr(body, "read"):
        return list(iter(lambda: body.read(2), type(body.read(0))()))
    return [body] if body is None or isinstance(body, bytes | str | bytearray) else list(body)


def generated() -> Iterator[bytes]:
    yield b"ab"
    yield b"c"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: None, [None]),
        (lambda: b"abc", [b"abc"]),
        (lambda: "abc", ["abc"]),
        (lambda: [b"ab", b"c"], [b"ab", b"c"]),
        (generated, [b"ab", b"c"]),
        (lambda: iter([b"ab", b"c"]), [b"ab", b"c"]),
        (lambda: io.BytesIO(b"abc"), [b"ab", b"c"]),
        (lambda: io.StringIO("abc"), ["ab", "c"]),
        (lambda: Unseekable(b"abc"), [b"ab", b"c"]),
    ],
)
def test_the_second_time_is_as_the_first(make: Callable[[], Any], expected: list[Any]) -> None:
    body = Body(make())
    assert spend(body.first) == expected
    assert spend(body.again()) == expected


def test_a_file_goes_back_to_where_it_stood() -> None:
    file = io.BytesIO(b"xxabc")
    file.seek(2)
    body = Body(file)
    assert body.first.read() == b"abc"
    assert body.again().read() == b"abc"


def test_a_file_stays_the_kind_of_file_it_is() -> None:
    class Text(io.StringIO):
        def seek(self, *args: int) -> int:
            raise OSError("cannot")

    body = Body(Text("abc"))
    assert isinstance(body.first, io.TextIOBase)
    spend(body.first)
    assert isinstance(body.again(), io.TextIOBase)


def test_a_buffer_is_kept_as_it_was() -> None:
    buffer = bytearray(b"ab")

    def pieces() -> Iterator[bytearray]:
        yield buffer
        buffer[:] = b"cd"
        yield buffer

    body = Body(pieces())
    spend(body.first)
    assert spend(body.again()) == [b"ab", b"cd"]


@pytest.mark.parametrize(
    "data",
    [
        b"abc",
        bytearray(b"abc"),
        memoryview(b"abc"),
        io.BytesIO(b"abc"),
        io.StringIO("abc"),
        [b"a", b"bc"],
        iter([b"ab", b"c"]),
    ],
)
def test_what_is_sent_is_noted(data: Any) -> None:
    pieces: list[bytes] = []
    sent = noted(data, pieces)
    if hasattr(sent, "read"):
        while sent.read(2):
            pass
    elif not isinstance(sent, bytes | bytearray | memoryview):
        list(sent)
    assert b"".join(pieces) == b"abc"


def test_text_is_left_to_the_sockets_own_error() -> None:
    pieces: list[bytes] = []
    assert noted("abc", pieces) == "abc"
    assert pieces == []
