"""`use_cassette` and `Library`: what a user writes, made of all the other modules."""

from __future__ import annotations

import functools
import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, Unpack, overload

from reqsnap import scope
from reqsnap.blocks import OpenBlock
from reqsnap.cassette import Cassette
from reqsnap.class_decorator import decorate_class
from reqsnap.decorators import decorate_function
from reqsnap.default_paths import default_path
from reqsnap.errors import ConfigurationError, ReqsnapWarning
from reqsnap.options import Options, OptionValues

P = ParamSpec("P")
R = TypeVar("R")
AnyPath = str | os.PathLike[str]


class CassetteContext:
    """A cassette to be put in force: with `with`, `async with`, or as a decorator.

    Made by `use_cassette`. It may be entered again, also while it is open, and from
    several threads and tasks at once.
    """

    def __init__(self, path: Path | None, options: Options) -> None:
        self._path = path
        self._options = options
        self._lock = threading.Lock()
        self._open: list[OpenBlock] = []

    def __enter__(self) -> Cassette:
        block = OpenBlock(None if self._path is None else Path(os.path.realpath(self._path)), self._options)
        with self._lock:
            self._open.append(block)
        return block.cassette

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end_block(self._leave(), error)

    async def __aenter__(self) -> Cassette:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end_block(self._leave(), error)

    @overload
    def __call__(self, function: Callable[P, R]) -> Callable[P, R]: ...
    @overload
    def __call__(self, function: type[R]) -> type[R]: ...
    def __call__(self, function: Any) -> Any:
        """Decorate a function, coroutine function, generator, async generator or test class."""
        if isinstance(function, type):
            return decorate_class(function, self._block_for, end_block)
        if isinstance(function, staticmethod | classmethod):
            return type(function)(self(function.__func__))
        if not callable(function):
            raise ConfigurationError("path", function, "a cassette decorates functions and classes")
        return decorate_function(function, functools.partial(self._block_for, function, None), end_block)

    def _block_for(self, function: Callable[..., Any], owner: type | None) -> OpenBlock:
        path = self._path if self._path is not None else default_path(function, owner)
        return OpenBlock(Path(os.path.realpath(path)), self._options)

    def _leave(self) -> OpenBlock:
        """The block that this exit belongs to: this context's own, else the newest."""
        here = scope.innermost()
        with self._lock:
            for index in range(len(self._open) - 1, -1, -1):
                if self._open[index].scope is here:
                    return self._open.pop(index)
            if not self._open:
                raise RuntimeError("this cassette was left more often than it was entered")
            return self._open.pop()


def end_block(block: OpenBlock, error: BaseException | None) -> None:
    """Close a block; what goes wrong then never hides the error that ended it."""
    if isinstance(error, GeneratorExit):
        # A generator, a fixture perhaps, that is closed at its yield has not failed.
        error = None
    try:
        found: list[ReqsnapWarning] = block.close(error)
    except Exception as problem:
        if error is None:
            raise
        error.add_note(f"reqsnap, while it closed the cassette: {problem}")
        return
    for warning in found:
        if error is None:
            warnings.warn(warning, stacklevel=3)
        else:
            error.add_note(f"reqsnap: {warning}")


@overload
def use_cassette(path: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def use_cassette(path: AnyPath | None = None, **options: Unpack[OptionValues]) -> CassetteContext: ...
def use_cassette(path: Any = None, **options: Any) -> Any:
    """Record the HTTP exchanges of a block or function once, and replay them ever after.

    Takes the path of the cassette (relative to the current folder) and options, see
    `reqsnap.options.Options`. Without a path a decorated test gets its own default,
    `cassettes/<module>/<Class>.<test>.yaml` beside its file, and a `with` block records
    in memory. Returns a context manager, sync and async, that is also a decorator and
    yields the `Cassette`; given a function or class, returns that, decorated.

    Raises ConfigurationError for an option or path that cannot be used. Entering the
    block raises CassetteFormatError for a damaged file; leaving it raises
    CassetteWriteError.

    >>> with use_cassette(mode="record") as cassette:
    ...     pass
    >>> len(cassette)
    0
    """
    return _make(path, options, Options(), None)


def _make(path: Any, given: dict[str, Any], base: Options, directory: Path | None) -> Any:
    options = Options.read(given, base)
    if callable(path) and not isinstance(path, os.PathLike):
        return CassetteContext(None, options)(path)
    return CassetteContext(_checked_path(path, directory), options)


def _checked_path(path: Any, directory: Path | None) -> Path | None:
    if path is None:
        return None
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise ConfigurationError("path", path, "it is a non-empty str or a path of str")
    return Path(text) if directory is None else directory / text


class Library:
    """Cassettes in one directory with options in common.

    Takes the directory and any option of `use_cassette`; checks them at once. The
    options of a single `use_cassette` stand above these.

    >>> library = Library("cassettes", mode="playback")
    >>> library.directory.name
    'cassettes'
    """

    def __init__(self, directory: AnyPath = "cassettes", **options: Unpack[OptionValues]) -> None:
        checked = _checked_path(directory, None)
        if checked is None:
            raise ConfigurationError("directory", directory, "it is a non-empty str or path")
        self.directory = checked
        self.options = Options.read(options)

    @overload
    def use_cassette(self, path: Callable[P, R], /) -> Callable[P, R]: ...
    @overload
    def use_cassette(
        self, path: AnyPath | None = None, **options: Unpack[OptionValues]
    ) -> CassetteContext: ...
    def use_cassette(self, path: Any = None, **options: Any) -> Any:
        """As `reqsnap.use_cassette`, with a path relative to the library's directory."""
        return _make(path, options, self.options, self.directory)
