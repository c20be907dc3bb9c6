"""A path that no cassette can have is refused at the door, before anything else happens."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reqsnap.errors import CassetteError, CassetteWriteError, ConfigurationError
from reqsnap.storage import CassetteFile

NOBODY = 65534


@pytest.fixture
def private_directory() -> Iterator[Path]:
    """A directory of an ordinary user, as whom the test runs: root may do anything anywhere."""
    directory = Path(tempfile.mkdtemp())
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(directory, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield directory
    finally:
        if was_root:
            os.seteuid(0)
        for folder, _, _ in os.walk(directory):
            os.chmod(folder, 0o700)
        shutil.rmtree(directory)


def refused(file: CassetteFile, *, writable: bool = True) -> str:
    with pytest.raises(ConfigurationError) as caught:
        file.check(writable=writable)
    assert (caught.value.option, caught.value.value) == ("path", str(file.path))
    return caught.value.allowed


@pytest.mark.parametrize("writable", [True, False])
def test_a_path_that_cannot_be_a_cassette(tmp_path: Path, writable: bool) -> None:
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    cases = {
        "": "it is a directory, and a cassette is a file",
        "pipe": "it is not a regular file",
        "file/a.yaml": f"{tmp_path / 'file'} is not a directory",
        "loop": "it cannot be opened (Too many levels of symbolic links)",
        "x" * 300: "it cannot be opened (File name too long)",
    }
    for name, reason in cases.items():
        assert refused(CassetteFile(tmp_path / name), writable=writable) == reason


def test_a_path_that_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="it is no path"):
        CassetteFile(f"{tmp_path}/a\0b.yaml")


def test_a_name_as_long_as_names_can_be_is_let_in(tmp_path: Path) -> None:
    file = CassetteFile(tmp_path / ("x" * 255))
    file.check(writable=True)
    file.partial.write(b"recorded")
    file.promote()
    assert file.read() == b"recorded"


def test_a_file_that_may_not_be_read(private_directory: Path) -> None:
    file = CassetteFile(private_directory / "a.yaml")
    file.write(b"one")
    (private_directory / "a.yaml").chmod(0)
    assert refused(file, writable=False) == "it cannot be opened (Permission denied)"
    with pytest.raises(CassetteError, match="Permission denied"):
        file.read()


def test_a_file_that_may_only_be_read(private_directory: Path) -> None:
    file = CassetteFile(private_directory / "a.yaml")
    file.write(b"one")
    (private_directory / "a.yaml").chmod(0o400)
    file.check(writable=False)
    assert refused(file) == "the file is read-only"


def test_a_directory_that_may_only_be_read(private_directory: Path) -> None:
    directory = private_directory.resolve()
    file = CassetteFile(private_directory / "a.yaml")
    file.write(b"one")
    private_directory.chmod(0o500)
    file.check(writable=False)
    assert refused(file) == f"the directory {directory} cannot be written"
    assert refused(CassetteFile(private_directory / "new" / "b.yaml")) == (
        f"the directory {directory} cannot be written"
    )
    with pytest.raises(CassetteWriteError, match="Permission denied"):
        file.write(b"two")
    assert file.read() == b"one"
