"""A cassette file that cannot be read is refused with its path, its line and the reason."""

from __future__ import annotations

import pytest
import yaml

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import native
from tests.support.native_files import TEXT, edited

START_OF_RESPONSE = "head: |-\n      201 Created\n      Content-Type: text/plain"
BAD_REQUEST_LINE = "the first line of a request's head must be a method, one blank and an absolute URL"
UNFIT_PARTS = "where the body was changed by hand, remove the line 'parts'"
BAD_STATUS = "the first line of a response's head must begin with a status, a number from 100 to 999"
BAD_FIELD = "a header line must be a name, a colon and a value, and not begin with a blank"
NOT_OURS = "it is not a reqsnap cassette, which begins with 'reqsnap: 1'"
CUT_SHORT = "the file was cut short: its last line is not '# end'"


def with_trailers(text: str) -> bytes:
    """The file with trailers, from line 17 on."""
    return edited("    parts", f"    trailers:{text}\n    parts")


def with_error(text: str) -> bytes:
    """The file with an error in place of the response, from line 13 on."""
    start = TEXT.index("  response:\n")
    return (TEXT[:start] + f"  error:\n{text}" + TEXT[TEXT.index("  recorded_at") :]).encode()


KINDS = (
    "kind must be one of name, refused, connect, connect timeout, tls, timeout, reset, closed, abandoned, not"
)

REFUSALS: list[tuple[bytes, int, str]] = [
    # It is none of ours.
    (b"", 1, "the file is empty"),
    (b" \n\n", 1, "the file is empty"),
    (b"version: 1\ninteractions: []\n", 1, NOT_OURS),
    (b'[{"request": {}}]', 1, NOT_OURS),
    (edited("reqsnap: 1", "reqsnap: 2"), 1,
     "it has layout 2, written by a newer reqsnap; this one reads layout 1"),
    (b"# mine\nreqsnap: one\n# end\n", 2, "the layout must be a number, not 'one'"),
    # It was cut, or its bytes were changed.
    (TEXT.encode().removesuffix(b"# end\n"), 23, CUT_SHORT),
    (TEXT.encode().partition(b'"Ada')[0], 11, CUT_SHORT),
    (TEXT.encode() + b"more", 25, CUT_SHORT),
    (TEXT.encode().removesuffix(b"# end\n") + b"# mine\n", 24, CUT_SHORT),
    (TEXT.encode().removesuffix(b"# end\n") + b"  # end\n", 24, CUT_SHORT),
    (b"reqsnap: 1\n", 1, CUT_SHORT),
    (b"reqsnap: 1 # end", 1, CUT_SHORT),
    (b"\xff\xfer\x00e\x00", 1, "the byte 0xFF is not UTF-8 text"),
    (TEXT.encode().replace(b"Created", b"Cr\xe9ated"), 15, "the byte 0xE9 is not UTF-8 text"),
    (edited("one", "o\x00ne"), 19, "the character '\\x00' may stand in a YAML file only as an escape"),
    (edited("one", "o\x1bne"), 19, "the character '\\x1b' may stand in a YAML file only as an escape"),
    # It is not YAML, or uses more of it than it may.
    (edited("- request:", "<<<<<<< HEAD\n- request:"), 3, "a merge left two versions of the file here"),
    (edited("recorded_at: 2026", 'recorded_at: "2026'), 25,
     "it is not valid YAML (while scanning a quoted scalar"),
    (edited("json: compact", r'json: "\UFFFFFFFF"'), 8, "it is not valid YAML ("),
    (edited("json: compact", "json: &a compact"), 8, "the anchor &a is not allowed"),
    (edited("- request:", "- request: &a"), 3, "the anchor &a is not allowed"),
    (edited("json: compact", "json: *a"), 8, "the alias *a is not allowed"),
    (edited("json: compact", "<<: *a"), 8, "the alias *a is not allowed"),
    (edited("json: compact", "json: !!str compact"), 8, "the tag tag:yaml.org,2002:str is not allowed"),
    (edited("json: compact", "json: !!python/object:os.system {}"), 8, "the tag tag:yaml.org,2002:python/"),
    (edited("json: compact", "json: compact\n    json: compact"), 9, "the key 'json' is here twice"),
    (edited("json: compact", "? [json]\n    : compact"), 8, "a key must be text"),
    (edited("json: compact", "json: " + "[" * 2000 + "]" * 2000), 8, "the document is nested too deep"),
    (edited("# end", "---\nother\n# end"), 24, "the file holds a second YAML document"),
    # Keys and kinds.
    (b"reqsnap: 1\n# end\n", 1, "the file must have the key 'interactions'"),
    (edited("interactions:", "more: 1\ninteractions:"), 2, "the file has no key 'more'"),
    (b"reqsnap: 1\ninteractions: {}\n# end\n", 2, "interactions must be a list"),
    (b"reqsnap: 1\ninteractions: none\n# end\n", 2, "interactions must be a list"),
    (b"reqsnap: 1\ninteractions:\n- text\n# end\n", 3, "an interaction must be a mapping"),
    (edited("  response:\n", "  response: x\n  rest:\n"), 14, "an interaction has no key 'rest'"),
    (TEXT.encode().replace(b"  recorded_at: 2026-11-22T01:02:03.456Z\n", b""), 3,
     "an interaction must have the key 'recorded_at'"),
    (edited("recorded_at: 2026", "recorded_at: [2026]\n#"), 23, "recorded_at must be text"),
    (edited("json: compact", "josn: compact"), 8, "request has no key 'josn'"),
    (edited("json: compact", "elapsed: 1"), 8, "request has no key 'elapsed'"),
    (edited("    head: |-\n      201", "    version: |-\n      201"), 14,
     "response must have the key 'head'"),
    (edited("json: compact", "json: [compact]"), 8, "json must be text"),
    (with_trailers(" {a: b}"), 17, "trailers must be a block of text or a list of lines"),
    (with_trailers("\n    - 'A: b'\n    - [a, b, c]"), 19, "a line of trailers must be text"),
    (with_trailers("\n    - 'A: b'\n    - [a, {b: c}]"), 19, "trailers must be text"),
    # Errors.
    (TEXT.replace(TEXT[TEXT.index("  response:") : TEXT.index("  recorded_at")], "").encode(), 3,
     "an interaction must have the key 'response'"),
    (with_error("    kind: lost\n"), 14, f"{KINDS} 'lost'"),
    (with_error("    message: lost\n"), 14, "error must have the key 'kind'"),
    (with_error("    kind: reset\n    errno: 0x68\n"), 15, "errno must be a whole number, not '0x68'"),
    (with_error("    kind: reset\n    head: x\n"), 15, "error has no key 'head'"),
    (with_error("    kind: reset\n    elapsed: soon\n"), 15,
     "elapsed must be a number of seconds, not 'soon'"),
    (with_error("    kind: [reset]\n"), 14, "kind must be text"),
    (with_error("    - kind\n"), 14, "error must be a mapping"),
    (edited("  recorded_at", "  error:\n    kind: reset\n    elapsed: 1\n  recorded_at"), 25,
     "error has no key 'elapsed'"),
    (edited("6 6", "13 6").replace(b"  recorded_at", b"  error: {kind: reset}\n  recorded_at"), 17,
     f"the parts add up to 19 bytes, but the body has 12; {UNFIT_PARTS}"),
    # Heads.
    (edited("POST http://h/items?page=1", "POST"), 5, BAD_REQUEST_LINE),
    (edited("POST http://h/items?page=1", "POST /items"), 5, BAD_REQUEST_LINE),
    (edited("POST http://h/items?page=1", "POST  http://h/items"), 5, BAD_REQUEST_LINE),
    (edited("POST http://h/items?page=1", "POST http://h/items HTTP/1.1"), 5, BAD_REQUEST_LINE),
    (edited("POST http://h/items?page=1", "http://h/items"), 5, BAD_REQUEST_LINE),
    (edited("POST http://h/items?page=1", "Host: 127.0.0.1:80"), 5, BAD_REQUEST_LINE),
    (edited("POST http://h/items?page=1", "Referer: http://h/items"), 5, BAD_REQUEST_LINE),
    (edited("201 Created", "2O1 Created"), 15, BAD_STATUS),
    (edited("201 Created", "099 Created"), 15, BAD_STATUS),
    (edited(START_OF_RESPONSE, "head: [[201, Created]]"), 14, BAD_STATUS),
    (edited(START_OF_RESPONSE, "head: []"), 14, "the head is empty"),
    (edited("      Empty:", "      Empty"), 7, BAD_FIELD),
    (edited("      Accept", "        Accept"), 6, BAD_FIELD),
    (edited("      Accept", "\n      Accept"), 6, BAD_FIELD),
    (with_trailers("\n    - 'A: b'\n    - '\u65e5: b'"), 19,
     "header text has the character '\u65e5', which needs 'head_charset: utf-8'"),
    (edited("    parts", "    head_charset: utf-16\n    parts"), 17,
     "head_charset must be utf-8 or latin-1, not 'utf-16'"),
    # All else.
    (edited("json: compact", "json: pretty"), 8,
     "json must be compact, spaced, padded, rows, compact lines, spaced lines or padded"),
    (edited("json: compact", "encoding: gzip"), 8, "encoding must be base64 or multipart, not 'gzip'"),
    (edited("json: compact", "json: compact\n    encoding: base64"), 8,
     "a body cannot have both encoding and json"),
    (edited("json: compact", "encoding: base64"), 10, "the body is not base64: "),
    (edited("    parts: 6 6", "    encoding: base64\n    parts: 6 6"), 20, "the body is not base64: "),
    (edited("    parts: 6 6\n    body: |2+\n        one\n      \ttwo\n\n", "    json: spaced\n"), 17,
     "json says how to read a body, and there is none"),
    (edited("6 6", "6, 6"), 17, "parts must be sizes in bytes with blanks between them"),
    (edited("6 6", "-6 18"), 17, "parts must be sizes in bytes with blanks between them"),
    (edited("6 6", "6 7"), 17, f"the parts add up to 13 bytes, but the body has 12; {UNFIT_PARTS}"),
    (edited('"name":"Ada"', '"name" "Ada"'), 11, "the body is not JSON (Expecting ':'"),
    (edited('"name":"Ada"', "Ada"), 11, "the body is not JSON (Expecting property name"),
    (edited('"name":"Ada"', '"name":"Ada\n        Lovelace"'), 11, "the body is not JSON (Invalid control"),
    (edited('{\n        "name":"Ada"\n      }', "[1\n      2]"), 11, "the body is not JSON (Expecting ','"),
    (edited('{\n        "name":"Ada"\n      }', "[" * 100_000), 10, "the body is not JSON (nested too deep)"),
    (edited("json: compact", "complete: maybe\n    json: compact"), 8,
     "complete must be true or false, not 'maybe'"),
    (edited("    parts", "    version: 1.1\n    parts"), 17,
     "version must be written like HTTP/1.1, not '1.1'"),
    (edited("0.25", "soon"), 22, "elapsed must be a number of seconds, not 'soon'"),
    (edited("0.25", "-1"), 22, "elapsed must be a number of seconds, not '-1'"),
    (edited("0.25", "1e999"), 22, "elapsed must be a number of seconds, not '1e999'"),
    (edited("456Z", "456"), 23,
     "'2026-11-22T01:02:03.456' is not a date and time such as 2026-11-22T01:02:03.456Z"),
    (edited("2026-11", "2026-13"), 23, "'2026-13-22T01:02:03.456Z' is not a date and time such as"),
    (edited("2026-11-22T01:02:03.456Z", "0001-01-01T00:00:00+01:00"), 23,
     "'0001-01-01T00:00:00+01:00' is not a"),
]  # fmt: skip


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize(("data", "line", "reason"), REFUSALS, ids=[refusal[2][:50] for refusal in REFUSALS])
def test_it_is_refused_with_its_line(
    data: bytes, line: int, reason: str, libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", libyaml)
    with pytest.raises(CassetteFormatError) as caught:
        native.load(data, "items.yaml")
    error = caught.value
    assert (error.path, error.line) == ("items.yaml", line), error.reason
    assert error.reason.startswith(reason)
    assert str(error).startswith(f"items.yaml, line {line}: {reason}")


SURROGATES = [
    edited('json: compact\n    body: |-\n      {\n        "name":"Ada"\n      }', 'body: "\\ud800"'),
    edited(START_OF_RESPONSE, 'head_charset: utf-8\n    head: "201 \\ud800"'),
    edited(START_OF_RESPONSE, 'head: "201 \\ud800"'),
]


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize("data", SURROGATES)
def test_a_lone_surrogate_is_refused(data: bytes, libyaml: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", libyaml)
    with pytest.raises(CassetteFormatError) as caught:
        native.load(data)
    assert caught.value.path is None
    assert str(caught.value).startswith(f"<cassette>, line {caught.value.line}: ")
