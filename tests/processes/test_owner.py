"""Where an owner listens: in a short place of its own, which it leaves clean."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reqsnap.processes.attendants import Attendants
from reqsnap.processes.owner import LEFT_OVER, LONGEST, Owner
from reqsnap.processes.sockets import connect, enter


def echo(data: bytes) -> bytes:
    return data


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def leave(folder: Path, *, age: float) -> Path:
    """What an owner leaves that was killed."""
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "owner"))
    then = folder.stat().st_mtime - age
    os.utime(folder, (then, then))
    return folder


def test_what_killed_owners_left_is_removed_and_nothing_else(place: Path) -> None:
    old = leave(place / "reqsnap-old", age=LEFT_OVER + 10)
    new = leave(place / "reqsnap-new", age=0)
    (place / "reqsnap-other").mkdir()
    first = Owner(echo, Attendants())
    then = Path(first.address).parent.stat().st_mtime - LEFT_OVER - 10
    os.utime(Path(first.address).parent, (then, then))
    second = Owner(echo, Attendants())
    assert not old.exists()
    assert {*place.iterdir()} == {
        new,
        place / "reqsnap-other",
        Path(first.address).parent,
        Path(second.address).parent,
    }
    first.close()
    second.close()
    assert {*place.iterdir()} == {new, place / "reqsnap-other"}


def test_a_folder_of_somebody_else_stays_whatever_it_is_called(place: Path) -> None:
    notes, mixed = place / "reqsnap-notes", leave(place / "reqsnap-mixed", age=0)
    notes.mkdir()
    files = [notes / "owner", notes / "more", mixed / "more"]
    for file in files:
        file.write_text("mine")
    for folder in (notes, mixed):
        os.utime(folder, (0, 0))
    Owner(echo, Attendants()).close()
    assert all(file.exists() for file in files)


def test_a_long_temporary_folder_is_passed_over(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = place / ("x" * LONGEST)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    owner = Owner(echo, Attendants())
    assert len(owner.address) < LONGEST
    owner.close()
    owner.close()


def test_who_is_connected_is_answered_to_the_end(place: Path) -> None:
    owner = Owner(echo, Attendants())
    owner.start()
    stranger = connect(owner.address)
    with enter(owner.address, owner.key) as connection:
        connection.send_bytes(b"one")
        assert connection.recv_bytes() == b"one"
        owner.close()
        connection.send_bytes(b"two")
        assert connection.recv_bytes() == b"two"
    stranger.close()
    with pytest.raises(OSError, match="No such file"):
        connect(owner.address)


NONSENSE = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a length and no more": b"\0\0\0\x10",
    "a negative length": b"\xff\xff\xff\x00",
    "too long for a stranger": b"\0\0\x10\0" + b"x" * 4096,
    "longer than any memory": b"\xff\xff\xff\xff" + b"\x7f" * 8,
    "the wrong digest": b"\0\0\0\x10" + b"0" * 16,
    "not a digest": b"\0\0\0\x05" + b"\xff\0\xfe\0{",
}


@pytest.mark.parametrize("what", NONSENSE)
@pytest.mark.parametrize("is_known", [False, True])
def test_nonsense_ends_the_connection_that_it_came_on_and_no_other(
    what: str, is_known: bool, place: Path
) -> None:
    attendants = Attendants()
    owner = Owner(echo, attendants)
    owner.start()
    stranger = enter(owner.address, owner.key) if is_known else connect(owner.address)
    with enter(owner.address, owner.key) as child:
        os.write(stranger.fileno(), NONSENSE[what])
        with socket.socket(fileno=os.dup(stranger.fileno())) as its_socket:
            its_socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while os.read(stranger.fileno(), 1000):
                pass
        child.send_bytes(b"asked")
        assert child.recv_bytes() == b"asked"
    stranger.close()
    owner.close()
