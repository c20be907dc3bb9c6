"""Regular expressions that are compiled on use are like those of `re`."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from reqsnap.patterns import regex


@pytest.mark.parametrize("method", ["match", "fullmatch", "search", "finditer", "findall", "split"])
def test_each_method_does_what_it_does_in_re(method: str) -> None:
    text = "7 of 12, 30"
    lazily, at_once = regex(r"(\d+)(?:,| )?"), re.compile(r"(\d+)(?:,| )?")
    for _ in range(2):
        found, expected = getattr(lazily, method)(text), getattr(at_once, method)(text)
        if method == "finditer":
            found, expected = [each.span() for each in found], [each.span() for each in expected]
        if isinstance(expected, re.Match):
            found, expected = found.span(), expected.span()
        assert found == expected


def test_substitution_flags_and_bytes() -> None:
    assert regex("A", re.IGNORECASE).sub("b", "aA") == "bb"
    assert regex(rb"\d").subn(b"-", b"a1b2") == (b"a-b-", 2)
    assert regex("x", re.DOTALL).pattern == "x"


def test_nothing_is_compiled_before_it_is_used() -> None:
    wrong = regex("(")
    with pytest.raises(re.error):
        wrong.match("(")
    assert not hasattr(wrong, "matches")


def test_threads_that_use_it_first_at_one_time() -> None:
    patterns = [regex(f"a{n}") for n in range(200)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: patterns[n // 4].match(f"a{n // 4}") is not None, range(800)))
    assert all(found)
