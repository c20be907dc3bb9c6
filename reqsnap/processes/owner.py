"""Where a process listens for its children: only the same user gets in, and only with the key."""

from __future__ import annotations

import contextvars
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection
from pathlib import Path

from reqsnap.processes.sockets import admit, connect, listen

Answer = Callable[[bytes], bytes]

PREFIX, NAME = "reqsnap-", "owner"
LONGEST = 90
"""In bytes: some systems allow no longer address than 104."""

LEFT_OVER = 60.0
"""The age in seconds from which a folder may be one that its owner was killed over."""


class Owner:
    """Listens, and has `answer` answer each message. Called from any thread, and in forked processes.

    Made, it can be connected to; who connects is answered once it was started.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._folder: Path | None = None
        self.process = os.getpid()
        self.key = secrets.token_bytes(32)
        if os.name == "nt":
            self.address = rf"\\.\pipe\{PREFIX}{secrets.token_hex(16)}"
        else:
            self._folder = _private_folder()
            self.address = str(self._folder / NAME)
        self._door = listen(self.address)

    def start(self) -> None:
        """Begin to answer, if it has not begun."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = _start(self._accept, "reqsnap owner")

    def close(self) -> None:
        """Let nobody else in. Children that are connected are answered as long as they ask."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._thread is not None:
            # The one way to end an `accept` that works everywhere.
            with suppress(OSError):
                connect(self.address).close()
                self._thread.join()
        self._door.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def abandon(self) -> None:
        """Close what a forked process has inherited, so that the end of this one is noticed."""
        self._closed = True
        for connection in self._connections:
            connection.close()
        # In another process than its own it leaves the address where it is.
        self._door.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._door.accept()
            except OSError:
                return
            with self._lock:
                if self._closed:
                    connection.close()
                    return
                self._connections.add(connection)
            _start(partial(self._serve, connection), "reqsnap child")

    def _serve(self, connection: Connection) -> None:
        try:
            admit(connection, self.key)
            while True:
                connection.send_bytes(self._answer(connection.recv_bytes()))
        except (OSError, EOFError, AuthenticationError):
            pass  # It has gone, or was never a child of ours.
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()


def _start(work: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    # In an empty context it belongs to no block, and none waits for it.
    contextvars.Context().run(thread.start)
    return thread


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
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(address: Path) -> bool:
    try:
        connect(str(address)).close()
    except ConnectionRefusedError:
        return True
    return False
