"""Threads of our own: started out of the program's way, and waited for until they are gone.

They are gone later than they end. Where Python 3.12 says that a thread has ended, the system
may still count it; and what it counts is what a process that forks is warned of.
"""

from __future__ import annotations

import contextvars
import os
import signal
import threading
import time
from collections.abc import Iterable

PATIENCE = 1.0
"""In seconds: how long a process that forks waits for threads of ours that are at work."""


def start(thread: threading.Thread) -> None:
    """Start a thread that belongs to no block, and that the system gives no signal of the program's.

    A signal that another thread takes does not wake the main thread, whose handlers then run late or never.
    """
    begin = contextvars.Context().run
    if not hasattr(signal, "pthread_sigmask"):
        begin(thread.start)
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        begin(thread.start)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
