"""One opening of a cassette, from its file to its patches, and the way back.

Blocks that are open on one path share one `Cassette`. Everything that is taken here is
given back in `close`, whatever fails on the way.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from reqsnap import patching, scope
from reqsnap.blocks.places import Where, absolute, real, share
from reqsnap.blocks.reports import about_drift, about_lost, about_refusals, about_stale
from reqsnap.blocks.watching import watchers
from reqsnap.cassette import Cassette
from reqsnap.errors import ReqsnapWarning
from reqsnap.locations import Location
from reqsnap.modes import Mode
from reqsnap.options import Options
from reqsnap.options.policies import policy_of
from reqsnap.processes import children
from reqsnap.recorder import Recorder
from reqsnap.rules.policy import Policy
from reqsnap.storage import CassetteFile

_LIVE = Mode.LIVE
"""Up to Python 3.11 it takes a call to read a member off its class."""


class OpenBlock:
    """A block that is open. `cassette` is what the user holds of it."""

    def __init__(self, path: Location | None, options: Options) -> None:
        policy = policy_of(options)
        self._options = options
        self._nested = False
        self._process = os.getpid()
        live = policy.mode is _LIVE
        given = None if path is None else absolute(path, options.storage)
        leads_to = None if given is None else real(given)
        self._remote = None if live or leads_to is None else children.recorder_on(leads_to, policy.mode)
        self._use = None if live or self._remote is not None else share(given, leads_to, options, policy)
        try:
            self.cassette, recorder = self._recorder(leads_to, policy)
            name = str(leads_to or "a cassette in memory")
            self.scope = scope.Block(recorder, name, shared=options.subprocesses)
            patching.acquire()
        except BaseException:
            if self._use is not None:
                # Nothing was done, so nothing is complete.
                self._use.shared.raised = True
                self._use.give_back()
            raise
        scope.open_block(self.scope)
        children.opened(self.scope)
        for told in watchers:
            told(self)

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed yet."""
        return self.scope.open

    @property
    def is_joined(self) -> bool:
        """Whether the cassette is open in the parent process, which does what this one asks."""
        return self._remote is not None

    def _recorder(self, path: Where | None, policy: Policy) -> tuple[Cassette, Recorder | None]:
        if self._remote is not None:
            return self._remote.cassette, self._remote
        if self._use is None:
            file = CassetteFile(path, is_real=True) if isinstance(path, Path) else path
            return Cassette(file, policy), None
        shared = self._use.shared
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

    def forget_refusals(self) -> None:
        """Tell nothing of what was refused until now, because it is told elsewhere."""
        recorder = self.scope.recorder
        if recorder is not None:
            recorder.refusals.clear()

    def _finish(self, error: BaseException | None) -> list[ReqsnapWarning]:
        recorder = self.scope.recorder
        if recorder is None or self._use is None:
            return []
        late = recorder.close()
        if error is not None or recorder.problems:
            self._use.shared.raised |= not (self._nested or self._options.habits.keeps_failed)
            if not self._options.record_on_exception:
                self.cassette.forget(recorder.recorded)
        found = about_lost(self.scope.name, late, recorder.lost)
        if error is not None or self._options.habits.tells_swallowed:
            found += about_refusals(recorder.refusals, error)
        found += about_stale(self.scope.name, recorder.stale)
        found += about_drift(self.scope.name, recorder.drift)
        try:
            found += self._use.give_back()
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
