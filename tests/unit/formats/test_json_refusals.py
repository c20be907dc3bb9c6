"""A `.json` or `.jsonl` cassette that cannot be read is refused with its path, its line and the reason."""

from __future__ import annotations

import random
from functools import partial

import pytest

from reqsnap.formats import Format, format_of, named
from reqsnap.model import Interaction
from tests.support.format_refusals import assert_read_or_refused, assert_refused
from tests.support.native_files import BINARY, ODD, PLAIN
from tests.support.rounds import rounds
from tests.unit.formats.test_json_format import BOTH, DOCUMENT, JSON, JSON_LINES, written


def read(format: Format, data: bytes) -> list[Interaction]:
    return [item.decode() for item in format.read(data, "items.json")]


LINES = written(JSON_LINES, PLAIN, ODD).decode()

NOT_OURS = 'it is not a reqsnap cassette, which begins with {"reqsnap": 1'
CUT_SHORT = 'the file was cut short: its last line is not {"end": true}'
NEWER = "it has layout 2, written by a newer reqsnap; this one reads layout 1"
SURROGATE = "message has a character that UTF-8 does not allow"


def edited(old: str, new: str, text: str = DOCUMENT) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode()


def with_error(more: str) -> bytes:
    """The document with an error behind the first response, on line 32."""
    return edited('"recorded_at"', f'"error": {{{more}}},\n      "recorded_at"')


DOCUMENTS: list[tuple[bytes, int, str]] = [
    # It is none of ours, newer than we are, or was cut.
    (b"", 1, "the file is empty"),
    (b" \n", 1, "the file is empty"),
    (b"[]", 1, NOT_OURS),
    (b'{"interactions": []}', 1, NOT_OURS),
    (edited("1,", "2,"), 2, NEWER),
    (edited("1,", '"1",'), 2, "the layout must be a number, not '1'"),
    (edited("1,", "1.0,"), 2, "the layout must be a number, not '1.0'"),
    (DOCUMENT.encode()[:-3], 63, "it is not valid JSON (Expecting ',' delimiter)"),
    (DOCUMENT.encode()[:200], 11, "it is not valid JSON ("),
    (DOCUMENT.encode() + b"{}", 65, "it is not valid JSON (Extra data)"),
    (DOCUMENT.encode().replace(b"Created", b"Cr\xe9ated"), 20, "the byte 0xE9 is not UTF-8 text"),
    # It is not JSON, or not what JSON should be.
    (edited("    },\n    {", "    },\n<<<<<<< HEAD\n    {"), 34, "it is not valid JSON (Expecting value)"),
    (edited("0.25", "NaN"), 30, "it is not valid JSON (NaN is no number)"),
    (edited("0.25", "-Infinity"), 30, "it is not valid JSON (-Infinity is no number)"),
    (edited('"json":', '"json": "spaced",\n"json":'), 12, "the key 'json' is here twice"),
    (edited('"reqsnap"', '"interactions": [],\n"reqsnap"'), 4, "the key 'interactions' is here twice"),
    (edited("false", "[" * 100_000), 1, "the document is nested too deep"),
    # Keys and kinds.
    (b'{"reqsnap": 1}', 1, "the file must have the key 'interactions'"),
    (edited('"interactions"', '"more": 1,\n"interactions"'), 3, "the file has no key 'more'"),
    (b'{"reqsnap": 1, "interactions": {}}', 1, "interactions must be a list"),
    (b'{"reqsnap": 1, "interactions": [\n1]}', 2, "an item of interactions must be an object"),
    (edited('"recorded_at"', '"recorded"'), 32, "an interaction has no key 'recorded'"),
    (edited('"response": {', '"response": {"more": 1,'), 18, "response has no key 'more'"),
    (edited('"json": "compact"', '"json": null'), 11, "json must be text"),
    (edited('"json": "compact"', '"json": {}'), 11, "json must be text"),
    (edited('"Accept: */*"', "1"), 8, "an item of head must be text"),
    (edited('"Accept: */*"', '["a", "b", "c"]'), 8, "an item of head must be text"),
    (edited('"Accept: */*"', '["a", {}]'), 8, "an item of head must be text"),
    (edited('"6 6"', '["6", 6]'), 23, "an item of parts must be text"),
    (edited('"  one"', "7"), 25, "an item of body must be text"),
    # Values.
    (edited("POST http", "http"), 7, "the first line of a request's head must be a method"),
    (edited("201 Created", "2O1 Created"), 20, "the first line of a response's head must begin with"),
    (edited('"Accept: */*"', '"Accept"'), 8, "a header line must be a name, a colon and a value"),
    (edited('"Trailer: x"', '"Trailer"'), 57, "a header line must be a name, a colon and a value"),
    (edited('"Accept: */*"', '"A: \u65e5"'), 8, "header text has the character '\u65e5', which needs"),
    (edited('"Accept: */*"', '"A: \\ud800"'), 8, "an item of head has a character that UTF-8 does not allow"),
    (edited("Ada", "A\nda"), 14, "it is not valid JSON (Invalid control character at)"),
    (edited('\\"Ada\\"', "Ada"), 14, "the body is not JSON (Expecting value); mend it"),
    (edited('"  one"', '"  one\\udc80"'), 25, "an item of body has a character that UTF-8 does not allow"),
    (edited("6 6", "6 7"), 23, "the parts add up to 13 bytes, but the body has 12"),
    (edited("false", "1"), 41, "complete must be true or false, not '1'"),
    (edited("0.25", "1e999"), 30, "elapsed must be a number of seconds, not '1e999'"),
    (edited("0.25", "-1"), 30, "elapsed must be a number of seconds, not '-1'"),
    (edited("1.0", "one"), 45, "version must be written like HTTP/1.1, not 'HTTP/one'"),
    (edited("456Z", "456"), 32, "'2026-11-22T01:02:03.456' is not a date and time"),
    (with_error(""), 32, "error must have the key 'kind'"),
    (with_error('"kind": "lost"'), 32, "kind must be one of name, refused"),
    (with_error('"kind": "reset", "elapsed": 1'), 32, "error has no key 'elapsed'"),
    (with_error('"kind": "reset", "errno": 1.5'), 32, "errno must be a whole number, not '1.5'"),
    (with_error('"kind": "reset", "message": "\\ud800"'), 32, SURROGATE),
]  # fmt: skip

IN_LINES: list[tuple[bytes, int, str]] = [
    (b"", 1, "the file is empty"),
    (b"\n \n", 1, "the file is empty"),
    (b'{"version": 1}\n{"end": true}\n', 1, NOT_OURS),
    (b'\n{"reqsnap": 2}\n{"end": true}\n', 2, NEWER),
    (b'{"reqsnap": 1}\n', 1, CUT_SHORT),
    (LINES.removesuffix('{"end": true}\n').encode(), 3, CUT_SHORT),
    (LINES.encode()[:-4], 4, CUT_SHORT),
    (LINES.encode().partition(b'"complete"')[0], 3, CUT_SHORT),
    (LINES.encode() + b"{}\n", 5, CUT_SHORT),
    (edited("POST http", "http", LINES), 2, "the first line of a request's head must be a method"),
    (edited('{"request"', '{"end": true}\n{"request"', LINES), 2, "an interaction has no key 'end'"),
    (edited('{"request"', "[]\n{\"request\"", LINES), 2, "the document must be an object"),
    (edited("1.5", "NaN", LINES), 3, "it is not valid JSON (NaN is no number)"),
    (edited('"2026', '2026', LINES), 2, "it is not valid JSON ("),
    (edited('{"request"', '{"request": {}, "request"', LINES), 2, "the key 'request' is here twice"),
    (LINES.encode().replace(b"Created", b"Cr\xe9ated"), 2, "the byte 0xE9 is not UTF-8 text"),
]  # fmt: skip

REFUSALS = [(JSON, *each) for each in DOCUMENTS] + [(JSON_LINES, *each) for each in IN_LINES]


@pytest.mark.parametrize("format, data, line, reason", REFUSALS, ids=[each[3][:50] for each in REFUSALS])
def test_it_is_refused_with_its_line(format: Format, data: bytes, line: int, reason: str) -> None:
    assert_refused(partial(read, format), data, "items.json", line, reason)


@BOTH
def test_a_damaged_file_is_read_or_refused_long_rounds(format: Format) -> None:
    whole = written(format, PLAIN, ODD, BINARY)
    assert_read_or_refused(partial(read, format), whole, "items.json", random.Random(5), rounds(300))


def test_a_cut_file_is_known_for_what_it_was() -> None:
    for format in (JSON, JSON_LINES):
        data = written(format, PLAIN)
        for end in range(20, len(data)):
            assert format_of("items.yaml", data[:end]) is format, data[:end]
    assert format_of("items.json", None) is JSON
    assert format_of("items.jsonl", b"") is JSON_LINES
    assert named("json") is JSON
