"""Paths into JSON documents: what they name, and that nothing else is left out."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.errors import ConfigurationError
from reqsnap.matching import Matching, differences
from reqsnap.matching.json_paths import ANY, DEEP, LEFT_OUT, parse_path, without
from tests.support.requests_to_match import post, post_json, same


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a", ("a",)),
        ("$.a", ("a",)),
        ("metadata.trace_id", ("metadata", "trace_id")),
        ("messages[*].id", ("messages", ANY, "id")),
        ("$.items[0].ts", ("items", 0, "ts")),
        ("items[-1]", ("items", -1)),
        ("$[0]", (0,)),
        ("[0][1]", (0, 1)),
        ("**.id", (DEEP, "id")),
        ("..id", (DEEP, "id")),
        ("$..id", (DEEP, "id")),
        ("a..id", ("a", DEEP, "id")),
        ("a.**.id", ("a", DEEP, "id")),
        ("a.**.**.id", ("a", DEEP, "id")),
        ("a..[0]", ("a", DEEP, 0)),
        ("**[0]", (DEEP, 0)),
        ("*.id", (ANY, "id")),
        ("a.*", ("a", ANY)),
        ("['a.b']", ("a.b",)),
        ('a["b]"].c', ("a", "b]", "c")),
        (r"""['it\'s']["a\\b"]""", ("it's", r"a\b")),
        ("x-amz meta.0", ("x-amz meta", "0")),
    ],
)
def test_a_path_is_read_step_by_step(text: str, steps: tuple[Any, ...]) -> None:
    assert parse_path(text) == steps


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        ".a",
        "a.",
        "a..",
        "**",
        "a.**",
        "a[",
        "a]",
        "a[]",
        "a[x]",
        "a[1:2]",
        "$a",
        "a...b",
        "a.[0]",
        "[?(@.a)]",
        "a['b]",
        "a**",
        "a*",
        "[0]a",
        "a[1.5]",
    ],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="ignore_json") as caught:
        parse_path(text)
    assert "metadata.trace_id" in str(caught.value)
    with pytest.raises(ConfigurationError):
        Matching(ignore_json=(text,))


DOCUMENT = {
    "id": 1,
    "meta": {"id": 2, "tags": ["a", "b", {"id": 3}]},
    "items": [{"id": 4, "n": 1}, {"id": 5, "n": 2}, [{"id": 6}]],
}


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("id", [("id",)]),
        ("meta.id", [("meta", "id")]),
        ("meta", [("meta",)]),
        ("items[*].id", [("items", 0, "id"), ("items", 1, "id")]),
        ("items[1].id", [("items", 1, "id")]),
        ("items[-1]", [("items", 2)]),
        ("items[7]", []),
        ("items.id", []),
        (
            "**.id",
            [
                ("id",),
                ("meta", "id"),
                ("meta", "tags", 2, "id"),
                ("items", 0, "id"),
                ("items", 1, "id"),
                ("items", 2, 0, "id"),
            ],
        ),
        ("meta..id", [("meta", "id"), ("meta", "tags", 2, "id")]),
        ("*.id", [("meta", "id")]),
        ("items..[0]", [("items", 0), ("items", 2, 0)]),
        ("meta.tags[*]", [("meta", "tags", 0), ("meta", "tags", 1), ("meta", "tags", 2)]),
    ],
)
def test_what_a_path_leaves_out(path: str, gone: list[tuple[Any, ...]]) -> None:
    before = copy.deepcopy(DOCUMENT)
    expected: Any = copy.deepcopy(DOCUMENT)
    for steps in gone:
        place = expected
        for step in steps[:-1]:
            place = place[step]
        if isinstance(place, list):
            place[steps[-1]] = LEFT_OUT
        else:
            del place[steps[-1]]
    assert without(DOCUMENT, [parse_path(path)]) == expected
    assert before == DOCUMENT


names = st.text("abc", min_size=1, max_size=2)
documents = st.recursive(
    st.integers(0, 3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)
objects = st.dictionaries(names, documents, min_size=1, max_size=3)


def places(document: Any) -> list[tuple[str | int, ...]]:
    """Where anything stands in a document."""
    if not isinstance(document, dict | list):
        return []
    children = document.items() if isinstance(document, dict) else enumerate(document)
    found: list[tuple[str | int, ...]] = []
    for key, value in children:
        found += [(key,), *[(key, *rest) for rest in places(value)]]
    return found


def changed(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a document with another value at a place."""
    made = copy.deepcopy(document)
    parent = made
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    return made


def spelled(place: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f"['{step}']" for step in place)


@given(objects, st.data())
def test_ignoring_a_path_makes_exactly_that_path_irrelevant(document: Any, data: st.DataObject) -> None:
    ignored, other = (data.draw(st.sampled_from(places(document))) for _ in range(2))
    matching = Matching(ignore_json=(spelled(ignored),))
    assert same(post_json(document), post_json(changed(document, ignored, "new")), matching)
    within = other[: len(ignored)] == ignored
    one, changed_one = post_json(document), post_json(changed(document, other, "new"))
    assert same(one, changed_one, matching) is within
    assert (differences(matching, one, changed_one) == ()) is within


@given(documents, st.lists(st.sampled_from(["a", "**.b", "[*].c", "a[0]", "..[1]", "*.*"]), max_size=3))
def test_leaving_out_twice_changes_nothing(document: Any, texts: list[str]) -> None:
    paths = [parse_path(text) for text in texts]
    once = without(document, paths)
    assert without(once, paths) == once


def test_what_is_left_out_may_be_absent() -> None:
    matching = Matching(ignore_json=("metadata.trace_id",))
    assert same(post_json({"metadata": {"trace_id": 1}}), post_json({"metadata": {}}), matching)
    assert not same(post_json({"metadata": {"trace_id": 1}}), post_json({}), matching)


def test_only_json_has_paths() -> None:
    matching = Matching(ignore_json=("a",))
    assert not same(post("a=1", "text/plain"), post("a=2", "text/plain"), matching)
    assert not same(post("{not", "application/json"), post("{json", "application/json"), matching)
    raw = Matching(match_on=("raw_body",), ignore_json=("a",))
    assert not same(post_json({"a": 1}), post_json({"a": 2}), raw)


def test_many_paths_and_a_deep_document_are_read_once() -> None:
    deep = json.loads("[" * 200 + '{"id": 1, "n": 2}' + "]" * 200)
    matching = Matching(ignore_json=tuple(f"**.{name}" for name in ("id", "ts", "x", "y")))
    assert same(post_json(deep), post(json.dumps(deep).replace('"id": 1', '"id": 9')), matching)
    assert not same(post_json(deep), post(json.dumps(deep).replace('"n": 2', '"n": 9')), matching)
