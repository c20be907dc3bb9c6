"""The cassettes that processes open which tests start: nobody knows what those play."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable

from reqsnap.blocks import watching
from reqsnap.blocks.elsewhere import Notes
from reqsnap.blocks.watching import VARIABLE


class Outside:
    """Has child processes note them in a folder of the run.

    A worker of xdist is such a child, and finds the folder in its environment. What it opens it tells itself.
    """

    def __init__(self, *, is_worker: bool) -> None:
        self._before = os.environ.get(VARIABLE)
        if is_worker:
            for each in watching.for_parent:
                watching.watchers.remove(each)
        self._is_own = not is_worker or self._before is None
        self._folder = tempfile.mkdtemp(prefix="reqsnap-") if self._is_own else str(self._before)
        os.environ[VARIABLE] = self._folder
        self._notes = Notes(self._folder, asks=os.getpid())
        watching.watchers.append(self._notes.note)

    def paths(self) -> Iterable[str]:
        """What was noted until now."""
        return sorted(self._notes.read())

    def pytest_unconfigure(self) -> None:
        """Look no longer."""
        watching.watchers.remove(self._notes.note)
        if self._is_own:
            shutil.rmtree(self._folder, ignore_errors=True)
        del os.environ[VARIABLE]
        if self._before is not None:
            os.environ[VARIABLE] = self._before
