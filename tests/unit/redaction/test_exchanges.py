"""Whole exchanges: codings, pieces, lengths, what vouches for a body, and what does not change."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import zlib
from collections.abc import Callable

import pytest
import zstandard

from reqsnap.model import Headers, Request, Response
from reqsnap.redaction import (
    DEFAULT_RULES,
    NO_RULES,
    PLACEHOLDER,
    redact_interaction,
    redact_request,
)
from tests.support.redacting import JSON, answer, ask, hide, hide_both

# It ships no types.
brotli = importlib.import_module("brotli")

TOKEN = "q1w2e3r4t5y6"
SECRET = json.dumps({"access_token": TOKEN, "n": 1}).encode()
HIDDEN = json.dumps({"access_token": PLACEHOLDER, "n": 1}).encode()


def unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 20)


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


CODINGS: list[tuple[str, Callable[[bytes], bytes], Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress, gzip.decompress),
    ("X-GZIP", gzip.compress, gzip.decompress),
    ("deflate", zlib.compress, zlib.decompress),
    ("deflate", raw_deflate, lambda data: zlib.decompress(data, wbits=-15)),
    ("br", brotli.compress, brotli.decompress),
    ("zstd", zstandard.ZstdCompressor().compress, unzstd),
    ("identity", bytes, bytes),
    (
        "gzip, identity, br",
        lambda data: brotli.compress(gzip.compress(data)),
        lambda d: gzip.decompress(brotli.decompress(d)),
    ),
]


@pytest.mark.parametrize(("coding", "encode", "decode"), CODINGS)
def test_coded_bodies_are_looked_into(
    coding: str, encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]
) -> None:
    body = encode(SECRET)
    headers = [("Content-Encoding", coding), ("Content-Length", str(len(body)))]
    request, response = (
        ask(headers=headers, body=body, content_type=JSON),
        answer(headers, body, JSON, parts=(3, len(body) - 3)),
    )
    asked, answered = hide_both(request, response)
    assert decode(asked.body) == decode(answered.body) == HIDDEN
    assert asked.headers == request.headers
    assert answered.headers.get("content-length") == str(len(answered.body))
    assert answered.headers.get("content-encoding") == coding
    assert sum(answered.parts) == (len(answered.body) if coding == "identity" else 0)
    # The same content gives the same bytes, whenever and however it was encoded before.
    assert hide(ask(headers=headers, body=encode(SECRET), content_type=JSON)).body == asked.body
    assert hide_both(asked, answered) == (asked, answered)


@pytest.mark.parametrize(("coding", "encode", "decode"), CODINGS)
def test_coded_body_without_secrets_is_left(
    coding: str, encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]
) -> None:
    response = answer([("Content-Encoding", coding)], encode(b'{"a":1}'), JSON, parts=(1,))
    assert redact_interaction(ask(), response, DEFAULT_RULES)[1] is response


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_body_that_is_not_in_its_coding_is_taken_as_plain(coding: str) -> None:
    response = answer([("Content-Encoding", coding)], SECRET, JSON, parts=(20, len(SECRET) - 20))
    _, answered = hide_both(ask(), response)
    assert answered.body == HIDDEN
    assert sum(answered.parts) == len(HIDDEN)


def test_unknown_coding_stays_bytes_but_for_echoes() -> None:
    body = b'{"password":"x"}\xff' + TOKEN.encode()
    request = ask(
        headers=[("Authorization", f"Bearer {TOKEN}"), ("Content-Encoding", "aes128gcm")], body=body
    )
    assert hide(request).body == b'{"password":"x"}\xff[REDACTED]'


def test_partial_content_stays_bytes_but_for_echoes() -> None:
    coded = gzip.compress(SECRET)
    request = ask(headers=[("Authorization", f"Bearer {TOKEN}")])
    for body, coding in ((coded, "gzip"), (b'"password":"x"}', "identity")):
        response = answer([("Content-Encoding", coding), ("ETag", '"a"')], body, JSON, status=206)
        assert hide_both(request, response)[1] is response
    response = answer([("Content-Length", "16")], f"abc {TOKEN}", status=206, parts=(4, 12))
    _, answered = hide_both(request, response)
    assert (answered.body, answered.parts) == (b"abc [REDACTED]", (4, 10))
    assert answered.headers.get("content-length") == "14"


def test_cut_gzip_stays_cut() -> None:
    compressor = zlib.compressobj(wbits=31)
    body = compressor.compress(SECRET) + compressor.flush(zlib.Z_SYNC_FLUSH)
    _, answered = hide_both(ask(), answer([("Content-Encoding", "gzip")], body, JSON))
    decompressor = zlib.decompressobj(wbits=31)
    assert decompressor.decompress(answered.body) == HIDDEN
    assert not decompressor.eof


INTEGRITY = ["Content-MD5", "Digest", "Content-Digest", "repr-digest", "X-Amz-Checksum-SHA256", "x-goog-hash"]


def test_what_vouches_for_a_changed_body_goes() -> None:
    headers = [(name, "v") for name in INTEGRITY] + [("ETag", '"e"'), ("X-Other", "o")]
    response = answer(headers, SECRET, JSON, trailers=[("X-Amz-Checksum-Crc32", "c"), ("X-Last", "l")])
    _, answered = hide_both(ask(), response)
    assert answered.headers.pairs == (("ETag", '"e"'), ("X-Other", "o"), ("Content-Type", JSON))
    assert answered.trailers.pairs == (("X-Last", "l"),)
    # A request is stored as it was sent, and an unchanged body is still vouched for.
    request = ask(headers=headers, body=SECRET, content_type=JSON)
    assert hide(request).headers == request.headers
    unchanged = answer([*headers, ("Set-Cookie", "a=b")], b"{}", JSON)
    assert len(hide_both(ask(), unchanged)[1].headers) == len(unchanged.headers)


def test_length_is_not_invented() -> None:
    _, answered = hide_both(ask(), answer([("Transfer-Encoding", "chunked")], SECRET, JSON))
    assert "content-length" not in answered.headers


def test_pieces_stay_at_their_places() -> None:
    events = [b'data: {"id_token":"', b'abcdefgh"}\n\n', b"data: abcd", b"efgh\n\n", b"data: end\n\n"]
    parts = tuple(map(len, events))
    response = answer(body=b"".join(events), content_type="text/event-stream", parts=parts)
    _, answered = hide_both(ask(), response)
    assert list(answered.pieces()) == [
        b'data: {"id_token":"',
        b'[REDACTED]"}\n\n',
        b"data: [RED",
        b"ACTED]\n\n",
        b"data: end\n\n",
    ]


def test_pieces_within_an_edit_that_are_longer_than_it() -> None:
    body = b'{"password":"' + b"x" * 100 + b'"}'
    response = answer(body=body, content_type=JSON, parts=(20, 30, 30, len(body) - 80))
    _, answered = hide_both(ask(), response)
    assert list(answered.pieces()) == [b'{"password":"[REDACT', b"ED]", b'"}']


def test_pieces_of_a_body_in_utf_16() -> None:
    body = '{"password":"é","a":1}'.encode("utf-16-le")
    response = answer(body=body, content_type=f"{JSON}; charset=utf-16", parts=(26, 2, 2, len(body) - 30))
    _, answered = hide_both(ask(), response)
    assert [piece.decode("utf-16-le") for piece in answered.pieces()] == [
        '{"password":"',
        "[REDACTED]",
        '"',
        ',"a":1}',
    ]


def test_everything_else_of_a_message_is_kept() -> None:
    request = Request("PATCH", "http://h/?api_key=x", Headers([("A", "1")]), b"b", complete=False)
    response = Response(
        299, "Fine", Headers([("X-Api-Key", "k")]), b"b", "HTTP/2", Headers([("T", "1")]), (1,)
    )
    asked, answered = hide_both(request, response)
    assert asked == Request(
        "PATCH", "http://h/?api_key=[REDACTED]", Headers([("A", "1")]), b"b", complete=False
    )
    assert answered == Response(
        299, "Fine", Headers([("X-Api-Key", "[REDACTED]")]), b"b", "HTTP/2", Headers([("T", "1")]), (1,)
    )


def test_nothing_to_hide_gives_the_same_objects() -> None:
    headers = [("Accept", "*/*"), ("User-Agent", "x (+https://example.com)")]
    request = ask(
        "https://example.com/a/b?page=1&q=a%20b", headers, '{"a": [1, "\\u00e9", {"b": "c\\"d"}]}', JSON
    )
    response = answer(headers, "<a href='https://h/?a=1'>x</a>", "text/html", trailers=[("A", "b")])
    assert redact_request(request, DEFAULT_RULES)[0] is request
    asked, answered, secrets = redact_interaction(request, response, DEFAULT_RULES)
    assert asked is request
    assert answered is response
    assert secrets == ()


def test_only_the_message_that_changes_is_new() -> None:
    request, response = ask(headers=[("X-Api-Key", "k")]), answer(body="b")
    asked, answered = hide_both(request, response)
    assert asked is not request
    assert answered is response
    assert asked.body is request.body


def test_no_rules_give_the_same_objects() -> None:
    request, response = ask("http://u:p@h/?api_key=x"), answer([("Set-Cookie", "a=b")], SECRET, JSON)
    assert redact_interaction(request, response, NO_RULES) == (request, response, ())


def test_real_exchange_of_temporary_credentials() -> None:
    request = ask(
        "https://sts.amazonaws.com/",
        [
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sts/aws4_request",
            )
        ],
        "Action=GetSessionToken&Version=2011-06-15",
        "application/x-www-form-urlencoded; charset=utf-8",
    )
    key, token = (
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT=",
    )
    xml = (
        "<GetSessionTokenResponse><Credentials><SessionToken>\n {token}\n</SessionToken>"
        "<SecretAccessKey>{key}</SecretAccessKey><Expiration>2026-01-01T00:00:00Z</Expiration><AccessKeyId>{id}</AccessKeyId>"
        "</Credentials><Echo>{echo}</Echo></GetSessionTokenResponse>"
    )
    body = xml.format(
        token=token, key=key, id="ASIAIOSFODNN7EXAMPLE", echo=base64.b64encode(f"k={key}".encode()).decode()
    )
    _, answered = hide_both(request, answer(body=body, content_type="text/xml"))
    hidden = answered.body.decode()
    assert hidden == xml.format(token=PLACEHOLDER, key=PLACEHOLDER, id=PLACEHOLDER, echo="az[REDACTED]")
