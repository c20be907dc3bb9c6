"""Accepting connections, each in a thread of its own, with an orderly start and end."""

from __future__ import annotations

import os
import random
import select
import socket
import threading
import time
from collections.abc import Callable

Address = tuple[str, int] | str

PATIENCE = 10.0
"""Seconds after which something that should have happened counts as a failure."""


_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port that is this process's until it ends, and that nobody listens on.

    It is outside of the range that outgoing connections draw from, and stays bound, without
    listening, so that no server of another process takes it while ours is stopped: a `Listener`
    may share it (SO_REUSEADDR), a connection to it is refused.
    """
    numbers = random.Random(os.getpid() ^ time.monotonic_ns())
    for port in numbers.sample(range(20_000, 32_000), 200):
        reserved = socket.socket()
        try:
            reserved.bind(("127.0.0.1", port))
        except OSError:
            reserved.close()
            continue
        # Only now: while it is set, the kernel would grant a port that somebody else has reserved.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _reserved.append(reserved)
        return port
    raise RuntimeError("no free port below 32000")


class Listener:
    """Listens on one address and gives every connection to `serve` in a new thread.

    The address is a host and port, or the path of a unix socket. A stopped listener
    refuses connections and can start again on the same address.
    """

    def __init__(self, serve: Callable[[socket.socket], None], address: Address) -> None:
        self.address = address
        self._serve = serve
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._listening: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._wake: socket.socket | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._listening = self._listen()
        ours, self._wake = socket.socketpair()
        self._acceptor = threading.Thread(
            target=self._accept, args=(self._listening, ours), name=f"listen-{self.address}", daemon=True
        )
        self._acceptor.start()

    def stop(self) -> None:
        """Refuse new connections. Those that are open go on."""
        if self._acceptor is None or self._wake is None or self._listening is None:
            return
        self._wake.close()
        self._acceptor.join()
        self._take_waiting()
        self._listening.close()
        if isinstance(self.address, str):
            os.unlink(self.address)
        self._acceptor = self._wake = self._listening = None

    @property
    def listening(self) -> bool:
        """Whether a connection would be accepted."""
        return self._listening is not None

    def settle(self) -> int:
        """Wait until each connection has ended; how many did not, and are forgotten."""
        self._take_waiting()
        deadline = time.monotonic() + PATIENCE
        threads = list(self._threads)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        left = {thread for thread in threads if thread.is_alive()}
        self._threads -= left
        return len(left)

    def _listen(self) -> socket.socket:
        if isinstance(self.address, str):
            listening = socket.socket(socket.AF_UNIX)
        else:
            listening = socket.socket()
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(self.address)
        listening.listen(128)
        listening.setblocking(False)
        return listening

    def _accept(self, listening: socket.socket, wake: socket.socket) -> None:
        with wake:
            while True:
                ready, _, _ = select.select([listening, wake], [], [])
                if wake in ready:
                    return
                self._take_waiting()

    def _take_waiting(self) -> None:
        """Accept what has arrived; also by `settle`, so that nothing is still on its way."""
        with self._lock:
            while self._listening is not None:
                try:
                    connection, _ = self._listening.accept()
                except BlockingIOError:
                    return
                thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
                self._threads.add(thread)
                thread.start()

    def _run(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(True)
            self._serve(connection)
        finally:
            connection.close()
            self._threads.discard(threading.current_thread())
