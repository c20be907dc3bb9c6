"""Reqord's cassettes: an exchange a line."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import Beside, named
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.storage import CassetteFile
from tests.support.format_refusals import (
    HELD_BY_FEW,
    NO_TEXT,
    assert_not_held,
    assert_read_or_refused,
    assert_refused,
)
from tests.support.native_files import AT, PLAIN, exchange
from tests.support.rounds import rounds
from tests.unit.formats.test_native_round_trips import interactions

REQORD = named("reqord")

ENTRY = (
    b'{"req":{"method":"POST","url":"https://api.example.com/users","headers":{"authorization":"<REDACTED>"},'
    b'"body_hash":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},'
    b'"resp":{"status":201,"headers":{"content-type":"application/json"},'
    b'"body_b64":"eyJpZCI6MSwidXNlciI6IkFsaWNlIn0=","body_encoding":"text"},"recorded_at":1759657159025077}'
)
README = (
    b'{"req": {"method": "GET", "url": "https://api.example.com/users/1", "headers": {}}, '
    b'"resp": {"status": 200, "headers": {"x": ["a", "b"]}, '
    b'"body": "{\\"id\\": 1, \\"name\\": \\"Zo\xc3\xab\\"}"}, '
    b'"recorded_at": "2025-10-05T09:39:19.025077Z"}'
)
BODY = b"\x89PNG" * 500
DIGEST = hashlib.sha256(BODY).hexdigest()


def external(reference: str = DIGEST, **more: Any) -> bytes:
    """An entry whose body is kept under its hash."""
    response = {"status": 200, "headers": {}, "body_b64": "", "body_encoding": "external_binary", **more}
    entry = {
        "req": {"method": "GET", "url": "http://h/", "headers": {}, "body_hash": "-"},
        "resp": {**response, "body_external_ref": reference, "stream_metadata": {"size": len(BODY)}},
        "recorded_at": 1,
    }
    return json.dumps(entry).encode()


def read(data: bytes, path: str = "a.jsonl", beside: Beside | None = None) -> list[Interaction]:
    return [item.decode() for item in REQORD.read(data, path, beside)]


def test_an_entry_becomes_an_interaction() -> None:
    (found,) = read(ENTRY)
    headers = Headers([("authorization", "<REDACTED>")])
    assert found.request == Request("POST", "https://api.example.com/users", headers)
    headers = Headers([("content-type", "application/json")])
    assert found.response == Response(201, "", headers, b'{"id":1,"user":"Alice"}')
    assert found.recorded_at == datetime(2025, 10, 5, 9, 39, 19, 25077, UTC)


def test_the_variant_of_its_readme() -> None:
    (found,) = read(README)
    assert found.response.headers.get_all("x") == ["a", "b"]
    assert found.response.body == '{"id": 1, "name": "Zoë"}'.encode()
    assert found.recorded_at == datetime(2025, 10, 5, 9, 39, 19, 25077, UTC)


def test_an_entry_that_does_not_tell_its_time() -> None:
    data = ENTRY.replace(b',"recorded_at":1759657159025077', b"").replace(b'"headers":{"auth', b'"h":{"auth')
    (found,) = read(data)
    assert found.recorded_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert len(found.request.headers) == 0


@pytest.mark.parametrize(
    "data",
    [
        ENTRY + b"\n" + README,
        ENTRY + b"\r\n" + README + b"\r\n",
        b"\xef\xbb\xbf" + ENTRY + b"\n\n  \n" + README + b"\n\n",
        b"\n\t" + ENTRY + b" \n" + README,
    ],
)
def test_blank_lines_and_line_ends(data: bytes) -> None:
    assert REQORD.recognises(data)
    items = REQORD.read(data)
    assert [item.text for item in items] == [ENTRY, README]
    assert [item.url[-2:] for item in items] == ["rs", "/1"]
    added = REQORD.added(data, [ENTRY])
    assert added is not None and added.kept == len(data)
    assert read(data + added.tail) == read(ENTRY + b"\n" + README + b"\n" + ENTRY)


def test_a_body_that_is_kept_under_its_hash(tmp_path: Path) -> None:
    folder = tmp_path / "objects" / DIGEST[:2]
    folder.mkdir(parents=True)
    (folder / DIGEST).write_bytes(BODY)
    for path in (tmp_path / "a.jsonl", tmp_path / "some" / "test" / "a.jsonl"):
        for reference in (DIGEST, f"objects/{DIGEST[:2]}/{DIGEST}"):
            assert read(external(reference), beside=CassetteFile(path).beside(0))[0].response.body == BODY
    (folder / DIGEST).write_bytes(b"other")
    with pytest.raises(CassetteFormatError, match="the body was changed: objects/"):
        read(external(), beside=CassetteFile(tmp_path / "a.jsonl").beside(0))


def test_a_body_beside_the_cassette() -> None:
    class Files(Beside):
        max_inline_size = 0

        def read(self, name: str) -> bytes | None:
            return {DIGEST: BODY}.get(name)

        def write(self, name: str, data: bytes) -> None:
            raise AssertionError

    assert read(external(), beside=Files())[0].response.body == BODY
    with pytest.raises(CassetteFormatError, match="the body is missing: objects/00/0000"):
        read(external("0" * 64), beside=Files())
    with pytest.raises(CassetteFormatError, match="the body is missing: objects/"):
        [item.decode() for item in REQORD.read(external())]


def test_what_is_written() -> None:
    event = exchange(b"data: 1\n\n", fields=(("Content-Type", "text/event-stream; charset=utf-8"),))
    binary = exchange(b"\xff", fields=(("A", "1"), ("a", "2")))
    data = REQORD.file([REQORD.item(each) for each in (PLAIN, event, binary)])
    assert REQORD.recognises(data)
    first, second, third = map(json.loads, data.splitlines())
    assert first == {
        "req": {
            "method": "POST",
            "url": "http://h/items?page=1",
            "headers": {"accept": "*/*", "empty": ""},
            "body_hash": hashlib.sha256(PLAIN.request.body).hexdigest(),
        },
        "resp": {
            "status": 201,
            "headers": {"content-type": "text/plain"},
            "body_b64": base64.b64encode(PLAIN.response.body).decode(),
            "body_encoding": "text",
        },
        "recorded_at": int(AT.timestamp() * 1e6),
    }
    assert second["resp"]["body_encoding"] == "stream"
    assert second["resp"]["stream_metadata"] == {"type": "stream", "size": 9}
    assert (third["resp"]["body_encoding"], third["resp"]["headers"]) == ("binary", {"a": "1, 2"})
    assert third["req"]["body_hash"] == "-"


def test_what_it_does_not_hold() -> None:
    assert_not_held(REQORD, *HELD_BY_FEW, NO_TEXT)


def kept(interaction: Interaction) -> Interaction:
    """What of an interaction it can hold."""
    request, response = interaction.request, interaction.response
    return Interaction(
        Request(request.method, request.url, _joined(request.headers)),
        Response(response.status, "", _joined(response.headers), response.body),
        interaction.recorded_at.replace(fold=0),
    )


def _joined(headers: Headers) -> Headers:
    names = dict.fromkeys(name.lower() for name, _ in headers)
    return Headers([(name, ", ".join(v for key, v in headers if key.lower() == name)) for name in names])


@settings(deadline=None, max_examples=rounds(20))
@given(st.lists(interactions(), max_size=3))
def test_what_it_can_hold_comes_back_long_rounds(recorded: list[Interaction]) -> None:
    recorded = [
        replace(each, request=replace(each.request, complete=True))
        for each in recorded
        if each.error is None
        # The lower case of some letters of Latin-1 is none of Latin-1.
        and all(max(name.lower(), default="") <= "\xff" for name, _ in each.request.headers)
        and all(max(name.lower(), default="") <= "\xff" for name, _ in each.response.headers)
    ]
    data = REQORD.file([REQORD.item(each) for each in recorded])
    assert read(data) == list(map(kept, recorded))
    assert REQORD.file([item.text for item in REQORD.read(data)]) == data


def line(old: bytes, new: bytes) -> bytes:
    """A file on whose third line something else stands."""
    assert old in ENTRY
    return ENTRY + b"\n\n" + ENTRY.replace(old, new) + b"\n"


INVALID: list[tuple[bytes, str]] = [
    (line(b'"resp"', b"resp"), "it is not valid JSON ("),
    (line(b'"resp"', b'"answer"'), "the document must have the key 'resp'"),
    (line(b'"req"', b'"request"'), "the document must have the key 'req'"),
    (line(ENTRY, b"[]"), "the document must be an object"),
    (line(b'"method"', b'"verb"'), "req must have the key 'method'"),
    (line(b'"https', b'1,"x":"https'), "url must be text"),
    (line(b"201", b"42"), "the status 42 is not a number from 100 to 999"),
    (line(b"201", b'"201"'), "status must be a whole number"),
    (line(b"eyJ", b"%"), "the body is not base64: "),
    (line(b"1759657159025077", b"1759657159025077.5"), "recorded_at must be a whole number"),
    (line(b"1759657159025077", b"999999999999999999"), "999999999999999999 is no time in microseconds"),
    (line(b"1759657159025077", b'"today"'), "today is no time in microseconds since 1970"),
    (line(b'"body_encoding"', b'"body_external_ref":"../x","body_encoding"'), "'../x' is no reference"),
    (line(b"REDACTED", b"\xff"), "the byte 0xFF is not UTF-8 text"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), INVALID, ids=[each[1][:40] for each in INVALID])
def test_a_line_that_is_invalid_is_never_passed_over(data: bytes, reason: str) -> None:
    assert_refused(read, data, "a.jsonl", 3, reason)


def test_a_damaged_file_is_read_or_refused_long_rounds() -> None:
    whole = b"\n".join([ENTRY, README, external(), ENTRY, b""])
    assert_read_or_refused(read, whole, "a.jsonl", random.Random(13), rounds(200))
