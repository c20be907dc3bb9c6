"""The nth identical request gets the nth recording, and what happens after the last."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reqsnap.matching import Matching
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.redaction import DEFAULT_RULES
from reqsnap.sequences import Index
from reqsnap.sequences.choices import Exhaustion
from reqsnap.sequences.entries import Entry, prepare

AT = datetime(2026, 1, 2, tzinfo=UTC)
JSON = Headers([("Content-Type", "application/json")])
URL = "http://h/x"


def index(
    requests: Sequence[Request],
    exhaustion: Exhaustion = Exhaustion.REPEAT,
    matching: Matching | None = None,
) -> Index:
    """An index of these requests; the answer of each has its place as the status."""
    made = Index(matching or Matching(), exhaustion)
    for order, request in enumerate(requests, start=100):
        made.add(Entry(Interaction(request, Response(order), AT), order))
    return made


def take(
    found: Index, request: Request, *, again: bool = True, matching: Matching | None = None
) -> int | None:
    taken = found.take(prepare(request, DEFAULT_RULES, matching or Matching()), again=again)
    return None if taken is None else taken.entry.interaction.response.status


@pytest.mark.parametrize(
    ("exhaustion", "expected"),
    [
        (Exhaustion.REPEAT, [100, 101, 102, 102, 102]),
        (Exhaustion.ERROR, [100, 101, 102, None, None]),
        (Exhaustion.CYCLE, [100, 101, 102, 100, 101]),
    ],
)
@pytest.mark.parametrize("compared", [False, True])
def test_after_the_last(exhaustion: Exhaustion, expected: list[int | None], compared: bool) -> None:
    own = ("method", "uri", lambda live, recorded: True) if compared else ("method", "uri")
    matching = Matching(match_on=own)
    found = index([Request("GET", URL)] * 3, exhaustion, matching)
    assert [take(found, Request("GET", URL), matching=matching) for _ in range(5)] == expected


def test_where_the_mode_records_nothing_is_played_twice() -> None:
    found = index([Request("GET", URL)] * 2)
    assert [take(found, Request("GET", URL), again=False) for _ in range(3)] == [100, 101, None]


def test_each_request_has_a_sequence_of_its_own() -> None:
    found = index([Request("GET", f"{URL}/{n % 2}") for n in range(4)])
    assert [take(found, Request("GET", f"{URL}/{n}")) for n in (1, 0, 0, 1, 2)] == [101, 100, 102, 103, None]


def test_a_function_of_the_users_decides_among_them() -> None:
    matching = Matching(match_on=("method", lambda live, recorded: live.url[-1] == recorded.url[-1]))
    found = index([Request("GET", "http://a/1"), Request("GET", "http://b/2")], matching=matching)
    assert take(found, Request("GET", "http://c/2"), matching=matching) == 101
    assert take(found, Request("GET", "http://c/3"), matching=matching) is None


def test_could_match_asks_for_method_and_url_only() -> None:
    found = index([Request("POST", URL, JSON, b'{"a": 1}')])
    assert found.could_match("POST", "http://H:80/x")
    assert not found.could_match("GET", URL)
    assert not found.could_match("POST", "http://h/y")


def login(password: str) -> Request:
    return Request("POST", URL, JSON, f'{{"user": "ada", "password": "{password}"}}'.encode())


def test_requests_that_differ_only_in_a_secret_stay_different() -> None:
    found = index([login("[REDACTED]"), login("[REDACTED:2]"), login("[REDACTED]")])
    assert [take(found, login(word)) for word in ("one", "two", "one", "two")] == [100, 101, 102, 101]
    assert take(found, login("three")) is None


def test_a_placeholder_that_comes_back_means_itself() -> None:
    found = index([login("[REDACTED]"), login("[REDACTED:2]")])
    assert take(found, login("[REDACTED:2]")) == 101
    assert take(found, login("[REDACTED]")) == 100


def test_the_same_secret_under_new_values_on_replay() -> None:
    found = index([login("[REDACTED]")] * 2)
    assert [take(found, login("dummy")) for _ in range(2)] == [100, 101]


def test_a_value_that_only_the_answer_gave_away_still_matches() -> None:
    recorded = Request("POST", URL, JSON, b'{"note": "[REDACTED]", "n": 1}')
    found = index([recorded])
    assert take(found, Request("POST", URL, JSON, b'{"n": 1, "note": "hunter22"}')) == 100
    assert take(found, Request("POST", URL, JSON, b'{"n": 2, "note": "hunter22"}')) is None
    assert take(found, Request("POST", URL, JSON, b'{"n": 1, "note": "a", "z": "b"}')) is None
    assert take(found, Request("PUT", URL, JSON, b'{"n": 1, "note": "hunter22"}')) is None


def test_a_value_in_the_url_that_only_the_answer_gave_away_still_matches() -> None:
    found = index([Request("GET", "http://h/items/[REDACTED]?a=1")])
    assert found.could_match("GET", "http://h/items/abc?a=1")
    assert take(found, Request("GET", "http://h/items/abc?a=1")) == 100
    assert take(found, Request("GET", "http://h/items/abc?a=2")) is None


def test_a_body_of_which_only_a_part_was_sent_matches_by_that_part() -> None:
    found = index([Request("POST", URL, body=b"abc", complete=False)])
    assert take(found, Request("POST", URL, body=b"abcdef")) == 100
    assert take(found, Request("POST", URL, body=b"abd")) is None
    assert take(found, Request("POST", "http://h/y", body=b"abcdef")) is None


def test_reset_starts_again() -> None:
    requests = [login("[REDACTED]"), login("[REDACTED:2]")]
    entries = [Entry(Interaction(request, Response(n), AT), n) for n, request in enumerate(requests, 100)]
    found = Index(Matching(), Exhaustion.ERROR)
    for entry in entries:
        found.add(entry)
    assert [take(found, login("a")), take(found, login("b"))] == [100, 101]
    found.reset(entries)
    assert [entry.plays for entry in entries] == [0, 0]
    assert [take(found, login("b")), take(found, login("a"))] == [100, 101]


def test_entries_for_takes_nothing() -> None:
    found = index([Request("GET", URL)] * 2)
    live = prepare(Request("GET", URL), DEFAULT_RULES, Matching())
    assert [len(found.entries_for(live)) for _ in range(3)] == [2, 2, 2]
    assert take(found, Request("GET", URL)) == 100
    hidden = index([Request("GET", "http://h/[REDACTED]")])
    assert len(hidden.entries_for(prepare(Request("GET", "http://h/abc"), DEFAULT_RULES, Matching()))) == 1


@given(st.lists(st.integers(0, 3), max_size=20), st.lists(st.integers(0, 4), max_size=30))
def test_every_sequence_plays_in_the_order_recorded(recorded: list[int], asked: list[int]) -> None:
    found = index([Request("GET", f"{URL}/{n}") for n in recorded], Exhaustion.ERROR)
    left = {n: [100 + place for place, each in enumerate(recorded) if each == n] for n in range(5)}
    for n in asked:
        expected = left[n].pop(0) if left[n] else None
        assert take(found, Request("GET", f"{URL}/{n}")) == expected


def test_secrets_in_a_compressed_body_are_told_apart_too() -> None:
    coded = Headers([("Content-Type", "application/json"), ("Content-Encoding", "gzip")])

    def packed(word: str) -> Request:
        return Request("POST", URL, coded, gzip.compress(login(word).body, mtime=0))

    found = index([packed("[REDACTED]"), packed("[REDACTED:2]")])
    assert [take(found, packed(word)) for word in ("one-password", "two-password")] == [100, 101]


def test_what_is_added_while_another_thread_asks_for_it_can_be_found_afterwards() -> None:
    """The reader of URLs stands for the other thread, which asks in the middle of `add`."""
    busy: list[bool] = []
    answers: list[bool | None] = []

    def ask(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if not busy:
            busy.append(True)
            answers.append(found.could_match("GET", URL))
        return pairs

    found = Index(Matching(normalize_query=ask), Exhaustion.REPEAT)
    found.add(Entry(Interaction(Request("GET", URL), Response(200), AT), 1))
    assert answers == [False]
    assert found.could_match("GET", URL)
