"""Jobs that are handed to a process which is older than the block that they are submitted in.

A job brings its ticket along, so that it belongs to the block in which it was submitted,
whichever worker of a pool runs it, and the worker belongs to it no longer than that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from reqsnap import scope
from reqsnap.patching import Hold
from reqsnap.processes import children
from reqsnap.processes.remote import RemoteRecorder
from reqsnap.processes.tickets import Ticket


@dataclass(frozen=True)
class Job:
    """A function that a ticket goes with, both of which are pickled for a worker."""

    ticket: Ticket
    function: Callable[..., Any]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Run the function where it was handed to."""
        with belonging(self.ticket):
            return self.function(*args, **kwargs)


_holds: dict[int, Hold] = {}
"""By process: that of a process which this one was forked from holds nothing here."""
_recorders: dict[Ticket, RemoteRecorder] = {}
"""That of the last ticket, so that the jobs of one block share its connections."""


def _forget_parent() -> None:
    """In a forked process: share no connection with that which it was forked from."""
    for recorder in _recorders.values():
        recorder.forked()
    _recorders.clear()


children.when_forked(_forget_parent)


@contextmanager
def belonging(ticket: Ticket) -> Iterator[None]:
    """Belong to the block of a ticket for as long as the body runs."""
    if ticket.owner == os.getpid() or _is_in_force(ticket):
        yield
        return
    if os.getpid() not in _holds:
        # For as long as the worker lives: without a block in force a patch changes nothing.
        _holds[os.getpid()] = Hold()
    block = scope.Block(_recorder(ticket), ticket.cassette or "a cassette in memory")
    scope.open_block(block)
    children.opened(block)
    try:
        yield
    finally:
        scope.close_block(block)
        children.closed(block)


def _is_in_force(ticket: Ticket) -> bool:
    block = scope.innermost()
    recorder = None if block is None else block.recorder
    return isinstance(recorder, RemoteRecorder) and recorder.ticket == ticket


def _recorder(ticket: Ticket) -> RemoteRecorder:
    found = _recorders.get(ticket)
    if found is None:
        for recorder in _recorders.values():
            recorder.forked()
        _recorders.clear()
        found = _recorders[ticket] = RemoteRecorder(ticket)
    return found
