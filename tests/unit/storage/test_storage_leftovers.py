"""What a writer that died left behind is removed; what another is writing is not."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from pathlib import Path

import pytest

from reqsnap.storage import CassetteFile


def temporary(folder: Path, name: str, *, age: float) -> Path:
    path = folder / name
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_what_dead_writers_left_is_removed(tmp_path: Path) -> None:
    dead = temporary(tmp_path, ".reqsnap-0123456789abcdef.tmp", age=3600)
    young = temporary(tmp_path, ".reqsnap-1123456789abcdef.tmp", age=5)
    foreign = temporary(tmp_path, "reqsnap.tmp", age=3600)
    held = temporary(tmp_path, ".reqsnap-2123456789abcdef.tmp", age=3600)
    with open(held, "rb") as writing:
        fcntl.flock(writing, fcntl.LOCK_EX)
        CassetteFile(tmp_path / "a.yaml").write(b"one")
    assert not dead.exists()
    assert young.exists()
    assert foreign.exists()
    assert held.exists()


def test_a_writer_holds_its_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[str] = []
    fsync = os.fsync

    def another_tries(descriptor: int) -> None:
        for path in tmp_path.glob(".reqsnap-*.tmp"):
            with open(path, "rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    refused.append(path.name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", another_tries)
    CassetteFile(tmp_path / "a.yaml").write(b"one")
    assert len(refused) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


def test_a_partial_file_is_as_private_as_the_file_it_is_to_be(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    path.chmod(0o600)
    file = CassetteFile(path)
    file.partial.write(b"new")
    assert stat.S_IMODE((tmp_path / "a.yaml.partial").stat().st_mode) == 0o600
