"""A cassette that keeps the most recently used of its interactions, where its mode may change it."""

from __future__ import annotations

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


def cassette(most: int, *names: str, file: CassetteFile | None = None, evicts: bool = True) -> Cassette:
    """A cassette that keeps so many, opened with these recordings."""
    made = Cassette(file, Policy(Mode.UPDATE, retention=Retention(most)), evicts=evicts)
    made.adopt(as_items(map(interaction, names)))
    return made


def names(held: Cassette) -> str:
    return " ".join(each.request.url[9:] for each in held)


def play(held: Cassette, name: str) -> Entry | None:
    policy = held.policy
    return held.take(prepare(interaction(name).request, policy.rules, policy.matching))


def note(held: Cassette, name: str, order: int | None = None) -> Entry:
    return held.note(held.next_order() if order is None else order, interaction(name))


def test_the_least_recently_used_leaves_and_a_replay_is_a_use() -> None:
    held = cassette(3, "1", "2", "3")
    play(held, "1")
    note(held, "4")
    assert names(held) == "1 3 4"
    play(held, "3")
    held.append(interaction("5"))
    assert (names(held), held.evicted) == ("3 4 5", 2)


def test_no_more_are_held_after_load_and_after_replace(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(native.dump(map(interaction, "12345")))
    held = cassette(2)
    held.load(path)
    assert (names(held), held.evicted) == ("4 5", 3)
    held.replace(map(interaction, "6789"))
    assert (names(held), held.evicted) == ("8 9", 5)
    assert (names(cassette(2, "1", "2", "3"))) == "2 3"


def test_what_was_evicted_is_gone_from_the_file(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "x.yaml")
    file.write(native.dump(map(interaction, "123")))
    held = cassette(2, "1", "2", "3", file=file)
    held.end(raised=False)
    assert [each.request.url for each in native.load(file.read() or b"")] == ["http://h/2", "http://h/3"]


def test_what_its_own_file_holds_too_much_of_is_gone_from_it(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "x.yaml")
    held = cassette(2, file=file)
    file.write(native.dump(map(interaction, "123")))
    held.load()
    held.end(raised=False)
    assert [each.request.url for each in native.load(file.read() or b"")] == ["http://h/2", "http://h/3"]


def test_recency_starts_at_the_order_of_the_file() -> None:
    held = cassette(3, "1", "2", "3")
    note(held, "4")
    note(held, "5")
    assert names(held) == "3 4 5"


def test_where_the_mode_may_not_write_nothing_is_evicted() -> None:
    held = cassette(1, "1", "2", "3", evicts=False)
    play(held, "1")
    held.append(interaction("4"))
    assert (names(held), held.evicted) == ("1 2 3 4", 0)


def test_what_was_recorded_freshly_counts_and_leaves_too() -> None:
    held = cassette(2)
    for name in "123":
        note(held, name)
    assert (names(held), held.evicted) == ("2 3", 1)


def test_use_counts_not_the_order_in_which_requests_started() -> None:
    held = cassette(2)
    first, second = held.next_order(), held.next_order()
    note(held, "2", second)
    note(held, "1", first)
    note(held, "3")
    assert names(held) == "1 3"


def test_a_sequence_loses_its_first_and_keeps_its_place() -> None:
    held = cassette(3)
    held.replace([interaction("a", 201), interaction("a", 202), interaction("a", 203)])
    assert _status(play(held, "a")) == 201
    note(held, "b")  # 202 has waited longest
    assert [each.response.status for each in held] == [201, 203, 200]
    assert _status(play(held, "a")) == 203
    assert _status(play(held, "a")) == 203
    assert (held.play_count, held.position) == (3, 2)


def test_a_sequence_that_loses_what_was_played_goes_on_with_the_next() -> None:
    held = cassette(4)
    held.replace([interaction("a", status) for status in (201, 202, 203, 204)])
    assert [_status(play(held, "a")), _status(play(held, "a"))] == [201, 202]
    held.delete(lambda each: each.response.status == 201)
    assert [_status(play(held, "a")), _status(play(held, "a"))] == [203, 204]


def test_a_played_answer_stays_counted_when_it_leaves() -> None:
    held = cassette(1, "1")
    play(held, "1")
    note(held, "2")
    assert (held.play_count, held.position, held.unplayed) == (1, 0, ())
    held.reset()
    assert held.play_count == 0


def test_a_request_whose_recordings_all_left_is_not_answered() -> None:
    held = cassette(1, "1")
    held.append(interaction("2"))
    assert play(held, "1") is None
    assert held.info(interaction("1").request) is None
    held.append(interaction("1"))
    assert _status(play(held, "1")) == 200


def test_a_strict_order_goes_on_where_it_was() -> None:
    policy = Policy(Mode.UPDATE, Matching(), order=Order.STRICT, retention=Retention(3))
    held = Cassette(policy=policy)
    held.adopt(as_items(map(interaction, "123")))
    play(held, "1")
    play(held, "2")
    note(held, "4")  # 3 has waited longest
    note(held, "5")
    assert names(held) == "2 4 5"
    assert _next(held) is None
    held.append(interaction("6"))
    assert _next(held) == "http://h/6"


def test_the_value_of_a_secret_whose_recording_left_does_not_take_the_next_ones() -> None:
    held = Cassette(policy=Policy(Mode.UPDATE, exhaustion=Exhaustion.REPEAT, retention=Retention(2)))
    for status, key in ((201, "first-secret"), (202, "second-secret")):
        request = Request("GET", f"http://h/?api_key={key}")
        held.append(Interaction(request, Response(status), AT))
    assert _status(_with_key(held, "first-secret")) == 201
    assert _status(_with_key(held, "second-secret")) == 202
    note(held, "other")  # the first value's recording has waited longest
    assert _with_key(held, "first-secret") is None
    assert _status(_with_key(held, "second-secret")) == 202


def test_a_value_takes_the_first_recording_that_is_left() -> None:
    held = Cassette()
    for status, key in ((201, "first-secret"), (202, "second-secret")):
        held.append(Interaction(Request("GET", f"http://h/?api_key={key}"), Response(status), AT))
    held.delete(lambda each: each.response.status == 201)
    assert _status(_with_key(held, "some-secret")) == 202


def _with_key(held: Cassette, key: str) -> Entry | None:
    policy = held.policy
    return held.take(prepare(Request("GET", f"http://h/?api_key={key}"), policy.rules, policy.matching))


def _next(held: Cassette) -> str | None:
    following = held.next_in_order
    return None if following is None else following[1].interaction.request.url


def _status(entry: Entry | None) -> int:
    assert entry is not None
    return entry.interaction.response.status


@pytest.mark.parametrize("most", [1, 2, 7])
def test_never_more_are_held_than_may_be(most: int) -> None:
    held = cassette(most, *"abcdefghij")
    for number in range(50):
        note(held, str(number))
        held.append(interaction(f"by hand {number}"))
        assert len(held) == most
    assert held.evicted == 110 - most
