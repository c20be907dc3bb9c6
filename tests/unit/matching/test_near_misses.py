"""The error of a miss: the nearest recordings, what differs, and not more than can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reqsnap.errors import UnmatchedRequestError
from reqsnap.matching import Matching, differences
from reqsnap.model import Headers, Request
from reqsnap.recorder.near_misses import nearest
from tests.support.requests_to_match import URL, get, post, post_json


def error_of(live: Request, recorded: Iterable[Request], matching: Matching | None = None) -> str:
    """The text of the error for a request."""
    near = nearest(matching or Matching(), live, recorded)
    return str(
        UnmatchedRequestError(
            live.method,
            live.url,
            mode="once",
            cassette="c.yaml",
            reason="new",
            advice="record it",
            nearest=near,
        )
    )


def document(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {f"field{number}": {"value": number} for number in range(200)}
    return {**made, **changes}


def test_a_changed_json_body_of_200_fields_names_the_one_path() -> None:
    text = error_of(post_json(document(field117={"value": -1})), [post_json(document())])
    assert "body.field117.value: recorded 117, now -1" in text
    assert len(text.splitlines()) < 20
    assert text.count("recorded ") == 1


def test_the_nearest_of_many_bodies_is_the_one_that_differs_least() -> None:
    others = [post_json(document(field0={"value": 1000 + n}, field199={"value": n})) for n in range(300)]
    live = post_json(document(field0={"value": 1200}, field199={"value": -5}))
    near = nearest(Matching(), live, others)
    assert [str(found) for found in near[0].differences] == ["body.field199.value: recorded 200, now -5"]
    assert len(error_of(live, others).splitlines()) < 20


def test_an_error_stays_under_20_lines_whatever_differs() -> None:
    def request(value: str) -> Request:
        headers = Headers([("Content-Type", "application/json")] + [(f"X-{n}", value) for n in range(50)])
        query = "&".join(f"q{n}={value}" for n in range(50))
        return Request(
            "POST", f"{URL}?{query}", headers, json.dumps(dict.fromkeys(map(str, range(50)), value)).encode()
        )

    text = error_of(request("a"), map(request, ["b", "c", "d", "e"]), Matching(match_headers=("*",)))
    assert len(text.splitlines()) < 20
    assert "elsewhere: recorded 143 more values" in text


def test_what_does_not_count_makes_nothing_nearer() -> None:
    matching = Matching(volatile=("timestamp",), ignore_json=("trace",))
    recorded = [
        post('{"trace": 1, "n": 1}', url=f"{URL}?ts=1764000000&a=1"),
        post('{"trace": 2, "n": 2, "m": 3}', url=f"{URL}?ts=1764000009&b=1"),
    ]
    near = nearest(matching, post('{"trace": 2, "n": 5}', url=f"{URL}?ts=1764000009&a=1"), recorded)
    assert [str(found) for found in near[0].differences] == ["body.n: recorded 1, now 5"]


def test_forms_name_the_field() -> None:
    form = "application/x-www-form-urlencoded"
    text = error_of(post("a=1&b=2", form), [post("a=1&b=3", form)])
    assert "body.b: recorded '3', now '2'" in text


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=4), st.binary(max_size=4))
def test_a_small_change_is_nearer_than_a_large_one(
    before: bytes, after: bytes, one: bytes, other: bytes
) -> None:
    live, close, far = (before + middle + after for middle in (one, other, b"\0" * 200))
    assume(live != close)
    near = nearest(Matching(), *_texts(live, far, close))
    assert near[0].differences == differences(Matching(), *_pair(live, close))


def _texts(live: bytes, *recorded: bytes) -> tuple[Request, list[Request]]:
    return post(live, "text/plain"), [post(body, "text/plain") for body in recorded]


def _pair(live: bytes, recorded: bytes) -> tuple[Request, Request]:
    return post(live, "text/plain"), post(recorded, "text/plain")


@pytest.mark.parametrize("recorded", [[], [get("http://other/")]])
def test_few_recordings(recorded: list[Request]) -> None:
    assert len(nearest(Matching(), get(), recorded)) == len(recorded)
