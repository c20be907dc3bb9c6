"""A cassette's bytes on disk: checked at the door, read whole, replaced atomically."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reqsnap.errors import CassetteError, CassetteWriteError
from reqsnap.storage import CassetteFile


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


# Reading and writing


def test_what_is_not_there_reads_as_none(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "none.yaml")
    assert file.read() is None
    assert not file.exists()


def test_what_is_written_is_read_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "deep" / "er" / "a.yaml")
    file.write(b"one")
    file.write(b"two\r\n\x00")
    assert file.read() == b"two\r\n\x00"
    assert file.exists()
    assert names_in(tmp_path / "deep" / "er") == ["a.yaml"]


def test_a_file_that_holds_what_is_known_gives_that_very_object(tmp_path: Path) -> None:
    file, known = CassetteFile(tmp_path / "a.yaml"), bytes(range(256)) * 1000
    file.write(known)
    assert file.read(known) is known


@pytest.mark.parametrize("place", [0, 65_535, 65_536, 255_999])
def test_a_file_that_differs_from_what_is_known_in_one_byte_is_read(place: int, tmp_path: Path) -> None:
    file, known = CassetteFile(tmp_path / "a.yaml"), bytes(range(256)) * 1000
    other = known[:place] + b"?" + known[place + 1 :]
    file.write(other)
    assert file.read(known) == other != known


@pytest.mark.parametrize("held", [b"", b"kno", b"known, and more"])
def test_a_file_of_another_length_than_what_is_known_is_read(held: bytes, tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    file.write(held)
    assert file.read(b"known") == held


def test_making_a_file_object_touches_nothing(tmp_path: Path) -> None:
    file = CassetteFile(str(tmp_path / "a" / "b.yaml"))
    file.check(writable=True)
    assert file.path == tmp_path / "a" / "b.yaml"
    assert names_in(tmp_path) == []


def test_a_new_file_obeys_the_umask_and_a_replaced_one_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with umask(0o027):
        CassetteFile(path).write(b"one")
        assert mode_of(path) == 0o640
        path.chmod(0o604)
        CassetteFile(path).write(b"two")
        assert mode_of(path) == 0o604


def test_a_private_file_is_private_before_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    path.chmod(0o600)
    modes: list[int] = []
    fsync = os.fsync

    def watching(descriptor: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watching)
    CassetteFile(path).write(b"new")
    assert modes[0] == 0o600
    assert len(modes) == 2  # the file, and the directory that names it


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    link = tmp_path / "link.yaml"
    link.symlink_to(Path("shared") / "real.yaml")
    file = CassetteFile(link)
    file.check(writable=True)
    file.write(b"one")
    assert link.is_symlink()
    assert (tmp_path / "shared" / "real.yaml").read_bytes() == b"one"
    file.partial.write(b"two")
    assert names_in(tmp_path / "shared") == ["real.yaml", "real.yaml.partial"]
    file.promote()
    assert link.is_symlink()
    assert link.read_bytes() == b"two"


def test_a_relative_path_means_the_directory_it_was_given_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = CassetteFile("a.yaml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    file.write(b"one")
    assert (tmp_path / "a.yaml").read_bytes() == b"one"
    assert str(file.path) == "a.yaml"


# Failing


@pytest.mark.parametrize("broken", ["replace", "fsync", "chmod"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    file.write(b"old")

    def no_space(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, broken, no_space)
    with pytest.raises(CassetteWriteError) as caught:
        file.write(b"new")
    assert str(caught.value) == (
        f"{tmp_path / 'a.yaml'}: it could not be written, and is as it was (No space left on device)"
    )
    assert isinstance(caught.value.__cause__, OSError)
    assert file.read() == b"old"
    assert names_in(tmp_path) == ["a.yaml"]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    file.write(b"old")

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        file.write(b"new")
    assert file.read() == b"old"
    assert names_in(tmp_path) == ["a.yaml"]


def test_a_directory_that_cannot_be_synced_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    CassetteFile(tmp_path / "a.yaml").write(b"one")
    assert (tmp_path / "a.yaml").read_bytes() == b"one"


def test_a_file_that_stands_where_a_directory_is_needed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    file = CassetteFile(tmp_path / "file" / "a.yaml")
    with pytest.raises(CassetteWriteError, match="could not be written"):
        file.write(b"one")
    with pytest.raises(CassetteError, match="could not be read") as caught:
        file.read()
    assert caught.value.path == str(file.path)
    assert isinstance(caught.value.__cause__, NotADirectoryError)


def test_a_directory_cannot_be_replaced_or_removed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    file = CassetteFile(tmp_path / "a.yaml")
    with pytest.raises(CassetteWriteError, match="could not be written"):
        file.write(b"one")
    with pytest.raises(CassetteWriteError, match="could not be removed"):
        file.remove()
    assert names_in(tmp_path) == ["a.yaml"]


# The partial file


def test_the_partial_file_takes_the_name(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    assert file.partial.path == tmp_path.resolve() / "a.yaml.partial"
    file.partial.write(b"one")
    assert file.read() is None
    assert file.partial.read() == b"one"
    file.promote()
    assert file.read() == b"one"
    assert names_in(tmp_path) == ["a.yaml"]


def test_the_partial_file_takes_the_mode_with_the_name(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    file.write(b"old")
    (tmp_path / "a.yaml").chmod(0o600)
    file.partial.write(b"new")
    file.promote()
    assert mode_of(tmp_path / "a.yaml") == 0o600


def test_without_a_partial_file_nothing_takes_the_name(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    with pytest.raises(CassetteWriteError, match=r"a\.yaml\.partial could not take its name"):
        file.promote()
    file.write(b"old")
    with pytest.raises(CassetteWriteError):
        file.promote()
    assert file.read() == b"old"


def test_a_partial_file_is_removed_once(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / "a.yaml")
    file.partial.write(b"one")
    file.partial.remove()
    file.partial.remove()
    assert names_in(tmp_path) == []
