"""Content codings undone and done again."""

from __future__ import annotations

import gzip
import importlib
import zlib

import pytest
import zstandard

from reqsnap.content_coding import content_codings, undo
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

    class Library:
        decompress = staticmethod(lambda body: b"content of " + body)
        compress = staticmethod(lambda content: b"coded " + content)

    def found(name: str) -> object:
        asked.append(name)
        return Library

    monkeypatch.setattr(importlib, "import_module", found)
    undone = undo(b"body", ("zstd",))
    assert undone is not None
    assert (undone.content, undone.redo(b"new")) == (b"content of body", b"coded new")
    assert asked == ["compression.zstd"]
