"""betamax's cassettes: two that betamax 0.9 wrote, the shapes of its first versions, Ruby's, and ours.

The files are what it recorded of a server on loopback, with `preserve_exact_body_bytes` and with the
serializer `prettyjson`.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.formats import named
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.format_refusals import HELD_BY_FEW, NO_TEXT, assert_not_held, assert_refused
from tests.support.native_files import PLAIN
from tests.support.rounds import rounds
from tests.unit.formats.test_native_round_trips import interactions

BETAMAX = named("betamax")
DATA = Path(__file__).parent / "data"
EXACT, PRETTY = ((DATA / f"betamax-0.9-{name}.json").read_bytes() for name in ("exact", "pretty"))
HOST = "http://127.0.0.1:41998"


def read(data: bytes) -> list[Interaction]:
    return [item.decode() for item in BETAMAX.read(data, "a.json")]


def written(*recorded: Interaction) -> bytes:
    data = BETAMAX.file([BETAMAX.item(each) for each in recorded])
    assert BETAMAX.recognises(data)
    return data


def entry(**changes: Any) -> bytes:
    about: dict[str, Any] = {
        "request": {"body": "", "headers": {"Accept": "*/*"}, "method": "GET", "uri": "http://h/"},
        "response": {"body": {"encoding": "utf-8", "string": "é"}, "headers": {}, "status": {"code": 200}},
        "recorded_at": "2026-11-22T17:38:33",
    }
    about["response"].update(changes)
    return json.dumps({"http_interactions": [about], "recorded_with": "betamax/0.9.0"}).encode()


def test_what_betamax_recorded() -> None:
    assert BETAMAX.recognises(EXACT) and BETAMAX.recognises(PRETTY)
    recorded = read(EXACT)
    text, binary, packed, empty, *_, form, raw = recorded
    assert (text.request.method, text.request.url, text.request.body) == ("GET", f"{HOST}/text", b"")
    assert (text.response.status, text.response.reason) == (200, "Fine")
    assert text.response.body == b"hello\nworld \n"
    assert text.recorded_at == datetime(2026, 11, 22, 17, 38, tzinfo=UTC).replace(
        second=text.recorded_at.second
    )
    cookies = [value for name, value in text.response.headers if name == "Set-Cookie"]
    assert cookies == ["a=1; Path=/", "b=2"]
    assert text.response.headers.get("x-odd") == "caf\xe9"
    assert (binary.response.body, empty.response.body) == (b"\x00\xff\x80", b"")
    assert json.loads(gzip.decompress(packed.response.body))["ok"] is True
    assert (form.request.body, raw.request.body) == (b"a=1+2&p=x", b"\xff\x00")
    assert [each.response.body for each in read(PRETTY)] == [b"hello\nworld \n", "\0\ufffd\ufffd".encode()]


def test_a_length_fits_the_body_that_is_replayed() -> None:
    # betamax put another character where its charset held none, and three bytes became seven.
    _, replaced = read(PRETTY)
    assert replaced.response.headers.get("content-length") == "7"


def test_what_is_written_again_says_the_same() -> None:
    for data in (EXACT, PRETTY):
        assert read(written(*read(data))) == read(data)
        items = [item.text for item in BETAMAX.read(data)]
        assert json.loads(BETAMAX.file(items))["http_interactions"] == json.loads(data)["http_interactions"]


def test_the_first_versions_of_betamax_and_ruby() -> None:
    (old,) = read(entry(body="text", headers={"X": "1"}, status=None, status_code=404))
    assert (old.response.status, old.response.reason, old.response.body) == (404, "Not Found", b"text")
    assert (old.response.headers.pairs, old.request.headers.pairs) == ((("X", "1"),), (("Accept", "*/*"),))
    ruby = entry(http_version=None).replace(b"2026-11-22T17:38:33", b"Sun, 22 Nov 2026 17:38:33 GMT")
    (found,) = read(ruby)
    assert found.recorded_at == datetime(2026, 11, 22, 17, 38, 33, tzinfo=UTC)
    (untold,) = read(entry().replace(b"recorded_at", b"recorded"))
    assert untold.recorded_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"encoding": "iso-8859-1", "string": "é"}, b"\xe9"),
        ({"encoding": None, "string": "é"}, "é".encode()),
        ({"encoding": None, "base64_string": "/wA=", "string": ""}, b"\xff\x00"),
        ({"encoding": None}, b""),
        (None, b""),
    ],
)
def test_a_body_is_read_in_each_of_its_forms(body: object, found: bytes) -> None:
    assert read(entry(body=body))[0].response.body == found


def test_text_is_written_in_the_charset_that_requests_takes_it_for() -> None:
    for kind, charset, body in [
        ("text/plain", "ISO-8859-1", b"\xe9"),
        ("text/html; charset='utf-8'", "utf-8", "é".encode()),
        ("application/json", "utf-8", b"{}"),
        ("image/png", None, b"plain"),
    ]:
        response = Response(200, "OK", Headers([("Content-Type", kind)]), body)
        (about,) = json.loads(written(replace(PLAIN, response=response)))["http_interactions"]
        assert about["response"]["body"] == {"encoding": charset, "string": body.decode(charset or "utf-8")}
    (about,) = json.loads(written(replace(PLAIN, response=Response(200, body=b"\xff"))))["http_interactions"]
    assert about["response"]["body"] == {"encoding": None, "base64_string": "/w=="}


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b'{"http_interactions": 1}', 1, "http_interactions must be a list"),
        (b'{"http_interactions": [\n{"request": {}}]}', 2, "an item of http_interactions must have the key"),
        (entry(status={"code": 20}), 1, "the status 20 is not a number from"),
        (entry(body={"encoding": "none-such", "string": "a"}), 1, "the body cannot be put into its charset"),
        (entry(body={"encoding": "utf-8\0", "string": "a"}), 1, "the body cannot be put into its charset"),
        (entry(body={"encoding": "ascii", "string": "é"}), 1, "the body cannot be put into its charset"),
        (entry(body={"base64_string": "%"}), 1, "the body is not base64"),
        (entry().replace(b"2026-11", b"yesterday"), 1, "'yesterday-22T17:38:33' is no time such as"),
        (EXACT[:-3], 1, "it is not valid JSON ("),
    ],
)
def test_it_is_refused_with_its_line(data: bytes, line: int, reason: str) -> None:
    assert_refused(read, data, "a.json", line, reason)


def test_what_it_does_not_hold() -> None:
    assert_not_held(BETAMAX, *HELD_BY_FEW, NO_TEXT)


def kept(interaction: Interaction) -> Interaction:
    """What of an interaction betamax's cassette can hold."""
    request, response = interaction.request, interaction.response
    return Interaction(
        Request(request.method, request.url, _joined(request.headers), request.body),
        Response(response.status, response.reason, grouped(response.headers), response.body),
        interaction.recorded_at.replace(microsecond=0, fold=0),
    )


def grouped(headers: Headers) -> Headers:
    spelled: dict[str, str] = {}
    for name, _ in headers:
        spelled.setdefault(name.lower(), name)
    return Headers(
        [(shown, value) for low, shown in spelled.items() for name, value in headers if name.lower() == low]
    )


def _joined(headers: Headers) -> Headers:
    found: dict[str, str] = {}
    for name, value in grouped(headers):
        found[name] = f"{found[name]}, {value}" if name in found else value
    return Headers(list(found.items()))


@settings(deadline=None, max_examples=rounds(20))
@given(st.lists(interactions(), max_size=4))
def test_what_it_can_hold_comes_back_long_rounds(recorded: list[Interaction]) -> None:
    recorded = [
        replace(
            each,
            request=replace(each.request, url="http://h/", complete=True),
            response=replace(each.response, headers=each.response.headers.without("content-length")),
        )
        for each in recorded
        if each.error is None and each.response.headers.get("content-encoding") is None
    ]
    assert read(written(*recorded)) == [kept(each) for each in recorded]
