"""The block that a whole program runs in, and what is told of it at its end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reqsnap.blocks.opening import OpenBlock
from reqsnap.cassette import Counts
from reqsnap.errors import CassetteError, UnmatchedRequestError
from reqsnap.locations import Url, location
from reqsnap.options import Options
from reqsnap.storage import CassetteFile, File, file_at

MOST = 3
"""How many refused requests are shown whole; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in the block of a program.

    `problem` is why something was not saved or not recorded, `warnings` are the block's.
    `summary` is one line.
    """

    summary: str
    warnings: tuple[str, ...] = ()
    refusals: tuple[UnmatchedRequestError, ...] = ()
    problem: Exception | None = None

    def lines(self, *, quiet: bool) -> list[str]:
        """What is printed; where `quiet`, only what is not as it should be."""
        found = [f"warning: {text}" for text in self.warnings]
        if self.problem is not None:
            found.append("\n".join([_told(self.problem), *getattr(self.problem, "__notes__", ())]))
        if self.refusals or not quiet:
            found.append(self.summary)
        found += [f"refused: {error}" for error in self.refusals[:MOST]]
        if len(self.refusals) > MOST:
            found.append(f"refused: and {len(self.refusals) - MOST} more")
        return [f"reqsnap: {each}" for each in found]


class ProgramBlock:
    """A block that is open for a whole program.

    Raises what opening a block raises. `shown` is the cassette's path as the user wrote it.
    """

    def __init__(self, shown: str, options: Mapping[str, Any]) -> None:
        self._shown = shown
        self._options = Options.read(options, Options())
        # Found once, because the program may change the folder that is current.
        lies = location(shown)
        path = lies if isinstance(lies, Url) else Path(os.path.realpath(lies))
        self._file = file_at(path)
        self._before = self._stamps()
        self._block = OpenBlock(path, self._options)

    def close(self, *, interrupted: bool, failed: bool = False) -> Report:
        """Save, and say what happened.

        `interrupted`: the program did not come to its end, as a block that raises does not.
        `failed`: it ended with another status than 0, which many do when all is well, so
        that this counts only where nothing is to be kept of a program that fails.
        """
        recorder = self._block.scope.recorder
        refusals = () if recorder is None else tuple(recorder.refusals)
        if recorder is not None:
            recorder.refusals.clear()
        has_raised = interrupted or (failed and not self._options.record_on_exception)
        error = RuntimeError("the program did not end well") if has_raised else None
        warnings: tuple[str, ...] = ()
        problem = None
        try:
            warnings = tuple([str(warning) for warning in self._block.close(error)])
        except Exception as raised:
            problem = raised
        if error is not None:
            warnings += tuple(getattr(error, "__notes__", ()))
        told, mode = _counted(self._block.cassette.counts), self._block.cassette.mode.value
        return Report(f"{told} (mode {mode}); {self._written()}", warnings, refusals, problem)

    def _written(self) -> str:
        (file, partial), before = self._stamps(), self._before
        if file is not None and file != before[0]:
            return f"written to {self._shown}"
        if partial is not None and partial != before[1]:
            return f"not complete, so kept in {self._shown}.partial"
        return "nothing was written" if file is None else f"{self._shown} was not changed"

    def _stamps(self) -> tuple[object, object]:
        return _stamp(self._file), _stamp(self._file.partial)


def _stamp(file: File) -> object:
    """What changes whenever a file is written; None where there is none."""
    try:
        if not isinstance(file, CassetteFile):
            return file.read()
        about = file.path.stat()
    except (OSError, CassetteError):
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size


def _counted(counts: Counts) -> str:
    """What the requests came to, in words."""
    if not counts.requests:
        return "no request of a Python program was recorded or replayed"
    told = f"{counts.replayed} replayed, {counts.recorded} recorded, {counts.refused} refused"
    return f"{told}, {counts.live} sent and not recorded" if counts.live else told


def _told(problem: Exception) -> str:
    if isinstance(problem, CassetteError):
        return f"error: {problem}"
    return f"error: an exchange could not be recorded: {problem!r}"
