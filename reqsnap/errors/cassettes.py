"""The root of the errors, and what is wrong with options and with cassettes."""

from __future__ import annotations

from os import PathLike

from reqsnap.shortening import shortened


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


class CassetteConflictError(CassetteWriteError):
    """What a `Storage` raises for a cassette that has changed since it was read, and is not written.

    Who saves a cassette never sees it: it is read again, and what both have recorded is written.
    """

    def __init__(self, path: str | PathLike[str] | None) -> None:
        super().__init__("it has changed since it was read", path)
        self.args = (self.path,)


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
