"""What reqsnap.vcr asks the core to do otherwise: decided without a socket or a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reqsnap.cassette import Cassette
from reqsnap.errors import UnmatchedRequestError
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from reqsnap.modes import Mode, Permits, permits
from reqsnap.recorder import Forward, Recorder, Refuse, Replay
from reqsnap.rules.filters import Filters
from reqsnap.rules.habits import OURS, Habits
from reqsnap.rules.policy import Policy
from reqsnap.sequences.choices import Exhaustion
from tests.support.items import as_items

AT = datetime(2026, 1, 2, tzinfo=UTC)
A, B = (Request("GET", f"http://h/{name}") for name in "ab")


def recorder(
    mode: Mode, habits: Habits, *recorded: Request, there: bool | None = None, **policy: Any
) -> Recorder:
    """A recorder over a cassette of these requests; each answer's status is its place, from 200."""
    cassette = Cassette(policy=Policy(mode, exhaustion=Exhaustion.ERROR, habits=habits, **policy))
    cassette.adopt(as_items(Interaction(each, Response(200 + n), AT) for n, each in enumerate(recorded)))
    may = habits.permits(mode, recorded=bool(recorded) if there is None else there)
    cassette.replays_new = may.replays_new
    return Recorder(cassette, may, clock=lambda: 0.0, now=lambda: AT)


def answers(found: Recorder, *requests: Request) -> list[int]:
    """The status that each gets: of a recording, or a new one from 300, or 0 where it is refused."""
    seen = []
    for number, request in enumerate(requests):
        decision = found.head(request.method, request.url) or found.before(request)
        if isinstance(decision, Replay):
            seen.append(decision.response.status)
        elif isinstance(decision, Forward):
            found.after(decision, request, Response(300 + number))
            seen.append(300 + number)
        else:
            seen.append(0)
    return seen


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("recorded", [False, True])
def test_without_habits_a_mode_permits_what_it_ever_did(mode: Mode, recorded: bool) -> None:
    assert OURS.permits(mode, recorded=recorded) == permits(mode, recorded=recorded)


@pytest.mark.parametrize(
    ("mode", "habits", "recorded", "may"),
    [
        (Mode.UPDATE, Habits(always_live=True), True, Permits(False, True, False)),
        (Mode.PLAYBACK, Habits(always_live=True), True, Permits(True, False, False)),
        (Mode.UPDATE, Habits(replays_new=True), True, Permits(True, True, False, True)),
        (Mode.UPDATE, Habits(replays_new=True), False, Permits(True, True, False)),
        (Mode.ONCE, Habits(replays_new=True), False, Permits(False, True, False)),
        (Mode.ONCE, Habits(repeats=True), False, Permits(True, True, False, True)),
        (Mode.ONCE, Habits(repeats=True), True, Permits(True, False, False)),
        (Mode.RECORD, Habits(repeats=True), True, Permits(False, True, True)),
        (Mode.LIVE, Habits(repeats=True), True, Permits(False, True, False)),
    ],
)
def test_habits_change_what_a_mode_permits(mode: Mode, habits: Habits, recorded: bool, may: Permits) -> None:
    assert habits.permits(mode, recorded=recorded) == may


def test_what_is_always_live_is_added_to_what_is_there() -> None:
    found = recorder(Mode.UPDATE, Habits(always_live=True), A)
    assert answers(found, A, A) == [300, 301]
    assert (len(found.cassette), found.cassette.play_count) == (3, 0)


def test_new_recordings_answer_once_after_those_that_were_there() -> None:
    found = recorder(Mode.UPDATE, Habits(replays_new=True), A)
    assert answers(found, A, A, A, A, B, B) == [200, 301, 301, 303, 304, 304]
    assert found.cassette.plays[-1][1] == 1
    assert [each.response.status for each in found.cassette.new] == [301, 303, 304]


def test_new_recordings_of_a_new_cassette_wait_for_the_next_block() -> None:
    found = recorder(Mode.UPDATE, Habits(replays_new=True))
    assert answers(found, A, A) == [300, 301]


def test_repeats_answers_with_the_first_whatever_was_played() -> None:
    found = recorder(Mode.PLAYBACK, Habits(repeats=True), A, A, B)
    assert answers(found, A, A, A, B) == [200, 200, 200, 202]
    assert [count for _, count in found.cassette.plays] == [3, 0, 1]


def test_repeats_answers_with_what_was_just_recorded() -> None:
    found = recorder(Mode.ONCE, Habits(repeats=True))
    assert answers(found, A, A, A) == [300, 300, 300]
    assert len(found.cassette) == 1


def test_what_was_replayed_as_new_can_be_forgotten_and_deleted() -> None:
    found = recorder(Mode.UPDATE, Habits(replays_new=True), A)
    answers(found, A, A, A, B)
    first, second = found.recorded
    found.cassette.forget([first])
    assert [each.response.status for each in found.cassette.interactions] == [200, 303]
    assert answers(found, A) == [300]
    assert found.cassette.delete(second.interaction.request) == 1
    assert [each.response.status for each in found.cassette.interactions] == [200, 300]
    assert found.cassette.has_changed


# What a request is seen as


def without_query(request: Request) -> Request | None:
    url, _, query = request.url.partition("?")
    return None if query == "ignored" else Request(request.method, url, Headers(), request.body)


def seeing(mode: Mode, *recorded: Request) -> Recorder:
    def stored(interaction: Interaction) -> Interaction | None:
        seen = without_query(interaction.request)
        return None if seen is None else Interaction(seen, interaction.response, interaction.recorded_at)

    filters = Filters(seen_as=without_query, before_record=stored)
    return recorder(mode, OURS, *recorded, filters=filters)


def test_what_is_compared_is_what_a_request_is_seen_as() -> None:
    found = seeing(Mode.PLAYBACK, A)
    assert answers(found, Request("GET", "http://h/a?token=1")) == [200]


def test_what_is_stored_is_what_a_request_is_seen_as() -> None:
    found = seeing(Mode.UPDATE)
    assert answers(found, Request("GET", "http://h/b?token=1")) == [300]
    assert [each.request.url for each in found.cassette.interactions] == ["http://h/b"]


@pytest.mark.parametrize("mode", [Mode.PLAYBACK, Mode.UPDATE, Mode.ONCE, Mode.RECORD])
def test_what_is_seen_as_nothing_goes_live_and_is_not_kept(mode: Mode) -> None:
    found = seeing(mode, A)
    assert answers(found, Request("GET", "http://h/a?ignored")) == [300]
    assert len(found.cassette) == 1


def test_a_refusal_shows_what_was_compared() -> None:
    found = seeing(Mode.PLAYBACK, A)
    decision = found.before(Request("GET", "http://h/b?token=secret"))
    assert isinstance(decision, Refuse)
    assert decision.error.request.url == "http://h/b"
    assert "secret" not in str(decision.error)


def test_what_an_outer_cassette_does_not_see_it_leaves_to_the_inner_one() -> None:
    outer = seeing(Mode.PLAYBACK, A)
    may = permits(Mode.PLAYBACK, recorded=True)
    inner = Recorder(Cassette(policy=Policy(Mode.PLAYBACK)), may, outer=outer)
    urls = "http://h/a?ignored", "http://h/a?token=1"
    assert answers(inner, *[Request("GET", url) for url in urls]) == [0, 200]


# What a program sees


def test_a_refusal_is_what_the_habit_makes_of_it() -> None:
    class OtherError(UnmatchedRequestError):
        pass

    def other(error: UnmatchedRequestError, cassette: object) -> UnmatchedRequestError:
        assert isinstance(cassette, Cassette)
        return OtherError(error.method, error.url, mode="none", cassette=None, reason="", advice="")

    found = recorder(Mode.PLAYBACK, Habits(refusal=other), A)
    decision = found.head("GET", B.url)
    assert isinstance(decision, Refuse)
    assert isinstance(decision.error, OtherError)
    assert found.refusals == [decision.error]


def test_an_answer_that_was_not_read_to_its_end_is_told_of_where_only_whole_ones_are_kept() -> None:
    found = recorder(Mode.UPDATE, Habits(only_whole=True))
    decision = found.before(A)
    assert isinstance(decision, Forward)
    found.failed(decision, request=A, response=Response(200), cause=NetworkError(ErrorKind.ABANDONED))
    assert len(found.cassette) == 0
    (lost,) = found.lost
    assert lost.why.startswith("the program closed its answer before the end")


@pytest.mark.parametrize(("data", "there"), [(None, False), (b"", False), (b" \n", False), (b"x", True)])
def test_a_blank_file_is_none_where_that_is_the_habit(data: bytes | None, there: bool) -> None:
    assert Habits(blank_is_missing=True).is_there(data) is there
    assert OURS.is_there(data) is (data is not None)
