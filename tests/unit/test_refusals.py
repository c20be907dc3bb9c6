"""What a refusal says: why, and what to do about just that."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from reqsnap.cassette import Cassette
from reqsnap.differences import Difference, NearMiss
from reqsnap.errors import (
    ConfigurationError,
    SequenceExhaustedError,
    UnmatchedRequestError,
)
from reqsnap.matching import Matching
from reqsnap.model import Headers, Request
from reqsnap.modes import Mode, permits
from reqsnap.recorder import Recorder
from reqsnap.recorder.advice import to_do
from reqsnap.rules.filters import Filters
from reqsnap.sequences.choices import Exhaustion, Order
from tests.unit.test_recorder_rules import JSON, recorder, refusal, status

URL = "http://h/items"
FORM = Headers([("Content-Type", "application/x-www-form-urlencoded")])


def miss(live: Request, *recorded: Request, **policy: Any) -> UnmatchedRequestError:
    return refusal(recorder(Mode.PLAYBACK, *recorded, **policy).before(live))


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        ("method", "leave the method out of match_on"),
        ("path", "leave the path out of match_on"),
        ("query.page", "normalize_query"),
        ("header.accept", "take accept out of match_headers or name it in ignore_headers"),
        ("body", "normalize_body"),
        ("body.items[2].id", "use ignore_json=['items[2].id']"),
        ("body[0]", "use ignore_json=['[0]']"),
        ("body.it's", "name its path in ignore_json"),
        ("matcher same_name", "change that matcher"),
    ],
)
def test_the_advice_is_about_the_field_that_differs(field: str, advice: str) -> None:
    near = NearMiss("GET", URL, (Difference(field, "1", "2"),))
    told = to_do(Mode.ONCE, [near], is_json=True)
    assert advice in told
    assert told.startswith("run once with REQSNAP_MODE=update to add it, or with REQSNAP_MODE=record")


def test_no_path_of_json_is_named_for_a_form() -> None:
    then, now = (Request("POST", URL, FORM, b"a=%d&b=1" % number) for number in (1, 2))
    advice = miss(now, then).advice
    assert "ignore_json" not in advice
    assert "normalize_body" in advice


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        (["port", "path"], "leave the port and the path out of match_on."),
        (["header.a", "header.b"], "take a and b out of match_headers or name them in ignore_headers."),
        (["header.a", "header.b", "header.c"], "take a and b and so on out of match_headers or name them"),
        (["body.user", "body.n[1].x"], "ignored, use ignore_json=['user', 'n[1].x'], or volatile for what"),
        (["body.it's", "body.a", "body"], "ignored, use ignore_json=['a'], or volatile for what"),
        (["body.a", "body.b", "body.c"], "use ignore_json=['a', 'b'] and so on, or volatile for what"),
    ],
)
def test_differences_that_one_option_ignores_are_named_together(fields: list[str], advice: str) -> None:
    near = NearMiss("GET", URL, tuple(Difference(field, "1", "2") for field in fields))
    told = to_do(Mode.PLAYBACK, [near], is_json=True)
    assert advice in told
    assert told.count("volatile") <= 1


def test_advice_for_many_differences_names_the_first_two() -> None:
    fields = ["query.a", "query.b", "header.accept", "body.x", "elsewhere"]
    told = to_do(
        Mode.PLAYBACK, [NearMiss("GET", URL, tuple(Difference(f, "1", "2") for f in fields))], is_json=True
    )
    assert told.count("normalize_query") == 1
    assert told.endswith("name it in ignore_headers and so on.")


@pytest.mark.parametrize("near", [[], [NearMiss("GET", URL, (), used_up=True)]])
def test_where_nothing_is_known_to_differ_nothing_is_to_be_ignored(near: list[NearMiss]) -> None:
    assert to_do(Mode.PLAYBACK, near, is_json=True) == "run once with REQSNAP_MODE=update to add it."


def test_the_advice_for_a_json_body_works() -> None:
    then, now = (Request("POST", URL, JSON, b'{"a": {"b": %d}}' % number) for number in (1, 2))
    assert "ignore_json=['a.b']" in miss(now, then).advice
    assert status(recorder(Mode.PLAYBACK, then, matching=Matching(ignore_json=("a.b",))).before(now)) == 200


def test_a_refusal_holds_the_request_as_it_would_be_stored() -> None:
    live = Request("POST", f"{URL}?api_key=s3cret-value", JSON, b'{"password": "s3cret-value", "a": 1}')
    error = miss(live, Request("POST", f"{URL}?api_key=[REDACTED]", JSON, b"{}"))
    assert error.request.url == f"{URL}?api_key=[REDACTED]"
    assert error.request.body == b'{"password": "[REDACTED]", "a": 1}'
    assert pickle.loads(pickle.dumps(error)).request == error.request


def test_a_refusal_that_was_made_without_a_request_has_what_is_known_of_it() -> None:
    error = UnmatchedRequestError("GET", URL, mode="playback", cassette=None, reason="-", advice="-")
    assert error.request == Request("GET", URL)


def test_before_playback_that_drops_a_recording_is_named() -> None:
    drops = Filters(before_playback=lambda _: None)
    for policy in ({}, {"exhaustion": Exhaustion.ERROR}, {"order": Order.STRICT}):
        error = miss(Request("GET", URL), Request("GET", URL), filters=drops, **policy)
        assert type(error) is UnmatchedRequestError
        assert "before_playback returned None for its recording" in error.reason
        assert "change before_playback" in error.advice


def test_before_playback_that_drops_a_recording_lets_an_outer_cassette_answer() -> None:
    request = Request("GET", URL)
    outer = recorder(Mode.PLAYBACK, request)
    found = recorder(Mode.PLAYBACK, request, outer=outer, filters=Filters(before_playback=lambda _: None))
    assert status(found.before(request)) == 200
    empty = Recorder(Cassette(), permits(Mode.PLAYBACK, recorded=True))
    alone = recorder(Mode.PLAYBACK, request, outer=empty, filters=Filters(before_playback=lambda _: None))
    assert "before_playback drops it" in refusal(alone.before(request)).reason


def test_a_drifted_request_whose_recordings_are_used_up_is_exhausted() -> None:
    then, now, other = (Request("POST", URL, JSON, b"[%d]" % number) for number in (1, 2, 3))
    found = recorder(Mode.PLAYBACK, then, exhaustion=Exhaustion.ERROR, reports_drift=True)
    assert status(found.before(now)) == 200
    assert isinstance(refusal(found.before(other)), SequenceExhaustedError)
    asking = Matching(match_on=("method", "uri", "body", lambda live, recorded: live.body == b"[2]"))
    found = recorder(Mode.PLAYBACK, then, exhaustion=Exhaustion.ERROR, reports_drift=True, matching=asking)
    assert status(found.before(now)) == 200
    assert isinstance(refusal(found.before(now)), SequenceExhaustedError)
    assert not isinstance(refusal(found.before(other)), SequenceExhaustedError)


def test_a_form_beside_another_body_is_shown_as_a_form() -> None:
    form, json = Request("POST", URL, FORM, b"b=2&a=%C3%A9"), Request("POST", URL, JSON, b"[1]")
    (difference,) = miss(form, json).nearest[0].differences
    assert (difference.recorded, difference.live) == ("json: [1]", "form: a=é&b=2")


def test_a_message_shows_of_a_long_url_its_beginning_and_its_end() -> None:
    long = f"{URL}/{'x' * 50_000}/end?"
    error = miss(Request("GET", f"{long}a=2"), Request("GET", f"{long}a=1"))
    assert len(str(error)) < 1500
    assert error.url == f"{long}a=2"
    assert f"GET {URL}/xxx" in str(error)
    assert "x/end?a=2 was not sent" in str(error)


def test_a_message_shows_of_a_long_value_its_beginning_and_its_end() -> None:
    error = ConfigurationError("match_on", "x" * 50_000, "it is short")
    assert len(str(error)) < 700
    assert error.value == "x" * 50_000
