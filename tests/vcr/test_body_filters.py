"""VCR.py's filters as functions."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.vcr import filters
from reqsnap.vcr.request import Request
from reqsnap.vcr.sensitive import sensitive_data_hooks

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def post(body: Any, headers: dict[str, str], method: str = "POST") -> Request:
    return Request(method, "http://example.com/", body, headers)


def shout(key: str, value: str, request: Request) -> str:
    return f"{request.method} {key} {value.upper()}"


REPLACEMENTS: list[tuple[str, filters.Replacement]] = [
    ("gone", None),
    ("new", "replaced"),
    ("loud", shout),
    ("dropped", lambda key, value, request: None),
    ("absent", "never"),
]


def test_headers_are_replaced_and_removed_in_any_case() -> None:
    headers = {"Kept": "k", "Gone": "g", "New": "n", "Loud": "l", "Dropped": "d"}
    found = filters.replace_headers(post(None, headers, "GET"), REPLACEMENTS)
    assert found.headers == {"kept": "k", "new": "replaced", "loud": "GET loud L"}
    assert filters.remove_headers(found, ["KEPT", "absent"]).headers == {
        "new": "replaced",
        "loud": "GET loud L",
    }


def test_fields_of_the_query_are_replaced_and_removed() -> None:
    request = Request("GET", "http://h/p?new=n&gone=g&kept=k&kept=j&loud=l&dropped=d", None, {})
    found = filters.replace_query_parameters(request, REPLACEMENTS)
    assert found.uri == "http://h/p?kept=j&kept=k&loud=GET+loud+L&new=replaced"
    assert filters.remove_query_parameters(found, ["kept", "loud", "new"]).uri == "http://h/p"


def test_fields_of_a_form_are_replaced_and_removed() -> None:
    body = b"kept=%C3%BC&gone=1&new=2&bare&loud=l&dropped=d&=&a%3Ab=1"
    found = filters.replace_post_data_parameters(post(body, FORM), [*REPLACEMENTS, ("a:b", "c")])
    assert found.body == b"kept=%C3%BC&new=replaced&bare&loud=POST loud L&=&a%3Ab=c"
    assert filters.remove_post_data_parameters(found, ["new", "loud"]).body == b"kept=%C3%BC&bare&=&a%3Ab=c"


def test_fields_of_json_are_replaced_and_removed() -> None:
    body = json.dumps({"kept": {"gone": 1}, "gone": 1, "new": 2, "loud": "l", "dropped": []})
    found = filters.replace_body_parameters(post(body, JSON, "PUT"), REPLACEMENTS)
    assert json.loads(found.body) == {"kept": {"gone": 1}, "new": "replaced", "loud": "PUT loud L"}


def test_fields_within_json_are_replaced_where_that_is_asked_for() -> None:
    body = json.dumps({"kept": [{"gone": 1, "new": {"gone": 2}}, 3], "gone": {}})
    found = filters.replace_body_parameters(post(body, JSON), REPLACEMENTS, recursive=True)
    assert json.loads(found.body) == {"kept": [{"new": "replaced"}, 3]}


def test_a_body_that_is_a_dict_stays_one() -> None:
    found = filters.replace_body_parameters(post({"gone": 1, "kept": {"gone": 2}}, {}), REPLACEMENTS)
    assert found.body == {"kept": {"gone": 2}}
    assert filters.replace_body_parameters(found, [("gone", None)], recursive=True).body == {"kept": {}}


def test_fields_of_multipart_are_replaced_and_removed() -> None:
    def part(name: str, value: bytes) -> bytes:
        return b'--B\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)

    def shown(key: str, value: str | bytes, request: Request) -> Any:
        return value.upper() if isinstance(value, str) else b"bytes"

    headers = {"Content-Type": 'Multipart/Form-Data; charset=x; boundary="B"'}
    body = b"".join(
        [part("gone", b"1"), part("kept", b"2"), part("loud", b"l"), part("odd", b"\xff"), b"--B--"]
    )
    rules: list[tuple[str, filters.Replacement]] = [("gone", None), ("loud", shown), ("odd", shown)]
    found = filters.replace_body_parameters(post(body, headers), rules)
    assert found.body == b"".join([part("kept", b"2"), part("loud", b"L"), part("odd", b"bytes"), b"--B--"])


@pytest.mark.parametrize("body", [None, b"", b"\xff=1&gone=1", BytesIO(b"gone=1"), iter([b"gone=1"])])
def test_other_bodies_are_left_alone(body: Any) -> None:
    request = post(body, FORM)
    kept = request._body
    assert filters.replace_body_parameters(request, REPLACEMENTS)._body == kept


def test_only_the_body_of_a_post_is_post_data() -> None:
    request = post(b"gone=1", FORM, "PUT")
    assert filters.replace_post_data_parameters(request, REPLACEMENTS).body == b"gone=1"
    assert filters.replace_body_parameters(request, REPLACEMENTS).body == b""


def answer(body: bytes, **headers: str) -> dict[str, Any]:
    listed = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return {"status": {"code": 200, "message": "OK"}, "headers": listed, "body": {"string": body}}


def test_an_answer_is_decoded_as_a_copy() -> None:
    given = answer(gzip.compress(b"text"), Content_Encoding="gzip", Content_Length="24", X="y")
    found = filters.decode_response(given)
    assert found == answer(b"text", Content_Length="4", X="y")
    assert given["headers"]["Content-Encoding"] == ["gzip"]


def test_an_answer_that_was_decoded_already_loses_the_field_alone() -> None:
    assert filters.decode_response(answer(b"text", Content_Encoding="gzip")) == answer(
        b"text", content_length="4"
    )


@pytest.mark.parametrize("headers", [{}, {"Content_Encoding": "unknown"}])
def test_an_answer_in_no_known_coding_stays_as_it_is(headers: dict[str, str]) -> None:
    given = answer(b"text", **headers)
    assert filters.decode_response(given) == given


PLAIN = st.recursive(
    st.text("ab") | st.binary(max_size=3) | st.integers() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab", max_size=2), inner) | st.tuples(inner),
)


@given(PLAIN)
def test_text_that_is_nowhere_changes_nothing(value: Any) -> None:
    assert filters.replace_text(value, "SECRET", "hidden") == value


def test_text_is_replaced_in_files_too() -> None:
    found = filters.replace_text({"k": (BytesIO(b"abc"), bytearray(b"b"))}, "b", "x")
    assert (found["k"][0].getvalue(), found["k"][1]) == (b"axc", b"x")


@pytest.mark.parametrize("given_as", [dict, lambda pairs: list(pairs.items())])
def test_what_is_hidden_is_restored(given_as: Any) -> None:
    secrets = {
        "<KEY>": "s3cret",
        "<PORT>": 8080,
        "<NONE>": None,
        "": "x",
        "<WHO>": lambda request, _: request.host,
    }
    hide, restore = sensitive_data_hooks(given_as(secrets))
    request = Request("POST", "http://ada:8080/?key=s3cret", b"s3cret", {"Key": "s3cret"})
    response = answer(b"s3cret at ada")
    hidden, shown = hide(request, response)
    assert hidden._to_dict() == {
        "method": "POST",
        "uri": "http://<WHO>:<PORT>/?key=<KEY>",
        "body": b"<KEY>",
        "headers": {"Key": ["<KEY>"]},
    }
    assert shown["body"]["string"] == b"<KEY> at <WHO>"
    del secrets["<WHO>"]
    _, restore = sensitive_data_hooks(secrets)
    back, answered = restore(hidden, shown)
    assert (back.body, answered["body"]["string"]) == (b"s3cret", b"s3cret at <WHO>")


@pytest.mark.parametrize("value", ["o", "d", "status", "string", "body", "headers", "uri"])
def test_a_value_that_is_in_the_names_of_the_parts_too_changes_no_name(value: str) -> None:
    hide, restore = sensitive_data_hooks({"<HIDDEN>": value})
    request = Request("GET", "http://h/", value.encode(), {"X": value})
    response = answer(value.encode())
    hidden, shown = hide(request, response)
    assert (hidden.body, hidden.headers) == (b"<HIDDEN>", {"X": "<HIDDEN>"})
    assert (shown.keys(), shown["status"].keys()) == (response.keys(), response["status"].keys())
    assert shown["body"] == {"string": b"<HIDDEN>"}
    back, answered = restore(hidden, shown)
    assert (back._to_dict(), answered) == (request._to_dict(), response)
