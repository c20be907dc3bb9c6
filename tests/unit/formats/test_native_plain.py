"""Messages that are read without a parser mean what they mean to one, however they were edited."""

from __future__ import annotations

import pytest

from reqsnap.formats import native
from tests.unit.formats.test_native_scan import at_once, lazily

ANSWER = """- request:
    head: |-
      GET http://h/x?a=1
      Accept: */*
  response:
    head: |-
      200 OK
      Content-Type: application/json
    json: {style}
    body: |{indicator}
{body}
    elapsed: {elapsed}
  recorded_at: {moment}
"""
BODIES = [
    ["{", '  "a": "b,",', '  "c": [1,', "", "   2]", "}"],
    ["{", '\t"a":  1 ,', "  }"],
    ["{", '  "a": "b', '  c"', "}"],
    ["[1,", "  2]", "[3]"],
    ["[1", "  2]"],
    ["[]", ""],
    ["[]", "", "", "  "],
    ["{}  "],
    ["  {}"],
    ["[" * 2000 + "]" * 2000],
    ['["\u00a0",', "  \u00a01]"],
    ['["\u00e9",', '  ",  "]'],
    ["1"],
    ["rows", "[1,", "  2]"],
]


@pytest.mark.parametrize("style", ["compact", "spaced", "padded", "rows", "compact lines", "other"])
@pytest.mark.parametrize("indicator", ["-", "+", "", "2-"])
def test_edited_bodies_mean_the_same_without_a_parser(style: str, indicator: str) -> None:
    for lines in BODIES:
        body = "\n".join([f"      {line}" if line else "" for line in lines])
        assert_same(style, indicator, body, "0.25", MOMENT)


MOMENT = "2026-11-22T01:02:03.456Z"


@pytest.mark.parametrize(
    "elapsed",
    [
        "0",
        "1.5",
        "1.",
        ".5",
        "1e3",
        "1e400",
        "1_0",
        "nan",
        "9" * 19,
        "9" * 25,
        f"0.{'1' * 40}",
        "\u0661.\u0661",
    ],
)
def test_times_that_passed_mean_the_same_without_a_parser(elapsed: str) -> None:
    assert_same("compact", "-", "      {}", elapsed, MOMENT)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22T01:02:03Z",
        "2026-11-22T01:02:03.1234567Z",
        "2026-11-22T01:02:03+02:00",
        "2026-13-22T01:02:03Z",
        "0001-01-01T00:00:00+23:00",
        "2026-11-22",
        "2026-11-22T01:02:03",
    ],
)
def test_moments_mean_the_same_without_a_parser(moment: str) -> None:
    assert_same("compact", "-", "      {}", "0.25", moment)


def assert_same(style: str, indicator: str, body: str, elapsed: str, moment: str) -> None:
    text = ANSWER.format(style=style, indicator=indicator, body=body, elapsed=elapsed, moment=moment)
    data = native.START + text.encode() + native.END
    assert str(lazily(data)) == str(at_once(data))
