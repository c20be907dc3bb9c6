"""Header fields in every form in which programs hold them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import multidict
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.matching import Matching
from reqsnap.model import Headers, Request

names = st.text("abcXYZ-", min_size=1, max_size=8)
values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=8)
fields = st.lists(st.tuples(names, values), max_size=6)

FORMS: dict[str, Callable[[list[tuple[str, str]]], Any]] = {
    "pairs": lambda pairs: pairs,
    "lists": lambda pairs: [list(pair) for pair in pairs],
    "in turn": lambda pairs: [text for pair in pairs for text in pair],
    "bytes": lambda pairs: [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
    "multidict": multidict.CIMultiDict,
    "iterator": iter,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(fields)
def test_every_form_gives_the_same_headers_and_key(
    form: Callable[[list[tuple[str, str]]], Any], pairs: list[tuple[str, str]]
) -> None:
    made = Headers(form(pairs))
    assert list(made) == pairs
    matching = Matching(match_headers=("*",))
    assert matching.key(Request("GET", "http://h/", made)) == matching.key(
        Request("GET", "http://h/", Headers(pairs))
    )


@given(st.dictionaries(names, values, max_size=4))
def test_a_mapping_gives_its_items(mapping: dict[str, str]) -> None:
    assert Headers(mapping) == Headers(list(mapping.items()))


def test_repeated_headers_keep_every_value() -> None:
    made = Headers(["A", "1", "a", "2", "B", "3"])
    assert made.get_all("a") == ["1", "2"]


@pytest.mark.parametrize(
    "bad", [["a"], ["a", "1", "b"], [("a",)], [("a", 1)], [1, 2], [("a", "b", "c")], [None], {"a": None}]
)
def test_what_is_no_header_raises(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"header|name"):
        Headers(bad)
