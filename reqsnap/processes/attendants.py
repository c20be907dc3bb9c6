"""Threads that wait for children, and can be sent away while the process forks.

A process that forks with threads copies what they hold at that moment, which is why Python
3.12 and later warn of it. Ours are gone before a fork and come back after it.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from reqsnap import own_threads


class Post(Protocol):
    """What one thread attends to."""

    def fileno(self) -> int:
        """What becomes readable when there is something to do."""
        ...

    def begin(self) -> None:
        """Called when a thread arrives, and again when one comes back."""
        ...

    def step(self) -> None:
        """Do one thing. Whatever it raises ends the post."""
        ...

    def close(self) -> None:
        """Be attended to no more."""
        ...


class Attendants:
    """One thread for each post, from `start` to `pause`. Called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._posts: dict[Post, threading.Thread | None] = {}
        self._resting = True
        self._bell: tuple[int, int] | None = None
        """A pipe: as long as there is something in it, all who wait are awake."""

    def attend(self, post: Post) -> None:
        """Have a post attended to, from now or from `start` on."""
        with self._lock:
            if self._bell is None and hasattr(os, "fork"):
                self._bell = os.pipe()
                if self._resting:
                    os.write(self._bell[1], b".")
            self._posts[post] = None if self._resting else self._sent_to(post)

    def start(self) -> None:
        """Send a thread to each post that has none."""
        with self._lock:
            if self._resting:
                self._resting = False
                if self._bell is not None:
                    os.read(self._bell[0], 1)
                for post in [post for post, thread in self._posts.items() if thread is None]:
                    self._posts[post] = self._sent_to(post)

    def pause(self) -> None:
        """End the threads; who is at work for too long goes on, and ends then.

        What is asked meanwhile is answered after the next `start`.
        """
        with self._lock:
            if self._resting or self._bell is None:
                return
            self._resting = True
            os.write(self._bell[1], b".")
            threads = [thread for thread in self._posts.values() if thread is not None]
        own_threads.wait_for(threads)

    def thread_of(self, post: Post) -> threading.Thread | None:
        """The thread that attends to a post now."""
        return self._posts.get(post)

    def abandon(self) -> None:
        """Close what a forked process has inherited, where none of the threads is."""
        for post in self._posts:
            post.close()
        for end in self._bell or ():
            os.close(end)

    def _sent_to(self, post: Post) -> threading.Thread:
        return start_thread(partial(self._work, post), "reqsnap attendant")

    def _work(self, post: Post) -> None:
        try:
            post.begin()
            for _ in self._calls(post):
                post.step()
        except Exception:
            # It has gone, or is a stranger: whatever it has sent concerns no other post.
            with self._lock:
                self._posts.pop(post, None)
            post.close()

    def _calls(self, post: Post) -> Iterator[None]:
        """Each time there is something to do at a post, until it is time to rest."""
        if self._bell is None:
            while True:
                yield
        waiting = select.poll()
        waiting.register(post.fileno(), select.POLLIN)
        waiting.register(self._bell[0], select.POLLIN)
        while True:
            ready = dict(waiting.poll())
            if self._bell[0] in ready and self._rests(post):
                return
            if post.fileno() in ready:
                yield

    def _rests(self, post: Post) -> bool:
        with self._lock:
            if self._resting and post in self._posts:
                self._posts[post] = None
            return self._resting


def start_thread(work: Callable[[], None], name: str) -> threading.Thread:
    """A thread that keeps no process alive and belongs to no block."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    own_threads.start(thread)
    return thread
