"""Replay, Forward or Refuse: decided without a socket, a file or a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from reqsnap.cassette import Cassette
from reqsnap.errors import LateRequestWarning, SequenceExhaustedError, UnmatchedRequestError
from reqsnap.matching import Matching
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.modes import Mode, permits
from reqsnap.recorder import Forward, Recorder, Refuse, Replay
from reqsnap.redaction import DEFAULT_RULES
from reqsnap.rules.policy import Policy
from reqsnap.sequences.choices import Exhaustion
from tests.support.items import as_items

AT = datetime(2026, 1, 2, tzinfo=UTC)
URL = "http://h/x"
JSON = Headers([("Content-Type", "application/json")])


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return AT + timedelta(seconds=self.seconds)


def recorder(
    mode: Mode,
    recorded: Iterable[Request] = (),
    *,
    outer: Recorder | None = None,
    exhaustion: Exhaustion = Exhaustion.REPEAT,
    clock: Clock | None = None,
) -> Recorder:
    """A recorder over a cassette of these requests; each answer's status is its place, from 200."""
    cassette = Cassette(policy=Policy(mode, Matching(), DEFAULT_RULES, exhaustion))
    requests = list(recorded)
    cassette.adopt(
        as_items(Interaction(request, Response(200 + n), AT) for n, request in enumerate(requests))
    )
    time = clock or Clock()
    may = permits(mode, recorded=bool(requests))
    return Recorder(cassette, may, outer=outer, clock=time.monotonic, now=time.now)


def status(decision: object) -> int:
    assert isinstance(decision, Replay)
    return decision.response.status


def test_head_forwards_at_once_where_nothing_can_replay() -> None:
    for mode in (Mode.RECORD, Mode.ONCE):
        assert isinstance(recorder(mode).head("GET", URL), Forward)
    assert not recorder(Mode.RECORD, [Request("GET", URL)]).may_replay


def test_head_asks_for_the_body_only_where_it_may_decide() -> None:
    found = recorder(Mode.UPDATE, [Request("POST", URL, JSON, b"{}")])
    assert found.head("POST", URL) is None
    assert isinstance(found.head("GET", URL), Forward)
    assert isinstance(recorder(Mode.PLAYBACK, [Request("POST", URL)]).head("POST", "http://h/y"), Refuse)


def test_playback_replays_and_refuses() -> None:
    found = recorder(Mode.PLAYBACK, [Request("GET", URL)])
    assert status(found.before(Request("GET", URL))) == 200
    refused = found.before(Request("GET", "http://h/y"))
    assert isinstance(refused, Refuse)
    assert found.refusals == [refused.error]


def test_update_replays_what_is_there_and_forwards_the_rest() -> None:
    found = recorder(Mode.UPDATE, [Request("GET", URL)] * 2)
    assert [status(found.before(Request("GET", URL))) for _ in range(2)] == [200, 201]
    assert isinstance(found.before(Request("GET", URL)), Forward)
    assert isinstance(found.before(Request("GET", "http://h/y")), Forward)


def test_what_a_block_recorded_it_does_not_replay() -> None:
    found = recorder(Mode.UPDATE)
    for answer in range(3):
        decision = found.before(Request("GET", URL))
        assert isinstance(decision, Forward)
        found.after(decision, Request("GET", URL), Response(200 + answer))
    assert [each.response.status for each in found.cassette] == [200, 201, 202]


def test_recordings_stand_in_the_order_their_requests_started() -> None:
    clock = Clock()
    found = recorder(Mode.RECORD, clock=clock)
    first, second = found.head("GET", URL), found.head("GET", URL)
    assert isinstance(first, Forward)
    assert isinstance(second, Forward)
    clock.seconds = 0.5
    found.after(second, Request("GET", URL), Response(202))
    clock.seconds = 2
    found.after(first, Request("GET", URL), Response(201))
    kept = [(each.response.status, each.elapsed, each.recorded_at) for each in found.cassette]
    assert kept == [(201, 2.0, AT), (202, 0.5, AT)]


def test_an_exchange_counts_once_and_only_while_the_block_is_open() -> None:
    found = recorder(Mode.RECORD)
    one, two, three = (found.before(Request("GET", URL)) for _ in range(3))
    assert isinstance(one, Forward)
    assert isinstance(two, Forward)
    assert isinstance(three, Forward)
    found.after(one, Request("GET", URL), Response(200))
    found.after(one, Request("GET", URL), Response(200))
    found.failed(two, ConnectionResetError())
    found.after(two, Request("GET", URL), Response(200))
    assert found.close() == (f"GET {URL}",)
    found.after(three, Request("GET", URL), Response(200))
    assert len(found.cassette) == 1


def test_after_its_block_nothing_is_replayed_and_playback_refuses() -> None:
    found = recorder(Mode.PLAYBACK, [Request("GET", URL)])
    found.close()
    refused = found.head("GET", URL)
    assert isinstance(refused, Refuse)
    assert "its block has ended" in str(refused.error)
    update = recorder(Mode.UPDATE, [Request("GET", URL)])
    update.close()
    with pytest.warns(LateRequestWarning, match="a cassette in memory: its block has ended"):
        assert isinstance(update.head("GET", URL), Forward)
    assert isinstance(update.head("GET", URL), Forward)


def test_an_outer_cassette_answers_what_the_inner_one_does_not_hold() -> None:
    outer = recorder(Mode.PLAYBACK, [Request("GET", "http://h/y")])
    inner = recorder(Mode.UPDATE, [Request("GET", URL)], outer=outer)
    assert status(inner.before(Request("GET", "http://h/y"))) == 200
    assert inner.head("GET", "http://h/y") is None
    assert outer.cassette.play_count == 1
    forwarded = inner.before(Request("GET", "http://h/z"))
    assert isinstance(forwarded, Forward)
    inner.after(forwarded, Request("GET", "http://h/z"), Response(204))
    assert [each.response.status for each in inner.cassette] == [200, 204]
    assert len(outer.cassette) == 1


def test_secrets_are_redacted_in_what_is_kept() -> None:
    found = recorder(Mode.RECORD)
    for word in ("first-password", "other-password"):
        request = Request("POST", URL, JSON, f'{{"password": "{word}"}}'.encode())
        decision = found.before(request)
        assert isinstance(decision, Forward)
        found.after(decision, request, Response(200, body=b"you sent " + word.encode()))
    kept = [(each.request.body, each.response.body) for each in found.cassette]
    assert kept == [
        (b'{"password": "[REDACTED]"}', b"you sent [REDACTED]"),
        (b'{"password": "[REDACTED:2]"}', b"you sent [REDACTED:2]"),
    ]


def test_a_value_that_was_replayed_keeps_its_number_in_new_recordings() -> None:
    def login(path: str, word: str) -> Request:
        return Request("POST", f"http://h/{path}", JSON, f'{{"password": "{word}"}}'.encode())

    found = recorder(Mode.UPDATE, [login("a", "[REDACTED]"), login("a", "[REDACTED:2]")])
    assert [status(found.before(login("a", word))) for word in ("one", "two")] == [200, 201]
    for word in ("two", "three"):
        decision = found.before(login("b", word))
        assert isinstance(decision, Forward)
        found.after(decision, login("b", word), Response(204))
    assert [each.request.body for each in found.cassette][2:] == [
        b'{"password": "[REDACTED:2]"}',
        b'{"password": "[REDACTED:3]"}',
    ]


def test_a_problem_while_recording_is_kept_and_does_not_reach_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = recorder(Mode.RECORD)
    problem = RuntimeError("no room")

    def fail(*args: object) -> None:
        raise problem

    monkeypatch.setattr(found.cassette, "note", fail)
    decision = found.before(Request("GET", URL))
    assert isinstance(decision, Forward)
    found.after(decision, Request("GET", URL), Response(200))
    assert found.problems == [problem]


def refusal(found: Recorder, request: Request) -> UnmatchedRequestError:
    decision = found.before(request)
    assert isinstance(decision, Refuse)
    return decision.error


def test_a_miss_says_what_differs_and_what_to_do() -> None:
    recorded = [
        Request("POST", URL, JSON, b'{"name": "Ada", "token": "abc"}'),
        Request("GET", "http://other/far/away?a=1"),
    ]
    error = refusal(
        recorder(Mode.ONCE, recorded), Request("POST", URL, JSON, b'{"name": "Bob", "token": "abc"}')
    )
    text = str(error)
    assert text.startswith(f"POST {URL} was not sent")
    assert "mode once" in text
    assert "body.name: recorded 'Ada', now 'Bob'" in text
    assert "REQSNAP_MODE=update" in text
    assert "far/away" not in text
    assert (error.method, error.url, error.mode, error.cassette) == ("POST", URL, "once", None)


def test_a_miss_shows_no_secret() -> None:
    found = recorder(Mode.PLAYBACK, [Request("GET", f"{URL}?a=1&api_key=[REDACTED]")])
    error = refusal(
        found, Request("GET", f"{URL}?a=2&api_key=s3cret-value", Headers([("X", "s3cret-value")]))
    )
    assert "s3cret-value" not in str(error)
    assert "s3cret-value" not in repr(error)
    assert "query.a" in str(error)


def test_a_used_up_sequence_is_an_error_of_its_own() -> None:
    found = recorder(Mode.PLAYBACK, [Request("GET", URL)], exhaustion=Exhaustion.ERROR)
    assert status(found.before(Request("GET", URL))) == 200
    error = refusal(found, Request("GET", URL))
    assert isinstance(error, SequenceExhaustedError)
    assert error.nearest[0].used_up
    assert "every recording of it was played" in str(error)


def test_an_empty_cassette_says_so() -> None:
    error = refusal(recorder(Mode.PLAYBACK), Request("GET", URL))
    assert "the cassette is empty" in str(error)
    assert error.nearest == ()


def test_many_threads_take_each_answer_once() -> None:
    count, workers = 800, 16
    found = recorder(Mode.PLAYBACK, [Request("GET", URL)] * count, exhaustion=Exhaustion.ERROR)
    taken: list[list[int]] = [[] for _ in range(workers)]

    def work(mine: list[int]) -> None:
        while isinstance(decision := found.before(Request("GET", URL)), Replay):
            mine.append(decision.response.status)

    threads = [Thread(target=work, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for mine in taken for number in mine) == list(range(200, 200 + count))
