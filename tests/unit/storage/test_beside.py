"""The files of large bodies beside a cassette: written once, private, and under plain names alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reqsnap.errors import CassetteError, CassetteWriteError
from reqsnap.storage import CassetteFile


@pytest.fixture
def file(tmp_path: Path) -> CassetteFile:
    return CassetteFile(tmp_path / "a" / "x.yaml")


def test_a_body_has_a_file_in_a_folder_beside_the_cassette(file: CassetteFile, tmp_path: Path) -> None:
    beside = file.beside(10)
    assert (beside.max_inline_size, beside.read("one.bin")) == (10, None)
    beside.write("one.bin", b"\0\1")
    assert (tmp_path / "a" / "x.yaml.bodies" / "one.bin").read_bytes() == b"\0\1"
    assert file.beside(10).read("one.bin") == b"\0\1"
    assert file.partial.beside(10).read("one.bin") == b"\0\1"


def test_what_is_there_is_not_written_again(file: CassetteFile, tmp_path: Path) -> None:
    file.beside(1).write("one", b"same")
    body = tmp_path / "a" / "x.yaml.bodies" / "one"
    before = body.stat()
    file.partial.beside(1).write("one", b"same")
    assert (body.stat().st_ino, body.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_one_is_mended_when_it_is_recorded_again(file: CassetteFile, tmp_path: Path) -> None:
    file.beside(1).write("one", b"line\n")
    body = tmp_path / "a" / "x.yaml.bodies" / "one"
    body.write_bytes(b"line\r\n")
    file.beside(1).write("one", b"line\n")
    assert body.read_bytes() == b"line\n"


def test_a_file_of_another_s_in_place_of_the_folder_stays(file: CassetteFile, tmp_path: Path) -> None:
    file.write(b"")
    (tmp_path / "a" / "x.yaml.bodies").write_bytes(b"mine")
    with pytest.raises(CassetteWriteError, match=r"could not be written, and is as it was \("):
        file.beside(1).write("one", b"body")
    assert (tmp_path / "a" / "x.yaml.bodies").read_bytes() == b"mine"


def test_what_lies_in_a_folder_above_is_found(file: CassetteFile, tmp_path: Path) -> None:
    assert file.beside(1).read_above("objects/one") is None
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "one").write_bytes(b"far")
    assert file.beside(1).read_above("objects/one") == b"far"
    (tmp_path / "a" / "objects").mkdir(parents=True)
    (tmp_path / "a" / "objects" / "one").write_bytes(b"near")
    assert file.beside(1).read_above("objects/one") == b"near"


def test_a_body_is_as_private_as_its_cassette(file: CassetteFile, tmp_path: Path) -> None:
    file.write(b"")
    file.path.chmod(0o600)
    file.beside(1).write("one", b"secret")
    body = tmp_path / "a" / "x.yaml.bodies" / "one"
    assert body.stat().st_mode == file.path.stat().st_mode


@pytest.mark.parametrize("name", ["", ".", "..", "../x.yaml", "a/b", "a\\b", "/etc", "a\0", "é", 201 * "a"])
def test_other_names_are_refused(name: str, file: CassetteFile) -> None:
    with pytest.raises(CassetteError, match=r"x\.yaml"):
        file.beside(1).read(name)
    with pytest.raises(CassetteWriteError, match=r"x\.yaml"):
        file.beside(1).write(name, b"")
    assert not file.path.parent.exists()
