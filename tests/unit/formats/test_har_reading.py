"""The archives that browsers, proxies and other programs write, as interactions."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from reqsnap.content_coding import undo
from reqsnap.formats import Beside, named
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError
from tests.support.format_refusals import assert_refused

HAR = named("har")
AT = datetime(2026, 11, 22, 1, 2, 3, 456000, UTC)


def pairs(*fields: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]


def entry(request: dict[str, Any] | None = None, response: dict[str, Any] | None = None, **more: Any) -> Any:
    """An entry of which only the given members are out of the ordinary."""
    return {
        "startedDateTime": "2026-11-22T01:02:03.456Z",
        "time": 12.5,
        "request": {"method": "GET", "url": "https://h/items", "httpVersion": "HTTP/1.1", **(request or {})},
        "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", **(response or {})},
        **more,
    }


def archive(*entries: Any, indent: int | None = 2, **log: Any) -> bytes:
    return json.dumps({"log": {"version": "1.2", **log, "entries": entries}}, indent=indent).encode()


def whole(data: bytes) -> list[Interaction]:
    return [item.decode() for item in HAR.read(data, "a.har")]


def read(*entries: Any) -> list[Interaction]:
    return whole(archive(*entries))


def read_one(*parts: dict[str, Any], **more: Any) -> Interaction:
    (interaction,) = read(entry(*parts, **more))
    return interaction


def content(text: str, kind: str = "text/plain", **more: Any) -> dict[str, Any]:
    return {"content": {"size": len(text), "mimeType": kind, "text": text, **more}}


def test_an_entry_of_chrome() -> None:
    request = {
        "method": "POST",
        "httpVersion": "http/2.0",
        "url": "https://h/items?q=a%20b#top",
        "headers": pairs(
            (":authority", "h"),
            (":method", "POST"),
            (":path", "/items?q=a%20b"),
            (":scheme", "https"),
            ("content-type", "application/json"),
        ),
        "queryString": pairs(("q", "a%20b")),
        "cookies": [],
        "headersSize": -1,
        "bodySize": 7,
        "postData": {"mimeType": "application/json", "text": '{"a":1}'},
    }
    response = {
        "statusText": "",
        "httpVersion": "http/2.0",
        "headers": pairs(("content-type", "text/html; charset=utf-8"), ("set-cookie", "a=1\nb=2; Path=/")),
        "content": {"size": 5, "mimeType": "text/html", "text": "<é✓>"},
        "_transferSize": 300,
        "_error": None,
    }
    more = {"_priority": "High", "connection": "443", "pageref": "page_1", "cache": {}, "_connectionId": "7"}
    found = read_one(request, response, **more)
    assert (found.request.method, found.request.url) == ("POST", "https://h/items?q=a%20b")
    assert found.request.headers == Headers([("content-type", "application/json")])
    assert found.request.body == b'{"a":1}'
    assert (found.response.status, found.response.reason, found.response.version) == (200, "", "HTTP/2")
    assert found.response.headers.get_all("set-cookie") == ["a=1", "b=2; Path=/"]
    assert found.response.body == "<é✓>".encode()
    assert (found.recorded_at, found.elapsed, found.error) == (AT, 0.0125, None)


def test_an_entry_of_firefox() -> None:
    posted = {"mimeType": "application/x-www-form-urlencoded", "params": pairs(("a", "b c")), "text": "a=b+c"}
    response = {"httpVersion": "HTTP/3", "headers": pairs(("Server", "x")), **content("hi", comment="")}
    found = read_one({"postData": posted, "httpVersion": "HTTP/3"}, response, _securityState="secure")
    assert found.request.body == b"a=b+c"
    assert (found.response.version, found.response.body) == ("HTTP/3", b"hi")


def test_an_entry_of_safari() -> None:
    response = {"httpVersion": "h2", "headers": pairs(("Etag", "x"), ("Etag", "y")), **content("hi")}
    found = read_one({"httpVersion": "h2"}, response, startedDateTime="2026-11-22T03:02:03.456+02:00")
    assert found.response.version == "HTTP/2"
    assert found.response.headers.get_all("etag") == ["x", "y"]
    assert found.recorded_at == AT


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("h3-29", "HTTP/3"),
        ("HTTP/2.0", "HTTP/2"),
        ("http/1.0", "HTTP/1.0"),
        ("unknown", "HTTP/1.1"),
        ("", "HTTP/1.1"),
    ],
)
def test_the_versions_that_programs_write(stated: str, version: str) -> None:
    assert read_one({}, {"httpVersion": stated}).response.version == version


def test_an_entry_of_mitmproxy_whose_content_is_decoded_while_its_head_says_gzip() -> None:
    fields = pairs(("Content-Encoding", "gzip"), ("Content-Length", "999"))
    found = read_one({}, {"headers": fields, **content("héllo", "text/plain; charset=utf-8")})
    undone = undo(found.response.body, ("gzip",))
    assert undone is not None and undone.content == "héllo".encode()
    length = str(len(found.response.body))
    assert found.response.headers.pairs == (("Content-Encoding", "gzip"), ("Content-Length", length))


def test_content_that_is_in_its_coding_still_stays_as_it_is() -> None:
    body = zlib.compress(b"content")
    fields = pairs(("Content-Encoding", "deflate"))
    shown = content(base64.b64encode(body).decode(), encoding="base64")
    found = read_one({}, {"headers": fields, **shown})
    assert found.response.body == body
    assert found.response.headers.get("content-encoding") == "deflate"


def test_a_coding_that_is_not_known_leaves_the_head() -> None:
    fields = pairs(("Content-Encoding", "gzip, odd"), ("Content-Length", "999"))
    found = read_one({}, {"headers": fields, **content("hi")})
    assert (found.response.headers.pairs, found.response.body) == ((("Content-Length", "2"),), b"hi")


@pytest.mark.parametrize(
    ("kind", "text", "body"),
    [
        ("text/html; charset=ISO-8859-1", "café", b"caf\xe9"),
        ("text/html; charset=iso-8859-1", "café ✓", "café ✓".encode()),
        ('text/html; charset="utf-16-le"', "é", b"\xe9\x00"),
        ("text/html; charset=zip", "é", "é".encode()),
        ("text/html; charset=none-such", "é", "é".encode()),
        ("image/png", "", b""),
    ],
)
def test_text_comes_back_in_its_charset(kind: str, text: str, body: bytes) -> None:
    assert read_one({}, content(text, kind)).response.body == body


def test_a_form_of_which_only_the_fields_are_known() -> None:
    """As Charles and Insomnia write it."""
    kind = "application/x-www-form-urlencoded"
    posted = {"mimeType": kind, "params": [{"name": "a", "value": "b c"}, {"name": "d"}]}
    assert read_one({"method": "POST", "postData": posted}).request.body == b"a=b+c&d="
    part = {"name": 'f"', "fileName": "a.txt", "contentType": "text/plain", "value": "one"}
    posted = {"mimeType": "multipart/form-data; boundary=xx", "params": [{"name": "a", "value": "b"}, part]}
    assert read_one({"method": "POST", "postData": posted}).request.body == (
        b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
        b'--xx\r\nContent-Disposition: form-data; name="f%22"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\none\r\n--xx--\r\n"
    )


def test_what_was_no_exchange_is_left_out() -> None:
    """Entries that were blocked, broke off (Chrome: 0, Playwright: -1), or are of other schemes."""
    found = read(
        entry({}, {"status": 0, "_error": "net::ERR_BLOCKED_BY_CLIENT"}),
        entry({}, {"status": -1, "_failureText": "net::ERR_FAILED"}),
        entry({}, {"status": None}),
        entry({"url": "data:text/plain,a"}),
        entry({"url": "wss://h/"}, {"status": 101}),
        {"startedDateTime": "2026-11-22T01:02:03Z", "request": {"method": "GET", "url": "https://h/"}},
        entry({"url": "HTTPS://h/kept"}),
    )
    assert [each.request.url for each in found] == ["HTTPS://h/kept"]


def test_a_body_that_the_archive_does_not_hold_is_one_that_was_not_read() -> None:
    """Browsers forget large answers; a program that reads one is told so instead of getting nothing."""
    missing = {
        "content": {"size": 5120, "mimeType": "image/png"},
        "headers": pairs(("Content-Length", "5120")),
    }
    found = read_one({}, missing)
    assert found.error == NetworkError(ErrorKind.ABANDONED)
    assert (found.response.status, found.response.body) == (200, b"")
    assert found.response.headers.get("content-length") == "5120"
    for request, response in (
        ({"method": "HEAD"}, {}),
        ({}, {"status": 304}),
        ({}, {"content": {"size": -1}}),
    ):
        assert read_one(request, {**missing, **response}).error is None


def test_a_body_in_a_file_of_its_own() -> None:
    """As Playwright writes it with `content="attach"`."""
    response = {"content": {"size": 2, "mimeType": "text/html", "_file": "0f.html"}}

    class Attached(Beside):
        max_inline_size = 0

        def read(self, name: str) -> bytes | None:
            return {"0f.html": b"hi"}.get(name)

        def write(self, name: str, data: bytes) -> None:
            raise AssertionError

    (item,) = HAR.read(archive(entry({}, response)), "a.har", Attached())
    assert item.decode().response.body == b"hi"
    assert read_one({}, response).error == NetworkError(ErrorKind.ABANDONED)


def test_entries_are_in_the_order_in_which_they_started() -> None:
    times = [
        "2026-01-01T00:00:02Z",
        "2026-01-01T00:00:01Z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:01",
    ]
    found = read(*[entry({"url": f"http://h/{n}"}, startedDateTime=time) for n, time in enumerate(times)])
    assert [each.request.url[-1] for each in found] == ["2", "1", "3", "0"]


def test_an_item_is_the_bytes_of_its_entry() -> None:
    data = b"\xef\xbb\xbf" + archive(entry({}, content("é")), entry({"url": "http://h/2"}), indent=None)
    data = data.replace(b"\\u00e9", "é✓".encode())
    first, second = HAR.read(data)
    assert json.loads(first.text)["response"]["content"]["text"] == "é✓"
    assert json.loads(second.text)["request"]["url"] == second.url == "http://h/2"


NO_ARCHIVE: list[tuple[bytes, int, str]] = [
    (b'{"log": {}}', 1, "log must have the key 'entries'"),
    (b'{"log": {"entries": {}}}', 1, "entries must be a list"),
    (b'{"log":\n {"entries": [', 2, "it is not valid JSON ("),
    (b'{"log": {"entries": [\n\n1]}}', 3, "an item of entries must be an object"),
    (archive(entry({"url": 1})), 10, "url must be text"),
    (archive(entry({"headers": {}})), 12, "headers must be a list"),
    (archive(entry({"headers": [{}]})), 13, "an item of headers must have the key 'name'"),
    (archive(entry({}, {"status": 42})), 14, "the status 42 is not a number from 100 to 999"),
    (archive(entry({}, {"status": 42.5})), 14, "status must be a whole number"),
    (archive(entry({}, {"statusText": "\ud800"})), 15, "statusText has a character that UTF-8"),
    (archive(entry({}, content("%", encoding="base64"))), 20, "the body is not base64: "),
    (archive(entry(startedDateTime="yesterday")), 6, "'yesterday' is not a date and time"),
    (archive(entry(startedDateTime="0001-01-01T00:00:00+01:00")), 6, "'0001-01-01T00:00:00+01:00' is"),
    (archive(entry(time="soon")), 7, "time must be a number"),
    (archive(entry(time=1)).replace(b'"time": 1', b'"time": 1e999'), 7, "time is too large"),
    (archive(entry(_error={})), 18, "_error must have the key 'kind'"),
    (archive(entry(_error={"kind": "lost"})), 18, "kind must be one of name, refused"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "line", "reason"), NO_ARCHIVE, ids=[each[2][:40] for each in NO_ARCHIVE])
def test_it_is_refused_with_its_line(data: bytes, line: int, reason: str) -> None:
    assert_refused(whole, data, "a.har", line, reason)
