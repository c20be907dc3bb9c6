"""Reading a cassette file: what a person may change in it, and how each damage is refused."""

from __future__ import annotations

import gc
import random
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import native, yaml_tree
from reqsnap.model import Interaction, Request, Response
from tests.support.native_files import AT, BINARY, ODD, PLAIN, TEXT, edited


def test_the_file_that_is_edited_below_is_the_canonical_one() -> None:
    assert native.dump([PLAIN]).decode() == TEXT


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode() + b"\n \n",
        TEXT.encode() + b"# reviewed by Ada\n\n#\n",
        TEXT.replace("\n", "\r\n").encode() + b"# reviewed by Ada",
        b"# mine\n\n---\n" + TEXT.encode(),
        edited("reqsnap: 1\n", "reqsnap : 1 # a comment\n"),
        edited("    parts: 6 6\n", "    # six bytes twice\n    parts: '6\n\n      6'\n"),
        edited("    parts: 6 6\n", "").replace(b"    elapsed", b"    parts: 06 6\n    elapsed"),
        edited("    elapsed: 0.25\n", "    elapsed: 25e-2\n"),
        edited("456Z", "456000+00:00"),
        edited("T01:02:03.456Z", "T03:02:03.456+02:00"),
        edited("      Empty:\n", '      Empty: \n'),
        edited("      Accept: */*\n", "      Accept:*/*\n"),
        edited("head: |-\n      201", "head: |\n      201"),
        edited("    head: |-\n      201 Created\n      Content-Type: text/plain\n",
               "    head: \"201 Created\\nContent-Type: text/plain\"\n"),
        edited("    head: |-\n      201 Created\n      Content-Type: text/plain\n",
               "    head: [201 Created, [Content-Type, text/plain]]\n    trailers: []\n"),
        edited("    parts: 6 6\n", "    head_charset: latin-1\n    version: HTTP/1.1\n    parts: 6 6\n"),
        edited('      {\n        "name":"Ada"\n      }\n', '      {"name":\n      "Ada"}\n'),
        edited("    json: compact\n", "    complete: true\n    json: compact\n"),
    ],
)  # fmt: skip
def test_a_person_or_an_editor_may_change_what_means_nothing(
    data: bytes, libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", libyaml)
    assert native.load(data) == [PLAIN]


def test_what_may_be_left_out() -> None:
    data = (
        b"reqsnap: 1\ninteractions:\n- request: {head: GET http://h/}\n  response: {head: '204', body: ''}\n"
    )
    found = native.load(data + b"  recorded_at: 2026-11-22T01:02:03Z\n# end\n")
    assert found == [Interaction(Request("GET", "http://h/"), Response(204), AT.replace(microsecond=0))]
    assert native.load(b"reqsnap: 1\ninteractions: []\n# end\n") == []


def test_text_without_a_document_has_no_tree() -> None:
    with pytest.raises(CassetteFormatError, match="the file holds no YAML document"):
        yaml_tree.parse("# nothing\n", None)


Damage = Callable[[random.Random, bytes], bytes]

HOSTILE = [
    b"&a ",
    b"*a ",
    b"!!str ",
    b"- ",
    b"? ",
    b": ",
    b"\t",
    b"\r",
    b"\0",
    b"{",
    b"[",
    b'"',
    b"'",
    b"|",
    b">",
]
HOSTILE += [
    b"\n",
    b"---\n",
    b"...\n",
    b"%YAML 9.9\n",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b'"\\ud800"',
]


def flip_bits(dice: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def cut_end(dice: random.Random, data: bytes) -> bytes:
    return data[: dice.randrange(len(data))]


def cut_middle(dice: random.Random, data: bytes) -> bytes:
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randint(1, 80) :]


def insert(dice: random.Random, data: bytes) -> bytes:
    place = dice.randrange(len(data))
    return data[:place] + dice.choice(HOSTILE) + data[place:]


def change_lines(dice: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(3):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            lines.insert(one, lines[other])
        case _:
            del lines[one]
    return b"".join(lines)


def outcome(data: bytes) -> list[Interaction] | None:
    try:
        return native.load(data, "items.yaml")
    except CassetteFormatError as error:
        assert error.path == "items.yaml"
        assert error.line is not None
        assert 1 <= error.line <= len(re.findall(b"\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9]", data)) + 1
        return None


@pytest.mark.parametrize("damage", [flip_bits, cut_end, cut_middle, insert, change_lines])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(damage: Damage) -> None:
    dice = random.Random(damage.__name__)
    data = native.dump([PLAIN, ODD, BINARY])
    outcomes = [outcome(damage(dice, data)) for _ in range(1200)]
    assert None in outcomes
    if damage is cut_end:
        assert all(found in (None, [PLAIN, ODD, BINARY]) for found in outcomes)


def test_both_parsers_of_pyyaml_read_a_damaged_file_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    data = native.dump([PLAIN, ODD])
    damaged = [dice.choice([flip_bits, insert, change_lines])(dice, data) for _ in range(250)]
    with_libyaml = [outcome(each) for each in damaged]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    pure = [outcome(each) for each in damaged]
    # They disagree about tabs now and then: one reads what the other refuses, never something else.
    pairs = [pair for pair in zip(with_libyaml, pure, strict=True) if None not in pair]
    assert len(pairs) > 20
    assert all(one == other for one, other in pairs)


@pytest.fixture
def collector_during_parse(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the garbage collector was on, each time that a file was parsed."""
    seen: list[bool] = []
    parse = yaml_tree.parse

    def watching(*arguments: Any) -> Any:
        seen.append(gc.isenabled())
        return parse(*arguments)

    monkeypatch.setattr(yaml_tree, "parse", watching)
    return seen


def test_the_garbage_collector_rests_only_while_a_large_file_is_parsed(
    collector_during_parse: list[bool],
) -> None:
    large = native.dump([PLAIN] * 300)
    assert len(native.load(large)) == 300
    with pytest.raises(CassetteFormatError):
        native.load(large.replace(b"# end", b"more: 1\n# end"))
    native.load(TEXT.encode())
    assert gc.isenabled()
    gc.disable()
    try:
        native.load(large)
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert collector_during_parse == [False, False, True, False]


def test_yaml_is_imported_when_a_file_is_read_and_not_before() -> None:
    program = (
        "import sys\n"
        "from reqsnap.formats import native\n"
        "data = native.dump([])\n"
        "assert 'yaml' not in sys.modules\n"
        "native.load(data)\n"
        "assert 'yaml' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
