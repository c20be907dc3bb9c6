"""Saving writes what is new, in place, and whoever dies half way leaves all that was there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reqsnap.cassette import Cassette
from reqsnap.errors import CassetteWriteError
from reqsnap.formats import native
from reqsnap.model import Interaction
from reqsnap.modes import Mode
from reqsnap.storage import CassetteFile
from tests.unit.cassette.test_merging import delete, has, held_by, note, opened


@pytest.fixture
def file(tmp_path: Path) -> CassetteFile:
    return CassetteFile(tmp_path / "x.yaml")


class Log:
    """What the storage was told to do: `write NAME`, or `append NAME` with the bytes that were written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.written = 0
        write, append = CassetteFile.write, CassetteFile.append

        def writing(file: CassetteFile, data: bytes) -> None:
            self.done.append(f"write {file.path.name}")
            self.written += len(data)
            write(file, data)

        def appending(file: CassetteFile, size: int, kept: int, tail: bytes) -> bool:
            self.done.append(f"append {file.path.name}")
            self.written += len(tail)
            return append(file, size, kept, tail)

        monkeypatch.setattr(CassetteFile, "write", writing)
        monkeypatch.setattr(CassetteFile, "append", appending)


@pytest.fixture
def log(file: CassetteFile, monkeypatch: pytest.MonkeyPatch) -> Log:
    has(file, "0", "1")
    return Log(monkeypatch)


# What is new is added at the end


def test_each_save_adds_what_is_new(file: CassetteFile, log: Log) -> None:
    before = file.path.stat().st_ino
    cassette = opened(file)
    note(cassette, "a")
    cassette.flush()
    note(cassette, "b", "c")
    cassette.flush()
    note(cassette, "d")
    cassette.end(raised=False)
    assert held_by(file) == ["0", "1", "a", "b", "c", "d"]
    assert log.done == 3 * ["append x.yaml"]
    assert file.path.stat().st_ino == before
    assert log.written < 4 * 200


def test_nothing_that_was_there_is_decoded_or_encoded(
    file: CassetteFile, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = opened(file)
    note(cassette, "a")
    encoded: list[str] = []
    item = type(native.NATIVE).item

    def counted(self: object, interaction: Interaction, beside: object = None) -> bytes:
        encoded.append(interaction.request.url)
        return item(native.NATIVE, interaction)

    def never(*args: object) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr(type(native.NATIVE), "item", counted)
    monkeypatch.setattr(type(native.NATIVE), "read", never)
    cassette.end(raised=False)
    assert encoded == ["http://h/a"]


def test_a_first_recording_adds_to_its_partial_file(file: CassetteFile, log: Log) -> None:
    file.remove()
    cassette = opened(file, Mode.ONCE)
    for name in "abc":
        note(cassette, name)
        cassette.flush()
    note(cassette, "d")
    cassette.end(raised=False)
    assert held_by(file) == ["a", "b", "c", "d"]
    assert log.done == ["write x.yaml.partial", *3 * ["append x.yaml.partial"]]


def test_a_set_recorded_anew_adds_to_its_partial_file(file: CassetteFile, log: Log) -> None:
    file.partial.write(native.dump([]))
    log.done.clear()
    cassette = opened(file, Mode.RECORD)
    for name in "ab":
        note(cassette, name)
        cassette.flush()
    cassette.end(raised=False)
    assert held_by(file) == ["a", "b"]
    assert log.done == ["write x.yaml.partial", "append x.yaml.partial"]


def test_what_another_has_added_stays_where_it_is(file: CassetteFile, log: Log) -> None:
    one, other = opened(file), opened(file)
    for name in "ab":
        note(one, f"one-{name}")
        one.flush()
        note(other, f"other-{name}")
        other.flush()
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(file) == ["0", "1", "one-a", "other-a", "one-b", "other-b"]
    assert set(log.done) == {"append x.yaml"}


# What must be written whole


def deleted(cassette: Cassette) -> None:
    assert delete(cassette, "0") == 1


def saved(cassette: Cassette) -> None:
    cassette.save()


@pytest.mark.parametrize("change", [deleted, saved])
def test_what_changes_more_is_written_whole(
    change: Callable[[Cassette], None], file: CassetteFile, log: Log
) -> None:
    cassette = opened(file)
    note(cassette, "a")
    change(cassette)
    cassette.end(raised=False)
    assert log.done == ["write x.yaml"]


def test_an_eviction_is_written_whole_and_adds_again_after_it(file: CassetteFile, log: Log) -> None:
    cassette = opened(file, most=3)
    for name in "abc":
        note(cassette, name)
        cassette.flush()
    cassette.end(raised=False)
    assert held_by(file) == ["a", "b", "c"]
    assert log.done == ["append x.yaml", "write x.yaml", "write x.yaml"]


def test_a_file_of_another_layout_is_written_whole_once(file: CassetteFile, log: Log) -> None:
    data = file.path.read_bytes()
    file.path.write_bytes(data.replace(b"# end", b"# by hand\n# end"))
    cassette = opened(file)
    for name in "ab":
        note(cassette, name)
        cassette.flush()
    cassette.end(raised=False)
    assert held_by(file) == ["0", "1", "a", "b"]
    assert log.done == ["write x.yaml", "append x.yaml"]


# In place


def test_a_file_that_is_not_what_it_was_is_not_added_to(file: CassetteFile) -> None:
    assert not file.append(4, 2, b"tail")
    assert not file.path.exists()
    file.write(b"12345")
    assert not file.append(4, 2, b"tail")
    assert not file.append(5, 0, b"tail")
    assert file.read() == b"12345"
    assert file.append(5, 3, b"tail")
    assert file.read() == b"123tail"


def test_all_that_comes_behind_is_on_the_disk_before_anything_is_overwritten(
    file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes | None] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(file.read()))
    has(file, "0")
    before = file.read()
    seen.clear()
    assert before is not None
    assert file.append(len(before), len(before) - 6, b"- request:\n# end\n")
    assert seen == [before + b"est:\n# end\n", before[:-6] + b"- request:\n# end\n"]


@pytest.mark.parametrize("when", [0, 1])
def test_an_addition_that_fails_leaves_the_file_as_it_was(
    when: int, file: CassetteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write(b"12345")
    left = [None] * when

    def full(descriptor: int) -> None:
        if left:
            left.pop()
        else:
            monkeypatch.undo()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CassetteWriteError, match="No space left"):
        file.append(5, 3, b"tail")
    assert file.read() == b"12345"


def test_a_file_that_cannot_be_added_to_is_replaced(
    file: CassetteFile, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = opened(file)
    note(cassette, "a")
    monkeypatch.setattr(CassetteFile, "append", lambda *arguments: False)
    cassette.end(raised=False)
    assert held_by(file) == ["0", "1", "a"]
    assert log.done == ["write x.yaml"]
