"""Two processes write one file, played by two cassettes: what each does to it is done, and nothing else."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.cassette import Cassette
from reqsnap.cassette.reading import found_in
from reqsnap.errors import CassetteWriteError
from reqsnap.formats import native
from reqsnap.formats.native.items import items
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.modes import Mode
from reqsnap.rules.policy import Policy
from reqsnap.rules.retention import Retention
from reqsnap.storage import CassetteFile
from reqsnap.storage.sharing import begin

AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> CassetteFile:
    return CassetteFile(tmp_path / "x.yaml")


def interaction(name: str) -> Interaction:
    return Interaction(Request("GET", f"http://h/{name}"), Response(200), AT)


def opened(file: CassetteFile, mode: Mode = Mode.UPDATE, most: int | None = None) -> Cassette:
    """What a block of another process opens."""
    began = begin(file, replaces=mode is Mode.RECORD, records=True)
    cassette = Cassette(
        file,
        Policy(mode, retention=Retention(most)),
        began=began,
    )
    data = began.partial if began.data is None else began.data
    if data is not None:
        found = found_in(native.NATIVE, data, None, None)
        cassette.adopt(found.items, found)
    return cassette


def note(cassette: Cassette, *names: str) -> None:
    for name in names:
        cassette.note(cassette.next_order(), interaction(name))


def delete(cassette: Cassette, name: str) -> int:
    return cassette.delete(lambda each: each.request.url == f"http://h/{name}")


def held_by(file: CassetteFile) -> list[str]:
    data = file.read()
    assert data is not None
    assert data == native.dump(native.load(data))
    return [each.request.url.removeprefix("http://h/") for each in native.load(data)]


def has(file: CassetteFile, *names: str) -> None:
    file.write(native.dump(map(interaction, names)))


# A cassette that is there


def test_what_two_cassettes_add_to_one_file_stands_in_the_order_of_their_writes(file: CassetteFile) -> None:
    has(file, "0")
    one, other = opened(file), opened(file)
    note(one, "a", "b")
    note(other, "c")
    one.flush()
    other.flush()
    note(one, "d")
    other.end(raised=False)
    one.end(raised=False)
    assert held_by(file) == ["0", "a", "b", "c", "d"]


def test_one_takes_out_what_was_there_and_what_the_other_added_stays(file: CassetteFile) -> None:
    has(file, "0", "1", "0")
    one, other = opened(file), opened(file)
    note(one, "1", "a")
    one.end(raised=False)
    assert delete(other, "1") == 1
    other.end(raised=False)
    assert held_by(file) == ["0", "0", "1", "a"]


def test_what_another_took_out_does_not_come_back(file: CassetteFile) -> None:
    has(file, "0", "1")
    one, other = opened(file), opened(file)
    assert delete(other, "0") == 1
    other.flush()
    note(one, "a")
    one.flush()
    note(one, "b")
    one.end(raised=False)
    assert held_by(file) == ["1", "a", "b"]


def test_what_ends_late_takes_its_place_among_ones_own(file: CassetteFile) -> None:
    has(file, "0")
    one, other = opened(file), opened(file)
    early = one.next_order()
    note(one, "late")
    one.flush()
    note(other, "x")
    other.flush()
    one.note(early, interaction("early"))
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(file) == ["0", "early", "late", "x"]


def test_a_file_that_was_edited_meanwhile_keeps_what_was_edited(file: CassetteFile) -> None:
    has(file, "0", "1")
    one = opened(file)
    data = file.read()
    assert data is not None
    file.write(b"# mine\n" + data.replace(b"http://h/1", b"http://h/edited").replace(b"\n", b"\r\n"))
    note(one, "a")
    one.end(raised=False)
    assert held_by(file) == ["0", "edited", "a"]


def test_a_file_that_was_edited_before_is_known(file: CassetteFile) -> None:
    has(file, "0", "1")
    data = file.read()
    assert data is not None
    file.write(data.replace(b"\n", b"\r\n"))
    one, other = opened(file), opened(file)
    note(one, "a")
    one.end(raised=False)
    note(other, "b")
    assert delete(other, "0") == 1
    other.end(raised=False)
    assert held_by(file) == ["1", "a", "b"]


def test_a_file_that_was_damaged_meanwhile_is_left_alone(file: CassetteFile) -> None:
    has(file, "0")
    one = opened(file)
    file.write(b"reqsnap: 1\ninteractions:\n- damaged")
    note(one, "a")
    with pytest.raises(CassetteWriteError, match=r"x\.yaml, line 3: the file was cut short") as caught:
        one.end(raised=False)
    assert file.read() == b"reqsnap: 1\ninteractions:\n- damaged"
    assert caught.value.rescued is not None
    rescued = CassetteFile(caught.value.rescued)
    assert held_by(rescued) == ["0", "a"]
    rescued.remove()


def test_a_file_that_is_gone_is_written_whole(file: CassetteFile) -> None:
    has(file, "0")
    one = opened(file)
    file.remove()
    note(one, "a")
    one.end(raised=False)
    assert held_by(file) == ["0", "a"]


def test_what_is_held_after_a_load_is_known(file: CassetteFile) -> None:
    has(file, "0")
    one, other = opened(file), opened(file)
    note(one, "a")
    one.flush()
    other.load()
    note(other, "b")
    assert delete(other, "a") == 1
    other.flush()
    note(one, "c")
    one.end(raised=False)
    assert held_by(file) == ["0", "b", "c"]


def test_no_more_are_kept_than_may_be(file: CassetteFile) -> None:
    has(file, "0", "1")
    one, other = opened(file, most=4), opened(file, most=4)
    note(one, "a", "b")
    note(other, "c", "d")
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(file) == ["a", "b", "c", "d"]
    assert other.evicted == 2
    third, fourth = opened(file, most=4), opened(file, most=4)
    note(third, "e", "f", "g", "h")
    third.end(raised=False)
    note(fourth, "i")
    fourth.end(raised=False)
    assert held_by(file) == ["f", "g", "h", "i"]


def test_each_process_numbers_its_secrets_by_itself(file: CassetteFile) -> None:
    def asked(value: str) -> Interaction:
        request = Request("GET", f"http://h/?api_key={value}", Headers())
        return Interaction(request, Response(200), AT)

    has(file)
    one, other = opened(file), opened(file)
    for cassette in (one, other):
        for value in ("sk-one-and-the-same", "sk-of-a-second-user"):
            cassette.note(cassette.next_order(), asked(value))
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(file) == ["?api_key=[REDACTED]", "?api_key=[REDACTED:2]"] * 2


# A cassette that is recorded for the first time


def test_the_last_to_end_gives_the_set_its_name(file: CassetteFile) -> None:
    one, other = opened(file, Mode.ONCE), opened(file, Mode.ONCE)
    note(one, "a")
    note(other, "b")
    one.end(raised=False)
    assert (file.exists(), held_by(file.partial)) == (False, ["a"])
    other.end(raised=False)
    assert held_by(file) == ["a", "b"]
    assert [path.name for path in file.path.parent.iterdir()] == ["x.yaml"]


@pytest.mark.parametrize("flushes", [False, True])
def test_the_last_to_end_may_have_recorded_nothing(flushes: bool, file: CassetteFile) -> None:
    one, other = opened(file, Mode.ONCE), opened(file, Mode.ONCE)
    note(one, "a")
    if flushes:
        note(other, "b")
        other.flush()
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(file) == ["b", "a"][not flushes :]
    assert not file.partial.exists()


@pytest.mark.parametrize("how", ["raised", "killed"])
def test_a_set_that_one_did_not_finish_stays_partial_until_it_is_gone_on_with(
    how: str, file: CassetteFile
) -> None:
    one, other = opened(file, Mode.ONCE), opened(file, Mode.ONCE)
    note(one, "a")
    if how == "raised":
        one.end(raised=True)
    else:
        one.flush()
        killed = one._saver
        assert killed is not None
        killed._sharing.abandon()
    note(other, "b")
    other.end(raised=False)
    assert (file.exists(), held_by(file.partial)) == (False, ["a", "b"])
    again = opened(file, Mode.ONCE)
    note(again, "c")
    again.end(raised=False)
    assert held_by(file) == ["a", "b", "c"]
    assert [path.name for path in file.path.parent.iterdir()] == ["x.yaml"]


def test_what_one_saves_the_others_go_on_with(file: CassetteFile) -> None:
    one, other = opened(file, Mode.ONCE), opened(file, Mode.ONCE)
    note(other, "b")
    other.flush()
    note(one, "a")
    one.save()
    assert held_by(file) == ["b", "a"]
    note(other, "c")
    other.flush()
    assert held_by(file) == ["b", "a", "c"]
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(file) == ["b", "a", "c"]
    assert [path.name for path in file.path.parent.iterdir()] == ["x.yaml"]


def test_nothing_recorded_leaves_nothing(file: CassetteFile) -> None:
    one, other = opened(file, Mode.ONCE), opened(file, Mode.ONCE)
    note(one, "a")
    one.flush()
    assert delete(one, "a") == 1
    one.end(raised=False)
    other.end(raised=False)
    assert list(file.path.parent.iterdir()) == []


# A cassette that is recorded anew


def test_what_is_added_while_it_is_recorded_anew_stays(file: CassetteFile) -> None:
    has(file, "0", "1")
    anew, adding = opened(file, Mode.RECORD), opened(file)
    note(anew, "a")
    anew.flush()
    note(adding, "x")
    adding.flush()
    note(adding, "y")
    anew.end(raised=False)
    assert sorted(held_by(file)) == ["a", "x"]
    adding.end(raised=False)
    assert sorted(held_by(file)) == ["a", "x", "y"]


def test_what_could_not_be_read_is_replaced(file: CassetteFile) -> None:
    file.write(b"damaged")
    anew = opened(file, Mode.RECORD)
    has(file, "x")
    note(anew, "a")
    anew.end(raised=False)
    assert sorted(held_by(file)) == ["a", "x"]


# Anything


@settings(max_examples=100, deadline=None)
@given(
    start=st.lists(st.sampled_from("01"), max_size=4),
    steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["note", "flush", "delete"])), max_size=25),
)
def test_nothing_is_lost_or_doubled_and_everyones_order_stands(
    start: list[str],
    steps: list[tuple[int, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = CassetteFile(tmp_path_factory.mktemp("any") / "x.yaml")
    if start:
        has(file, *start)
    cassettes = [opened(file) for _ in range(3)]
    wanted = Counter(start)
    told: list[list[str]] = [[], [], []]
    for number, (who, what) in enumerate(steps):
        if what == "note":
            told[who].append(f"{who}-{number}")
            note(cassettes[who], told[who][-1])
        elif what == "flush":
            cassettes[who].flush()
        elif told[who]:
            assert delete(cassettes[who], told[who].pop()) == 1
    for cassette in cassettes:
        cassette.end(raised=False)
    for names in told:
        wanted.update(names)
    held = held_by(file) if file.exists() else []
    assert Counter(held) == wanted
    assert held[: len(start)] == start
    for who, names in enumerate(told):
        assert [name for name in held if name.startswith(f"{who}-")] == names
    assert not file.lock_folder.exists()
    assert not file.partial.exists()


# Items


def test_the_items_of_a_file_are_what_it_is_made_of() -> None:
    both = [native.dump_item(interaction(name)) for name in "ab"]
    data = native.dump(map(interaction, "ab"))
    assert texts(data) == both
    assert texts(native.dump([])) == []
    assert texts(data.replace(b"\n", b"\r\n")) == both
    assert texts(data.replace(b"- request:\n", b"# by hand\n- request:\n", 1)) == both


def texts(data: bytes) -> list[bytes]:
    return [item.text for item in items(data)]
