"""Items that a scan of a file finds, decoded one by one, are what a parse of the whole file gives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap import Cassette, CassetteFormatError
from reqsnap.cassette.reading import found_in
from reqsnap.formats import NATIVE, native
from reqsnap.formats.native import decoding
from reqsnap.formats.native.scan import scan
from reqsnap.model import Headers, Interaction, Request
from reqsnap.modes import Mode, permits
from reqsnap.recorder import Recorder, Replay
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile
from tests.support.native_files import BINARY, ODD, PLAIN, TEXT, edited, exchange
from tests.support.rounds import rounds
from tests.unit.formats.test_native_reading import change_lines, cut_end, cut_middle, flip_bits, insert
from tests.unit.formats.test_native_round_trips import interactions

HOSTILE = b"""- request:
    head: |-
      GET http://h/x
  response:
  recorded_at: 2026-11-22T01:02:03.456Z
# end
    body: "
  \t: |-

 - &a *b !!c {[ % @ `
---
...
"""
TRAILING = Headers([("Trailer", "x"), ("X", "")])
SPARE = exchange(
    b"  two\n\n six",
    trailers=TRAILING,
    version="HTTP/2",
    sent=Request("PUT", "http://h/", complete=False),
)
JSON = exchange(b'[{"a": "\\u00e9"}, 2]')
FILE = [PLAIN, ODD, exchange(HOSTILE), BINARY, JSON, exchange("é\nü".encode()), SPARE]


def lazily(data: bytes) -> list[Interaction] | CassetteFormatError:
    try:
        return [item.decode() for item in NATIVE.read(data, "x.yaml")]
    except CassetteFormatError as error:
        return error


def at_once(data: bytes) -> list[Interaction] | CassetteFormatError:
    try:
        return native.load(data, "x.yaml")
    except CassetteFormatError as error:
        return error


def is_covered(data: bytes) -> bool:
    return None not in scan(data)


def compare(data: bytes) -> str:
    """What reading a file in both ways came to."""
    one, other = lazily(data), at_once(data)
    if isinstance(one, CassetteFormatError) or isinstance(other, CassetteFormatError):
        assert isinstance(one, CassetteFormatError)
        assert isinstance(other, CassetteFormatError)
        assert one.path == "x.yaml"
        assert one.line is not None
        assert 1 <= one.line <= data.count(b"\n") + data.count(b"\r") + data.count(b"\xc2\x85") + 3
        return "refused, covered" if is_covered(data) else "refused"
    assert one == other
    return "read, covered" if is_covered(data) else "read"


@settings(deadline=None, max_examples=rounds(60))
@given(st.lists(interactions(), max_size=3))
def test_whatever_is_written_is_covered_and_found_long_rounds(recorded: list[Interaction]) -> None:
    data = native.dump(recorded)
    items = NATIVE.read(data)
    assert is_covered(data)
    assert [item.decode() for item in items] == recorded
    assert [(item.method, item.url) for item in items] == [
        (each.request.method, each.request.url) for each in recorded
    ]
    assert NATIVE.file([item.text for item in items]) == data


@pytest.mark.parametrize("usual", [each for each in FILE if each is not ODD])
def test_the_usual_items_need_no_parser(usual: Interaction) -> None:
    assert decoding.decoded(native.dump_item(usual)) == usual


KEPT: list[Callable[[random.Random, bytes], bytes]] = [flip_bits, cut_middle, insert, change_lines]


def mutated(dice: random.Random, data: bytes) -> bytes:
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        data = dice.choice(KEPT)(dice, data)
    return data


def test_mutated_files_read_the_same_in_both_ways_long_rounds() -> None:
    dice, counts = random.Random(5), Counter[str]()
    files = [native.dump(FILE), native.dump([PLAIN, SPARE]), native.dump([PLAIN])]
    for _ in range(rounds(400)):
        counts[compare(mutated(dice, dice.choice(files)))] += 1
    # Each kind of outcome came up.
    assert min(counts[kind] for kind in ("read, covered", "refused, covered", "refused", "read")) > 0


LINES = [
    "- request:",
    "    head: |-",
    "      GET http://h/",
    "      Name: value",
    "  response:",
    "      200 OK",
    "    body: |-",
    "    body: |2+",
    '    body: "',
    '      "',
    "        deeper",
    "      # comment",
    "       ",
    "      ",
    "",
    '    body: "a\\',
    '      b"',
    "    body: x",
    "    elapsed: 0.25",
    '    - "a"',
    "    trailers:",
    "  recorded_at: 2026-11-22T01:02:03.456Z",
    "  error:",
    "    kind: reset",
    "\x85",
    "      a\u2028b",
    "      \t",
    "# end",
]


@settings(deadline=None, max_examples=rounds(100))
@given(st.data())
def test_files_of_hostile_lines_read_the_same_in_both_ways_long_rounds(data: st.DataObject) -> None:
    lines = native.dump([PLAIN, SPARE]).decode().split("\n")[:-1]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(2, len(lines)))
        lines[place : place + data.draw(st.integers(0, 1))] = data.draw(
            st.lists(st.sampled_from(LINES), max_size=3)
        )
    compare("".join(f"{line}\n" for line in lines).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode() + b"# reviewed\n",
        edited("      Empty:\n", "      Empty:\x85\n"),
        edited("    parts: 6 6\n", "    # a comment\n    parts: 6 6\n"),
        edited("- request:", "- request: # a comment"),
        edited("    elapsed: 0.25\n", "    elapsed: &a 0.25\n"),
        edited("    elapsed: 0.25\n", "    elapsed: !!str 0.25\n"),
        edited("    parts: 6 6\n", "    parts: [6, 6]\n"),
    ],
)
def test_an_edited_file_is_parsed_whole(data: bytes) -> None:
    assert not is_covered(data)
    compare(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (edited("http://h/items?page=1", "/items"), "absolute URL"),
        (edited("456Z", "4567890Z"), "is not a date"),
        (edited("    parts: 6 6\n", "    parts: 6 7\n"), "the parts add up to 13 bytes"),
        (edited("    parts: 6 6\n", "    parts: 6 6\n    parts: 6 6\n"), "the key 'parts' is here twice"),
        (edited('        "name":"Ada"\n', '        "name":\n'), "the body is not JSON"),
        (edited("201 Created", "20x Created"), "a status"),
        (edited("      Empty:", "      Empty: é").replace("é".encode(), b"\xff"), "0xFF is not UTF-8"),
        (edited("      Empty:", "      Empty: \x01"), "may stand in a YAML file only as an escape"),
        (edited("    body: |2+", "    body: |+"), "not valid YAML"),
    ],
)
def test_what_is_wrong_in_an_item_is_told_with_its_line_when_it_is_decoded(data: bytes, reason: str) -> None:
    wrong = at_once(data)
    assert isinstance(wrong, CassetteFormatError)
    assert wrong.line is not None
    before, item = native.dump_item(PLAIN), data[len(native.START) : -len(native.END)]
    for count in (0, 1, 5):
        items = NATIVE.read(NATIVE.file([*[before] * count, item, before]), "x.yaml")
        assert [each.decode() for each in [*items[:count], items[-1]]] == [PLAIN] * (count + 1)
        with pytest.raises(CassetteFormatError, match=reason) as caught:
            items[count].decode()
        assert (caught.value.path, caught.value.reason) == ("x.yaml", wrong.reason)
        assert caught.value.line == wrong.line + count * before.count(b"\n")


def damages(dice: random.Random, data: bytes) -> bytes:
    return dice.choice([flip_bits, cut_end, change_lines])(dice, data)


def ask(file: CassetteFile, mode: Mode) -> Counter[str]:
    """What becomes of each request of `FILE`, in a block on a file that may be damaged."""
    outcomes = Counter[str]()
    try:
        data = file.read()
        assert data is not None
        policy = Policy(mode=mode)
        cassette = Cassette(file, policy)
        found = found_in(NATIVE, data, str(file.path), None)
        cassette.adopt(found.items, found)
        recorder = Recorder(cassette, permits(Mode.PLAYBACK, recorded=True))
    except CassetteFormatError as error:
        assert error.path is not None
        assert error.line is not None
        return Counter(["refused when opened"])
    for each in FILE:
        try:
            decision = recorder.before(each.request)
            outcomes["replayed" if isinstance(decision, Replay) else "not found"] += 1
        except CassetteFormatError as error:
            assert error.line is not None
            outcomes["damaged"] += 1
    recorder.close()
    cassette.end(raised=False)
    return outcomes


def test_a_damaged_file_is_read_or_refused_and_never_written_long_rounds(tmp_path: Path) -> None:
    dice, outcomes = random.Random(11), Counter[str]()
    whole = native.dump(FILE)
    file = CassetteFile(tmp_path / "x.yaml")
    for _ in range(rounds(200)):
        data = damages(dice, whole)
        file.path.write_bytes(data)
        outcomes += ask(file, dice.choice([Mode.PLAYBACK, Mode.UPDATE]))
        assert file.read() == data
        assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]
    assert min(outcomes[kind] for kind in ("refused when opened", "replayed", "damaged", "not found")) > 0
