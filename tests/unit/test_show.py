"""What `reqsnap show` makes of bodies and interactions, and which it chooses."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.cli.printable import counted, from_octets, printable, size
from reqsnap.cli.show import choice
from reqsnap.cli.show.bodies import laid_out, lines_of, text_of
from reqsnap.cli.show.choice import Choice
from reqsnap.cli.show.text import MOST_LINES, WIDEST, Wanted, interaction_lines
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.native_files import AT, ODD, PLAIN

ALL = Wanted(truncated=False)


def body(data: bytes, kind: str = "", *fields: tuple[str, str]) -> list[str]:
    return list(lines_of(data, Headers([("Content-Type", kind), *fields])))


def shown(interaction: Interaction, wanted: Wanted = ALL) -> list[str]:
    return [line.mark + line.text for line in interaction_lines(1, interaction, wanted)]


# Text that others wrote


@given(st.text())
def test_nothing_that_is_shown_drives_a_terminal(text: str) -> None:
    assert not re.search(
        "[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", printable(text)
    )


@given(
    st.binary(),
    st.sampled_from(["", "text/plain", "text/html; charset=utf-16", "image/png", "a/b; charset=punycode"]),
)
def test_no_body_drives_a_terminal(data: bytes, kind: str) -> None:
    assert not any(re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202e]", line) for line in body(data, kind))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é✓", "plain é✓"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\r\nb", "a\\r\\nb"),
        ("tab\tstays", "tab\tstays"),
        ("\u202eabc", "\\u202eabc"),
        ("\U000e0041", "\\U000e0041"),
        ("\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"),
        ("👩\N{ZERO WIDTH JOINER}💻", "👩\N{ZERO WIDTH JOINER}💻"),
        ("\x9b2J", "\\x9b2J"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_heads_are_shown_as_the_utf_8_that_they_may_be() -> None:
    assert from_octets("é".encode().decode("latin-1")) == "é"
    assert from_octets("caf\xe9") == "café"
    assert from_octets("\x9b") == "\\x9b"


def test_amounts_are_told_in_words() -> None:
    assert (size(1), size(2048), counted(2, "body", "bodies")) == ("1 byte", "2,048 bytes", "2 bodies")


# Bodies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", ["{}"]),
        ("[ ]", ["[]"]),
        ('{"a":{},"b":[]}', ["{", '  "a": {},', '  "b": []', "}"]),
        ('[{"a" : 1.10 ,"a":1E400}]', ["[", "  {", '    "a": 1.10,', '    "a": 1E400', "  }", "]"]),
        ('["a,b","\\"]"]', ["[", '  "a,b",', '  "\\"]"', "]"]),
        ("[[1,2],[3]]", ["[", "  [1, 2],", "  [3]", "]"]),
        ('{"é":null}', ["{", '  "é": null', "}"]),
    ],
)
def test_json_is_laid_out(text: str, expected: list[str]) -> None:
    assert list(laid_out(text)) == expected


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@given(JSON.filter(lambda value: isinstance(value, dict | list)), st.sampled_from([None, 1, 4]))
def test_json_that_is_laid_out_means_the_same(value: object, indent: int | None) -> None:
    assert json.loads("\n".join(laid_out(json.dumps(value, indent=indent)))) == value


def test_long_arrays_of_numbers_fill_lines() -> None:
    lines = list(laid_out(json.dumps({"embedding": [n / 7 for n in range(200)]})))
    assert max(map(len, lines)) <= 88
    assert len(lines) < 60


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (b"", "text/plain", []),
        (b"one\r\ntwo\n\nlast", "text/plain", ["one", "two", "", "last"]),
        (b"caf\xe9", "text/plain", ["café"]),
        ("é".encode("utf-16"), "text/plain", ["é"]),
        ("é".encode("utf-16-be"), "text/plain; charset=utf-16-be", ["é"]),
        ("日本".encode("shift_jis"), "text/html; charset=Shift_JIS", ["日本"]),
        (b"\xef\xbb\xbf[1]", "application/json", ["[1]"]),
        (b"plain", "text/plain; charset=no-such", ["plain"]),
        (b'{"a":1}\n{"b":2}\n', "application/x-ndjson", ['{"a":1}', '{"b":2}']),
        (b"[not json", "application/json", ["[not json"]),
        (b"a=1&b=x+y%20z&c", "application/x-www-form-urlencoded", ["a=1", "b=x y z", "c"]),
        (b"data: 1\n\ndata: 2\n\n", "text/event-stream", ["data: 1", "", "data: 2", ""]),
    ],
)
def test_text_is_decoded_and_shown_by_its_lines(data: bytes, kind: str, expected: list[str]) -> None:
    assert body(data, kind) == expected


def test_binary_is_its_size_its_type_and_a_beginning_in_hex() -> None:
    assert body(bytes(range(100)), "image/png") == [
        "(100 bytes of binary: image/png)",
        "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................",
        "00000010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f  ................",
        "00000020  20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f   !\"#$%&'()*+,-./",
        "00000030  30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f  0123456789:;<=>?",
        "(and 36 bytes more)",
    ]


def test_what_is_called_binary_is_text_only_without_nul() -> None:
    assert text_of(b"a\0b" * 30, "image/png") is None
    assert text_of(b"abc", "application/octet-stream") == "abc"


def test_content_codings_are_undone() -> None:
    assert body(gzip.compress(b'{"a":1}'), "", ("Content-Encoding", "gzip")) == ["{", '  "a": 1', "}"]
    unknown = body(b"\x01", "text/plain", ("Content-Encoding", "x-odd"))
    assert unknown[0] == "(1 byte of binary: text/plain, in x-odd, which cannot be undone here)"


def test_multipart_bodies_are_shown_part_by_part() -> None:
    data = (
        b'--X\r\nContent-Disposition: form-data; name="a"\r\n'
        b'Content-Type: application/json\r\n\r\n{"a":1}\r\n'
        b'--X\r\nContent-Disposition: form-data; name="b"\r\n\r\n\x00\xff\r\n--X--\r\n'
    )
    assert body(data, "multipart/form-data; boundary=X") == [
        "--X",
        'Content-Disposition: form-data; name="a"',
        "Content-Type: application/json",
        "",
        "{",
        '  "a": 1',
        "}",
        "--X",
        'Content-Disposition: form-data; name="b"',
        "",
        "(2 bytes of binary: no type is given)",
        "00000000  00 ff                                            ..",
    ]
    assert body(b"no parts", "multipart/form-data; boundary=X") == ["no parts"]


# Interactions


def test_an_interaction() -> None:
    assert shown(PLAIN) == [
        "[1] POST http://h/items?page=1",
        "    2026-11-22 01:02:03 UTC, 250 ms, sent 14 bytes, received 12 bytes, in 2 parts",
        "    > Accept: */*",
        "    > Empty: ",
        "    >",
        "    > {",
        '    >   "name": "Ada"',
        "    > }",
        "    < HTTP/1.1 201 Created",
        "    < Content-Type: text/plain",
        "    <",
        "    <   one",
        "    < \ttwo",
        "    <",
        "",
    ]


def test_odd_parts_of_an_interaction() -> None:
    assert shown(ODD) == [
        "[1] GET http://h/",
        "    2026-11-22 01:02:03 UTC, 1.5 s, sent 4 bytes, received 9 bytes",
        "    > Folded: a\\r\\n b",
        "    > a:b: c",
        "    >",
        "    > half",
        "    > (answered before all of the body had been sent)",
        "    < HTTP/1.0 200",
        "    < Name: é✓",
        "    <",
        "    < one",
        "    <  two",
        "    < (trailers)",
        "    < Trailer: x",
        "",
    ]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NetworkError(ErrorKind.REFUSED, "Connection refused", 111),
            "refused: Connection refused (error number 111)",
        ),
        (NetworkError(ErrorKind.TIMEOUT, "timed out"), "timeout: timed out"),
        (NetworkError(ErrorKind.RESET, "", 104), "reset (error number 104)"),
        (NetworkError(ErrorKind.ABANDONED), "abandoned"),
        (NetworkError(ErrorKind.TLS, "odd: (inner)", 1), "tls: odd: (inner) (error number 1)"),
    ],
)
def test_a_failure(error: NetworkError, expected: str) -> None:
    interaction = Interaction(Request("GET", "http://h/"), Response(0), AT, error=error)
    assert shown(interaction)[2:] == [f"    ! {expected}", ""]


def test_the_lines_of_a_very_long_body_are_not_all_counted() -> None:
    interaction = Interaction(Request("GET", "http://h/"), Response(200, body=b"x\n" * 30_000), AT)
    assert shown(interaction, Wanted())[-2] == "    < (more than 10,000 more lines; --no-truncate shows all)"
    assert len(shown(interaction)) == 30_005


def test_the_half_that_is_not_wanted_is_left_out() -> None:
    assert not any(line.startswith("    <") for line in shown(PLAIN, Wanted(response=False)))
    assert not any(line.startswith("    >") for line in shown(PLAIN, Wanted(request=False)))


def test_long_bodies_and_long_lines_are_cut() -> None:
    long = "\n".join(["x" * 1000, *map(str, range(99))]).encode()
    interaction = Interaction(Request("GET", "http://h/"), Response(200, body=long), AT)
    lines = shown(interaction, Wanted())
    assert lines[4] == f"    < {'x' * WIDEST}...(600 more characters)"
    assert lines[-3:] == ["    < 38", "    < (60 more lines; --no-truncate shows all)", ""]
    assert len(lines) == MOST_LINES + 6
    assert shown(interaction)[4] == f"    < {'x' * 1000}"


# Choice

ITEMS = [
    Interaction(Request("GET", "https://api.example.com/a"), Response(200), AT),
    Interaction(Request("POST", "https://x.example.org/b"), Response(404, body=b"Not Here"), AT),
    Interaction(
        Request("get", "http://[::1]:80/c"), Response(0), AT, error=NetworkError(ErrorKind.CLOSED, "gone")
    ),
]


def chosen(choice: Choice) -> Sequence[int]:
    return [
        number
        for number, each in enumerate(ITEMS, start=1)
        if choice.may_be(number, each.request.method, each.request.url) and choice.holds(each)
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), [1, 2, 3]),
        (Choice(methods=("GET",)), [1, 3]),
        (Choice(hosts=("*.example.com", "::1")), [1, 3]),
        (Choice(numbers=((1, 1), (3, None))), [1, 3]),
        (Choice(statuses=("4xx",)), [2]),
        (Choice(statuses=("200", "error")), [1, 3]),
        (Choice(pattern=re.compile("^POST .*/b$")), [2]),
        (Choice(pattern=re.compile("not here", re.I)), [2]),
        (Choice(pattern=re.compile("gone")), [3]),
        (Choice(pattern=re.compile("2026")), []),
        (Choice(methods=("GET",), statuses=("200",)), [1]),
    ],
)
def test_what_is_chosen_meets_every_wish(choice: Choice, expected: list[int]) -> None:
    assert chosen(choice) == expected


def test_what_is_chosen_is_read_from_words() -> None:
    assert choice.statuses("404, 5XX,error") == ("404", "5xx", "error")
    assert choice.numbers("3,5-7,9-") == ((3, 3), (5, 7), (9, None))
    assert choice.words(["GET,put", "HEAD"]) == ("GET", "put", "HEAD")
    assert choice.host_of("http://[bad") == ""


@pytest.mark.parametrize("text", ["", "0", "a", "-1", "1-b", "1,,2", "9" * 30])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="no number from 1"):
        choice.numbers(text)


@pytest.mark.parametrize("text", ["", "40", "4000", "abc", "0xx", "404,"])
def test_what_is_no_status(text: str) -> None:
    with pytest.raises(ValueError, match="no status"):
        choice.statuses(text)
