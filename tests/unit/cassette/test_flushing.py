"""When what is new is written: in time, one write at a time, and only where something is new."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reqsnap.cassette import Cassette, flushing
from reqsnap.cassette.flushing import Flusher
from reqsnap.errors import CassetteWriteError, ReqsnapWarning
from reqsnap.formats import native
from reqsnap.model import Interaction, Request, Response
from reqsnap.modes import Mode
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile, Sharing
from reqsnap.storage.sharing import Began
from tests.support.items import as_items
from tests.support.timers import Clock

AT = datetime(2026, 1, 2, tzinfo=UTC)


def interaction(number: int) -> Interaction:
    return Interaction(Request("GET", f"http://h/{number}"), Response(200), AT)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def file(tmp_path: Path) -> CassetteFile:
    return CassetteFile(tmp_path / "x.yaml")


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are written, in order."""
    names: list[str] = []
    write, append = CassetteFile.write, CassetteFile.append

    def counted(file: CassetteFile, data: bytes) -> None:
        names.append(file.path.name)
        write(file, data)

    def counted_too(file: CassetteFile, size: int, kept: int, tail: bytes) -> bool:
        names.append(file.path.name)
        return append(file, size, kept, tail)

    monkeypatch.setattr(CassetteFile, "write", counted)
    monkeypatch.setattr(CassetteFile, "append", counted_too)
    return names


def opened(file: CassetteFile, mode: Mode = Mode.UPDATE, *, unfinished: bool = False) -> Cassette:
    began = recorded_first(file) if unfinished else None
    return Cassette(file, Policy(mode), began=began, flush_interval=0.1)


def recorded_first(file: CassetteFile) -> Began:
    return Began(Sharing(file), None, None)


def held_by(file: CassetteFile) -> list[str]:
    data = file.read()
    assert data is not None
    return [each.request.url[9:] for each in native.load(data)]


def note(cassette: Cassette, number: int) -> None:
    cassette.note(cassette.next_order(), interaction(number))


def test_twenty_recordings_in_a_second_are_written_at_most_eleven_times(
    file: CassetteFile, clock: Clock, writes: list[str]
) -> None:
    cassette = opened(file)
    for number in range(20):
        note(cassette, number)
        clock.pass_time(0.05)
    cassette.end(raised=False)
    assert 1 < len(writes) <= 11
    assert held_by(file) == [str(number) for number in range(20)]


def test_a_timer_exists_only_while_something_is_new(file: CassetteFile, clock: Clock) -> None:
    cassette = opened(file)
    assert clock.waiting == []
    note(cassette, 1)
    note(cassette, 2)
    assert len(clock.waiting) == 1
    assert clock.waiting[0].daemon
    clock.pass_time(0.1)
    assert clock.waiting == []
    clock.pass_time(100)
    note(cassette, 3)
    assert len(clock.waiting) == 1
    cassette.end(raised=False)
    assert clock.waiting == []
    note(cassette, 4)
    assert clock.waiting == []


@pytest.mark.parametrize(
    "change",
    [
        lambda cassette: cassette.append(interaction(5)),
        lambda cassette: cassette.replace([interaction(5)]),
        lambda cassette: cassette.delete(interaction(0).request),
        lambda cassette: cassette.clear(),
    ],
)
def test_every_change_is_written_in_time(
    change: Callable[[Cassette], object], file: CassetteFile, clock: Clock, writes: list[str]
) -> None:
    cassette = opened(file)
    cassette.adopt(as_items([interaction(0)]))
    assert clock.waiting == []
    change(cassette)
    clock.pass_time(0.1)
    assert writes == ["x.yaml"]
    assert native.load(file.read() or b"") == list(cassette.interactions)


def test_what_changes_nothing_is_not_written(file: CassetteFile, clock: Clock, writes: list[str]) -> None:
    cassette = opened(file)
    cassette.adopt(as_items([interaction(0)]))
    cassette.reset()
    cassette.info(interaction(0).request)
    assert cassette.delete(interaction(1).request) == 0
    cassette.flush()
    clock.pass_time(1)
    cassette.end(raised=False)
    assert (writes, clock.waiting) == ([], [])


def test_playback_has_no_timer_and_writes_nothing(
    file: CassetteFile, clock: Clock, writes: list[str]
) -> None:
    cassette = opened(file, Mode.PLAYBACK)
    cassette.append(interaction(0))
    cassette.flush()
    cassette.end(raised=False)
    assert (writes, clock.waiting) == ([], [])


def test_a_set_that_is_recorded_anew_takes_its_name_at_the_end_and_is_written_once(
    file: CassetteFile, clock: Clock, writes: list[str]
) -> None:
    file.write(b"old")
    del writes[:]
    cassette = opened(file, Mode.RECORD, unfinished=True)
    note(cassette, 1)
    clock.pass_time(0.1)
    assert (file.read(), held_by(file.partial)) == (b"old", ["1"])
    cassette.end(raised=False)
    assert writes == ["x.yaml.partial"]
    assert held_by(file) == ["1"]
    assert not file.partial.exists()


def test_a_partial_that_cannot_take_the_name_is_written_to_it(file: CassetteFile, clock: Clock) -> None:
    cassette = opened(file, Mode.RECORD, unfinished=True)
    note(cassette, 1)
    cassette.flush()
    file.partial.remove()
    cassette.end(raised=False)
    assert held_by(file) == ["1"]


def test_what_was_flushed_by_a_block_that_raises_stays_partial(file: CassetteFile, clock: Clock) -> None:
    cassette = opened(file, Mode.ONCE, unfinished=True)
    note(cassette, 1)
    cassette.flush()
    cassette.end(raised=True)
    assert (file.exists(), held_by(file.partial)) == (False, ["1"])


def test_what_is_saved_is_not_undone_by_an_older_partial(file: CassetteFile, clock: Clock) -> None:
    cassette = opened(file, Mode.RECORD, unfinished=True)
    note(cassette, 1)
    cassette.flush()
    note(cassette, 2)
    cassette.save()
    cassette.end(raised=False)
    assert held_by(file) == ["1", "2"]
    assert not file.partial.exists()


def test_what_was_flushed_and_given_up_does_not_take_the_name(file: CassetteFile) -> None:
    file.write(native.dump([interaction(0)]))
    cassette = Cassette(file, Policy(Mode.RECORD), began=recorded_first(file))
    note(cassette, 1)
    cassette.flush()
    cassette.load()
    cassette.end(raised=False)
    assert held_by(file) == ["0"]
    assert not file.partial.exists()


def test_what_is_changed_after_the_end_goes_to_the_file_itself(file: CassetteFile) -> None:
    cassette = Cassette(file, Policy(Mode.ONCE), began=recorded_first(file))
    note(cassette, 1)
    cassette.end(raised=False)
    with pytest.warns(ReqsnapWarning, match="its block has ended"):
        cassette.append(interaction(2))
    cassette.flush()
    assert held_by(file) == ["1", "2"]
    assert not file.partial.exists()


def test_a_written_recording_that_is_forgotten_leaves_the_file(file: CassetteFile, clock: Clock) -> None:
    cassette = opened(file)
    cassette.append(interaction(0))
    entry = cassette.note(cassette.next_order(), interaction(1))
    cassette.flush()
    assert held_by(file) == ["0", "1"]
    cassette.forget([entry])
    cassette.end(raised=True)
    assert held_by(file) == ["0"]


def test_a_recording_that_leaves_while_it_is_written_is_not_left_in_the_file(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = Cassette(file, Policy(Mode.UPDATE))
    entry = cassette.note(cassette.next_order(), interaction(1))
    write = CassetteFile.write

    def forgetting(target: CassetteFile, data: bytes) -> None:
        write(target, data)
        cassette.forget([entry])

    monkeypatch.setattr(CassetteFile, "write", forgetting)
    cassette.flush()
    assert held_by(file) == ["1"]
    cassette.flush()
    assert held_by(file) == []


# Failing


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Make every write fail, or succeed again."""
    replace = os.replace

    def no_space(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    def fill(full: bool) -> None:
        monkeypatch.setattr("os.replace", no_space if full else replace)

    return fill


def test_a_flush_that_fails_is_tried_again_and_raised_at_the_end(
    file: CassetteFile, clock: Clock, full_disk: Callable[[bool], None]
) -> None:
    cassette = opened(file)
    full_disk(True)
    note(cassette, 1)
    clock.pass_time(0.35)
    assert len(clock.waiting) == 1
    assert not file.exists()
    full_disk(False)
    clock.pass_time(0.1)
    assert held_by(file) == ["1"]
    assert clock.waiting == []
    note(cassette, 2)
    with pytest.raises(CassetteWriteError) as caught:
        cassette.end(raised=False)
    assert held_by(file) == ["1", "2"]
    assert caught.value.rescued is None
    assert caught.value.__notes__ == [
        "The cassette was written when its block ended; nothing is missing from it."
    ]


def test_a_cassette_that_cannot_be_written_at_all_is_rescued(
    file: CassetteFile, clock: Clock, full_disk: Callable[[bool], None]
) -> None:
    cassette = opened(file)
    full_disk(True)
    note(cassette, 1)
    clock.pass_time(0.1)
    with pytest.raises(CassetteWriteError) as caught:
        cassette.end(raised=False)
    rescued = caught.value.rescued
    assert rescued is not None
    try:
        assert held_by(CassetteFile(rescued)) == ["1"]
    finally:
        Path(rescued).unlink()
    assert caught.value.__notes__[0] == f"Nothing is lost: the recordings were written to {rescued}"
    assert "An earlier flush failed too" in caught.value.__notes__[1]


def test_flush_raises_and_loses_nothing(
    file: CassetteFile, clock: Clock, full_disk: Callable[[bool], None]
) -> None:
    cassette = opened(file)
    note(cassette, 1)
    full_disk(True)
    with pytest.raises(CassetteWriteError, match="No space"):
        cassette.flush()
    full_disk(False)
    cassette.flush()
    assert held_by(file) == ["1"]
    cassette.end(raised=False)


def test_what_can_be_written_is_rescued_from_what_cannot(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = Cassette(file, Policy(Mode.UPDATE))
    note(cassette, 1)
    cassette.note(cassette.next_order(), Interaction(Request("GET", "http://h/\u20ac"), Response(200), AT))
    with pytest.raises(CassetteWriteError, match="not one byte") as caught:
        cassette.end(raised=False)
    rescued = caught.value.rescued
    assert rescued is not None
    try:
        assert held_by(CassetteFile(rescued)) == ["1"]
    finally:
        Path(rescued).unlink()
    assert "All but 1 that no file can hold" in caught.value.__notes__[0]


def test_where_nothing_can_be_rescued_the_error_says_so(
    file: CassetteFile, full_disk: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = Cassette(file, Policy(Mode.UPDATE))
    note(cassette, 1)
    full_disk(True)

    def no_folder(*arguments: object, **options: object) -> None:
        raise FileNotFoundError("No usable temporary directory")

    monkeypatch.setattr("tempfile.mkstemp", no_folder)
    with pytest.raises(CassetteWriteError) as caught:
        cassette.end(raised=False)
    assert caught.value.rescued is None
    assert "could not be kept either" in caught.value.__notes__[0]


def test_a_copy_that_does_not_fit_either_leaves_nothing(
    file: CassetteFile, full_disk: Callable[[bool], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = Cassette(file, Policy(Mode.UPDATE))
    note(cassette, 1)
    full_disk(True)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    def full(descriptor: int, mode: str) -> object:
        os.close(descriptor)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("reqsnap.cassette.copies.open", full, raising=False)
    with pytest.raises(CassetteWriteError) as caught:
        cassette.end(raised=False)
    assert (caught.value.rescued, list(temporary.iterdir())) == (None, [])


# Threads and processes


def test_nobody_waits_for_the_disk(file: CassetteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    cassette = Cassette(file, Policy(Mode.UPDATE))
    note(cassette, 1)
    writing, may_go_on = threading.Event(), threading.Event()
    write = CassetteFile.write

    def slow(target: CassetteFile, data: bytes) -> None:
        writing.set()
        assert may_go_on.wait(30)
        write(target, data)

    monkeypatch.setattr(CassetteFile, "write", slow)
    thread = threading.Thread(target=cassette.flush)
    thread.start()
    assert writing.wait(30)
    note(cassette, 2)
    assert len(cassette.interactions) == 2
    may_go_on.set()
    thread.join()
    assert held_by(file) == ["1"]
    cassette.flush()
    assert held_by(file) == ["1", "2"]


def flush_threads() -> int:
    return [thread.name for thread in threading.enumerate()].count("reqsnap flush")


def test_a_write_under_way_is_waited_for_and_no_other_is_arranged() -> None:
    writing, may_go_on = threading.Event(), threading.Event()

    def flush() -> None:
        writing.set()
        assert may_go_on.wait(30)

    flusher = Flusher(flush, lambda: True, 0.001)
    flusher.wake()
    assert writing.wait(30)
    for _ in range(100):
        flusher.wake()
    assert flush_threads() == 1
    stopping = threading.Thread(target=flusher.stop)
    stopping.start()
    may_go_on.set()
    stopping.join()
    assert flusher.problem is None
    assert flush_threads() == 0


def test_an_interval_may_be_longer_than_a_timer_can_wait(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[object] = []
    monkeypatch.setattr("threading.excepthook", problems.append)
    cassette = Cassette(file, Policy(Mode.UPDATE), flush_interval=1e300)
    note(cassette, 1)
    assert flush_threads() == 1
    cassette.end(raised=False)
    assert (problems, held_by(file)) == ([], ["1"])


def test_where_no_thread_can_be_started_the_end_writes(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(timer: threading.Timer) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr("threading.Timer.start", refuse)
    cassette = opened(file)
    note(cassette, 1)
    cassette.end(raised=False)
    assert held_by(file) == ["1"]


def test_a_forked_process_does_not_write_for_its_parent(
    file: CassetteFile, clock: Clock, writes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = opened(file)
    monkeypatch.setattr("os.getpid", lambda: -1)
    note(cassette, 1)
    flushing.flush_all()
    assert (clock.waiting, writes) == ([], [])


def test_what_is_new_is_written_when_the_interpreter_exits(
    file: CassetteFile, clock: Clock, full_disk: Callable[[bool], None], tmp_path: Path
) -> None:
    first, second = opened(CassetteFile(tmp_path / "y.yaml")), opened(file, unfinished=True)
    note(first, 1)
    full_disk(True)
    clock.pass_time(0.1)
    full_disk(False)
    note(second, 2)
    with pytest.raises(CassetteWriteError, match=r"y\.yaml"):
        flushing.flush_all()
    assert held_by(CassetteFile(tmp_path / "y.yaml")) == ["1"]
    assert held_by(file.partial) == ["2"]
    assert clock.waiting == []
    flushing.flush_all()


def test_a_process_that_forks_has_no_timer_and_what_is_new_is_written_after_it(clock: Clock) -> None:
    flushed: list[float] = []
    flusher = Flusher(lambda: flushed.append(clock.now), lambda: not flushed, 10.0)
    flusher.wake()
    assert len(clock.waiting) == 1
    flushing.pause()
    flusher.wake()
    assert clock.waiting == []
    flushing.resume()
    assert len(clock.waiting) == 1
    clock.pass_time(10.0)
    assert len(flushed) == 1
    assert clock.waiting == []
    flushing.pause()
    flushing.resume()
    assert clock.waiting == []
    flusher.stop()
