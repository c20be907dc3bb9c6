"""Where a process listens for its children: only the same user gets in, and only with the key."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from reqsnap.processes.attendants import Attendants
from reqsnap.processes.sockets import Door, admit, connect, listen

Answer = Callable[[bytes], bytes]

PREFIX, NAME = "reqsnap-", "owner"
LONGEST = 90
"""In bytes: some systems allow no longer address than 104."""

_PASSING = {errno.ECONNABORTED, errno.EMFILE, errno.ENFILE}
"""Who knocked has gone, or too many files are open now: no reason to let in nobody ever after."""
RELIEF = 0.01
"""In seconds."""

LEFT_OVER = 60.0
"""The age in seconds from which a folder may be one that its owner was killed over."""


class Owner:
    """Listens, and has `answer` answer each message. Called from any thread, and in forked processes.

    Made, it can be connected to; who connects is answered once it was started.
    """

    def __init__(self, answer: Answer, attendants: Attendants) -> None:
        self._answer = answer
        self._attendants = attendants
        self._closed = False
        self._folder: Path | None = None
        self.process = os.getpid()
        self.key = secrets.token_bytes(32)
        if os.name == "nt":
            self.address = rf"\\.\pipe\{PREFIX}{secrets.token_hex(16)}"
        else:
            self._folder = _private_folder()
            self.address = str(self._folder / NAME)
        self._entrance = _Entrance(listen(self.address), self._admit)
        attendants.attend(self._entrance)

    def start(self) -> None:
        """Begin to answer, if it has not begun."""
        self._attendants.start()

    def close(self) -> None:
        """Let nobody else in. Children that are connected are answered as long as they ask."""
        if self._closed:
            return
        self._closed = True
        doorkeeper = self._attendants.thread_of(self._entrance)
        if doorkeeper is not None:
            # The one way to end an `accept` that works everywhere.
            with suppress(OSError):
                connect(self.address).close()
                doorkeeper.join()
        self._entrance.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _admit(self, connection: Connection) -> None:
        if self._closed:
            connection.close()
            raise EOFError
        self._attendants.attend(_Child(connection, self.key, self._answer))


class _Entrance:
    """Where children come in."""

    def __init__(self, door: Door, admit: Callable[[Connection], None]) -> None:
        self._door = door
        self._admit = admit

    def fileno(self) -> int:
        return self._door.fileno()

    def begin(self) -> None:
        pass

    def step(self) -> None:
        try:
            connection = self._door.accept()
        except OSError as problem:
            if problem.errno not in _PASSING:
                raise
            time.sleep(RELIEF)
            return
        self._admit(connection)

    def close(self) -> None:
        # In another process than its own it leaves the address where it is.
        self._door.close()


class _Child:
    """A connection to one thread of a child."""

    def __init__(self, connection: Connection, key: bytes, answer: Answer) -> None:
        self._connection = connection
        self._key = key
        self._answer = answer
        self._is_admitted = False

    def fileno(self) -> int:
        return self._connection.fileno()

    def begin(self) -> None:
        if not self._is_admitted:
            admit(self._connection, self._key)
            self._is_admitted = True

    def step(self) -> None:
        self._connection.send_bytes(self._answer(self._connection.recv_bytes()))

    def close(self) -> None:
        self._connection.close()


def _private_folder() -> Path:
    """A folder for this user alone, whose path is short enough for an address within."""
    for place in (tempfile.gettempdir(), "/tmp"):
        if len(os.fsencode(place)) + len(PREFIX) + len(NAME) + 10 <= LONGEST:
            break
    _remove_leftovers(Path(place))
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))


def _remove_leftovers(place: Path) -> None:
    """Delete the folders of owners that were killed: nobody listens there any more."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            about = folder.stat()
            is_mine = about.st_uid == os.getuid() and time.time() - about.st_mtime > LEFT_OVER
            if is_mine and _is_abandoned(folder / NAME):
                # Nothing else: a folder of somebody else's may bear such a name.
                (folder / NAME).unlink()
                folder.rmdir()


def _is_abandoned(address: Path) -> bool:
    if not stat.S_ISSOCK(address.stat().st_mode):
        # To connect to any other file is refused, too.
        return False
    try:
        connect(str(address)).close()
    except ConnectionRefusedError:
        return True
    return False
