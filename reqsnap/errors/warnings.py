"""Every warning that reqsnap gives; `reqsnap.errors` draws their tree."""

from __future__ import annotations

from os import PathLike


class ReqsnapWarning(UserWarning):
    """The root of every warning that reqsnap gives."""


class SwallowedRefusalWarning(ReqsnapWarning):
    """The program caught an UnmatchedRequestError and went on without it."""


class LostExchangeWarning(ReqsnapWarning):
    """An exchange took place and could not be recorded; says why."""


class LateRequestWarning(ReqsnapWarning):
    """A thread, job or task has outlived its block, and its requests are sent and not recorded."""


class DriftWarning(ReqsnapWarning):
    """Requests differ from their recordings, which answered them as `drift="report"` asks."""


class StaleRecordingWarning(ReqsnapWarning):
    """Answers were replayed that had been recorded longer ago than `max_age` allows."""


class TornCassetteWarning(ReqsnapWarning):
    """A cassette's file whose last addition was not finished, because a process was killed meanwhile.

    `path` and `line` (from 1) say where the file is torn; `used` interactions stand before that.
    `kept` is the path under which the file as it was is kept, or None where it is as it was.
    """

    def __init__(
        self, path: str | PathLike[str] | None, line: int, used: int, kept: str | None = None
    ) -> None:
        super().__init__(None if path is None else str(path), line, used, kept)
        self.path = None if path is None else str(path)
        self.line, self.used, self.kept = line, used, kept

    def __str__(self) -> str:
        place = f"{self.path or '<cassette>'}, line {self.line}"
        used = f"{self.used} interaction{'s' * (self.used != 1)} before it"
        told = (
            f"{place}: the last addition to the file was not finished, because a process was killed. "
            f"What is used: {used}."
        )
        if self.kept is not None:
            return f"{told} The file is mended; what it was before is kept as {self.kept}."
        return (
            f"{told} `reqsnap repair {self.path}` mends the file, and so does the next write to it; what "
            "it is now is then kept beside it."
        )
