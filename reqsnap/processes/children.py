"""Which block a child process belongs to: one that is started here, and one that is forked."""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard
from weakref import ref

from reqsnap import patching, scope
from reqsnap.cassette import flushing
from reqsnap.errors import AmbiguousCassetteError, ConfigurationError
from reqsnap.modes import Mode
from reqsnap.processes.attendants import Attendants
from reqsnap.processes.tickets import Ticket
from reqsnap.recorder import Recorder
from reqsnap.storage import CassetteFile, StoredFile

if TYPE_CHECKING:
    from reqsnap.processes.owner import Owner
    from reqsnap.processes.remote import RemoteRecorder

_NOBODY = Ticket("", "", 0, 0, replays=True, sends=False, records_errors=False, mode="once", cassette=None)

_blocks: set[ref[scope.Block]] = set()
"""Every block of this process that may still be asked about. A block that is gone takes itself out."""

_lock = threading.RLock()
_attendants = Attendants()
_owner: Owner | None = None
_watches_forks = False
_when_forked: list[Callable[[], None]] = []


def when_forked(forget: Callable[[], None]) -> None:
    """Have a function forget, in each forked process, what was its parent's."""
    _when_forked.append(forget)


def opened(block: scope.Block) -> None:
    """A block of this process was opened: children that are born from now on may belong to it."""
    # Nothing here is a function of ours, so that it takes next to no time, and no step can be between others.
    _blocks.add(ref(block, _blocks.discard))
    if not _watches_forks:
        _watch_forks()


def closed(block: scope.Block) -> None:
    """A block of this process was closed; with the last one nobody else is let in."""
    if _owner is not None and not any(each.open for each in _all()):
        _stop()


def _all() -> list[scope.Block]:
    """The blocks that may still be asked about, in the order of their opening."""
    alive = filter(None, [found() for found in _blocks.copy()])
    return sorted(alive, key=lambda block: block.number)


def _numbered(number: int) -> scope.Block | None:
    blocks = (found() for found in _blocks.copy())
    return next((block for block in blocks if block is not None and block.number == number), None)


def is_remote(recorder: Recorder) -> TypeGuard[RemoteRecorder]:
    """Whether another process decides."""
    return recorder.is_remote


def ticket_here() -> Ticket | None:
    """What a process that is started here and now must know; None where it is left alone."""
    if not _blocks:
        return None
    try:
        block = scope.here()
    except AmbiguousCassetteError:
        # The child may make no request at all: it is told when it makes one.
        return _ticket(_started(), 0, None)
    if block is None or block.recorder is None or not block.shared:
        return None
    if is_remote(block.recorder):
        return block.recorder.ticket
    return _ticket(_started(), block.number, block.recorder)


_REMOTE = "reqsnap.processes.remote"


def ticket_on(key: str) -> str | None:
    """The ticket, as text, of the block that is open on a cassette, here or where this process asks."""
    asked: dict[str, RemoteRecorder] = {}
    for block in _all():
        recorder = block.recorder
        if not block.open or recorder is None:
            continue
        if is_remote(recorder):
            asked[recorder.ticket.address] = recorder
        elif block.shared and recorder.cassette.key == key:
            return _ticket(_started(), block.number, recorder).to_text()
    found = (recorder.ticket_on(key) for recorder in asked.values())
    return next((ticket for ticket in found if ticket is not None), None)


def recorder_on(where: Path | StoredFile, mode: Mode) -> RemoteRecorder | None:
    """The recorder of a block on a cassette that a process which this one belongs to has open.

    A file has one owner. None where this process is, or would be, the one. Raises
    ConfigurationError where the mode of that block is another.
    """
    if _REMOTE not in sys.modules:
        # Nobody is asked where what asks has never been loaded.
        return None
    recorders = [block.recorder for block in _all() if block.open]
    if not any(recorder is not None and recorder.is_remote for recorder in recorders):
        return None
    file = CassetteFile(where) if isinstance(where, Path) else where
    found = ticket_on(file.key)
    ticket = None if found is None else Ticket.from_text(found)
    if ticket is None or ticket.owner == os.getpid():
        return None
    if ticket.mode != mode.value:
        allowed = f"process {ticket.owner} has {file.path} open already with mode={ticket.mode!r}"
        raise ConfigurationError("mode", mode.value, allowed, "Blocks on one path must agree.")
    from reqsnap.processes.remote import RemoteRecorder

    return RemoteRecorder(ticket)


def _ticket(owner: Owner, number: int, recorder: Recorder | None) -> Ticket:
    if recorder is None:
        # Which block it is will be seen: until then nothing is sent, and all is asked.
        replays, sends, records_errors, mode, cassette = True, False, False, "once", None
        refuses = False
    else:
        cassette, policy = recorder.cassette.path, recorder.cassette.policy
        replays, sends = _replays(recorder), recorder.may_send
        records_errors, mode = policy.records_errors, policy.mode.value
        refuses = not sends and not policy.filters.exclude_any
    return Ticket(
        owner.address,
        owner.key.hex(),
        owner.process,
        number,
        replays=replays,
        sends=sends,
        records_errors=records_errors,
        mode=mode,
        cassette=cassette,
        refuses=refuses,
    )


def _replays(recorder: Recorder | None) -> bool:
    """Whether a mode replays. Stubs are not counted in, because they come and go."""
    while recorder is not None:
        if recorder.permits.replay:
            return True
        recorder = recorder.outer
    return False


def _listening() -> Owner:
    """The owner that this process is for its children."""
    global _owner
    with _lock:
        if _owner is None:
            # Only here, because it takes a while to import.
            from reqsnap.processes.owner import Owner
            from reqsnap.processes.serving import Server

            _owner = Owner(Server(_numbered, ticket_on).answer, _attendants)
        return _owner


def _started() -> Owner:
    owner = _listening()
    owner.start()
    return owner


@atexit.register
def _stop() -> None:
    global _owner
    with _lock:
        owner, _owner = _owner, None
    if owner is not None:
        owner.close()


# Forks


def _watch_forks() -> None:
    global _watches_forks
    _watches_forks = True
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)


def _before() -> None:
    # What no other thread may hold while this process is doubled.
    _lock.acquire()
    try:
        recorders = [block.recorder for block in _all() if block.open and block.shared]
        if any(recorder is not None for recorder in recorders):
            # The child can import nothing that another thread is importing at this moment.
            for needed in ("reqsnap.processes.remote", "reqsnap.processes.sockets", "hmac"):
                importlib.import_module(needed)
        if any(recorder is not None and not recorder.is_remote for recorder in recorders):
            _listening()
        # No thread of ours is alive then: what one had begun would be half done in the child.
        _attendants.pause()
        flushing.pause()
    finally:
        patching.guard.acquire()


def _release() -> None:
    patching.guard.release()
    _lock.release()


def _in_parent() -> None:
    # Before another thread can fork, which has sent away the same.
    flushing.resume()
    _attendants.start()
    _release()


def _in_child() -> None:
    """Be a child: ask for the blocks that were open, with nothing of what belongs to the parent."""
    global _attendants, _owner
    _release()
    owner, _owner = _owner, None
    _attendants.abandon()
    _attendants = Attendants()
    flushing.forked()
    blocks = _all()
    for block in blocks:
        block.recorder = _asking(block, owner)
    for forget in _when_forked:
        forget()
    patching.forked(sum(block.open for block in blocks))


def _asking(block: scope.Block, owner: Owner | None) -> Recorder | None:
    """The recorder that a block has in a forked process."""
    recorder = block.recorder
    if recorder is None:
        return None
    ticket = _NOBODY if owner is None else _ticket(owner, block.number, recorder)
    recorder.forked()
    if not block.shared:
        return None
    if recorder.is_remote or not block.open:
        return recorder
    from reqsnap.processes.remote import RemoteRecorder

    return RemoteRecorder(ticket, recorder.cassette)
