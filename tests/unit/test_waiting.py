"""An index whose entries are read when they are needed answers as one whose entries were read before."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.cassette.unread import InFile, Reading
from reqsnap.errors import CassetteFormatError
from reqsnap.matching import Matching
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.redaction import DEFAULT_RULES
from reqsnap.sequences import Index
from reqsnap.sequences.choices import Exhaustion, Order
from reqsnap.sequences.entries import Entry, prepare
from reqsnap.sequences.numbering import Numbering
from reqsnap.sequences.places import place_of, places_of
from tests.support.rounds import rounds

AT = datetime(2026, 1, 2, tzinfo=UTC)
JSON = Headers([("Content-Type", "application/json")])


@dataclass(eq=False)
class Stored:
    """An interaction as a file would give it. `reads` counts how often it was decoded."""

    interaction: Interaction
    damaged: bool = False
    reads: int = 0
    text: bytes = b""
    shows_all: bool = False

    @property
    def method(self) -> str:
        return self.interaction.request.method

    @property
    def url(self) -> str:
        return self.interaction.request.url

    def decode(self) -> Interaction:
        self.reads += 1
        if self.damaged:
            raise CassetteFormatError("x.yaml", 7, "it is damaged")
        return self.interaction


def stored(*urls: str) -> list[Stored]:
    return [
        Stored(Interaction(Request("GET", url), Response(200 + place), AT)) for place, url in enumerate(urls)
    ]


class Held:
    """An index of what a file holds."""

    def __init__(self, held: Sequence[Stored], options: Options, *, eager: bool) -> None:
        self.matching = options.matching
        numbers = iter(range(1, 10_000))
        self._numbers = numbers
        numbering = Numbering()
        self._in_file = InFile()
        self._reading = Reading(DEFAULT_RULES, numbering, threading.RLock(), self._in_file)
        if eager:
            self.entries = self._reading.read(held, lambda: next(numbers))
        else:
            self.entries = self._reading.expected(held, [next(numbers) for _ in held])
        for entry in self.entries if eager else ():
            numbering.seen(entry.interaction)
        self.looks_through = True
        self.index = Index(options.matching, options.exhaustion, options.order, lambda: self.looks_through)
        if eager:
            for entry in self.entries:
                self.index.add(entry)
        else:
            self.index.expect(self.entries)
        self.taken: list[Entry] = []
        self.removed: list[Entry] = []

    def do(self, step: Step) -> Any:
        """What one operation comes to, in words that are the same for both."""
        match step.name:
            case "take":
                found = self.index.take(self._prepared(step.request), again=step.flag)
                if found is None:
                    return None
                self.taken.append(found.entry)
                return found.entry.order, found.numbers
            case "drifted":
                found = self.index.take_but_body(self._prepared(step.request), again=step.flag)
                if found is None:
                    return None
                self.taken.append(found.entry)
                return found.entry.order, found.numbers
            case "give back":
                if self.taken:
                    self.index.give_back(self.taken.pop(step.number % len(self.taken)))
            case "remove":
                entry = self.entries[step.number % len(self.entries)]
                if entry not in self.removed:
                    self.index.remove(entry)
                    self.removed.append(entry)
            case "put back":
                if self.removed:
                    self.index.put_back(self.removed.pop(step.number % len(self.removed)))
            case "add":
                new = Interaction(step.request, Response(200), AT)
                self.entries.append(Entry(self._reading.redacted(new), next(self._numbers)))
                self.index.add(self.entries[-1])
            case "reset":
                self.index.reset(self.entries)
            case "all":
                found_all = self.index.entries_for(self._prepared(step.request))
                return [entry.order for entry in found_all]
            case "but body":
                return [e.order for e in self.index.candidates_but_body(self._prepared(step.request))]
            case "next":
                following = self.index.next_in_order
                return following and (following[0], following[1].order, self.index.reached)
        return None

    def could_match(self, request: Request, *, thorough: bool) -> bool:
        known = self.index.could_match(request.method, request.url)
        if known is None:
            self.looks_through = thorough
            known = self.index.find_out(request.method, request.url)
            self.looks_through = True
        return known

    def _prepared(self, request: Request) -> Any:
        return prepare(request, DEFAULT_RULES, self.matching)


@dataclass(frozen=True)
class Options:
    matching: Matching
    exhaustion: Exhaustion = Exhaustion.REPEAT
    order: Order = Order.PER_REQUEST


@dataclass(frozen=True)
class Step:
    name: str
    request: Request
    number: int
    flag: bool


SECRET = "abcdef0123456789"
URLS = [
    "http://h/a",
    "http://h:80/a",
    "http://H/a?x=1",
    "http://h/a?x=1",
    "http://h/a?x=2&y=1",
    "http://h/a?y=1&x=2",
    "http://h/a#part",
    "http://h/%61",
    "http://h/b%2fc",
    "http://h/b%2Fc",
    "http://h/A",
    "https://h/a",
    "http://h:8080/a",
    "http://u:p@h/a",
    "http://h/a?api_key=one-secret-value",
    "http://h/a?api_key=two-secret-values",
    "http://h/a?api_key=[REDACTED]",
    "http://h/a?api_key=[REDACTED:2]",
    "http://h/[REDACTED]/a",
    "http://h/%5BREDACTED%5D/a",
    f"http://h/{SECRET}/a",
    "http://h/fedcba9876543210/a",
    f"http://h/x-{SECRET}-y",
    "http://h/a;token=1",
    "http://h/bot12345:abcdefghijklmnopqrstuvwx/send",
    "http://h/bot[REDACTED]/send",
    "http://h",
    "http://h/",
    "http://h?x=1",
    "ws://h/a",
    "http://h/é",
    "http://[::1]/a",
]
HEADERS = [
    Headers(),
    JSON,
    Headers([("Authorization", f"Bearer {SECRET}")]),
    Headers([("Authorization", "[REDACTED]")]),
    Headers([("X-Kind", "[REDACTED:3]")]),
]
BODIES = [b"", b'{"a": 1}', b'{"password": "one-secret-value"}', b'{"password": "[REDACTED]"}', b"x"]
ANSWERS = [Response(200)] * 9 + [Response(200, headers=Headers([("Set-Cookie", f"session={SECRET}")]))]
OPERATIONS = ["take"] * 6 + ["drifted", "give back", "give back", "remove", "put back", "add"]
OPERATIONS += ["reset", "all", "but body", "next"]


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[Interaction], list[Step]]:
    """What a file holds, and what is asked of it: mostly what is in there."""
    urls = draw(st.lists(st.sampled_from(URLS), min_size=2, max_size=5))
    requests = st.builds(
        Request,
        st.sampled_from(["GET", "GET", "GET", "get", "POST"]),
        st.sampled_from(urls),
        st.sampled_from(draw(st.lists(st.sampled_from([Headers()] * 5 + HEADERS), min_size=1, max_size=2))),
        st.sampled_from(draw(st.lists(st.sampled_from([b""] * 5 + BODIES), min_size=1, max_size=2))),
        st.sampled_from([True] * 9 + [False]),
    )
    made = st.builds(
        lambda request, answer: Interaction(request, answer, AT), requests, st.sampled_from(ANSWERS)
    )
    held = draw(st.lists(made, min_size=3, max_size=9))
    own = st.sampled_from([each.request for each in held])
    asked = st.one_of(*[own] * 9, requests)
    live = asked.map(lambda request: Request(request.method, request.url, request.headers, request.body))
    step = st.builds(Step, st.sampled_from(OPERATIONS), live, st.integers(0, 30), st.booleans())
    return held, draw(st.lists(step, max_size=14))


MATCHINGS = [
    *[Matching()] * 6,
    Matching(match_on=("method", "scheme", "host", "port", "path", "query")),
    Matching(match_on=("method", "uri")),
    Matching(match_on=("uri", "body")),
    Matching(match_on=("method", "path")),
    Matching(match_on=("method", "uri", lambda live, recorded: len(live.body) == len(recorded.body))),
    Matching(case_sensitive=False),
    Matching(volatile=("uuid",)),
    Matching(match_query=False),
    Matching(ignore_json=("a",)),
    Matching(match_headers=("authorization", "x-kind")),
]
options = st.builds(Options, st.sampled_from(MATCHINGS), st.sampled_from(Exhaustion), st.sampled_from(Order))


def compare(interactions: list[Interaction], todo: list[Step], chosen: Options) -> None:
    eager = Held([Stored(each) for each in interactions], chosen, eager=True)
    lazy = Held([Stored(each) for each in interactions], chosen, eager=False)
    for step in todo:
        before = lazy.could_match(step.request, thorough=False)
        result = eager.do(step)
        if step.name in ("take", "all") and result and not before:
            # Found only by what redaction made of its path.
            assert "[REDACTED" in str([entry.interaction.request.url for entry in eager.entries])
        counted["left unread"] += any(entry.unread for entry in lazy.entries)
        assert lazy.do(step) == result
        counted["found" if result else "found nothing"] += 1
    for step in todo:
        if not lazy.could_match(step.request, thorough=True):
            assert not eager.do(Step("all", step.request, 0, True))
    assert [entry.plays for entry in lazy.entries] == [entry.plays for entry in eager.entries]
    assert [e.interaction for e in lazy.entries] == [e.interaction for e in eager.entries]


counted: Counter[str] = Counter()


@settings(deadline=None, max_examples=rounds(150))
@given(programs(), options)
def random_programs(program: tuple[list[Interaction], list[Step]], chosen: Options) -> None:
    compare(*program, chosen)


def test_an_unread_index_answers_as_one_that_was_read_long_rounds() -> None:
    counted.clear()
    random_programs()
    # Enough of what was asked had an answer.
    assert min(counted["found"], counted["found nothing"], counted["left unread"]) > rounds(150) / 10


def held(found: Sequence[Stored], matching: Matching | None = None) -> Held:
    return Held(found, Options(matching or Matching()), eager=False)


def take(index: Held, url: str) -> int | None:
    found: tuple[int, object] | None = index.do(Step("take", Request("GET", url), 0, True))
    return None if found is None else found[0]


def test_only_what_is_for_the_place_of_a_request_is_read() -> None:
    found = stored("http://h/a", "http://h/b?x=1", "http://H:80/b?x=2", "http://h/c", "http://h/d;x=1")
    index = held(found)
    assert [each.reads for each in found] == [0, 0, 0, 0, 0]
    assert take(index, "http://h/b?x=2") == 3
    assert [each.reads for each in found] == [0, 1, 1, 0, 1]
    assert take(index, "http://h/b?x=1") == 2
    assert [each.reads for each in found] == [0, 1, 1, 0, 1]


@pytest.mark.parametrize("which", [1, 2])
def test_what_is_put_back_before_it_is_needed_is_there_once(which: int) -> None:
    index = held(stored("http://h/b", "http://h/a", "http://h/a"))
    index.do(Step("take", Request("GET", "http://h/b"), 0, False))
    entry = index.entries[which]
    index.index.remove(entry)
    index.index.put_back(entry)
    request = Request("GET", "http://h/a")
    assert [index.do(Step("take", request, 0, False)) for _ in range(3)] == [(2, ()), (3, ()), None]


def test_what_is_not_found_is_sought_in_everything_once() -> None:
    found = stored("http://h/a", "http://h/b")
    index = held(found)
    assert take(index, "http://h/x") is None
    assert take(index, "http://h/y") is None
    assert take(index, "http://h/b") == 2
    assert [each.reads for each in found] == [1, 1]


def test_what_is_not_found_is_not_sought_in_everything_where_that_is_not_wanted() -> None:
    found = stored("http://h/a", "http://h/b")
    index = held(found)
    index.looks_through = False
    assert take(index, "http://h/x") is None
    assert take(index, "http://h/b") == 2
    assert [each.reads for each in found] == [0, 1]


@pytest.mark.parametrize("thorough", [False, True])
def test_whether_anything_could_match_is_found_out_without_reading_other_places(thorough: bool) -> None:
    found = stored("http://h/a?x=1", "http://h/b")
    index = held(found)
    assert index.could_match(Request("GET", "http://h/a?x=1"), thorough=thorough)
    assert not index.could_match(Request("POST", "http://h/a?x=1"), thorough=False)
    assert [each.reads for each in found] == [1, 0]
    assert not index.could_match(Request("GET", "http://h/a?x=2"), thorough=thorough)
    assert [each.reads for each in found] == [1, 1 if thorough else 0]


def test_a_damaged_entry_is_told_to_whoever_needs_it_and_changes_nothing() -> None:
    found = stored("http://h/a", "http://h/b?x=1", "http://h/b?x=2", "http://h/a")
    found[1].damaged = True
    index = held(found)
    assert take(index, "http://h/a") == 1
    for url in ("http://h/b?x=2", "http://h/b?x=1", "http://h/c"):
        with pytest.raises(CassetteFormatError, match="line 7: it is damaged"):
            take(index, url)
    assert take(index, "http://h/a") == 4
    assert [entry.plays for entry in index.entries] == [1, 0, 0, 1]
    index.do(Step("remove", Request("GET", "http://h/"), 1, True))
    assert take(index, "http://h/b?x=2") == 3


def test_an_entry_tells_the_bytes_that_it_stands_in_the_file_as() -> None:
    plain, secret = stored("http://h/a", "http://h/a?api_key=one-secret-value")
    plain.text, secret.text = b"plain", b"secret"
    index = held([plain, secret])
    entries = index.entries
    assert [entry.text for entry in entries] == [b"plain", None]
    assert entries[1].interaction.request.url == "http://h/a?api_key=[REDACTED]"
    assert Entry(plain.interaction, 1).text is None
    with pytest.raises(ValueError, match="made of nothing"):
        Entry(None, 1).read()


def test_secrets_have_the_numbers_of_their_places_in_the_file_whatever_is_read_first() -> None:
    found = stored(*[f"http://h/{name}?api_key=secret-value-{name}" for name in "abc"])
    # Kept: entries do not keep what else stands in their file.
    index = held(found)
    entries = index.entries
    assert entries[2].interaction.request.url == "http://h/c?api_key=[REDACTED:3]"
    assert entries[0].interaction.request.url == "http://h/a?api_key=[REDACTED]"


@pytest.mark.parametrize("shows_all", [True, False])
def test_a_new_secret_gets_no_number_that_stands_in_the_file(shows_all: bool) -> None:
    (found,) = stored("http://h/a?api_key=[REDACTED:4]")
    found.shows_all, found.text = shows_all, b"GET http://h/a?api_key=[REDACTED:4]" if shows_all else b""
    index = held([found])
    index.do(Step("add", Request("GET", "http://h/b?api_key=another-secret"), 0, True))
    assert index.entries[-1].interaction.request.url == "http://h/b?api_key=[REDACTED:5]"
    assert found.reads == (0 if shows_all else 1)


def test_a_new_secret_gets_a_number_whatever_is_damaged() -> None:
    (found,) = stored("http://h/a")
    found.damaged = True
    index = held([found])
    index.do(Step("add", Request("GET", "http://h/b?api_key=another-secret"), 0, True))
    assert index.entries[-1].interaction.request.url == "http://h/b?api_key=[REDACTED]"


@given(st.sampled_from(URLS) | st.text(max_size=12).map("http://h/".__add__), st.sampled_from(URLS))
def test_places_are_the_same_where_all_but_the_query_is(one: str, other: str) -> None:
    places = place_of("GET", one), place_of("get", other)
    if None not in places:
        plain = Matching(match_on=("method", "scheme", "host", "port", "path"))
        same = plain.target_key("GET", one) == plain.target_key("GET", other)
        assert (places[0] == places[1]) is same


@given(
    st.lists(
        st.builds(
            Request,
            st.sampled_from(["GET", "get", "M-SEARCH", ""]),
            st.sampled_from(
                [*URLS, "http://h/bot", "", "\n", "http://h/a\n", "http://h/a\r#b", "http://h:443/a"]
            )
            | st.text(max_size=12).map("http://h/".__add__),
        )
    )
)
def test_places_are_the_same_one_by_one_and_all_at_once(requests: list[Request]) -> None:
    assert places_of(requests) == [place_of(each.method, each.url) for each in requests]
