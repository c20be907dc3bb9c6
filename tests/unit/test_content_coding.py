"""Content codings undone and done again."""

from __future__ import annotations

import gzip
import importlib
import random
import zlib

import pytest
import zstandard

from reqsnap.content_coding import codecs, content_codings, encode, streams, undo
from reqsnap.formats.bodies.codings import undo as undo_exactly
from reqsnap.model import Headers

# It ships no types.
brotli = importlib.import_module("brotli")

TEXT = b"some text, some text, some text" * 20


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], ()),
        ([("Content-Encoding", "GZIP")], ("gzip",)),
        (
            [("Content-Encoding", "gzip, br"), ("content-encoding", "identity,, zstd ")],
            ("gzip", "br", "zstd"),
        ),
    ],
)
def test_names_in_the_order_they_were_applied(
    pairs: list[tuple[str, str]], expected: tuple[str, ...]
) -> None:
    assert content_codings(Headers(pairs)) == expected


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        (("gzip",), gzip.compress(TEXT, mtime=0)),
        (("gzip",), gzip.compress(TEXT[:50], mtime=0) + gzip.compress(TEXT[50:], mtime=0)),
        (("gzip",), gzip.compress(TEXT, mtime=0) + b"\0\0\0"),
        (("deflate",), zlib.compress(TEXT)),
        (("deflate",), zlib.compress(TEXT, wbits=-15)),
        (("br",), brotli.compress(TEXT)),
        (("zstd",), zstandard.ZstdCompressor().compress(TEXT)),
        (("zstd",), zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)),
        (("zstd",), zstandard.compress(TEXT[:50]) + zstandard.compress(TEXT[50:])),
        (("deflate", "gzip"), gzip.compress(zlib.compress(TEXT), mtime=0)),
        (("gzip", "gzip"), gzip.compress(TEXT, mtime=0)),
        (("gzip",), TEXT),
        (("deflate",), TEXT),
        (("deflate",), b"x "),
        (("br",), TEXT),
        ((), TEXT),
    ],
)
def test_undone_and_done_again(codings: tuple[str, ...], body: bytes) -> None:
    undone = undo(body, codings)
    assert undone is not None
    assert undone.content == (body if body == b"x " else TEXT)
    again = undone.redo(undone.content)
    assert undone.redo(undone.content) == again
    back = undo(again, codings)
    assert back is not None
    assert (back.content, len(back.encoders)) == (undone.content, len(undone.encoders))


def test_raw_deflate_stays_raw() -> None:
    undone = undo(zlib.compress(TEXT, wbits=-15), ("deflate",))
    assert undone is not None
    assert zlib.decompress(undone.redo(b"new"), wbits=-15) == b"new"


def test_text_that_begins_as_raw_deflate_is_text() -> None:
    text = b'{\n  "\xc3\xa9a\xc3\xa9": 1}'
    assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(text) == b"\xe5"
    undone = undo(text, ("deflate",))
    assert undone is not None and undone == (text, ())


def test_gzip_names_neither_time_nor_system() -> None:
    undone = undo(gzip.compress(TEXT, mtime=1_700_000_000), ("gzip",))
    assert undone is not None
    assert undone.redo(TEXT)[4:10] == b"\0\0\0\0\x02\xff"


def test_cut_raw_deflate_cannot_be_told_from_other_bytes() -> None:
    body = zlib.compress(TEXT, wbits=-15)[:-3]
    assert undo(body, ("deflate",)) == (body, ())


@pytest.mark.parametrize("codings", [("compress",), ("gzip", "aes128gcm"), ("aes128gcm", "gzip")])
def test_unknown_codings(codings: tuple[str, ...]) -> None:
    assert undo(gzip.compress(TEXT), codings) is None


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_coding_whose_library_is_not_installed(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert undo(TEXT, (coding,)) is None


def test_zstd_of_the_standard_library_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def missing(name: str) -> object:
        asked.append(name)
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert codecs.codec("zstd") is None
    assert asked == ["compression.zstd", "backports.zstd", "zstandard"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_what_was_cut_is_looked_into_and_stays_cut(coding: str) -> None:
    noise = random.Random(1).randbytes(200_000).hex().encode()
    whole = encode(noise, (coding,))
    assert whole is not None
    undone = undo(whole[:-1000], (coding,))
    assert undone is not None
    assert len(undone.encoders) == 1
    assert noise.startswith(undone.content[:100]) and 0 < len(undone.content) < len(noise)
    again = undo(undone.redo(b"new" * 100), (coding,))
    assert again is not None
    assert again.content == b"new" * 100
    assert undone.redo(b"new" * 100) != encode(b"new" * 100, (coding,))


def test_cut_brotli_cannot_be_told_from_other_bytes() -> None:
    body = brotli.compress(TEXT)[:-3]
    assert undo(body, ("br",)) == (body, ())


@pytest.mark.parametrize("behind", [b"", b"x", b"\x28\xb5\x2f\xfdx"])
def test_what_stands_behind_a_frame_of_zstd(behind: bytes) -> None:
    undone = undo(zstandard.compress(TEXT) + b"x" + behind, ("zstd",))
    assert undone is not None
    assert undone.content == TEXT


ZEROS = bytes(1024 * 1024)


@pytest.mark.parametrize(
    ("coded", "coding"),
    [
        (gzip.compress(ZEROS) + gzip.compress(ZEROS), "gzip"),
        (zlib.compress(ZEROS + ZEROS), "deflate"),
        (zstandard.compress(ZEROS + ZEROS), "zstd"),
        (brotli.compress(ZEROS + ZEROS), "br"),
    ],
    ids=["gzip", "deflate", "zstd", "br"],
)
def test_few_bytes_of_very_much_content_are_left_as_they_are(
    coded: bytes, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size, decodes in ((len(ZEROS) * 2, True), (len(ZEROS) * 2 - 1, False)):
        monkeypatch.setattr(streams, "LARGE", size)
        for body, codings in ((coded, (coding,)), (gzip.compress(coded), (coding, "gzip"))):
            assert (undo(body, codings) is not None) == decodes
            if coding != "gzip":
                assert (undo_exactly(body, codings) is not None) == decodes


def test_content_may_be_as_large_as_what_it_came_in_allows() -> None:
    assert streams.largest(b"") == streams.LARGE
    assert streams.largest(bytes(streams.LARGE)) == 32 * streams.LARGE
