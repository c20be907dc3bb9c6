"""Waiting for threads to be gone, which is later than their end.

Where Python 3.12 says that a thread has ended, the system may still count it; and what
it counts is what a process that forks is warned of.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable

PATIENCE = 1.0
"""In seconds: how long a process that forks waits for threads of ours that are at work."""


def wait_for(threads: Iterable[threading.Thread]) -> None:
    """Wait until started threads are gone, for no longer than PATIENCE in all, and never for this one."""
    last = time.monotonic() + PATIENCE
    for thread in threads:
        if thread is threading.current_thread():
            continue
        thread.join(max(0.0, last - time.monotonic()))
        while not thread.is_alive() and _is_counted(thread) and time.monotonic() < last:
            # It has nothing left to do but to go.
            time.sleep(0)


def _is_counted(thread: threading.Thread) -> bool:
    """Whether the system counts a thread, where it lets itself be asked."""
    return os.path.exists(f"/proc/self/task/{thread.native_id}")
