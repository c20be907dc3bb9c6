"""Commands on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

REQSNAP = [sys.executable, "-m", "reqsnap"]


def on_a_terminal(*words: str, typed: str = "", **variables: str) -> tuple[int, str]:
    """Run a command on a terminal; its exit status, and what stood there at last, what was typed included."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*REQSNAP, *words], stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **variables}
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    while data := _read(ours):
        shown += data
    os.close(ours)
    return running.wait(60), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # Linux says so when nobody has the other end any more.
        return b""
