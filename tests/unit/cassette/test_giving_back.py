"""What is undone: a take that came to no replay, and new entries that a raising block drops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reqsnap.cassette import Cassette
from reqsnap.formats import native
from reqsnap.matching import Matching
from reqsnap.model import Interaction, Request, Response
from reqsnap.modes import Mode
from reqsnap.rules.policy import Policy
from reqsnap.rules.retention import Retention
from reqsnap.sequences.choices import Exhaustion, Order
from reqsnap.sequences.entries import Entry, prepare
from reqsnap.storage import CassetteFile
from tests.support.items import as_items

AT = datetime(2026, 1, 2, tzinfo=UTC)


def interaction(name: str, status: int = 200) -> Interaction:
    return Interaction(Request("GET", f"http://h/{name}"), Response(status), AT)


def filled(policy: Policy, *names: str) -> Cassette:
    """A cassette of these; the answer of each has its place as the status."""
    made = Cassette(policy=policy)
    made.adopt(as_items(interaction(name, 200 + place) for place, name in enumerate(names)))
    return made


def take(held: Cassette, name: str, *, again: bool = True) -> Entry | None:
    policy = held.policy
    return held.take(prepare(interaction(name).request, policy.rules, policy.matching), again=again)


def taken(held: Cassette, name: str) -> Entry:
    entry = take(held, name)
    assert entry is not None
    return entry


def status(entry: Entry | None) -> int | None:
    return None if entry is None else entry.interaction.response.status


def statuses(held: Cassette, name: str, times: int) -> list[int | None]:
    return [status(take(held, name)) for _ in range(times)]


def names(held: Cassette) -> str:
    return " ".join(each.request.url[9:] for each in held)


ORDERS = pytest.mark.parametrize("order", list(Order))
EXHAUSTIONS = pytest.mark.parametrize(
    ("exhaustion", "after"),
    [
        (Exhaustion.REPEAT, [202, 202, 202]),
        (Exhaustion.ERROR, [None, None, None]),
        (Exhaustion.CYCLE, [200, 201, 202]),
    ],
)

# A take that came to nothing


@ORDERS
@EXHAUSTIONS
@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 5])
def test_a_take_that_is_given_back_never_was(
    order: Order, exhaustion: Exhaustion, after: list[int | None], before: int
) -> None:
    held = filled(Policy(exhaustion=exhaustion, order=order), "a", "a", "a")
    expected: list[int | None] = [200, 201, 202, *after, *after]
    assert statuses(held, "a", before) == expected[:before]
    played = held.play_count
    for _ in range(2):
        entry = take(held, "a")
        assert status(entry) == expected[before]
        if entry is not None:
            held.give_back(entry)
        assert held.play_count == played
    assert statuses(held, "a", 4) == expected[before : before + 4]


@ORDERS
@EXHAUSTIONS
@pytest.mark.parametrize("freed", [(0,), (1,), (0, 1), (1, 0), (2, 1, 0), (0, 2)])
def test_what_is_given_back_late_is_next_and_what_was_taken_since_stays_taken(
    order: Order, exhaustion: Exhaustion, after: list[int | None], freed: tuple[int, ...]
) -> None:
    held = filled(Policy(exhaustion=exhaustion, order=order), "a", "a", "a")
    entries = [taken(held, "a") for _ in range(3)]
    for place in freed:
        held.give_back(entries[place])
    assert held.play_count == 3 - len(freed)
    following = [200 + place for place in sorted(freed)]
    if order is Order.STRICT:
        assert held.next_in_order == (min(freed) + 1, entries[min(freed)])
    assert statuses(held, "a", len(freed) + 2) == [*following, *after[:2]]


def test_a_repeated_answer_that_is_given_back_stays_the_last_of_its_sequence() -> None:
    held = filled(Policy(), "a")
    first, second = taken(held, "a"), taken(held, "a")
    held.give_back(second)
    assert (held.play_count, take(held, "a", again=False)) == (1, None)
    held.give_back(first)
    assert status(take(held, "a", again=False)) == 200


def test_a_take_by_matchers_of_the_users_is_given_back() -> None:
    matching = Matching(match_on=("method", "uri", lambda live, recorded: True))
    held = filled(Policy(matching=matching, exhaustion=Exhaustion.ERROR), "a", "a")
    first = taken(held, "a")
    assert status(take(held, "a")) == 201
    held.give_back(first)
    assert statuses(held, "a", 2) == [200, None]


def test_what_has_left_is_given_back_in_the_count_alone() -> None:
    held = filled(Policy(Mode.UPDATE, retention=Retention(1)), "a")
    entry = taken(held, "a")
    held.append(interaction("b"))
    assert held.play_count == 1
    held.give_back(entry)
    assert (held.play_count, names(held)) == (0, "b")
    held.give_back(entry)
    assert held.play_count == 0


def test_an_entry_that_is_returned_and_then_deleted_is_offered_no_more() -> None:
    held = filled(Policy(exhaustion=Exhaustion.ERROR), "a", "a")
    first = taken(held, "a")
    assert status(take(held, "a")) == 201
    held.give_back(first)
    assert held.delete(lambda each: each.response.status == 200) == 1
    assert take(held, "a") is None


# Drift


def posted(held: Cassette, body: bytes, key: str = "", status: int = 200) -> Interaction:
    query = f"?api_key={key}" if key else ""
    return Interaction(Request("POST", f"http://h/a{query}", body=body), Response(status), AT)


def drifted(held: Cassette, body: bytes, key: str = "") -> int | None:
    policy = held.policy
    live = prepare(posted(held, body, key).request, policy.rules, policy.matching)
    if held.take(live) is not None:
        return 0
    found = held.take_drifted(live)
    return None if found is None else found[0].interaction.response.status


@pytest.fixture(params=[(), (lambda live, recorded: True,)], ids=["plain", "with a matcher of the user's"])
def match_on(request: pytest.FixtureRequest) -> Iterator[Matching]:
    yield Matching(match_on=("method", "uri", "body", *request.param))


def test_only_the_next_in_a_strict_order_can_have_drifted(match_on: Matching) -> None:
    held = Cassette(policy=Policy(matching=match_on, order=Order.STRICT, exhaustion=Exhaustion.ERROR))
    held.adopt(
        as_items([interaction("b", 201), posted(held, b"one", status=202), posted(held, b"two", status=203)])
    )
    assert drifted(held, b"other") is None
    assert status(take(held, "b")) == 201
    assert drifted(held, b"two") is None  # it is recorded, and not next
    assert [drifted(held, body) for body in (b"other", b"two", b"more")] == [202, 0, None]
    assert (held.play_count, held.all_played) == (3, True)


def test_what_is_used_up_has_not_drifted(match_on: Matching) -> None:
    held = Cassette(policy=Policy(matching=match_on, exhaustion=Exhaustion.ERROR))
    held.adopt(as_items([posted(held, b"one", status=201), posted(held, b"two", status=202)]))
    assert [drifted(held, body) for body in (b"one", b"one", b"other", b"third")] == [0, None, 202, None]


def test_a_secret_too_many_has_not_drifted(match_on: Matching) -> None:
    held = Cassette(policy=Policy(matching=match_on))
    held.adopt(as_items([posted(held, b"one", "sk-first-secret-value")]))
    found = [drifted(held, b"one", f"sk-{which}-secret-value") for which in ("other", "second")]
    assert (found, held.drift) == ([0, None], ())


def test_without_a_difference_there_is_no_drift_and_nothing_is_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reqsnap.cassette.recordings.differences", lambda *compared: ())
    held = Cassette()
    held.adopt(as_items([posted(held, b"one")]))
    assert drifted(held, b"two") is None
    assert (held.drift, held.play_count) == ((), 0)


# New entries that are dropped


def state(held: Cassette) -> tuple[object, ...]:
    """All that can be seen of a cassette."""
    unplayed = [each.response.status for each in held.unplayed]
    shown = [(each.request.url, each.response.status) for each in held]
    return shown, unplayed, held.play_count, held.evicted, held._contents.has_changed


def note(held: Cassette, name: str, replaces: Entry | None = None) -> Entry:
    return held.note(held.next_order(), interaction(name, 300), replaces)


@ORDERS
def test_what_a_dropped_entry_replaced_comes_back(order: Order) -> None:
    held = filled(Policy(Mode.UPDATE, order=order), "a", "a", "a")
    before = state(held)
    new = [note(held, "a", taken(held, "a")) for _ in range(2)]
    assert [each.response.status for each in held] == [300, 300, 202]
    held.forget(new)
    assert state(held) == before
    assert statuses(held, "a", 3) == [200, 201, 202]


@ORDERS
@pytest.mark.parametrize("played", [0, 1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("backwards", [False, True])
def test_what_dropped_entries_evicted_comes_back(
    order: Order, played: int, count: int, backwards: bool
) -> None:
    held = filled(Policy(Mode.UPDATE, order=order, retention=Retention(3)), "a", "a", "a")
    assert statuses(held, "a", played) == [200, 201, 202][:played]
    before = state(held)
    new = [note(held, f"new{number}") for number in range(count)]
    assert (held.evicted, len(held)) == (count, 3)
    held.forget(reversed(new) if backwards else new)
    assert state(held) == before
    assert statuses(held, "a", 3 - played) == [200, 201, 202][played:]
    assert note(held, "x")
    held.append(interaction("y"))
    assert len(held) == 3


def test_the_least_recently_used_is_so_again() -> None:
    held = filled(Policy(Mode.UPDATE, retention=Retention(3)), "a", "b", "c")
    taken(held, "a")
    held.forget([note(held, "d"), note(held, "e")])
    assert names(held) == "a b c"
    note(held, "f")
    assert names(held) == "a c f"
    note(held, "g")
    assert names(held) == "a f g"


def test_what_another_block_recorded_comes_back_and_what_it_evicted_stays_out() -> None:
    held = filled(Policy(Mode.UPDATE, retention=Retention(1)), "a")
    kept = note(held, "kept")
    held.forget([note(held, "dropped")])
    assert (names(held), held.evicted) == ("kept", 1)
    held.forget([kept])
    assert (names(held), held.evicted) == ("a", 0)


def test_what_was_dropped_does_not_come_back_for_the_one_that_evicted_it() -> None:
    held = filled(Policy(Mode.UPDATE, retention=Retention(1)), "a")
    dropped, kept = note(held, "dropped"), note(held, "kept")
    held.forget([dropped])
    assert (names(held), held.evicted) == ("kept", 1)
    held.forget([kept])
    assert (names(held), held.evicted) == ("a", 0)


def test_the_answer_of_a_secret_that_comes_back_is_still_its_own() -> None:
    held = Cassette(policy=Policy(Mode.UPDATE, retention=Retention(2)))
    requests = [Request("GET", f"http://h/?api_key=sk-{which}-secret-value") for which in ("one", "two")]
    held.adopt(
        as_items([Interaction(each, Response(200 + place), AT) for place, each in enumerate(requests)])
    )
    held.forget([note(held, "x")])
    rules, matching = held.policy.rules, held.policy.matching
    found = [held.take(prepare(each, rules, matching)) for each in (*requests, *requests)]
    assert list(map(status, found)) == [200, 201, 200, 201]


@pytest.mark.parametrize("flushed", [False, True])
def test_the_file_is_as_it_was(tmp_path: Path, flushed: bool) -> None:
    file = CassetteFile(tmp_path / "x.yaml")
    was = native.dump([interaction("a"), interaction("b")])
    file.write(was)
    held = Cassette(file, Policy(Mode.UPDATE, retention=Retention(2)))
    held.adopt(as_items(native.load(was)))
    new = [note(held, "a", taken(held, "a")), note(held, "c")]
    if flushed:
        held.flush()
        assert file.read() != was
    held.forget(new)
    assert held.end(raised=True) is flushed
    assert file.read() == was


def test_after_a_reset_what_comes_back_is_unplayed() -> None:
    held = filled(Policy(Mode.UPDATE, retention=Retention(1)), "a")
    taken(held, "a")
    new = note(held, "b")
    held.reset()
    held.forget([new])
    assert (held.play_count, held.position, names(held)) == (0, 0, "a")


def test_nothing_comes_back_into_another_set() -> None:
    held = filled(Policy(Mode.UPDATE, retention=Retention(1)), "a")
    new = note(held, "b")
    held.replace([interaction("c")])
    held.forget([new])
    assert names(held) == "c"


# A strict order that grows


def test_what_is_new_in_a_strict_order_comes_after_the_last_one_taken() -> None:
    held = filled(Policy(Mode.UPDATE, order=Order.STRICT), "a", "c")
    first = held.next_order()
    taken(held, "a")
    second, third = held.next_order(), held.next_order()
    held.note(third, interaction("b2"))
    held.note(second, interaction("b1"))
    taken(held, "c")
    note(held, "d")
    held.note(first, interaction("0"))
    held.append(interaction("e"))
    assert names(held) == "0 a b1 b2 c d e"


@pytest.mark.parametrize("given_back", [False, True])
def test_what_is_new_comes_after_what_was_recorded_anew(given_back: bool) -> None:
    held = filled(Policy(Mode.UPDATE, order=Order.STRICT), "a", "c")
    stale = taken(held, "a")
    if given_back:
        held.give_back(stale)
    new = note(held, "A", stale)
    note(held, "b")
    assert names(held) == "A b c"
    held.forget([new])
    note(held, "0")
    assert names(held) == "0 a b c"


def test_what_is_new_comes_before_what_was_given_back() -> None:
    held = filled(Policy(Mode.UPDATE, order=Order.STRICT), "a", "c")
    taken(held, "a")
    note(held, "b1")
    held.give_back(taken(held, "c"))
    note(held, "b2")
    assert names(held) == "a b1 b2 c"


# Matchers of the user's


def in_a_thread(ask: Callable[[], object]) -> None:
    """Run to its end in a thread; a deadlock fails the test instead of hanging it."""
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("order", list(Order))
def test_a_matcher_may_wait_for_a_thread_that_uses_the_cassette(order: Order) -> None:
    others: list[int] = []

    def compare(live: Request, recorded: Request) -> bool:
        in_a_thread(lambda: others.append(held.next_order()))
        return True

    matching = Matching(match_on=("method", "uri", "body", compare))
    held = filled(Policy(matching=matching, order=order), "a")
    live = prepare(interaction("a").request, held.policy.rules, matching)
    assert held.holds(live)
    assert status(held.take(live)) == 200
    held.adopt(as_items([posted(held, b"one", status=201)]))
    assert drifted(held, b"two") == 201
    assert others


def test_what_another_thread_takes_while_a_matcher_is_asked_is_not_taken_twice() -> None:
    found: list[int | None] = []
    asked: list[Request] = []

    def compare(live: Request, recorded: Request) -> bool:
        asked.append(recorded)
        if len(asked) == 1:
            in_a_thread(lambda: found.append(status(take(held, "a"))))
        return True

    policy = Policy(matching=Matching(match_on=("uri", compare)), exhaustion=Exhaustion.ERROR)
    held = filled(policy, "a", "a")
    found += statuses(held, "a", 2)
    assert found == [200, 201, None]
