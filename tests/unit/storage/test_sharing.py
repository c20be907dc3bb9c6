"""Turns and claims: who writes, who records, and what is known of those who died."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from reqsnap.errors import CassetteError, CassetteInUseError
from reqsnap.storage import CassetteFile, locks, sharing
from reqsnap.storage.locks import hold
from reqsnap.storage.sharing import Sharing, begin


@pytest.fixture
def file(tmp_path: Path) -> CassetteFile:
    return CassetteFile(tmp_path / "x.yaml")


def recording(file: CassetteFile, *, alone: bool = False) -> Sharing:
    """One that records; two of one process keep each other out as those of two processes do."""
    one = Sharing(file)
    with one.turn():
        one.claim(alone=alone)
    return one


def leave(one: Sharing, *, well: bool = True) -> None:
    with one.turn():
        one.leave(well=well)


def failed(one: Sharing) -> int:
    with one.turn():
        return len(one.others().failed)


# Turns


def test_a_turn_leaves_nothing_behind(file: CassetteFile, tmp_path: Path) -> None:
    with Sharing(file).turn():
        assert [path.name for path in tmp_path.iterdir()] == [".x.yaml.lock"]
        assert int((file.lock_folder / "turn").read_text()) == os.getpid()
    assert list(tmp_path.iterdir()) == []


def test_folders_that_were_made_for_a_turn_alone_are_removed(tmp_path: Path) -> None:
    with Sharing(CassetteFile(tmp_path / "a" / "b" / "x.yaml")).turn():
        assert (tmp_path / "a" / "b").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_turn_within_a_turn_is_the_same(file: CassetteFile) -> None:
    one, other = Sharing(file), Sharing(file)
    with one.turn():
        with other.turn():
            pass
        assert (file.lock_folder / "turn").exists()


def test_threads_have_their_turns_one_after_the_other(file: CassetteFile) -> None:
    inside, most = 0, 0

    def take_turns() -> None:
        nonlocal inside, most
        for _ in range(20):
            with Sharing(file).turn():
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=take_turns) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_who_waits_too_long_is_told_for_whom(file: CassetteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "WAIT", 0.02)
    file.lock_folder.mkdir()
    held = hold(file.lock_folder / "turn")
    assert held is not None
    held.say("4711\n")
    with pytest.raises(CassetteInUseError) as caught, Sharing(file).turn():
        pass
    assert caught.value.process == 4711
    assert str(caught.value) == (
        f"{file.path}: process 4711 is using it: it has been reading or writing the cassette for 0.02 "
        "seconds. Wait until that process has ended, or end it, or name another cassette."
    )
    held.say("")
    with pytest.raises(CassetteInUseError, match="another process is using it"), Sharing(file).turn():
        pass
    held.release(remove=True)
    with Sharing(file).turn():
        pass


def test_a_lock_file_that_nobody_holds_stops_nobody(file: CassetteFile, tmp_path: Path) -> None:
    file.lock_folder.mkdir()
    (file.lock_folder / "turn").write_text("4711\n")
    with Sharing(file).turn():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_was_removed_while_it_was_waited_for_is_none(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file.path
    lock = locks._lock

    def removed_first(descriptor: int) -> None:
        path.unlink()
        lock(descriptor)

    with monkeypatch.context() as late:
        late.setattr(locks, "_lock", removed_first)
        assert hold(path) is None
    held = hold(path)
    assert held is not None
    held.release(remove=True)


def test_where_there_are_no_locks_nobody_is_stopped(
    file: CassetteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "_lock", unknown)
    with Sharing(file).turn():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_fails_says_so(file: CassetteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(locks, "_lock", broken)
    with pytest.raises(CassetteError, match=r"x\.yaml\.lock failed \(Input/output error\)\. To do: see that"):
        Sharing(file).turn().__enter__()
    assert locks._descriptors == set()


def test_what_cannot_be_locked_is_told_with_its_reason_and_the_way_out(
    file: CassetteFile, tmp_path: Path
) -> None:
    (tmp_path / ".x.yaml.lock").write_text("no folder")
    with pytest.raises(CassetteError) as caught:
        begin(file, replaces=False, records=True)
    assert str(caught.value) == (
        f"{file.path}: it could not be locked against other processes: {tmp_path / '.x.yaml.lock'} failed "
        "(Not a directory). To do: see that this process may make that folder and write in it, "
        "or replay in mode playback, which locks nothing"
    )
    assert begin(file, replaces=False, records=False).data is None


# Claims


def test_several_may_record_for_the_first_time(file: CassetteFile, tmp_path: Path) -> None:
    one, other = recording(file), recording(file)
    with one.turn():
        assert (len(one.others().alive), one.others().failed) == (1, ())
    leave(one)
    with other.turn():
        assert other.others() == sharing.Others((), ())
    leave(other)
    assert list(tmp_path.iterdir()) == []


def test_one_alone_may_record_anew(file: CassetteFile, tmp_path: Path) -> None:
    first = recording(file, alone=True)
    for alone in (True, False):
        with pytest.raises(CassetteInUseError, match="in mode record, which is for one process") as caught:
            recording(file, alone=alone)
        assert caught.value.process == os.getpid()
    leave(first)
    leave(recording(file, alone=True))
    assert list(tmp_path.iterdir()) == []


def test_none_may_record_anew_what_is_recorded_for_the_first_time(file: CassetteFile) -> None:
    first = recording(file)
    with pytest.raises(CassetteInUseError, match="for the first time"):
        recording(file, alone=True)
    leave(first)


def test_who_died_is_known_to_the_others_and_to_nobody_after_them(file: CassetteFile, tmp_path: Path) -> None:
    one, other = recording(file), recording(file)
    one.abandon()
    assert failed(other) == 1
    third = recording(file)
    assert failed(third) == 1
    leave(third)
    assert failed(other) == 1
    leave(other)
    assert list(tmp_path.iterdir()) == []


def test_who_left_with_an_error_is_known_to_the_others(file: CassetteFile, tmp_path: Path) -> None:
    one, other = recording(file), recording(file)
    leave(one, well=False)
    assert failed(other) == 1
    leave(other, well=False)
    assert list(tmp_path.iterdir()) == []


def test_who_died_alone_stops_nobody(file: CassetteFile) -> None:
    recording(file, alone=True).abandon()
    second = recording(file, alone=True)
    assert failed(second) == 0
    leave(second)


def test_leaving_twice_is_leaving_once(file: CassetteFile) -> None:
    one = recording(file)
    leave(one)
    leave(one)
    one.abandon()
    assert not one.has_claim


def test_a_forked_process_holds_nothing_of_its_parents(file: CassetteFile) -> None:
    one = recording(file, alone=True)
    inherited = set(locks._descriptors)
    assert len(inherited) == 1
    # What the child does, done here: the lock goes with the last descriptor.
    sharing.forget_parent()
    assert locks._descriptors == set()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(inherited.pop())
    other = recording(file, alone=True)
    leave(other)
    assert one.has_claim


# Opening


def test_what_was_finished_while_one_waited_is_read(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([None, b"finished"])
    monkeypatch.setattr(CassetteFile, "read", lambda self: next(found))
    began = begin(file, replaces=False, records=True)
    assert (began.data, began.partial, began.sharing.has_claim) == (b"finished", None, False)


def test_without_recording_nothing_is_touched(file: CassetteFile, tmp_path: Path) -> None:
    began = begin(file, replaces=False, records=False)
    assert (began.data, began.partial) == (None, None)
    assert list(tmp_path.iterdir()) == []
