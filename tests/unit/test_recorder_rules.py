"""Strict order, filters, hooks, stubs, drift, age and errors: decided without a socket or a clock."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reqsnap.cassette import Cassette
from reqsnap.errors import ConfigurationError, OutOfOrderError, StaleRecordingError, UnmatchedRequestError
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from reqsnap.modes import Mode, permits
from reqsnap.recorder import Forward, Recorder, Refuse, Replay
from reqsnap.recorder.decisions import Unread
from reqsnap.rules.filters import Filters
from reqsnap.rules.policy import Policy
from reqsnap.rules.retention import OnStale, Retention
from reqsnap.sequences.choices import Exhaustion, Order
from tests.support.items import as_items

AT = datetime(2026, 1, 2, tzinfo=UTC)
A, B, C = (Request("GET", f"http://h/{name}") for name in "abc")
JSON = Headers([("Content-Type", "application/json")])


def recorder(mode: Mode, *recorded: Request, outer: Recorder | None = None, **policy: Any) -> Recorder:
    """A recorder over a cassette of these requests; each answer's status is its place, from 200."""
    cassette = Cassette(policy=Policy(mode, **policy))
    cassette.adopt(
        as_items(Interaction(request, Response(200 + n), AT) for n, request in enumerate(recorded))
    )
    may = permits(mode, recorded=bool(recorded))
    return Recorder(cassette, may, outer=outer, clock=lambda: 0.0, now=lambda: AT + timedelta(days=2))


def status(decision: object) -> int:
    assert isinstance(decision, Replay)
    return decision.response.status


def refusal(decision: object) -> UnmatchedRequestError:
    assert isinstance(decision, Refuse)
    return decision.error


def recorded_by(found: Recorder, request: Request, answer: Response | None = None) -> None:
    decision = found.before(request)
    assert isinstance(decision, Forward)
    found.after(decision, request, answer or Response(299))


# Strict order


def test_a_strict_order_refuses_what_is_out_of_order_and_goes_on() -> None:
    found = recorder(Mode.PLAYBACK, A, B, A, C, order=Order.STRICT)
    assert [status(found.before(A)), status(found.before(B))] == [200, 201]
    for _ in range(2):
        error = refusal(found.before(C))
        assert isinstance(error, OutOfOrderError)
        assert (error.position, error.expected, error.actual) == (3, "GET http://h/a", "GET http://h/c")
        assert "recording 3 of 4 is next: GET http://h/a" in str(error)
    assert [status(found.before(A)), status(found.before(C))] == [202, 203]


@pytest.mark.parametrize(
    ("exhaustion", "after"),
    [(Exhaustion.REPEAT, 201), (Exhaustion.ERROR, None), (Exhaustion.CYCLE, None)],
)
def test_strict_at_its_end(exhaustion: Exhaustion, after: int | None) -> None:
    found = recorder(Mode.PLAYBACK, A, B, order=Order.STRICT, exhaustion=exhaustion)
    assert [status(found.before(A)), status(found.before(B))] == [200, 201]
    decision = found.before(B)
    assert (status(decision) if after else refusal(decision)) is not None
    if exhaustion is Exhaustion.CYCLE:
        assert [status(found.before(A)), status(found.before(B))] == [200, 201]


def test_strict_in_update_records_what_comes_after_the_end() -> None:
    found = recorder(Mode.UPDATE, A, B, order=Order.STRICT)
    assert [status(found.before(A)), status(found.before(B))] == [200, 201]
    assert isinstance(found.before(B), Forward)


def test_strict_tells_requests_with_secrets_apart() -> None:
    tokens = [Request("GET", f"http://h/a?api_key=key-number-{n}-of-two") for n in (1, 2)]
    found = recorder(Mode.PLAYBACK, *tokens, order=Order.STRICT)
    assert [status(found.before(each)) for each in tokens] == [200, 201]


def test_reset_starts_a_strict_order_again() -> None:
    found = recorder(Mode.PLAYBACK, A, B, order=Order.STRICT)
    assert status(found.before(A)) == 200
    found.cassette.reset()
    assert status(found.before(A)) == 200


# Filters


@pytest.mark.parametrize("mode", [Mode.PLAYBACK, Mode.UPDATE, Mode.RECORD, Mode.ONCE])
def test_an_excluded_url_goes_live_in_every_mode_and_takes_no_place(mode: Mode) -> None:
    found = recorder(mode, A, A, filters=Filters(exclude_urls=("/a",)))
    for decision in (found.head("GET", A.url), found.before(A)):
        assert isinstance(decision, Forward)
        found.after(decision, A, Response(299))
    assert len(found.cassette) == 2
    assert found.cassette.play_count == 0


def test_an_excluded_url_that_is_under_way_at_the_end_is_not_missed() -> None:
    found = recorder(Mode.RECORD, filters=Filters(ignore_hosts=("h",)))
    found.before(A)
    assert found.close() == ()


def test_should_record_false_stores_nothing() -> None:
    filters = Filters(should_record=lambda request, response: response.status < 400)
    found = recorder(Mode.RECORD, filters=filters)
    recorded_by(found, A, Response(500))
    recorded_by(found, B, Response(200))
    assert [each.request.url for each in found.cassette] == [B.url]


def test_should_playback_false_refuses_in_playback() -> None:
    found = recorder(Mode.PLAYBACK, A, B, filters=Filters(should_playback=lambda request: request != A))
    assert "should_playback says no" in str(refusal(found.before(A)))
    assert status(found.before(B)) == 201


def test_should_playback_false_goes_live_in_update_and_doubles_nothing() -> None:
    found = recorder(Mode.UPDATE, A, filters=Filters(should_playback=lambda request: False))
    for request in (A, A, C):
        recorded_by(found, request)
    assert [each.request.url for each in found.cassette] == [A.url, C.url]


def test_filters_see_the_live_request_and_only_what_is_stored_is_redacted() -> None:
    seen: list[str | None] = []

    def look(request: Request, response: Response) -> bool:
        seen.append(request.headers.get("authorization"))
        return True

    found = recorder(Mode.RECORD, filters=Filters(should_record=look))
    recorded_by(found, Request("GET", "http://h/a", Headers([("Authorization", "Bearer live-secret-1")])))
    assert seen == ["Bearer live-secret-1"]
    assert "live-secret" not in repr(found.cassette.interactions)


# Hooks


def with_body(body: bytes) -> Callable[[Interaction], Interaction]:
    return lambda interaction: replace(interaction, response=replace(interaction.response, body=body))


def test_before_record_changes_or_drops_what_is_stored_once() -> None:
    calls: list[str] = []

    def hook(interaction: Interaction) -> Interaction | None:
        calls.append(interaction.request.url)
        return None if interaction.request.url == A.url else with_body(b"changed")(interaction)

    found = recorder(Mode.RECORD, filters=Filters(before_record=hook))
    recorded_by(found, A)
    recorded_by(found, B)
    assert [(each.request.url, each.response.body) for each in found.cassette] == [(B.url, b"changed")]
    again = Cassette(policy=found.cassette.policy)
    again.adopt(as_items(found.cassette.interactions))
    assert calls == [A.url, B.url]


def test_what_before_record_returns_is_redacted() -> None:
    def leak(interaction: Interaction) -> Interaction:
        request = replace(interaction.request, headers=Headers([("Authorization", "Bearer leaked-token-1")]))
        return replace(interaction, request=request)

    found = recorder(Mode.RECORD, filters=Filters(before_record=leak))
    recorded_by(found, A)
    assert "leaked-token" not in repr(found.cassette.interactions)


def test_before_playback_changes_the_answer_and_not_the_recording() -> None:
    found = recorder(Mode.PLAYBACK, A, filters=Filters(before_playback=with_body(b"changed")))
    decision = found.before(A)
    assert isinstance(decision, Replay)
    assert decision.response.body == b"changed"
    assert [each.response.body for each in found.cassette] == [b""]


def test_before_playback_that_returns_nothing_makes_a_miss() -> None:
    filters = Filters(before_playback=lambda interaction: None)
    assert isinstance(recorder(Mode.PLAYBACK, A, filters=filters).before(A), Refuse)
    assert isinstance(recorder(Mode.UPDATE, A, filters=filters).before(A), Forward)


def test_a_hook_that_fails_while_recording_is_told_at_the_end_and_loses_no_other() -> None:
    def fail(interaction: Interaction) -> Interaction | None:
        if interaction.request == A:
            raise KeyError("x")
        return interaction

    found = recorder(Mode.RECORD, filters=Filters(before_record=fail))
    recorded_by(found, A)
    recorded_by(found, B)
    assert [type(problem) for problem in found.problems] == [KeyError]
    assert [each.request.url for each in found.cassette] == [B.url]


def test_a_hook_that_returns_something_else_is_told_at_the_end() -> None:
    def wrong(interaction: Interaction) -> Any:
        return "x"

    found = recorder(Mode.RECORD, filters=Filters(before_record=wrong))
    recorded_by(found, A)
    assert [type(problem) for problem in found.problems] == [ConfigurationError]


# Stubs


@pytest.mark.parametrize("mode", [Mode.PLAYBACK, Mode.UPDATE, Mode.RECORD, Mode.ONCE])
def test_a_stub_answers_before_recordings_exclusions_and_network(mode: Mode) -> None:
    found = recorder(mode, A, filters=Filters(exclude_urls=("/a",)))
    found.cassette.stub("GET", A.url, Response(299), times=1)
    assert found.may_replay
    assert found.head("GET", A.url) is None
    assert status(found.before(A)) == 299
    assert isinstance(found.before(A), Forward)
    assert found.cassette.play_count == 0
    assert len(found.cassette) == 1


def test_a_stub_of_an_outer_cassette_answers_what_the_inner_one_does_not_hold() -> None:
    outer = recorder(Mode.PLAYBACK, B)
    inner = recorder(Mode.UPDATE, A, outer=outer)
    outer.cassette.stub("GET", C.url, Response(299))
    outer.cassette.stub("GET", A.url, Response(299))
    assert inner.head("GET", C.url) is None
    assert [status(inner.before(each)) for each in (C, A, B)] == [299, 200, 200]


def test_an_outer_cassette_leaves_its_excluded_urls_to_the_inner_one() -> None:
    outer = recorder(Mode.PLAYBACK, A, filters=Filters(exclude_urls=("/a",)))
    inner = recorder(Mode.UPDATE, outer=outer)
    recorded_by(inner, A)
    assert len(inner.cassette) == 1


# Drift


def body(text: str, url: str = "http://h/x") -> Request:
    return Request("POST", url, JSON, text.encode())


def test_drift_is_answered_and_reported_with_its_difference() -> None:
    found = recorder(Mode.PLAYBACK, body('{"a": 1}'), body('{"a": 1}'), reports_drift=True)
    assert [status(found.before(body('{"a": 2}'))) for _ in range(3)] == [200, 201, 201]
    assert status(found.before(body('{"a": 1}'))) == 200
    assert [str(each) for each in found.cassette.drift] == [
        "POST http://h/x\n    body.a: recorded 1, now 2"
    ] * 3
    assert found.drift == list(found.cassette.drift)


def test_drift_is_of_bodies_alone() -> None:
    found = recorder(Mode.PLAYBACK, body('{"a": 1}'), reports_drift=True)
    assert isinstance(found.before(body('{"a": 1}', "http://h/y")), Refuse)
    assert isinstance(recorder(Mode.PLAYBACK, body('{"a": 1}')).before(body('{"a": 2}')), Refuse)
    assert found.cassette.drift == ()


def test_in_update_a_changed_body_is_a_new_request() -> None:
    found = recorder(Mode.UPDATE, body('{"a": 1}'), reports_drift=True)
    assert isinstance(found.before(body('{"a": 2}')), Forward)
    assert found.cassette.drift == ()


# Age

DAY = timedelta(days=1)


def test_a_recording_that_is_young_enough_is_not_stale() -> None:
    found = recorder(Mode.PLAYBACK, A, retention=Retention(max_age=2 * DAY, on_stale=OnStale.ERROR))
    assert status(found.before(A)) == 200
    assert found.stale == []


def test_stale_warns() -> None:
    found = recorder(Mode.PLAYBACK, A, retention=Retention(max_age=DAY))
    assert status(found.before(A)) == 200
    assert [each.request for each in found.stale] == [A]


def test_stale_refuses() -> None:
    found = recorder(Mode.UPDATE, A, retention=Retention(max_age=DAY, on_stale=OnStale.ERROR))
    error = refusal(found.before(A))
    assert isinstance(error, StaleRecordingError)
    assert error.recorded_at == AT
    assert "of 2026-01-02 00:00 UTC is older than max_age" in str(error)


def test_stale_is_recorded_anew_in_its_place() -> None:
    found = recorder(Mode.UPDATE, A, B, retention=Retention(max_age=DAY, on_stale=OnStale.RERECORD))
    recorded_by(found, A)
    assert [(each.request.url, each.response.status) for each in found.cassette] == [
        (A.url, 299),
        (B.url, 201),
    ]


def test_stale_stays_where_the_new_attempt_fails() -> None:
    found = recorder(Mode.UPDATE, A, retention=Retention(max_age=DAY, on_stale=OnStale.RERECORD))
    decision = found.before(A)
    assert isinstance(decision, Forward)
    found.failed(decision, ConnectionResetError())
    assert [each.response.status for each in found.cassette] == [200]


def test_stale_where_nothing_may_be_sent_is_replayed_with_a_warning() -> None:
    found = recorder(Mode.PLAYBACK, A, retention=Retention(max_age=DAY, on_stale=OnStale.RERECORD))
    assert status(found.before(A)) == 200
    assert len(found.stale) == 1


def test_an_outer_cassette_with_a_stale_answer_lets_the_inner_one_record() -> None:
    outer = recorder(Mode.UPDATE, A, retention=Retention(max_age=DAY, on_stale=OnStale.RERECORD))
    inner = recorder(Mode.UPDATE, outer=outer)
    recorded_by(inner, A)
    assert (len(inner.cassette), len(outer.cassette)) == (1, 1)


# Errors

REFUSED = NetworkError(ErrorKind.REFUSED, "Connection refused", 111)


def failed(found: Recorder, request: Request, **facts: Any) -> None:
    decision = found.before(request)
    assert isinstance(decision, Forward)
    found.failed(decision, ConnectionRefusedError(), request=request, **facts)


def test_an_error_leaves_no_interaction_unless_asked() -> None:
    found = recorder(Mode.RECORD)
    failed(found, A, cause=REFUSED)
    assert (len(found.cassette), found.lost) == (0, [])


def test_errors_are_recorded_and_replayed_where_asked() -> None:
    found = recorder(Mode.RECORD, records_errors=True)
    failed(found, A, cause=REFUSED)
    failed(found, B, cause=REFUSED, response=Response(200, body=b"half"))
    replaying = recorder(Mode.PLAYBACK)
    replaying.cassette.replace(found.cassette.interactions)
    first, second = replaying.before(A), replaying.before(B)
    assert isinstance(first, Replay)
    assert isinstance(second, Replay)
    assert (first.response.status, first.error) == (0, REFUSED)
    assert (second.response.body, second.error) == (b"half", REFUSED)


LEFT = NetworkError(ErrorKind.ABANDONED)


@pytest.mark.parametrize("records_errors", [False, True])
def test_an_answer_that_was_left_is_recorded_in_any_case(records_errors: bool) -> None:
    found = recorder(Mode.RECORD, records_errors=records_errors)
    half = Response(200, "OK", Headers([("Content-Length", "9")]), b"half")
    decision = found.before(A)
    assert isinstance(decision, Forward)
    found.failed(decision, request=A, response=half, cause=LEFT)
    (kept,) = found.cassette.interactions
    assert (kept.response, kept.error, found.lost) == (half, LEFT, [])


def test_whoever_reads_beyond_what_was_recorded_is_told_of_the_recording() -> None:
    asked = Request("GET", "http://h/a?access_token=very-secret-token")
    found = recorder(Mode.PLAYBACK)
    found.cassette.append(Interaction(asked, Response(200, body=b"half"), AT, error=LEFT))
    first, second = found.before(asked), found.before(asked)
    assert isinstance(first, Replay)
    assert first is second, "what interceptors keep is lost"
    assert isinstance(first.error, Unread)
    told, again = first.error.told(), first.error.told()
    assert (told.method, told.url, told.cassette) == ("GET", "http://h/a?access_token=[REDACTED]", None)
    assert str(told) == str(again) == str(pickle.loads(pickle.dumps(told)))
    assert told is not again
    assert "a cassette in memory" in str(told)
    assert "REQSNAP_MODE=record" in str(told)


def test_a_hook_may_change_what_was_left() -> None:
    def cut(interaction: Interaction) -> Interaction:
        return replace(interaction, response=Response(200, body=b"h"))

    found = recorder(Mode.PLAYBACK, filters=Filters(before_playback=cut))
    found.cassette.append(Interaction(A, Response(200, body=b"half"), AT, error=LEFT))
    replay = found.before(A)
    assert isinstance(replay, Replay)
    assert replay.response.body == b"h"
    assert isinstance(replay.error, Unread)


def test_filters_see_what_was_left() -> None:
    seen: list[tuple[int, NetworkError | None]] = []

    def note(interaction: Interaction) -> Interaction | None:
        seen.append((interaction.response.status, interaction.error))
        return None

    found = recorder(
        Mode.RECORD,
        filters=Filters(should_record=lambda request, response: response.status != 404, before_record=note),
    )
    for request, status_code in ((A, 404), (B, 200)):
        decision = found.before(request)
        assert isinstance(decision, Forward)
        found.failed(decision, request=request, response=Response(status_code), cause=LEFT)
    assert seen == [(200, LEFT)]
    assert len(found.cassette) == 0


def test_the_message_of_an_error_shows_no_secret_of_its_exchange() -> None:
    found = recorder(Mode.RECORD, records_errors=True)
    asked = Request("GET", "http://h/a", Headers([("Authorization", "Bearer very-secret-token")]))
    failed(found, asked, cause=NetworkError(ErrorKind.CONNECT, "no way for very-secret-token", 113))
    assert "very-secret-token" not in repr(found.cassette.interactions)
    assert found.cassette.interactions[0].error is not None


def test_an_answer_that_was_cut_within_a_chunk_is_held() -> None:
    cut = Response(200, "OK", Headers([("Transfer-Encoding", "chunked")]), b"abcd", parts=(3, 5))
    cassette = Cassette()
    cassette.append(Interaction(A, cut, AT, error=NetworkError(ErrorKind.CLOSED)))
    with pytest.raises(ConfigurationError, match="parts"):
        cassette.append(Interaction(A, cut, AT))


def test_an_exchange_that_cannot_be_recorded_says_why() -> None:
    found = recorder(Mode.RECORD, records_errors=True)
    decision = found.before(A)
    assert isinstance(decision, Forward)
    found.failed(decision, why="it switched protocols")
    assert [(each.target, each.why) for each in found.lost] == [("GET http://h/a", "it switched protocols")]
