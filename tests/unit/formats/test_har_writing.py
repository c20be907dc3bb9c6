"""HAR archives that reqsnap writes: what the specification asks of them, and what comes back."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.content_coding import content_codings, undo
from reqsnap.formats import named
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.format_refusals import assert_not_held, assert_read_or_refused
from tests.support.har_specification import check_archive
from tests.support.native_files import AT, BINARY, PLAIN, exchange
from tests.support.rounds import rounds
from tests.unit.formats.test_har_reading import archive, entry
from tests.unit.formats.test_native_round_trips import interactions

HAR = named("har")


def written(*recorded: Interaction) -> bytes:
    data = HAR.file([HAR.item(each) for each in recorded])
    check_archive(json.loads(data))
    assert HAR.recognises(data)
    return data


def read(data: bytes) -> list[Interaction]:
    return [item.decode() for item in HAR.read(data, "a.har")]


def entry_of(interaction: Interaction) -> Any:
    data = written(interaction)
    assert read(data) == [interaction]
    return json.loads(data)["log"]["entries"][0]


def test_an_entry_is_what_the_specification_says() -> None:
    request = Request(
        "POST",
        "https://h/items?a=b%20c&a=&d",
        Headers([("Cookie", "one=1; two=2=2"), ("Content-Type", "application/x-www-form-urlencoded")]),
        b"e=f+g&h=",
    )
    cookies = (
        "sid=x; Path=/a; Domain=h; Secure; HttpOnly; SameSite=Lax; Expires=Wed, 21 Oct 2015 07:28:00 GMT",
        "none; Expires=never",
    )
    fields = [("Location", "/b"), ("Content-Type", "text/plain"), *(("Set-Cookie", each) for each in cookies)]
    found = entry_of(Interaction(request, Response(302, "Found", Headers(fields), b"go"), AT, 0.25))
    assert found["startedDateTime"] == "2026-11-22T01:02:03.456Z"
    assert found["time"] == found["timings"]["wait"] == 250.0
    sent, answer = found["request"], found["response"]
    assert sent["cookies"] == [{"name": "one", "value": "1"}, {"name": "two", "value": "2=2"}]
    parameters = [("a", "b c"), ("a", ""), ("d", "")]
    assert sent["queryString"] == [{"name": name, "value": value} for name, value in parameters]
    assert sent["bodySize"] == 8
    assert sent["postData"] == {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "e", "value": "f g"}, {"name": "h", "value": ""}],
        "text": "e=f+g&h=",
    }
    assert answer["cookies"] == [
        {
            "name": "sid",
            "value": "x",
            "path": "/a",
            "domain": "h",
            "secure": True,
            "httpOnly": True,
            "expires": "2015-10-21T07:28:00+00:00",
        },
        {"name": "none", "value": ""},
    ]
    assert (answer["redirectURL"], answer["bodySize"]) == ("/b", 2)
    assert answer["content"] == {"size": 2, "mimeType": "text/plain", "compression": 0, "text": "go"}


def test_a_content_coding_is_undone_as_the_specification_asks() -> None:
    text = "café " * 100
    body = gzip.compress(text.encode("latin-1"))
    fields = Headers([("Content-Encoding", "gzip"), ("Content-Type", "text/plain; charset=latin-1")])
    sent = exchange(body, fields=fields.pairs)
    found = json.loads(written(sent))["log"]["entries"][0]["response"]
    assert found["content"]["text"] == text
    assert found["content"]["size"] == 500
    assert found["bodySize"] == len(body)
    (back,) = read(written(sent))
    assert back.response.headers == fields
    assert gzip.decompress(back.response.body) == text.encode("latin-1")


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"cut" * 99, mtime=0)[:-9]])
def test_a_body_that_is_not_quite_in_its_coding_comes_back_as_it_was(body: bytes) -> None:
    sent = exchange(body, fields=(("Content-Encoding", "gzip"),))
    assert read(written(sent)) == [sent]
    posted = Request("POST", "http://h/", Headers([("Content-Encoding", "gzip")]), body)
    assert read(written(replace(sent, request=posted))) == [replace(sent, request=posted)]


def test_binary_bodies_are_base64() -> None:
    found = entry_of(BINARY)
    assert found["response"]["content"]["encoding"] == "base64"
    posted = entry_of(replace(BINARY, request=Request("PUT", "http://h/", body=b"\xff\x00")))
    assert posted["request"]["postData"] == {"mimeType": "", "text": "/wA=", "encoding": "base64"}


def test_what_no_archive_holds() -> None:
    assert_not_held(
        HAR,
        Interaction(Request("GET", "/items"), Response(200), AT),
        Interaction(Request("GET", "http://h/"), Response(0), AT),
        Interaction(Request("GET", "http://h/"), Response(200, version="two"), AT),
        Interaction(Request("GET", "http://h/"), Response(200), AT.replace(tzinfo=None)),
        Interaction(Request("GET", "http://h/\ud800"), Response(200), AT),
    )


def test_entries_are_added_to_the_archive_of_another_program() -> None:
    browser = archive(
        entry({}, {"status": 0}), entry(), pages=[{"id": "page_1"}], browser={"name": "Firefox"}
    )
    for data in (browser, b"\xef\xbb\xbf" + browser, archive(indent=None), HAR.file([])):
        added = HAR.added(data, [HAR.item(PLAIN), HAR.item(BINARY)])
        assert added is not None
        after = data[: added.kept] + added.tail
        document, before = json.loads(after.removeprefix(b"\xef\xbb\xbf")), read(data)
        assert document["log"].keys() == json.loads(data.removeprefix(b"\xef\xbb\xbf"))["log"].keys()
        assert read(after) == [*before, PLAIN, BINARY]
    assert after == written(PLAIN, BINARY)
    assert HAR.added(after, []) == (len(after) - len(b"\n    ]\n  }\n}\n"), b"\n    ]\n  }\n}\n")


def kept(interaction: Interaction) -> Interaction:
    """What of an interaction an archive can hold."""
    response = interaction.response
    body, codings = response.body, content_codings(response.headers)
    undone = undo(body, codings) if interaction.error is None else None
    if undone is not None and undone.content:
        body = undone.redo(undone.content)
    return replace(
        interaction, response=replace(response, body=body), elapsed=interaction.elapsed * 1000.0 / 1000.0
    )


def can_be_held(interaction: Interaction) -> bool:
    """Whether nothing of the head is what HAR means otherwise."""
    request, response = interaction.request, interaction.response
    pairs = [*request.headers, *response.headers, *response.trailers]
    return not any(name.startswith(":") or "\n" in value for name, value in pairs) and (
        interaction.elapsed < 1e300
    )


codings = st.sampled_from(["gzip", "deflate", "br", "gzip, br", "identity", "odd"])


@settings(deadline=None, max_examples=rounds(20))
@given(
    st.lists(interactions(), max_size=3),
    codings,
    st.sampled_from(["text/plain", "text/plain; charset=latin-1", "*"]),
)
def test_what_an_archive_can_hold_comes_back_long_rounds(
    recorded: list[Interaction], coding: str, content_type: str
) -> None:
    recorded = [replace(each, request=replace(each.request, url="http://h/")) for each in recorded]
    recorded = [
        replace(
            each,
            response=replace(
                each.response,
                headers=Headers(
                    [*each.response.headers, ("Content-Type", content_type), ("Content-Encoding", coding)]
                ),
            ),
        )
        if each.response.status
        else each
        for each in recorded
        if can_be_held(each)
    ]
    recorded.sort(key=lambda each: each.recorded_at)
    assert read(written(*recorded)) == [kept(each) for each in recorded]


def test_a_damaged_archive_is_read_or_refused_long_rounds() -> None:
    whole = archive(*json.loads(written(PLAIN, BINARY))["log"]["entries"], entry({}, {"status": 0}))
    assert_read_or_refused(read, whole, "a.har", random.Random(7), rounds(200))
