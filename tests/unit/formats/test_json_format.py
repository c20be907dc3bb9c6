"""reqsnap's own cassettes as `.json` and `.jsonl`: what they look like, and that they give back all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import Format, named
from reqsnap.formats.native_json import document
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.format_refusals import assert_not_held
from tests.support.native_files import AT, BINARY, ODD, PLAIN, exchange
from tests.support.rounds import rounds
from tests.unit.formats.test_native_round_trips import interactions

JSON, JSON_LINES = named("json"), named("jsonl")
BOTH = pytest.mark.parametrize("format", [JSON, JSON_LINES], ids=["json", "jsonl"])

DOCUMENT = r"""{
  "reqsnap": 1,
  "interactions": [
    {
      "request": {
        "head": [
          "POST http://h/items?page=1",
          "Accept: */*",
          "Empty:"
        ],
        "json": "compact",
        "body": [
          "{",
          "  \"name\":\"Ada\"",
          "}"
        ]
      },
      "response": {
        "head": [
          "201 Created",
          "Content-Type: text/plain"
        ],
        "parts": "6 6",
        "body": [
          "  one",
          "\ttwo",
          "",
          ""
        ],
        "elapsed": 0.25
      },
      "recorded_at": "2026-11-22T01:02:03.456Z"
    },
    {
      "request": {
        "head": [
          "GET http://h/",
          "Folded: a\r\n b",
          ["a:b", "c"]
        ],
        "complete": false,
        "body": "half"
      },
      "response": {
        "version": "HTTP/1.0",
        "head_charset": "utf-8",
        "head": [
          "200",
          "Name: é✓"
        ],
        "line_ends": "crlf",
        "body": [
          "one",
          " two"
        ],
        "trailers": [
          "Trailer: x"
        ],
        "elapsed": 1.5
      },
      "recorded_at": "2026-11-22T01:02:03.456Z"
    }
  ]
}
"""

LINES = (
    '{"reqsnap": 1}\n'
    '{"request": {"head": ["POST http://h/items?page=1", "Accept: */*", "Empty:"], "json": "compact", '
    r'"body": ["{", "  \"name\":\"Ada\"", "}"]}, '
    '"response": {"head": ["201 Created", "Content-Type: text/plain"], "parts": "6 6", '
    r'"body": ["  one", "\ttwo", "", ""], "elapsed": 0.25}, "recorded_at": "2026-11-22T01:02:03.456Z"}'
    '\n{"end": true}\n'
)


def written(format: Format, *recorded: Interaction) -> bytes:
    return format.file([format.item(each) for each in recorded])


def read(format: Format, data: bytes) -> list[Interaction]:
    """What a file holds, once it is shown that each item names the request that it holds."""
    items = format.read(data, "items")
    decoded = [item.decode() for item in items]
    assert [(each.request.method, each.request.url) for each in decoded] == [
        (item.method, item.url) for item in items
    ]
    return decoded


def is_indexed(data: bytes) -> bool:
    """Whether a document is read without being parsed."""
    return document._found(data, None, None) is not None


def test_the_layout_of_a_document() -> None:
    assert written(JSON, PLAIN, ODD).decode() == DOCUMENT


def test_the_layout_of_lines() -> None:
    assert written(JSON_LINES, PLAIN).decode() == LINES


@BOTH
def test_an_empty_cassette_and_what_is_added_to_it(format: Format) -> None:
    data = written(format)
    assert read(format, data) == []
    recorded: list[Interaction] = []
    for more in ([PLAIN], [ODD, BINARY], []):
        recorded += more
        added = format.added(data, [format.item(each) for each in more])
        assert added is not None
        data = data[: added.kept] + added.tail
        assert data == written(format, *recorded)
        assert read(format, data) == recorded


@BOTH
def test_nothing_is_added_behind_what_is_not_the_end_of_a_file(format: Format) -> None:
    data = written(format, PLAIN)
    assert format.added(data.rstrip(b"\n"), [format.item(ODD)]) is None
    assert format.added(data.replace(b"\n", b"\r\n"), [format.item(ODD)]) is None


@settings(deadline=None, max_examples=rounds(30))
@given(st.lists(interactions(), max_size=3))
def test_whatever_is_written_is_read_as_it_was_long_rounds(recorded: list[Interaction]) -> None:
    for format in (JSON, JSON_LINES):
        data = written(format, *recorded)
        assert read(format, data) == recorded
        assert format.recognises(data)
        assert format.file([item.text for item in format.read(data)]) == data
        # Editors and git hooks: another line end, a BOM, no line end at the end.
        assert read(format, data.replace(b"\n", b"\r\n")) == recorded
        assert read(format, b"\xef\xbb\xbf" + data) == recorded
        assert read(format, data.rstrip(b"\n")) == recorded
        assert not [line for line in data.splitlines() if line.endswith((b" ", b"\t"))]
    assert is_indexed(written(JSON, *recorded))


@settings(deadline=None, max_examples=15)
@given(st.lists(interactions(), max_size=3), st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_a_document_that_a_program_laid_out_is_read_the_same(
    recorded: list[Interaction], indent: int | str | None, in_order: bool
) -> None:
    tidied = json.dumps(json.loads(written(JSON, *recorded)), indent=indent, sort_keys=in_order).encode()
    assert JSON.recognises(tidied) and not JSON_LINES.recognises(tidied)
    assert read(JSON, tidied) == recorded
    assert JSON.file([item.text for item in JSON.read(tidied)]) == written(JSON, *recorded)


def test_an_item_of_a_document_that_is_laid_out_otherwise_names_its_line() -> None:
    tidied = json.dumps(json.loads(written(JSON, PLAIN, ODD)), indent=1).encode()
    first, second = JSON.read(tidied)
    assert (first.line, second.line) == (4, tidied[: tidied.rindex(b'{\n   "request"')].count(b"\n") + 1)


def test_lines_that_a_program_laid_out_are_read_the_same() -> None:
    lines = written(JSON_LINES, PLAIN, ODD).splitlines()
    tidied = b"\n\n".join(
        json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode() for line in lines
    )
    assert JSON_LINES.recognises(tidied) and not JSON.recognises(tidied)
    assert read(JSON_LINES, tidied) == [PLAIN, ODD]


def test_finding_the_requests_of_a_file_parses_no_interaction() -> None:
    for format in (JSON, JSON_LINES):
        data = written(format, PLAIN, exchange()).replace(b"201 Created", b"2O1 Created")
        plain, other = format.read(data, "items.json")
        assert (plain.method, plain.url, other.url) == ("POST", "http://h/items?page=1", "http://h/")
        assert other.decode() == exchange()
        with pytest.raises(CassetteFormatError, match="must begin with a status"):
            plain.decode()


@pytest.mark.parametrize(
    "old, new",
    [
        ("    },\n    {", "    }, {"),
        ('    {\n      "request"', '    { "request"'),
        ("  ]\n}\n", "  ],\n}\n"),
        ("    }\n  ]", "    },\n  ]"),
        ('\n          "Accept', '\n            "Accept'),
        ("true", "True"),
    ],
)
def test_what_the_index_does_not_cover_to_the_last_byte_is_parsed(old: str, new: str) -> None:
    data = DOCUMENT.replace("false", "true").encode()
    assert is_indexed(data)
    changed = data.replace(old.encode(), new.encode(), 1)
    assert changed != data and not is_indexed(changed)


@BOTH
def test_what_cannot_be_written(format: Format) -> None:
    assert_not_held(
        format,
        Interaction(Request("GET", "http://h/\ud800"), Response(200), AT),
        Interaction(Request("GET", "http://h/", Headers([("A", "✓")])), Response(200), AT),
        Interaction(Request("GET", "http://h/"), Response(0), AT),
        Interaction(Request("GET", "http://h/"), Response(200, version="2"), AT),
        Interaction(Request("GET", "http://h/"), Response(200), AT.replace(tzinfo=None)),
        Interaction(Request("GET", "http://h/"), Response(200), AT, -1.0),
        Interaction(Request("GET", "http://h/"), Response(200, body=b"a", parts=(2,)), AT),
    )
