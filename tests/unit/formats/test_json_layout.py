"""JSON is laid out for people, and comes back character for character."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.formats.bodies.json_layout import lay_out, restore

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
documents = st.lists(values, max_size=8) | st.dictionaries(st.text(max_size=8), values, max_size=6)
long_values = st.lists(documents, min_size=2, max_size=4)
separators = st.tuples(st.sampled_from([",", ", ", " , ", ",  "]), st.sampled_from([":", ": ", " : "]))


def has_members(value: Any) -> bool:
    """Whether an object that is not empty is somewhere in the document."""
    if isinstance(value, dict):
        return bool(value)
    return isinstance(value, list) and any(map(has_members, value))


def laid_out(text: str, style: str) -> str:
    found = lay_out(text)
    assert found is not None
    assert found[0] == style
    assert restore(found[1], style) == text
    return found[1]


@pytest.mark.parametrize(
    ("text", "style", "lines"),
    [
        ('{"name":"Ada"}', "compact", ["{", '  "name":"Ada"', "}"]),
        ('{"id": 7}', "compact", ["{", '  "id": 7', "}"]),
        ('{"a": 1, "b": {}}', "spaced", ["{", '  "a": 1,', '  "b": {}', "}"]),
        ('[{"a":[1,2]},[]]', "compact", ["[", "  {", '    "a":[1,2]', "  },", "  []", "]"]),
        ('{"a":", ","b":"]"}', "compact", ["{", '  "a":", ",', '  "b":"]"', "}"]),
        ('{ "a": { "b" : 2 }, "c": [ 1 ] }', "padded",
         ["{", '  "a": {', '    "b" : 2', "  },", '  "c": [ 1 ]', "}"]),
        ('{ "a": "{ }", "b": {} }', "padded", ["{", '  "a": "{ }",', '  "b": {}', "}"]),
        ('[{"a":1,"b":[1,2]}, \n {"a":2,"b":null}]', "rows",
         ["[", "  {", '    "a":1,', '    "b":[1,2]', "  },", "  {",
          '    "a":2,', '    "b":null', "  }", "]"]),
        (r'{"a":"\/\u00e9\\"}', "compact", ["{", r'  "a":"\/\u00e9\\"', "}"]),
        (r'{"a":"\",{[","b":"\\"}', "compact", ["{", r'  "a":"\",{[",', r'  "b":"\\"', "}"]),
    ],
)  # fmt: skip
def test_a_line_for_each_member_and_item(text: str, style: str, lines: list[str]) -> None:
    assert laid_out(text, style).split("\n") == lines


LONG = "x" * 90


@pytest.mark.parametrize(
    ("text", "style", "shown"),
    [
        (f'{{"a":"{LONG}"}}\n{{"b":2,"c":3}}\n', "compact lines",
         f'{{\n  "a":"{LONG}"\n}}\n{{\n  "b":2,\n  "c":3\n}}\n'),
        (f'{{"a": "{LONG}", "b": 2}}{{}}', "spaced lines", f'{{\n  "a": "{LONG}",\n  "b": 2\n}}{{}}'),
        (f'\n\n {{"a":"{LONG}"}}', "compact lines", f'\n\n {{\n  "a":"{LONG}"\n}}'),
        (f'[1]\n\n"text" 17\nnull\n{{ "a": "{LONG}" }}', "padded lines",
         f'[1]\n\n"text" 17\nnull\n{{\n  "a": "{LONG}"\n}}'),
    ],
)  # fmt: skip
def test_several_values_are_laid_out_where_one_is_too_long_for_a_line(
    text: str, style: str, shown: str
) -> None:
    assert laid_out(text, style) == shown


def test_line_ends_after_the_document_stay_where_they_are() -> None:
    assert laid_out('{"a":1}\n', "compact") == '{\n  "a":1\n}\n'
    assert laid_out('{"a":1}\n\n', "compact") == '{\n  "a":1\n}\n\n'


def test_a_long_array_of_numbers_fills_lines_and_one_of_strings_has_a_line_each() -> None:
    vector = {"data": [{"embedding": [index / 7 for index in range(64)], "index": 0}]}
    lines = laid_out(json.dumps(vector), "spaced").split("\n")
    assert len(lines) < 30
    assert max(map(len, lines)) < 110
    strings = laid_out(json.dumps(["a string of text"] * 10, separators=(",", ":")), "compact")
    assert strings.split("\n") == ["[", *['  "a string of text",'] * 9, '  "a string of text"', "]"]


def test_a_number_longer_than_a_line_keeps_its_digits() -> None:
    text = json.dumps([10**300, 1, 10**120, 2])
    assert "1" + "0" * 300 in laid_out(text, "spaced")


def test_a_separator_of_the_other_style_is_left_alone() -> None:
    assert laid_out('{"a": 1, "b": 2,"c": 3}', "spaced") == '{\n  "a": 1,\n  "b": 2,"c": 3\n}'
    assert laid_out('{"a":1,"b":2, "c":3}', "compact") == '{\n  "a":1,\n  "b":2, "c":3\n}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"text"',
        "17",
        "{}",
        "[1,2]",
        "{user{id,name}}",
        '{"a":1',
        '{"a":1}{"b":2}',
        '{\n  "a": 1\n}',
        '{"a":1}\n{"b":2}\n',
        ' {"a":1}',
        '{"a":1} and more',
        "[" * 41 + "[]" + "]" * 41,
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_json_on_one_line_or_gains_nothing_is_left_as_text(text: str) -> None:
    assert lay_out(text) is None


def test_a_hand_indented_document_is_restored_too() -> None:
    edited = '{\n\t"a": 1,\n\n      "b": [\n  2\n]\n}'
    assert restore(edited, "spaced") == '{"a": 1, "b": [2]}'
    assert restore(edited, "compact") == '{"a": 1,"b": [2]}'


@settings(deadline=None, max_examples=150)
@given(documents, separators, st.booleans(), st.booleans(), st.sampled_from(["", "\n", "\r\n"]))
def test_every_style_of_dumps_comes_back_exactly(
    value: Any, separators: tuple[str, str], ascii_only: bool, sort: bool, end: str
) -> None:
    text = json.dumps(value, separators=separators, ensure_ascii=ascii_only, sort_keys=sort) + end
    found = lay_out(text)
    if found is not None:
        assert restore(found[1], found[0]) == text
        assert json.loads(found[1]) == json.loads(text)
    else:
        assert "{" not in text or separators[0] not in (",", ", ") or not has_members(value)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text(max_size=8), values, min_size=1, max_size=6))
def test_an_object_with_members_is_always_laid_out(value: dict[str, Any]) -> None:
    compact, spaced = (json.dumps(value, separators=(comma, ":")) for comma in (",", ", "))
    assert laid_out(compact, "compact").startswith("{\n  ")
    assert laid_out(spaced, "spaced" if spaced != compact else "compact").startswith("{\n  ")


@settings(deadline=None, max_examples=100)
@given(long_values, separators, st.sampled_from(["\n", "", " ", "\r\n", "\n\n"]))
def test_values_one_after_the_other_come_back_exactly(
    values: list[Any], separators: tuple[str, str], between: str
) -> None:
    values.append({"long": LONG})
    lines = [json.dumps(value, separators=separators) for value in values]
    text = between.join(lines) + between
    found = lay_out(text)
    if found is not None:
        assert restore(found[1], found[0]) == text
    else:
        assert separators[0] not in (",", ", ")


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet='{}[],:" \\1a\n\t', max_size=40))
def test_any_text_is_restored_or_left_alone(text: str) -> None:
    found = lay_out(text)
    assert found is None or restore(found[1], found[0]) == text
