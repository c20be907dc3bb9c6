"""The shapes that VCR.py's cassettes have had, read as what was exchanged."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import format_of
from reqsnap.formats.vcr import VCR, VCR_JSON
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.vcr_files import read


def of_yaml(request: str, response: str) -> Interaction:
    """The one interaction of a file with these texts under `request` and `response`."""
    text = f"interactions:\n- request:\n{indented(request)}  response:\n{indented(response)}version: 1\n"
    (found,) = read(VCR, text.encode())
    return found


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip("\n").split("\n"))


GET = "body: null\nheaders: {}\nmethod: GET\nuri: http://h/\n"
OK = "body: {string: ''}\nheaders: {}\nstatus: {code: 200, message: OK}\n"


def answer(response: str) -> Response:
    return of_yaml(GET, response).response


def sent(request: str) -> Request:
    return of_yaml(request, OK).request


def test_the_shape_that_httpx_had_before_version_6() -> None:
    response = """\
content: '{"a": 1}'
headers:
  Content-Type:
  - application/json
http_version: HTTP/2
status_code: 404
"""
    fields = Headers([("Content-Type", "application/json")])
    assert answer(response) == Response(404, "Not Found", fields, b'{"a": 1}', "HTTP/2")


def test_the_list_of_fields_that_tornado_has() -> None:
    response = """\
body: {string: hello}
headers:
- !!python/tuple
  - Content-Type
  - - text/plain
- !!python/tuple
  - Set-Cookie
  - - a=1
    - "b=2"
status: {code: 200, message: OK}
url: http://h/
"""
    fields = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    assert answer(response) == Response(200, "OK", Headers(fields), b"hello")


def test_the_tags_of_python_2() -> None:
    response = """\
body: {string: !!python/unicode "caf\\xE9"}
headers:
  !!python/unicode 'Content-Type': [!!python/unicode 'text/plain']
  connection: [keep-alive, !!python/str 'x']
status: {code: !!python/long '200', message: !!python/unicode 'OK'}
"""
    fields = [("Content-Type", "text/plain"), ("connection", "keep-alive"), ("connection", "x")]
    assert answer(response) == Response(200, "OK", Headers(fields), "café".encode())


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("null", b""),
        ("''", b""),
        ("plain", b"plain"),
        ("!!binary aGk=", b"hi"),
        ("!!binary |\n  aGk=", b"hi"),
        (
            "!!python/object/new:_io.BytesIO\n  state: !!python/tuple\n  - !!binary |\n    aGk=\n  - 0\n",
            b"hi",
        ),
        (
            "!!python/object/apply:builtins.iter\n  args:\n  - - !!binary |\n      aGk=\n    - there",
            b"hithere",
        ),
        ("!!python/object/apply:builtins.iter\n  args:\n  - []", b""),
        ("!!python/bytes 'hi'", b"hi"),
        ("{string: hi}", b"hi"),
        ("{string: '', base64_string: aGk=}", b"hi"),
        ("{encoding: utf-8, string: hi}", b"hi"),
        ("{string: [h, !!binary aQ==]}", b"hi"),
        ("!!python/object/new:_io.BytesIO {}", b""),
    ],
)
def test_the_bodies_of_requests(body: str, read: bytes) -> None:
    assert sent(f"body: {body}\nheaders: {{}}\nmethod: POST\nuri: http://h/").body == read


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (
            "{a: 1, b: [x, 1.5, null, true], c: {d: 'é'}}",
            '{"a": 1, "b": ["x", 1.5, null, true], "c": {"d": "\\u00e9"}}',
        ),
        ("{a: '1'}", '{"a": "1"}'),
        ("{a: !!binary aGk=}", '{"a": "hi"}'),
        ("[1, {string: x}]", '[1, {"string": "x"}]'),
        ("[]", "[]"),
        ("{}", ""),
        ("[[a, 1], [a, 'b c']]", "a=1&a=b+c"),
        ("[!!python/tuple [a, b], !!python/tuple [c, d]]", "a=b&c=d"),
    ],
)
def test_what_aiohttp_was_given_to_send_is_the_body_that_it_made(body: str, read: str) -> None:
    assert sent(f"body: {body}\nheaders: {{}}\nmethod: POST\nuri: http://h/").body.decode() == read


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("http://h", "http://h"),
        ("http://h/a#b", "http://h/a"),
        ("http://ada:secret@h/a?b=c@d", "http://h/a?b=c@d"),
        ("http://h/?a=b@c", "http://h/?a=b@c"),
        ("'http://h/?a={}'", "http://h/?a={}"),
        ("!!python/unicode 'http://h/'", "http://h/"),
        ("!!binary aHR0cDovL2gv", "http://h/"),
    ],
)
def test_of_a_uri_only_what_is_sent_is_read(uri: str, url: str) -> None:
    assert sent(f"body: null\nheaders: {{}}\nmethod: GET\nuri: {uri}").url == url


def test_an_answer_without_a_reason_has_the_one_of_its_status() -> None:
    assert answer("body: {}\nheaders: {}\nstatus: {code: 404, message: null}").reason == "Not Found"
    assert answer("body: {}\nheaders: {}\nstatus: {code: 299}").reason == ""
    assert answer("body: {}\nheaders: {}\nstatus: {code: 404, message: ''}").reason == ""


def test_text_of_fields_is_what_was_on_the_wire() -> None:
    fields = [
        ["é", "é"],
        ["→", "→".encode().decode("latin-1")],
        ["\udce9x→", "\xe9x" + "→".encode().decode("latin-1")],
    ]
    data = {"X": [given for given, _ in fields]}
    response = {"body": {}, "headers": data, "status": {"code": 200, "message": "OK"}}
    found = of_json(
        [
            {
                "request": {"body": None, "headers": {}, "method": "GET", "uri": "http://h/"},
                "response": response,
            }
        ]
    )
    assert found[0].response.headers.get_all("x") == [read for _, read in fields]


def test_the_names_that_aiohttp_had_in_version_1() -> None:
    response = """\
body: &a {string: hi}
headers:
  ? !!python/object/new:multidict._multidict.istr [Content-Type]
  : text/plain
  ? !!python/object/new:multidict.upstr [X]
  : &b y
  Z: *b
status: {code: 200, message: OK}
url: !!python/object/new:yarl.URL
  state: !!python/tuple
  - !!python/object/new:urllib.parse.SplitResult [http, h, /, '', '']
"""
    assert answer(response).headers.pairs == (("Content-Type", "text/plain"), ("X", "y"), ("Z", "y"))


@pytest.mark.parametrize(
    ("headers", "body"),
    [({"X": ["\ud800"]}, "hi"), ({"X": [{}]}, "hi"), ({}, "\ud800"), ({}, {"base64_string": 1})],
)
def test_text_that_was_never_on_the_wire_is_refused(headers: Any, body: Any) -> None:
    response = {"body": {"string": body}, "headers": headers, "status": {"code": 200, "message": "OK"}}
    with pytest.raises(CassetteFormatError):
        of_json([as_json({"body": None}, response)])


# Bodies under a header that may lie


def coded(coding: str, body: bytes, length: int = 7, **others: Any) -> Response:
    fields = f"Content-Encoding: ['{coding}']\n  Content-Length: ['{length}']"
    status = others.get("status", 200)
    shown = base64.b64encode(body).decode()
    text = (
        f"body: {{string: !!binary {shown}}}\nheaders:\n  {fields}\nstatus: {{code: {status}, message: OK}}"
    )
    return of_yaml(GET.replace("GET", others.get("method", "GET")), text).response


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_body_that_its_client_had_decoded_is_coded_again(coding: str) -> None:
    from reqsnap.content_coding import content_codings, undo

    response = coded(coding, b'{"a": 1}')
    undone = undo(response.body, content_codings(response.headers))
    assert undone is not None and len(undone.encoders) == coding.count(",") + 1
    assert undone.content == b'{"a": 1}'
    assert response.headers.get("content-length") == str(len(response.body))


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", gzip.compress(b"x", mtime=0)), ("deflate", zlib.compress(b"x")), ("x-own", b"\xff\xfe")],
)
def test_a_body_that_is_coded_stays_as_it_is(coding: str, body: bytes) -> None:
    response = coded(coding, body, len(body))
    assert (response.body, response.headers.get("content-encoding")) == (body, coding)


def test_a_coding_that_is_not_known_is_taken_from_a_text() -> None:
    response = coded("x-own", b"plain")
    assert (response.body, response.headers.pairs) == (b"plain", (("Content-Length", "5"),))


def test_parts_and_answers_to_head_are_left_alone() -> None:
    part = coded("gzip", b"half", status=206)
    assert (part.body, part.headers.get("content-encoding")) == (b"half", "gzip")
    head = coded("gzip", b"", 1234, method="HEAD")
    assert head.headers.get("content-length") == "1234"


# JSON


def of_json(interactions: list[Any], **more: Any) -> list[Interaction]:
    data = json.dumps({"version": 1, "interactions": interactions, **more}).encode()
    assert format_of("c.json", data) is VCR_JSON
    return read(VCR_JSON, data)


def as_json(request: Any, response: Any) -> Any:
    return {"request": {"headers": {}, "method": "GET", "uri": "http://h/", **request}, "response": response}


def test_json_has_the_same_shapes() -> None:
    old = {"status_code": 200, "content": "hi", "headers": {}}
    encoded = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"base64_string": "aGk="}}
    found = of_json([as_json({"body": None}, old), as_json({"body": {"a": [1, None]}}, encoded)])
    assert [each.response.body for each in found] == [b"hi", b"hi"]
    assert found[1].request.body == b'{"a": [1, null]}'


# Before version 1.0

OLD_YAML = """\
- request: !!python/object:vcr.request.Request
    body: null
    headers: !!python/object/apply:__builtin__.frozenset
    - - !!python/tuple [Accept-Encoding, 'gzip, deflate']
      - !!python/tuple [User-Agent, vcr/test]
    host: h
    method: GET
    path: /a?b=c
    port: 80
    protocol: http
  response:
    body: {string: !!python/unicode hello}
    headers: ["Content-Type: text/plain\\r\\n", "Set-Cookie: a:b\\r\\n"]
    status: {code: 200, message: OK}
"""


def test_the_yaml_before_version_1() -> None:
    assert format_of("c.yaml", OLD_YAML.encode()) is VCR
    (found,) = read(VCR, OLD_YAML.encode())
    assert (found.request.method, found.request.url) == ("GET", "http://h/a?b=c")
    assert found.request.headers.pairs == (("Accept-Encoding", "gzip, deflate"), ("User-Agent", "vcr/test"))
    assert found.response.headers.pairs == (("Content-Type", "text/plain"), ("Set-Cookie", "a:b"))
    assert found.response.body == b"hello"


def test_the_json_before_version_1() -> None:
    request = {
        "body": None,
        "headers": {"A": "b"},
        "host": "h",
        "method": "GET",
        "path": "/",
        "port": 8080,
        "protocol": "https",
    }
    response = {"body": {"string": "hi"}, "headers": ["C: d\r\n"], "status": {"code": 200, "message": "OK"}}
    data = json.dumps([{"request": request, "response": response}]).encode()
    assert format_of("c.json", data) is VCR_JSON
    (found,) = read(VCR_JSON, data)
    assert found.request == Request("GET", "https://h:8080/", Headers([("A", "b")]))
    assert found.response == Response(200, "OK", Headers([("C", "d")]), b"hi")


# Damage


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("code: 200", "code: ok", 10, "code must be a status code"),
        ("method: GET", "verb: GET", 3, "it must have the key 'method'"),
        ("body: null", "body: !!python/object:os.system x", 3, "the tag !!python/object:os.system is none"),
        ("body: null", "body: &a [*a]", 3, "nested too deep"),
        ("body: null", "body: " + "[" * 100_000, 3, "nested too deep"),
        ("body: null", "body: " + "{a: " * 100_000, 3, "nested too deep"),
        ("body: null", "body:\n    " + "- " * 100_000, 4, "nested too deep"),
        ("body: null", "body:\n    " + "? " * 100_000, 4, "nested too deep"),
        ("body: null", "body: '", 12, "it is not valid YAML"),
        ("body: null", "body: !!binary a", 3, "the value is not base64"),
        ("string: ''", "base64_string: a", 8, "the body is not base64"),
        ("body: null", "body: !!python/object/apply:builtins.iter {args: [[null]]}", 3, "a piece of a body"),
        ("method: GET", "method: [GET]", 5, "method must be text"),
        ("method: GET", "method: 'GET' x", 5, "it is not valid YAML"),
        ("method: GET", "method: !!null 'GET'", 5, "method must be text"),
        ("method: GET", "method: GET\xff", 5, "the byte 0xFF is not UTF-8 text"),
        ("headers: {}", "headers: 3", 4, "headers must be a mapping or a list"),
        ("headers: {}", "headers: [a]", 4, "a header must be written like"),
        ("headers: {}", "headers: {[a]: b}", 4, "a key must be text"),
        ("interactions:\n", "interactions: 3\nx:\n", 1, "interactions must be a list"),
        ("interactions:\n", "x:\n", 1, "it must have the key 'interactions'"),
        ("version: 1\n", "--- 1\n", 11, "it is not valid YAML"),
    ],
)
def test_damage_is_told_with_its_line(old: str, new: str, line: int, reason: str) -> None:
    text = f"interactions:\n- request:\n{indented(GET)}  response:\n{indented(OK)}version: 1\n"
    assert old in text
    with pytest.raises(CassetteFormatError, match=reason) as caught:
        read(VCR, text.replace(old, new, 1).encode("latin-1"))
    assert caught.value.path == "c.yaml"
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b'{"version": 1}', 1, "it must have the key 'interactions'"),
        (b'{"interactions": null, "x": 1}\n x', 2, "it is not valid JSON"),
        (b'{"interactions": 1}', 1, "interactions must be a list"),
        (b'{"interactions": [\n1]}', 2, "it must be a mapping with the key 'request'"),
        (b'{"interactions": [\n{"request": {}}]}', 2, "it must have the key 'method'"),
        (b"{1: 2}", 1, "it is not valid JSON"),
        (b'{"a": 2]', 1, "it is not valid JSON"),
        (b'{"a": "\xff"}', 1, "the byte 0xFF is not UTF-8 text"),
        (b"3", 1, "it must have the key 'interactions'"),
        (b"[" * 100000, 1, "nested too deep"),
        (b'{"interactions": [\n' + b"[" * 900 + b"]" * 900 + b"]}", 2, "nested too deep"),
        (b'{"interactions": [\n' + b"9" * 5000 + b"]}", 2, "it is not valid JSON .Exceeds the limit"),
    ],
)
def test_damaged_json_is_told_with_its_line(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(CassetteFormatError, match=reason) as caught:
        read(VCR_JSON, data)
    assert caught.value.line == line


def test_of_a_key_that_stands_there_twice_the_last_value_counts() -> None:
    assert read(VCR_JSON, b'{"interactions": 1, "interactions": []}') == []
    with pytest.raises(CassetteFormatError, match="must be a list"):
        read(VCR_JSON, b'{"interactions": [], "interactions": 1}')


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"interactions: &a"])
def test_a_file_that_holds_no_cassette_is_refused(data: bytes) -> None:
    with pytest.raises(CassetteFormatError):
        read(VCR, data)
    assert VCR.added(data, []) is None


def test_an_empty_list_is_an_empty_cassette() -> None:
    for text in ("interactions: []\nversion: 1\n", "interactions:\nversion: 1\n"):
        assert read(VCR, text.encode()) == []
    assert read(VCR_JSON, b'{"interactions": null}') == []
