"""A body in a content coding stands decoded in a cassette file, and its client decodes the same from it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib
import json
import zlib
from dataclasses import replace
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.content_coding import codecs, content_codings, undo
from reqsnap.errors import CassetteFormatError
from reqsnap.formats import native
from reqsnap.formats.bodies.codings import redo
from reqsnap.formats.bodies.codings import undo as undo_exactly
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from reqsnap.redaction import DEFAULT_RULES, redact_interaction
from tests.support.native_files import exchange, written

TEXT = json.dumps([{"id": number, "name": f"item {number**9}"} for number in range(300)]).encode()
NOISE = json.dumps(
    [{"id": hashlib.sha256(str(number).encode()).hexdigest()} for number in range(400)]
).encode()
SHORT = b'{"id": 7, "name": "Ada"}'


def encoded(body: bytes, coding: str = "gzip", *fields: tuple[str, str], **others: Any) -> Interaction:
    """An answer with a coded body."""
    head = (("Content-Type", "application/json"), ("Content-Encoding", coding), *fields)
    return exchange(body, fields=head, **others)


def read_again(interaction: Interaction) -> Response:
    """The response as it is read from a file."""
    (read,) = native.load(native.dump([interaction]))
    assert replace(read, response=interaction.response) == interaction
    return read.response


def content_of(response: Response) -> bytes:
    """What a client decodes."""
    undone = undo(response.body, content_codings(response.headers))
    assert undone is not None
    return undone.content


def foreign(content: bytes) -> bytes:
    """gzip of an encoder that is not zlib: it stores the content in blocks of its own choice."""
    middle = len(content) // 2
    blocks = b"".join(
        bytes([last]) + len(part).to_bytes(2, "little") + (len(part) ^ 0xFFFF).to_bytes(2, "little") + part
        for last, part in ((0, content[:middle]), (1, content[middle:]))
    )
    end = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x0b" + blocks + end


def zlib_body(level: int, window: int, memory: int = 8) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, window, memory)
    return compressor.compress(TEXT if memory == 8 else NOISE) + compressor.flush()


def stream(pieces: list[bytes], level: int = 6) -> list[bytes]:
    """Events as servers compress them, each so that it can be decoded when it has come."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, 31)
    flushed = [compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]
    return [*flushed, compressor.flush()]


EXACT = {
    "gzip": gzip.compress(TEXT, 9, mtime=0)[:9] + b"\xff" + gzip.compress(TEXT, 9, mtime=0)[10:],
    "gzip; mtime=1700000000; os=3": gzip.compress(TEXT, 9, mtime=1_700_000_000)[:9]
    + b"\x03"
    + gzip.compress(TEXT, 9, mtime=0)[10:],
    "gzip; level=6; os=3": zlib_body(6, 31),
    "gzip; level=6; memory=9; os=3": zlib_body(6, 31, 9),
    "gzip; level=1; flags=0; os=0": zlib_body(1, 31)[:8] + b"\0\0" + zlib_body(1, 31)[10:],
    "deflate": zlib_body(9, 15),
    "deflate; level=6": zlib.compress(TEXT),
    "deflate; level=2; raw=1": zlib_body(2, -15),
    "br": brotli.compress(TEXT, quality=5),
    "br; quality=11": brotli.compress(TEXT),
    "zstd": zstandard.ZstdCompressor().compress(TEXT),
    "zstd; level=2": zstandard.ZstdCompressor(level=2).compress(TEXT),
    "gzip; level=6; os=3, br": brotli.compress(zlib_body(6, 31), quality=5),
}


@pytest.mark.parametrize(("coding", "body"), EXACT.items(), ids=list(EXACT))
def test_the_same_bytes_come_back_where_their_settings_are_found(coding: str, body: bytes) -> None:
    name = ", ".join(each.partition(";")[0] for each in coding.split(", "))
    text = written(encoded(body, name, ("Content-Length", str(len(body)))))
    assert f"    coding: {coding}\n    json: spaced\n    body: |-\n      [\n        {{\n" in text


def test_a_coded_request_stands_readable_too() -> None:
    headers = Headers([("Content-Encoding", "gzip")])
    sent = exchange(sent=Request("POST", "http://h/", headers, zlib_body(6, 31)))
    data = native.dump([sent])
    assert b"    coding: gzip; level=6; os=3\n    json: spaced\n" in data
    assert native.load(data) == [sent]
    # Matchers may compare its bytes, so nothing else will do.
    other = exchange(sent=Request("POST", "http://h/", headers, foreign(TEXT)))
    assert b"    encoding: base64\n" in native.dump([other])
    assert native.load(native.dump([other])) == [other]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_body_without_its_secrets_is_readable(coding: str) -> None:
    _, body = coded_by(coding, b'{"access_token":"tok-5f2b91c7d3e84a06","id":7}', 4)
    recorded = encoded(body, coding)
    _, response, _ = redact_interaction(recorded.request, recorded.response, DEFAULT_RULES)
    text = written(replace(recorded, response=response))
    assert f"    coding: {coding}\n    json: compact\n    body: |-\n" in text
    assert '        "access_token":"[REDACTED]",\n' in text


def test_an_encoder_that_is_not_known_is_replaced_by_ours() -> None:
    body = foreign(TEXT)
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    fields = (
        ("ETag", '"x"'),
        ("Content-Length", str(len(body))),
        ("Content-MD5", digest),
        ("Digest", "id=1"),
    )
    recorded = encoded(body, "gzip", *fields)
    data = native.dump([recorded])
    assert b"    coding: gzip\n    json: spaced\n" in data
    assert digest.encode() in data
    response = read_again(recorded)
    assert content_of(response) == TEXT
    assert response.headers.pairs == (
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
        ("ETag", '"x"'),
        ("Content-Length", str(len(response.body))),
        ("Content-MD5", base64.b64encode(hashlib.md5(response.body).digest()).decode()),
    )
    # What was read is written as it was, and read as it was.
    again = native.dump([replace(recorded, response=response)])
    assert b"    coding: gzip\n    json: spaced\n" in again
    assert native.load(again)[0].response == response


@pytest.mark.parametrize(
    ("body", "coding", "others"),
    [
        pytest.param(zlib_body(6, 31), "gzip", {"status": 206}, id="partial"),
        pytest.param(b"\x1f\x8b\x08\x00\x00" + b"\xff" * 30, "gzip", {}, id="damaged"),
        pytest.param(zlib_body(6, 31) * 2, "gzip", {}, id="two members"),
        pytest.param(zlib_body(6, 31) + b"more", "gzip", {}, id="something behind"),
        pytest.param(foreign(TEXT)[:-10], "gzip", {}, id="cut"),
        pytest.param(gzip.compress(bytes(range(256)) * 3, mtime=0), "gzip", {}, id="binary"),
        pytest.param(gzip.compress(b"", mtime=0), "gzip", {}, id="nothing"),
        pytest.param(zlib_body(6, 31), "gzip, snappy", {}, id="unknown"),
        pytest.param(brotli.compress(TEXT) + b"\0", "br", {}, id="behind br"),
        pytest.param(zstandard.ZstdCompressor().compress(TEXT) * 2, "zstd", {}, id="two frames"),
        pytest.param(b"\x28\xb5\x2f\xfd\xff\xff\xff", "zstd", {}, id="damaged zstd"),
    ],
)
def test_what_cannot_be_coded_again_stays_bytes(body: bytes, coding: str, others: dict[str, Any]) -> None:
    recorded = encoded(body, coding)
    recorded = replace(recorded, response=replace(recorded.response, **others))
    assert "    encoding: base64\n" in written(recorded)


def test_a_body_that_is_not_in_its_coding_stands_as_it_is() -> None:
    assert "    json: spaced\n" in (text := written(encoded(SHORT)))
    assert "    coding:" not in text


def test_a_false_digest_of_coded_bytes_is_kept_by_keeping_the_bytes() -> None:
    lying = encoded(zlib_body(6, 31), "gzip", ("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="))
    assert "    encoding: base64\n" in written(lying)


@pytest.mark.parametrize("lengths", [("1", "2"), ("many",), ("07",)])
def test_a_length_that_cannot_be_made_true_is_kept_by_keeping_the_bytes(lengths: tuple[str, ...]) -> None:
    stated = [("Content-Length", length) for length in lengths]
    assert "    encoding: base64\n" in native.dump([encoded(foreign(SHORT), "gzip", *stated)]).decode()


EVENTS = [b"data: %d\n\n" % number for number in range(4)]


def events(pieces: list[bytes], **others: Any) -> Interaction:
    fields = (("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip"))
    return exchange(b"".join(pieces), fields=fields, parts=tuple(map(len, pieces)), **others)


def test_a_compressed_stream_of_events_comes_event_by_event() -> None:
    text = written(events(stream(EVENTS)))
    assert "    parts: events 0\n    coding: gzip; level=6; os=3\n    body: |+\n      data: 0\n\n" in text
    # The last event and the end of the stream in one piece.
    *pieces, last, end = stream(EVENTS)
    whole = read_again(events([*pieces, last + end]))
    assert zlib.decompressobj(31).decompress(next(whole.pieces())) == EVENTS[0]


def test_a_compressed_stream_of_another_encoder_comes_in_the_same_pieces() -> None:
    pieces = stream(EVENTS)
    # A block more than any encoder of ours makes.
    pieces[1:2] = [pieces[1] + b"\x00\x00\x00\xff\xff"]
    response = read_again(events(pieces))
    decoder = zlib.decompressobj(31)
    assert [decoder.decompress(piece) for piece in response.pieces()] == EVENTS
    assert decoder.eof
    assert b"    parts: events\n    coding: gzip\n" in native.dump([events(pieces)])


def test_a_body_that_was_coded_first_and_divided_afterwards() -> None:
    body = zlib_body(6, 31)
    recorded = encoded(body, parts=(100, len(body) - 100))
    assert f"    coded_parts: 100 {len(body) - 100}\n    coding: gzip; level=6; os=3\n" in written(recorded)
    # Where the content is changed, or another zlib is installed, it comes in one piece.
    (read,) = native.load(native.dump([recorded]).replace(b"item 7", b"item seven"))
    assert read.response.parts == ()


@pytest.mark.parametrize("kept", [1, 3])
def test_a_compressed_stream_that_was_closed_early(kept: int) -> None:
    error = NetworkError(ErrorKind.ABANDONED)
    recorded = replace(events(stream(EVENTS)[:kept]), error=error)
    text = written(recorded)
    assert f"    parts: {'events' if kept > 1 else 'whole'}\n    coding: gzip; level=6; os=3; cut=1\n" in text
    cut = replace(recorded, response=replace(recorded.response, body=recorded.response.body[:-2]))
    assert "    encoding: base64\n" in written(cut)


def test_what_was_edited_is_coded_anew() -> None:
    body = zlib.compress(SHORT)
    data = native.dump([encoded(body, "deflate", ("Content-Length", str(len(body))))])
    (read,) = native.load(data.replace(b"Ada", b"Ada Lovelace"))
    assert zlib.decompress(read.response.body) == SHORT.replace(b"Ada", b"Ada Lovelace")
    assert read.response.headers.get("content-length") == str(len(read.response.body)) != str(len(body))


def test_without_the_library_of_a_coding_the_client_gets_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    body = brotli.compress(SHORT)
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    data = native.dump([encoded(body, "br", ("Content-Length", str(len(body))), ("Content-MD5", digest))])
    monkeypatch.setattr(codecs, "_library", lambda *names: None)
    (read,) = native.load(data)
    assert read.response.body == SHORT
    assert read.response.headers.pairs == (
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(SHORT))),
        ("Content-MD5", base64.b64encode(hashlib.md5(SHORT).digest()).decode()),
    )


class _Frames:
    """A stand-in for a library with the interface of `compression.zstd`, over `zstandard`."""

    ZstdError = zstandard.ZstdError

    class ZstdDecompressor:
        def __init__(self) -> None:
            self._real = zstandard.ZstdDecompressor().decompressobj()

        def decompress(self, data: bytes) -> bytes:
            return self._real.decompress(data)

        @property
        def eof(self) -> bool:
            return self._real.eof

        @property
        def unused_data(self) -> bytes:
            return self._real.unused_data

    class ZstdCompressor:
        FLUSH_BLOCK, FLUSH_FRAME = 1, 2

        def __init__(self, level: int) -> None:
            self._real = zstandard.ZstdCompressor(level=level).compressobj()

        def compress(self, data: bytes, mode: int) -> bytes:
            flush = zstandard.COMPRESSOBJ_FLUSH_BLOCK if mode == 1 else zstandard.COMPRESSOBJ_FLUSH_FINISH
            return self._real.compress(data) + self._real.flush(flush)


@pytest.mark.parametrize("standard", [True, False])
def test_zstd_by_either_library(standard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if standard:
        monkeypatch.setattr(codecs, "_library", lambda *names: _Frames if len(names) > 1 else None)
    for level in (3, 9):
        compressor = zstandard.ZstdCompressor(level=level).compressobj()
        pieces = [
            compressor.compress(event) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
            for event in EVENTS
        ]
        pieces.append(compressor.flush())
        undone = undo_exactly(b"".join(pieces), ("zstd",), tuple(map(len, pieces)))
        assert undone is not None and undone.exact
        assert undone.coding == ("zstd" if level == 3 else "zstd; level=9")
        assert redo(undone.coding, undone.content, undone.parts) == pieces
    assert undo_exactly(b"\x28\xb5\x2f\xfd\xff\xff\xff", ("zstd",)) is None


@pytest.mark.parametrize(
    ("coding", "reason"),
    [
        ("lzma", "coding must be gzip, x-gzip, deflate, br or zstd, not 'lzma'"),
        ("gzip; level=10", "'level=10' is no setting of the coding gzip"),
        ("gzip; quality=1", "'quality=1' is no setting of the coding gzip"),
        ("gzip; best", "'best' is no setting of the coding gzip"),
        ("deflate; mtime=1", "'mtime=1' is no setting of the coding deflate"),
        ("gzip,", "coding must be gzip, x-gzip, deflate, br or zstd, not ''"),
    ],
)
def test_a_coding_without_meaning_is_refused(coding: str, reason: str) -> None:
    data = native.dump([encoded(zlib_body(6, 31))])
    with pytest.raises(CassetteFormatError) as caught:
        native.load(data.replace(b"coding: gzip; level=6; os=3", f"coding: {coding}".encode()))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "keys", ["    coded_parts: 1\n", "    parts: 24\n    coded_parts: 24\n    coding: gzip\n"]
)
def test_parts_that_contradict_each_other_are_refused(keys: str) -> None:
    data = native.dump([exchange(SHORT)]).replace(b"    json: ", keys.encode() + b"    json: ")
    with pytest.raises(CassetteFormatError, match="coded_parts needs 'coding', and no 'parts' beside it"):
        native.load(data)


def test_no_library_is_needed_for_what_is_not_there() -> None:
    with pytest.raises(ImportError):
        importlib.import_module("no_such_codec")
    assert codecs._library("no_such_codec") is None
    assert codecs.codec("snappy") is None


coders = st.sampled_from(["gzip", "deflate", "raw", "br", "zstd", "foreign"])


def coded_by(coder: str, content: bytes, level: int) -> tuple[str, bytes]:
    match coder:
        case "gzip":
            return "gzip", gzip.compress(content, level)
        case "deflate":
            return "deflate", zlib.compress(content, level)
        case "raw":
            return "deflate", zlib.compress(content, level)[2:-4]
        case "br":
            return "br", brotli.compress(content, quality=level)
        case "zstd":
            return "zstd", zstandard.ZstdCompressor(level=level or 1).compress(content)
        case _:
            return "gzip", foreign(content)


@settings(deadline=None, max_examples=100)
@given(
    coders,
    st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
    st.integers(0, 9),
    st.lists(st.integers(0, 30), max_size=4),
    st.integers(0, 3),
)
def test_a_client_decodes_what_was_received(
    coder: str, content: bytes, level: int, cuts: list[int], damage: int
) -> None:
    name, body = coded_by(coder, content, level)
    body = body[: len(body) - damage] if damage < 3 else body + b"x"
    cuts = sorted(cut for cut in cuts if cut < len(body))
    parts = (
        tuple(end - start for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)) if cuts else ()
    )
    length = () if parts else (("Content-Length", str(len(body))),)
    recorded = encoded(body, name, *length, parts=parts)
    response = read_again(recorded)
    if response != recorded.response:
        assert content_of(response) == content
        assert response.headers.without("content-length") == recorded.response.headers.without(
            "content-length"
        )
        assert bool(response.parts) == bool(parts)
