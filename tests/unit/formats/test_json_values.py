"""JSON as values that know where they stand."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.json_values import Value, decoded, parse

keys = st.text(max_size=3)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


def value(text: str) -> Value:
    return parse(decoded(text.encode(), "a.json"))


def below(found: Value) -> list[Value]:
    """A value and all that it holds."""
    if isinstance(found.plain, dict):
        return [found, *(each for member in found.members().values() for each in below(member))]
    if isinstance(found.plain, list):
        return [found, *(each for item in found.items() for each in below(item))]
    return [found]


@settings(deadline=None, max_examples=50)
@given(plain, st.sampled_from([None, 0, 1]))
def test_a_value_stands_where_its_keys_lead(document: object, indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    for found in below(value(text)):
        if isinstance(found.plain, list):
            for item, (start, end) in zip(found.items(), found.spans(), strict=True):
                assert parse(decoded(text[start:end].encode(), None)).plain == item.plain
            assert text[: found.end_of_items()].count("\n") + 1 >= (found.error("").line or 0)
        line = found.error("here").line
        assert line is not None
        rest = text.split("\n")[line - 1]
        shown = json.dumps(found.plain) if isinstance(found.plain, str) and not found.is_number else ""
        assert shown in rest


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"a": 1,\n"b": {"c": 1,\n"c": 2}}', 3, "the key 'c' is here twice"),
        ('[{"a": [{"b": 1}, {"b": 1,\n "b":\n 1}]}]', 3, "the key 'b' is here twice"),
        ('{"a": 1, "a": 2,\nx}', 2, "it is not valid JSON ("),
        ('{"a": 1, "a": 2,\n"b": NaN}', 2, "it is not valid JSON (NaN is no number)"),
        ("[1,\n-Infinity]", 2, "it is not valid JSON (-Infinity is no number)"),
        ("\n\n ", 1, "the file is empty"),
    ],
)
def test_what_is_refused(text: str, line: int, reason: str) -> None:
    with pytest.raises(CassetteFormatError) as caught:
        value(text)
    assert (caught.value.line, caught.value.path) == (line, "a.json")
    assert caught.value.reason.startswith(reason)


def test_what_a_value_is_asked_for() -> None:
    found = value('{"n": 1.5, "i": -7, "t": "\\u00e9", "b": "AA==", "u": "\\u2713", "no": null, "l": [{}]}')
    assert found.need("n").number() == "1.5"
    assert found.need("i").whole() == -7
    assert (found.need("t").octets(), found.need("u").octets()) == ("\xe9", "\xe2\x9c\x93")
    assert found.need("b").base64() == b"\0"
    assert found.get("no") is None
    wrong: dict[str, Callable[[], object]] = {
        "n must be a whole number": lambda: found.need("n").whole(),
        "t must be a number": lambda: found.need("t").number(),
        "n must be text": lambda: found.need("n").text(),
        "i must be true or false": lambda: found.need("i").truth(),
        "t must be an object": lambda: found.need("t").members(),
        "l must be an object": lambda: found.need("l").get("x"),
        "the document must be a list": lambda: found.items(),
        "an item of l must have the key 'x'": lambda: found.need("l").items()[0].need("x"),
        "the document must have the key 'no'": lambda: found.need("no"),
    }
    for reason, ask in wrong.items():
        with pytest.raises(CassetteFormatError, match=reason):
            ask()


def test_a_long_number_is_kept_as_it_is_written() -> None:
    digits = "1" * 10_000
    found = value(f'{{"a": {digits}}}')
    assert found.need("a").number() == digits
    with pytest.raises(CassetteFormatError, match="must be a whole number"):
        found.need("a").whole()
