"""cassetter's cassettes: what cassetter 0.16 wrote in YAML and in TOML, and ours.

`cassetter-0.16.*` is what it recorded of a server on loopback; `cassetter-0.16-values.*` holds texts and
numbers that YAML could take for something else.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.formats import Format, named
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.format_refusals import HELD_BY_FEW, assert_not_held, assert_refused
from tests.support.native_files import PLAIN
from tests.support.rounds import rounds
from tests.unit.formats.test_betamax_files import grouped
from tests.unit.formats.test_native_round_trips import interactions

YAML, TOML = named("cassetter"), named("cassetter-toml")
DATA = Path(__file__).parent / "data"
RECORDED, VALUES = ((DATA / f"cassetter-0.16{name}.yaml").read_bytes() for name in ("", "-values"))
RECORDED_TOML, VALUES_TOML = ((DATA / f"cassetter-0.16{name}.toml").read_bytes() for name in ("", "-values"))
BOTH = pytest.mark.parametrize("format", [YAML, TOML], ids=lambda format: str(format.name))


def read(format: Format, data: bytes) -> list[Interaction]:
    items = format.read(data, "a")
    decoded = [item.decode() for item in items]
    assert [(each.request.method, each.request.url) for each in decoded] == [
        (item.method, item.url) for item in items
    ]
    return decoded


def written(format: Format, *recorded: Interaction) -> bytes:
    data = format.file([format.item(each) for each in recorded])
    assert format.recognises(data)
    return data


def body(content: str) -> bytes:
    """A cassette in YAML with this content of a JSON body, which begins on line 11."""
    return (
        "version: 1\ninteractions:\n- request:\n    method: GET\n    uri: http://h/\n  response:\n"
        f"    status: 200\n    body:\n      type: json\n      content:\n{content}\n"
    ).encode()


def test_what_cassetter_recorded() -> None:
    by_path = {(each.request.method, each.request.url[22:]): each for each in read(YAML, RECORDED)}
    text = by_path["GET", "/text"]
    assert (text.request.body, text.response.body) == (b"", b"hello\nworld \n")
    assert (text.response.status, text.response.reason) == (200, "")
    assert text.response.headers.get("x-odd") == "caf\xe9"
    assert text.recorded_at == datetime(2026, 11, 22, 17, 38, 31, 827732, UTC)
    assert by_path["GET", "/bin"].response.body == b"\x00\xff\x80"
    assert by_path["GET", "/sse"].response.body == b'data: {"a":1}\n\ndata: [DONE]\n\n'
    # The content coding is undone in the file, and the length is made to fit.
    packed = by_path["GET", "/gz"].response
    assert packed.body == b'{"ok":true,"f":1.5,"n":null,"big":1.2345678901234568e+22}'
    assert packed.headers.get("content-length") == str(len(packed.body))
    posted = by_path["POST", "/json?b=2&a=1"].request
    assert posted.body == '{"name":"Zoë","n":1.0}'.encode()


def test_both_files_say_the_same() -> None:
    for as_yaml, as_toml in ((RECORDED, RECORDED_TOML), (VALUES, VALUES_TOML)):
        assert YAML.recognises(as_yaml) and TOML.recognises(as_toml)
        first, second = read(YAML, as_yaml), read(TOML, as_toml)
        assert [each.request for each in first] == [each.request for each in second]
        for one, other in zip(first, second, strict=True):
            assert one.response.body == other.response.body or json.loads(one.response.body) == json.loads(
                other.response.body
            )


def test_a_scalar_means_what_yaml_1_2_says() -> None:
    found = json.loads(read(YAML, VALUES)[0].response.body)
    assert found["s"][:10] == ["1e22", "0x10", "0o17", "1_000", "yes", "null", "~", "", ".inf", "2020-01-01"]
    assert (found["e"], found["big"], found["t"], found["n"]) == (1e22, 2**63, True, None)
    (plain,) = read(YAML, body("        [yes, 0x1f, 1e3, +1, .5, 1., True, ~, 'null']"))
    assert plain.response.body == b'["yes","0x1f",1e3,1.0,0.5,1.0,true,null,"null"]'


@BOTH
def test_what_is_written_again_says_the_same(format: Format) -> None:
    recorded = read(YAML, RECORDED) + read(YAML, VALUES)
    assert read(format, written(format, *recorded)) == [kept(each) for each in recorded]
    data = written(format, *recorded)
    assert format.file([item.text for item in format.read(data)]) == data
    assert read(format, written(format)) == []


def test_other_readers_of_yaml_and_toml_find_the_same_values() -> None:
    recorded = read(YAML, RECORDED)
    # A number such as 1e3 is the one thing that YAML 1.1 reads otherwise.
    loaded = yaml.safe_load(written(YAML, *recorded))
    assert loaded["version"] == 1
    first = loaded["interactions"][0]
    assert first["response"]["body"] == {"type": "json", "content": {"a": 2}}
    assert first["request"]["headers"]["accept"] == ["*/*"]
    table = tomllib.loads(written(TOML, *recorded).decode())
    assert table["interactions"][0]["response"]["body_content"] == '{"a":2}'


def test_json_that_is_laid_out_otherwise_stays_as_it_is() -> None:
    spaced = replace(PLAIN, response=Response(200, "", Headers(), b'{"a": 1.50}'))
    (found,) = read(YAML, written(YAML, spaced))
    assert found.response.body == b'{"a": 1.50}'
    assert b"type: text" in written(YAML, spaced)


def test_a_file_of_vcr_with_its_version_first_is_none() -> None:
    vcr = b"version: 1\ninteractions:\n- request:\n    method: GET\n    uri: http://h/\n  response:\n"
    assert not YAML.recognises(vcr + b"    status:\n      code: 200\n")
    assert YAML.recognises(vcr + b"    status: 200\n")


def test_toml_is_added_to() -> None:
    item = TOML.item(read(YAML, RECORDED)[0])
    for before in (RECORDED_TOML, RECORDED_TOML.rstrip(b"\n")):
        added = TOML.added(before, [item])
        assert added is not None
        after = before[: added.kept] + added.tail
        assert read(TOML, after) == [*read(TOML, before), read(YAML, RECORDED)[0]]
    assert TOML.added(written(TOML), [item]) is None


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"version: 2\ninteractions: []\n", 1, "its version is 2, and only 1 is known"),
        (b"[]", 1, "the file must be a mapping"),
        (b"version: 1\ninteractions: 3\n", 1, "interactions must be a list"),
        (
            b"version: 1\ninteractions: []\nws_interactions:\n- uri: ws://h/\n",
            1,
            "it holds ws_interactions, ",
        ),
        (b"version: 1\nversion: 1\n", 2, "the key 'version' is here twice"),
        (b"version: 1\n? [a]\n: b\n", 1, "a key must be text"),
        (b"version: 1\ninteractions:\n- [\n", 4, "it is not valid YAML ("),
        (b"version: 1\ninteractions:\n- 1\n", 3, "an interaction must be a mapping"),
        (b"version: 1\ninteractions:\n- request:\n    method: 1\n", 3, "method must be text"),
        (b"version: 1\n# \xff\n", 2, "the byte 0xFF is not UTF-8 text"),
        (RECORDED.replace(b"status: 200", b"status: 20", 1), 3, "the status 20 is not a number from"),
        (RECORDED.replace(b"status: 200", b"status: none", 1), 3, "status must be a number"),
        (RECORDED.replace(b"content: 00ff80", b"content: 0g"), 35, "non-hexadecimal number found"),
        (RECORDED.replace(b"type: binary", b"type: bytes", 1), 35, "the type of a body is one of json, text"),
        (body("        " + "[" * 80 + "]" * 80), 11, "the document is nested too deep"),
        (body("        " + "[" * 68 + "]" * 68), 3, "the JSON of the body is nested too deep"),
    ],
)
def test_yaml_is_refused_with_its_line(data: bytes, line: int, reason: str) -> None:
    assert_refused(partial(read, YAML), data, "a", line, reason)


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"version = 1\n[[interactions\n", 2, "Expected ']]'"),
        (b"version = 2\n", 1, "its version is 2"),
        (b"version = 1\ninteractions = [1]\n", 1, "an interaction must be a mapping"),
        (RECORDED_TOML.replace(b"status = 200", b"status = 20", 1), 3, "the status 20 is not a number from"),
        (RECORDED_TOML.replace(b'= "00ff80"', b'= "0g"'), 29, "non-hexadecimal number found"),
        (b"version = 1\n[[interactions]]\nrequest = 1\n", 2, "request must be a mapping"),
    ],
)
def test_toml_is_refused_with_its_line(data: bytes, line: int, reason: str) -> None:
    assert_refused(partial(read, TOML), data, "a", line, reason)


@BOTH
def test_what_it_does_not_hold(format: Format) -> None:
    assert_not_held(format, *HELD_BY_FEW)


def kept(interaction: Interaction) -> Interaction:
    """What of an interaction cassetter's cassette can hold."""
    request, response = interaction.request, interaction.response
    return Interaction(
        Request(request.method, request.url, _lower(request.headers), request.body),
        Response(response.status, "", _lower(response.headers), response.body),
        interaction.recorded_at.replace(fold=0),
    )


def _lower(headers: Headers) -> Headers:
    return Headers([(name.lower(), value) for name, value in grouped(headers)])


@BOTH
@settings(deadline=None, max_examples=rounds(20))
@given(recorded=st.lists(interactions(), max_size=4))
def test_what_it_can_hold_comes_back_long_rounds(format: Format, recorded: list[Interaction]) -> None:
    recorded = [
        replace(
            each,
            request=replace(each.request, url="http://h/", complete=True),
            response=replace(each.response, headers=each.response.headers.without("content-length")),
        )
        for each in recorded
        if each.error is None
        and each.response.headers.get("content-encoding") is None
        # The lower case of some letters of Latin-1 is none of Latin-1.
        and all(
            max(n.lower(), default="") <= "\xff" for n, _ in (*each.request.headers, *each.response.headers)
        )
    ]
    assert read(format, written(format, *recorded)) == [kept(each) for each in recorded]
