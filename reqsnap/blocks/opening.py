"""One opening of a cassette, from its file to its patches, and the way back.

Blocks that are open on one path share one `Cassette`. Everything that is taken here is
given back in `close`, whatever fails on the way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from reqsnap import patching, scope
from reqsnap.blocks.reports import about_drift, about_lost, about_refusals, about_stale
from reqsnap.cassette import Cassette
from reqsnap.errors import ConfigurationError, ReqsnapWarning
from reqsnap.formats import native
from reqsnap.interceptors import TABLE
from reqsnap.modes import Mode, Permits, permits
from reqsnap.options import Options
from reqsnap.processes import children
from reqsnap.recorder import Recorder
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile
from reqsnap.storage.sharing import Began, begin, forget_parent

patching.use_table(TABLE)


@dataclass(eq=False)
class Shared:
    """The state of one path while any block is open on it."""

    cassette: Cassette
    options: Options
    permits: Permits
    raised: bool = False


class Place:
    """What a path has while any block is open on it, or being opened: who uses it, and its state.

    `lock` is held while its file is read and written, which stops no other path's blocks. It
    is re-entrant, because a garbage collection may end a block, or open one, inside of that.
    `opened` counts its users, those who have left included. A place that is `gone` is used
    no more: whoever waited for its lock looks for the path's new one.
    """

    __slots__ = ("ending", "gone", "lock", "opened", "shared", "users")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.shared: Shared | None = None
        self.users = self.opened = 0
        self.ending = self.gone = False


_places: dict[str, Place] = {}
"""By path. Only single operations are done on it, each of which is atomic, so no lock guards it."""


def _forget_parent() -> None:
    """In a forked process no block is open on any path yet."""
    _places.clear()


children.when_forked(_forget_parent)
children.when_forked(forget_parent)


class OpenBlock:
    """A block that is open. `cassette` is what the user holds of it."""

    def __init__(self, path: Path | None, options: Options) -> None:
        policy = options.policy()
        self._path = path
        self._options = options
        self._nested = False
        self._process = os.getpid()
        self._place: Place | None = None
        live = policy.mode is Mode.LIVE
        self._remote = None if live or path is None else children.recorder_on(path, policy.mode)
        self._shared = None if live or self._remote is not None else self._share(policy)
        try:
            self.cassette, recorder = self._recorder(policy)
            name = str(path or "a cassette in memory")
            self.scope = scope.Block(recorder, name, shared=options.subprocesses)
            patching.acquire()
        except BaseException:
            if self._shared is not None:
                # Nothing was done, so nothing is complete.
                self._shared.raised = True
            self._give_back()
            raise
        scope.open_block(self.scope)
        children.opened(self.scope)

    def _recorder(self, policy: Policy) -> tuple[Cassette, Recorder | None]:
        if self._remote is not None:
            return self._remote.cassette, self._remote
        shared = self._shared
        if shared is None:
            return Cassette(policy=policy), None
        around = scope.innermost()
        outer = None if around is None else around.recorder
        self._nested = _is_within(outer, shared.cassette)
        if outer is not None and outer.cassette is shared.cassette:
            outer = outer.outer
        recorder = Recorder(shared.cassette, shared.permits, outer=None if self._options.exclusive else outer)
        return shared.cassette, recorder

    def close(self, error: BaseException | None) -> list[ReqsnapWarning]:
        """End the block and save. Returns what the user should be warned of.

        `error` is the exception that ends the block, which is given notes instead.
        Raises CassetteWriteError, and what went wrong while exchanges were recorded.
        """
        scope.close_block(self.scope)
        try:
            # In a forked process there is nothing to save.
            return self._finish(error) if self._process == os.getpid() else []
        finally:
            patching.release()
            children.closed(self.scope)

    def annotate(self, error: BaseException) -> None:
        """Say on an error, before anybody prints it, which refused requests it hides."""
        recorder = self.scope.recorder
        if recorder is not None:
            about_refusals(recorder.refusals, error)
            recorder.refusals.clear()

    def _finish(self, error: BaseException | None) -> list[ReqsnapWarning]:
        recorder = self.scope.recorder
        if recorder is None or self._shared is None:
            return []
        late = recorder.close()
        if error is not None or recorder.problems:
            self._shared.raised |= not self._nested
            if not self._options.record_on_exception:
                self.cassette.forget(recorder.recorded)
        found = about_lost(self.scope.name, late, recorder.lost)
        found += about_refusals(recorder.refusals, error)
        found += about_stale(self.scope.name, recorder.stale)
        found += about_drift(self.scope.name, recorder.drift)
        try:
            found += self._give_back()
        except Exception as unsaved:
            _tell(unsaved, found, recorder.problems)
            raise
        if error is not None:
            _tell(error, (), recorder.problems)
        elif recorder.problems:
            first, *others = recorder.problems
            _tell(first, found, others)
            raise first
        return found

    def _share(self, policy: Policy) -> Shared:
        """Use the state of the path, which is read from its file where no block is open on it."""
        path = self._path
        if path is None:
            return _in_memory(self._options, policy)
        while True:
            place = _places.setdefault(os.path.normcase(path), Place())
            with place.lock:
                if not place.gone:
                    return self._use(place, path, policy)

    def _use(self, place: Place, path: Path, policy: Policy) -> Shared:
        place.users += 1
        place.opened += 1
        try:
            shared = place.shared
            if shared is None:
                read = _from_file(path, self._options, policy)
                if place.shared is not None:
                    # A block that was opened meanwhile, within this thread, was first.
                    read.cassette.give_up()
                shared = place.shared = place.shared or read
            _agree(path, shared, self._options, policy)
        except BaseException:
            if place.shared is not None and place.users == 1:
                place.shared.raised = True
            _leave(place, path)
            raise
        self._place = place
        return shared

    def _give_back(self) -> list[ReqsnapWarning]:
        if self._place is not None and self._path is not None:
            return _leave(self._place, self._path)
        return [] if self._shared is None else _save(None, self._shared)


def _leave(place: Place, path: Path) -> list[ReqsnapWarning]:
    with place.lock:
        place.users -= 1
        # A block that ends within the saving of the one before it leaves what is new to that one.
        return [] if place.users or place.ending else _end(place, path)


def _end(place: Place, path: Path) -> list[ReqsnapWarning]:
    """Save what the last block on a path leaves, and then give up its place."""
    place.ending, saved, found = True, 0, []
    try:
        while place.shared is not None and saved != place.opened:
            saved = place.opened
            found += _save(path, place.shared)
        return found
    finally:
        place.ending = False
        if not place.users:
            place.gone = True
            _places.pop(os.path.normcase(path), None)


def _tell(error: BaseException, found: Sequence[ReqsnapWarning], problems: Sequence[Exception]) -> None:
    """Put on the one error that can be raised what else there is to tell."""
    for note in [*[f"reqsnap: {each}" for each in found], *map(_unrecorded, problems)]:
        error.add_note(note)


def _unrecorded(problem: Exception) -> str:
    return f"reqsnap could not record an exchange: {problem!r}"


def _is_within(recorder: Recorder | None, cassette: Cassette) -> bool:
    while recorder is not None:
        if recorder.cassette is cassette:
            return True
        recorder = recorder.outer
    return False


def _in_memory(options: Options, policy: Policy) -> Shared:
    if policy.mode in (Mode.PLAYBACK, Mode.UPDATE):
        allowed = f"mode {policy.mode.value} needs the path of a cassette"
        raise ConfigurationError("path", None, allowed, "Without a path only once, record and live work.")
    may = permits(policy.mode, recorded=False)
    return Shared(Cassette(policy=policy), options, may)


def _from_file(path: Path, options: Options, policy: Policy) -> Shared:
    file = CassetteFile(path)
    mode = policy.mode
    only_replays = mode is Mode.PLAYBACK or (mode is Mode.ONCE and file.exists())
    file.check(writable=not only_replays)
    began = begin(file, replaces=mode is Mode.RECORD, records=mode is not Mode.PLAYBACK)
    try:
        return _opened(file, options, policy, began)
    except BaseException:
        began.sharing.give_up()
        raise


def _opened(file: CassetteFile, options: Options, policy: Policy, began: Began) -> Shared:
    """The state of a path, from what its file or its partial file held."""
    data, partial = began.data, began.partial
    may = permits(policy.mode, recorded=data is not None, partial=partial is not None)
    cassette = Cassette(
        file,
        policy,
        evicts=may.send,
        began=began,
        flush_interval=options.flush_interval if options.auto_flush else None,
    )
    if data is not None:
        cassette.adopt(native.load(data, str(file.path)), data)
    elif partial is not None:
        cassette.adopt(native.load(partial, str(file.partial.path)), partial)
    return Shared(cassette, options, may)


def _agree(path: Path, shared: Shared, options: Options, policy: Policy) -> None:
    if shared.options is options and shared.cassette.mode is policy.mode:
        return
    differing = [
        field.name
        for field in fields(Options)
        if field.name != "mode" and getattr(shared.options, field.name) != getattr(options, field.name)
    ]
    if shared.cassette.mode is not policy.mode:
        differing.append("mode")
    if differing:
        name = differing[0]
        allowed = f"{path} is already open with {name}={getattr(shared.options, name)!r}"
        raise ConfigurationError(name, getattr(options, name), allowed, "Blocks on one path must agree.")


def _save(path: Path | None, shared: Shared) -> list[ReqsnapWarning]:
    """Write what is new, when the last block on a path ends (rules 1, 8, 10 and 11 of the modes)."""
    written = shared.cassette.end(raised=shared.raised)
    if shared.permits.replaces and not (written or shared.raised) and path is not None and path.exists():
        return [ReqsnapWarning(f"{path}: nothing was recorded, so the previous cassette was kept")]
    return []
