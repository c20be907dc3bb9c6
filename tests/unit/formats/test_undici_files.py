"""undici's snapshot files: one that undici 7.30 wrote, the shapes that it calls legacy, and ours.

The file is what SnapshotAgent recorded of a server on loopback: three polls of one URL, a
compressed answer, two cookies, trailers, and a POST with a header that is there twice.
"""

from __future__ import annotations

import gzip
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
from reqsnap.formats import named
from reqsnap.model import Headers, Interaction, Request, Response
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

UNDICI = named("undici")
RECORDED = (Path(__file__).parent / "data" / "undici-7.30.json").read_bytes()
HOST = "http://127.0.0.1:41999"


def read(data: bytes) -> list[Interaction]:
    items = UNDICI.read(data, "a.json")
    decoded = [item.decode() for item in items]
    assert [(each.request.method, each.request.url) for each in decoded] == [
        (item.method, item.url) for item in items
    ]
    return decoded


def written(*recorded: Interaction) -> bytes:
    data = UNDICI.file([UNDICI.item(each) for each in recorded])
    assert UNDICI.recognises(data)
    return data


def test_what_undici_recorded() -> None:
    first, second, third, packed, cookies, trailers, posted = read(RECORDED)
    assert first.request == Request("GET", f"{HOST}/poll")
    assert [each.response.body for each in (first, second, third)] == [b"poll 1", b"poll 2", b"poll 3"]
    assert first.recorded_at == datetime(2026, 11, 22, 14, 54, 42, 961000, UTC)
    assert gzip.decompress(packed.response.body) == b'{"ok": true}'
    assert packed.response.headers.get("content-encoding") == "gzip"
    assert cookies.response.status == 204
    assert cookies.response.headers.pairs[:3] == (
        ("set-cookie", "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT"),
        ("set-cookie", "b=2; Path=/"),
        ("x-multi", "1, 2"),
    )
    assert (trailers.response.body, trailers.response.trailers.pairs) == (
        b"\x00\xff\x80",
        (("checksum", "abc"),),
    )
    headers = Headers([("content-type", "application/json"), ("x-list", "one, two")])
    assert posted.request == Request("POST", f"{HOST}/items?b=2&a=1", headers, '{"name":"Zoë"}'.encode())
    assert (posted.response.status, posted.response.body) == (201, '{"NAME":"ZOË"}'.encode())


def test_undici_finds_what_is_written_by_the_same_hashes() -> None:
    ours, theirs = json.loads(written(*read(RECORDED))), json.loads(RECORDED)
    assert [entry["hash"] for entry in ours] == [entry["hash"] for entry in theirs]
    assert [entry["snapshot"]["request"] for entry in ours] == [
        entry["snapshot"]["request"] for entry in theirs
    ]
    bodies = [[each["body"] for each in entry["snapshot"]["responses"]] for entry in ours]
    assert bodies == [[each["body"] for each in entry["snapshot"]["responses"]] for entry in theirs]
    (entry,) = json.loads(written(Interaction(Request("GET", "HTTP://Host:80?a#b"), Response(200), AT)))
    (same,) = json.loads(written(Interaction(Request("GET", "http://host/?a"), Response(200), AT)))
    assert entry["hash"] == same["hash"]


def test_a_file_that_is_written_anew_keeps_its_items() -> None:
    items = [item.text for item in UNDICI.read(RECORDED)]
    again = UNDICI.file([*items, UNDICI.item(replace(read(RECORDED)[0], recorded_at=AT))])
    assert len(json.loads(again)) == 5
    texts = [item.text for item in UNDICI.read(again)]
    assert sorted(texts[:3] + texts[4:]) == sorted(items)
    assert UNDICI.file(texts) == again


def legacy() -> tuple[bytes, bytes]:
    """The file as an object of requests by their hashes, and with one answer instead of a list."""
    entries = {entry["hash"]: entry["snapshot"] for entry in json.loads(RECORDED)}
    alone: Any = [{"hash": hash, "snapshot": {**each}} for hash, each in entries.items()]
    for entry in alone:
        entry["snapshot"]["response"] = entry["snapshot"].pop("responses")[0]
    return json.dumps(entries).encode(), json.dumps(alone, indent=1).encode()


def test_the_legacy_shapes() -> None:
    by_hash, alone = legacy()
    recorded = read(RECORDED)
    assert UNDICI.recognises(by_hash) and UNDICI.recognises(alone)
    assert read(by_hash) == recorded
    assert read(alone) == [recorded[0], *recorded[3:]]


def test_an_item_names_the_line_of_its_answer() -> None:
    lines = [item.line for item in UNDICI.read(RECORDED)]
    shown = RECORDED.decode().splitlines()
    assert [shown[line] for line in lines[:3]] == ['          "statusCode": 200,'] * 3
    assert lines == sorted(set(lines))


def test_an_empty_file() -> None:
    assert written() == b"[]"
    assert read(b"[ ]\n") == []


def test_bodies_of_requests_that_are_no_text() -> None:
    sent = replace(exchange(), request=Request("PUT", "http://h/", body=b"\xff\x00"))
    (entry,) = json.loads(written(sent))
    assert entry["snapshot"]["request"]["body"] == "\ufffd\x00"
    assert read(written(sent)) == [replace(sent, response=replace(sent.response, reason=""))]


def test_what_no_snapshot_holds() -> None:
    no_port = replace(PLAIN, request=Request("GET", "http://h:port/"))
    assert_not_held(UNDICI, *HELD_BY_FEW, NO_TEXT, no_port)


def kept(interaction: Interaction) -> Interaction:
    """What of an interaction a snapshot can hold."""
    request, response = interaction.request, interaction.response
    return Interaction(
        Request(request.method, "http://h/", Headers(_joined(request.headers)), request.body),
        Response(
            response.status,
            "",
            _grouped(response.headers),
            response.body,
            trailers=_grouped(response.trailers),
        ),
        interaction.recorded_at.replace(fold=0),
    )


def _grouped(headers: Headers) -> Headers:
    names = dict.fromkeys(name.lower() for name, _ in headers)
    return Headers([(name, value) for name in names for value in _all(headers, name)])


def _joined(headers: Headers) -> list[tuple[str, str]]:
    names = dict.fromkeys(name.lower() for name, _ in headers)
    return [(name, ", ".join(_all(headers, name))) for name in names]


def _all(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def can_be_held(interaction: Interaction) -> bool:
    # The lower case of some letters of Latin-1 is none of Latin-1.
    pairs = [*interaction.request.headers, *interaction.response.headers, *interaction.response.trailers]
    return interaction.error is None and all(max(name.lower(), default="") <= "\xff" for name, _ in pairs)


def test_what_has_no_meaning_stays_and_the_file_can_be_read_again() -> None:
    (entry,) = json.loads(written(PLAIN))
    entry["snapshot"]["request"]["note"] = ["half \ud800 a pair", 0.5, 7]
    text = json.dumps([entry])
    for number, again in (("1e999", None), ("-12", -12), ("12345678901234567890", 12345678901234567890.0)):
        items = UNDICI.read(text.replace("0.5", number).encode())
        data = UNDICI.file([item.text for item in items])
        (found,) = json.loads(data)
        assert found["snapshot"]["request"]["note"] == ["half \ud800 a pair", again, 7]
        assert read(data) == read(text.encode())


def test_half_of_a_surrogate_pair_is_refused_where_it_is_text() -> None:
    (entry,) = json.loads(written(PLAIN))
    entry["snapshot"]["request"]["method"] = "\ud800"
    data = json.dumps([entry]).encode()
    with pytest.raises(CassetteFormatError, match="method has a character that UTF-8 does not allow"):
        read(data)


def test_a_document_is_as_deep_as_the_stack_can_hold_later() -> None:
    (entry,) = json.loads(written(PLAIN))
    for depth, is_read in ((190, True), (900, False)):
        text = json.dumps([{**entry, "note": 0}]).replace('"note": 0', f'"note": {"[" * depth}{"]" * depth}')
        if is_read:
            assert read(text.encode()) == read(written(PLAIN))
        else:
            with pytest.raises(CassetteFormatError, match="nested too deep"):
                read(text.encode())


@settings(deadline=None, max_examples=rounds(20))
@given(st.lists(interactions(), max_size=4))
def test_what_a_snapshot_can_hold_comes_back_long_rounds(recorded: list[Interaction]) -> None:
    recorded = [
        replace(each, request=replace(each.request, url="http://h/", complete=True))
        for each in recorded
        if can_be_held(each)
    ]
    found = read(written(*recorded))
    # Equal requests are one entry, so the answers of each stand together.
    assert sorted(map(repr, found)) == sorted(repr(kept(each)) for each in recorded)
    for each in recorded:
        mine = [other for other in map(kept, recorded) if other.request == kept(each).request]
        assert [other for other in found if other.request == kept(each).request] == mine


NO_SNAPSHOTS: list[tuple[bytes, int, str]] = [
    (b"[1]", 1, "an item must be an object"),
    (b'[\n{"hash": "a"}]', 2, "an item must have the key 'snapshot'"),
    (b'[{"hash": "a", "snapshot": {"request": {},\n"responses": {}}}]', 2, "responses must be a list"),
    (b'[{"hash": "a", "snapshot":\n {"request": {}}}]', 2, "snapshot must have the key 'response'"),
    (RECORDED.replace(b'"statusCode": 201', b'"statusCode": 20'), 152, "the status 20 is not a number from"),
    (RECORDED.replace(b'"eyJ', b'"%'), 159, "the body is not base64: "),
    (RECORDED.replace(b"2026-11-22T14:54:43.053Z", b"yesterday"), 135, "'yesterday' is not a date"),
    (RECORDED[:-3], 166, "it is not valid JSON ("),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "reason"), NO_SNAPSHOTS, ids=[each[2][:40] for each in NO_SNAPSHOTS]
)
def test_it_is_refused_with_its_line(data: bytes, line: int, reason: str) -> None:
    assert_refused(read, data, "a.json", line, reason)


def test_a_damaged_file_is_read_or_refused_long_rounds() -> None:
    assert_read_or_refused(read, RECORDED, "a.json", random.Random(11), rounds(150))
