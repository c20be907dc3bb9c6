"""Every error that reqsnap raises, and every warning that it gives.

    ReqsnapError
    ├── ConfigurationError        an option, mode, matcher or path that cannot be used (also a ValueError)
    ├── CassetteError             a cassette's file
    │   ├── CassetteFormatError   it is damaged, or written by a newer reqsnap
    │   │   └── MissingBodyError  a body in a file beside it is missing or was changed
    │   ├── CassetteWriteError    it could not be written; says where the recordings went
    │   │   └── CassetteConflictError  what a storage raises for one that has changed since it was read
    │   └── CassetteInUseError    another process uses it in a way that keeps this one out
    ├── UnmatchedRequestError     a request that may neither be replayed nor sent
    │   ├── SequenceExhaustedError  it was recorded, but not as often as it was made
    │   ├── OutOfOrderError       it was recorded, but another is next in a strict order
    │   ├── StaleRecordingError   it was recorded, but longer ago than `max_age` allows
    │   └── OwnerGoneError        the process that opened the cassette can no longer be asked
    ├── CutRecordingError         a program reads on where the one that was recorded had read no further
    └── AmbiguousCassetteError    several cassettes are open and none is this thread's

    ReqsnapWarning (a UserWarning)
    ├── SwallowedRefusalWarning   the program caught an UnmatchedRequestError and went on
    ├── LostExchangeWarning       an exchange that could not be recorded
    ├── LateRequestWarning        a request of a thread or task that has outlived its block
    ├── DriftWarning              a request that differs from its recording, and was answered with it
    ├── StaleRecordingWarning     an answer that was recorded longer ago than `max_age` allows
    └── TornCassetteWarning       a file whose last addition was not finished; what stands before it is used

Each error says what happened, to which request and cassette, why, and what to do.
Its facts are attributes. No message and no attribute holds a redacted value.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING

from reqsnap.cautions import DriftWarning as DriftWarning
from reqsnap.cautions import LateRequestWarning as LateRequestWarning
from reqsnap.cautions import LostExchangeWarning as LostExchangeWarning
from reqsnap.cautions import ReqsnapWarning as ReqsnapWarning
from reqsnap.cautions import StaleRecordingWarning as StaleRecordingWarning
from reqsnap.cautions import SwallowedRefusalWarning as SwallowedRefusalWarning
from reqsnap.cautions import TornCassetteWarning as TornCassetteWarning
from reqsnap.shortening import shortened

if TYPE_CHECKING:
    from datetime import datetime

    from reqsnap.differences import NearMiss
    from reqsnap.model import Request


class ReqsnapError(Exception):
    """The root of every error that reqsnap raises."""


class ConfigurationError(ReqsnapError, ValueError):
    """An option that cannot be used.

    `option` is its name, `value` what was given, `allowed` what may be given, in words.
    """

    def __init__(self, option: str, value: object, allowed: str, hint: str = "") -> None:
        super().__init__(option, value, allowed, hint)
        self.option, self.value, self.allowed, self.hint = option, value, allowed, hint

    def __str__(self) -> str:
        text = f"{self.option}={shortened(repr(self.value))} cannot be used: {self.allowed}."
        return f"{text} {self.hint}" if self.hint else text


class CassetteError(ReqsnapError):
    """Something is wrong with a cassette's file. `path` says which."""

    def __init__(self, message: str, path: str | PathLike[str] | None) -> None:
        super().__init__(message, path)
        self.message = message
        self.path = None if path is None else str(path)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path is not None else self.message


class CassetteFormatError(CassetteError):
    """A cassette that cannot be read. `line` (from 1) and `reason` say where and why.

    The file is left as it is.
    """

    def __init__(self, path: str | PathLike[str] | None, line: int | None, reason: str) -> None:
        super().__init__(reason, path)
        self.args = (path, line, reason)
        self.line, self.reason = line, reason

    def __str__(self) -> str:
        place = self.path or "<cassette>"
        if self.line is not None:
            place = f"{place}, line {self.line}"
        return (
            f"{place}: {self.reason}. The file was not changed; restore it from version control, "
            "mend that line, or delete the file and record it again."
        )

    def at(self, line: int) -> CassetteFormatError:
        """The same error on another line."""
        return CassetteFormatError(self.path, line, self.reason)


class MissingBodyError(CassetteFormatError):
    """A cassette one of whose bodies, in a file of its own beside it, is missing or was changed.

    `file` is the name of that file, `of` the request, or the answer to it, whose body it is.
    """

    def __init__(
        self, path: str | PathLike[str] | None, line: int | None, reason: str, file: str, of: str
    ) -> None:
        super().__init__(path, line, reason)
        self.args = (path, line, reason, file, of)
        self.file, self.of = file, of

    def __str__(self) -> str:
        place = f"{self.path or '<cassette>'}, line {self.line}"
        return (
            f"{place}: the body of {self.of} is in the file {self.file} beside the cassette, "
            f"which {self.reason}. Restore that file from version control, or record the cassette again; "
            "max_inline_size=None keeps all bodies in the cassette."
        )

    def at(self, line: int) -> MissingBodyError:
        """The same error on another line."""
        return MissingBodyError(self.path, line, self.reason, self.file, self.of)


class CassetteWriteError(CassetteError):
    """A cassette that could not be written. The error underneath is its `__cause__`.

    `rescued` is the path of the file into which the end of a block put the recordings
    instead, or None where it put them nowhere.
    """

    rescued: str | None = None


class CassetteInUseError(CassetteError):
    """Another process uses the cassette in a way that keeps this one out.

    `process` is its number, or None where it is not known.
    """

    def __init__(self, path: str | PathLike[str] | None, process: int | None, reason: str) -> None:
        super().__init__(reason, path)
        self.args = (self.path, process, reason)
        self.process, self.reason = process, reason

    def __str__(self) -> str:
        who = "another process" if self.process is None else f"process {self.process}"
        return (
            f"{self.path or '<cassette>'}: {who} is using it: {self.reason}. "
            "Wait until that process has ended, or end it, or name another cassette."
        )


class UnmatchedRequestError(ReqsnapError):
    """A request that the cassette does not hold and the mode does not let out.

    `request` is the request, redacted, as far as it was known when it was refused: where
    its body could not change the answer, and in a child process, its method and URL alone.
    `method` and `url` are its own, `mode` and `cassette` (a path, or None in memory) say
    where it was refused, `nearest` holds the closest recordings and `reason` and `advice`
    say why and what to do.
    """

    def __init__(
        self,
        method: str,
        url: str,
        *,
        mode: str,
        cassette: str | None,
        reason: str,
        advice: str,
        nearest: Iterable[NearMiss] = (),
        request: Request | None = None,
    ) -> None:
        super().__init__(method, url, mode, cassette, reason)
        self.method, self.url, self.mode, self.cassette = method, url, mode, cassette
        self.reason, self.advice, self.nearest = reason, advice, tuple(nearest)
        self.request = request or _known_of(method, url)

    def __str__(self) -> str:
        where = self.cassette or "a cassette in memory"
        lines = [
            f"{self.method} {shortened(self.url)} was not sent: {self.reason}.",
            f"Cassette: {where} (mode {self.mode})",
        ]
        if self.nearest:
            lines.append("Nearest recordings:")
            lines += [f"  {line}" for miss in self.nearest for line in str(miss).splitlines()]
        lines.append(f"To do: {self.advice}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class SequenceExhaustedError(UnmatchedRequestError):
    """A request that was recorded, but not as often as it has now been made."""


class OutOfOrderError(UnmatchedRequestError):
    """A request that is not the next one of a cassette whose order is strict.

    `position` (from 1) is the place in the cassette, `expected` the request recorded
    there, `actual` the one that was made, both as "METHOD url". The place is still free:
    the expected request succeeds when it is made.
    """

    position: int = 0
    expected: str = ""

    @property
    def actual(self) -> str:
        """The request that was made."""
        return f"{self.method} {self.url}"


class StaleRecordingError(UnmatchedRequestError):
    """A request whose recording is older than `max_age`, where `on_stale` is "error".

    `recorded_at` is when it was recorded, in UTC.
    """

    recorded_at: datetime | None = None


class OwnerGoneError(UnmatchedRequestError):
    """A request of a child process whose cassette was opened by a process that can no longer be asked."""


def _known_of(method: str, url: str) -> Request:
    # Here, so that the errors are known without all that requests are made of.
    from reqsnap.model import Request

    return Request(method, url)


def _rebuild(
    kind: type[UnmatchedRequestError], args: tuple[object, ...], state: dict[str, object]
) -> UnmatchedRequestError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class CutRecordingError(ReqsnapError):
    """A program that reads on in an answer that the program that was recorded had closed.

    `method` and `url` (redacted) are the request's, `cassette` is a path, or None in memory.
    What was recorded of the answer has been replayed.
    """

    def __init__(self, method: str, url: str, cassette: str | None = None) -> None:
        super().__init__(method, url, cassette)
        self.method, self.url, self.cassette = method, url, cassette

    def __str__(self) -> str:
        where = self.cassette or "a cassette in memory"
        return (
            f"{self.method} {self.url}: the recording of its answer ends here, because the program that "
            "recorded it read no further and closed it.\n"
            f"Cassette: {where}\n"
            "To do: record it anew with REQSNAP_MODE=record; or take this interaction out of the "
            "cassette and run once with REQSNAP_MODE=update."
        )


class AmbiguousCassetteError(ReqsnapError):
    """A request from a thread or task that belongs to none of several open cassettes.

    `open_cassettes` lists their paths.
    """

    def __init__(self, open_cassettes: Iterable[str]) -> None:
        self.open_cassettes = tuple(open_cassettes)
        super().__init__(self.open_cassettes)

    def __str__(self) -> str:
        return (
            "A request was made by a thread or task that has no cassette of its own while several "
            f"are open: {', '.join(self.open_cassettes)}. reqsnap does not guess. Start the thread "
            "inside its block, or open a use_cassette block around the code that makes the request."
        )
