"""`use_cassette` and `Library`: what a user writes, made of all the other modules."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack, overload

from reqsnap import blocks, scope
from reqsnap.blocks.class_decorator import decorate_class
from reqsnap.blocks.decorators import decorate_function
from reqsnap.errors import ConfigurationError, ReqsnapWarning
from reqsnap.locations import Location, location
from reqsnap.naming.context import TestContext, current_naming
from reqsnap.naming.default_paths import Called
from reqsnap.naming.path_names import (
    AnyPath,
    Find,
    PathBuilder,
    built_path,
    checked_builder,
    checked_path,
    given_path,
    is_path_lambda,
)
from reqsnap.options import DEFAULTS, Options

if TYPE_CHECKING:
    from reqsnap.blocks import OpenBlock
    from reqsnap.cassette import Cassette
    from reqsnap.options.values import OptionValues

P = ParamSpec("P")
R = TypeVar("R")


class CassetteContext:
    """A cassette to be put in force: with `with`, `async with`, or as a decorator.

    Made by `use_cassette`. It may be entered again, also while it is open, and from
    several threads and tasks at once.
    """

    def __init__(self, find: Find | None, options: Options, directory: Location | None = None) -> None:
        self._find = find
        self._options = options
        self._directory = directory
        self._lock = threading.Lock()
        self._open: list[OpenBlock] = []

    def __enter__(self) -> Cassette:
        path = None if self._find is None else self._find(_in_no_test)
        block = blocks.OpenBlock(path, self._options)
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
            if not function.__flags__ & _MADE_BY_A_CLASS_STATEMENT:
                raise ConfigurationError("path", function, "a cassette decorates functions and test classes")
            return decorate_class(function, lambda called: self._block_for(lambda: called), end_block)
        if isinstance(function, staticmethod | classmethod):
            return type(function)(self(function.__func__))
        if not callable(function):
            raise ConfigurationError("path", function, "a cassette decorates functions and classes")

        def opens(args: tuple[Any, ...], kwargs: dict[str, Any]) -> OpenBlock:
            return self._block_for(lambda: Called.find(function, decorated, args, kwargs))

        decorated = decorate_function(function, opens, end_block)
        return decorated

    def _block_for(self, called: Callable[[], Called]) -> OpenBlock:
        find = self._find
        path = called().path(self._directory) if find is None else find(lambda: called().context())
        return blocks.OpenBlock(path, self._options)

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


_MADE_BY_A_CLASS_STATEMENT = 1 << 9
"""A flag of types (Py_TPFLAGS_HEAPTYPE): of others, such as `int`, nothing can be replaced."""


def _in_no_test() -> TestContext:
    """What a `with` block can be named after: it belongs to no function."""
    return TestContext(extra=current_naming())


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
        told = "\n".join([str(problem), *getattr(problem, "__notes__", ())])
        error.add_note(f"reqsnap, while it closed the cassette: {told}")
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
@overload
def use_cassette(*, path: PathBuilder, **options: Unpack[OptionValues]) -> CassetteContext: ...
def use_cassette(*path: Any, **options: Any) -> Any:
    """Record the HTTP exchanges of a block or function once, and replay them ever after.

    Takes the path of the cassette (relative to the current folder) and options, see
    `reqsnap.options.Options`. A path may have fields, `"{module}/{test}-{model}.yaml"`;
    given by name, `path=`, it may be a function of a `TestContext` that returns one.
    Without a path a decorated test gets its own default,
    `cassettes/<module>/<Class>.<test>.yaml` beside its file, and a `with` block records
    in memory. Returns a context manager, sync and async, that is also a decorator and
    yields the `Cassette`; given a function or class, returns that, decorated.

    Raises ConfigurationError for an option or path that cannot be used. Entering the
    block raises it for a field that is not known there, and CassetteFormatError for a
    damaged file; leaving it raises CassetteWriteError.

    >>> with use_cassette(mode="record") as cassette:
    ...     pass
    >>> len(cassette)
    0
    """
    if "path_builder" in options:
        allowed = "named builders belong to a Library"
        raise ConfigurationError("path_builder", options["path_builder"], allowed, "Write path= a function.")
    return _make(path, options, DEFAULTS, None, None)


def _make(
    paths: tuple[Any, ...], given: dict[str, Any], base: Options, directory: Location | None, builder: Any
) -> Any:
    """A context; or what stands alone, a function or class, decorated with one.

    A function by the name `path` makes the path, one without a name is decorated: hence
    the signature that takes positional arguments and named ones apart.
    """
    if len(paths) == 1 and isinstance(paths[0], str | PurePath) and "path" not in given:
        # What nearly every block is opened with, some of them thousands of times.
        return CassetteContext(given_path(paths[0], directory), Options.read(given, base), directory)
    named = [given.pop("path")] if "path" in given else []
    if len(paths) + len(named) > 1:
        raise TypeError("use_cassette() takes one path; options go by their names, such as mode='record'")
    alone = next((path for path in paths if callable(path) and not isinstance(path, os.PathLike)), None)
    if alone is not None and is_path_lambda(alone):
        hint = "A function that makes the path is given by name: path=lambda context: ..."
        raise ConfigurationError("path", alone, "what stands alone is decorated", hint)
    path = next((path for path in (*paths, *named) if path is not alone), None)
    options = Options.read(given, base)
    context = CassetteContext(_finder(path, directory, builder), options, directory)
    return context if alone is None else context(alone)


def _finder(path: Any, directory: Location | None, builder: PathBuilder | None) -> Find | None:
    if callable(path) and not isinstance(path, os.PathLike):
        return built_path(checked_builder("path", path), directory)
    if path is not None:
        return given_path(path, directory)
    return None if builder is None else built_path(builder, directory)


class Library:
    """Cassettes in one directory with options in common.

    Takes the directory and any option of `use_cassette`; checks them at once. The
    options of a single `use_cassette` stand above these. `builders` are functions, by
    name, that make the path of a cassette from a `TestContext`; `path_builder`, one of
    their names or such a function, makes it where no path is given.

    >>> library = Library("cassettes", mode="playback")
    >>> library.directory.name
    'cassettes'
    """

    def __init__(
        self,
        directory: AnyPath = "cassettes",
        *,
        builders: Mapping[str, PathBuilder] | None = None,
        path_builder: str | PathBuilder | None = None,
        **options: Unpack[OptionValues],
    ) -> None:
        self.directory = location(checked_path(directory, "directory"))
        self.options = Options.read(options)
        self.builders = _checked_builders(builders)
        self._builder = self._named(path_builder)

    @overload
    def use_cassette(self, path: Callable[P, R], /) -> Callable[P, R]: ...
    @overload
    def use_cassette(
        self,
        path: AnyPath | None = None,
        *,
        path_builder: str | PathBuilder | None = None,
        **options: Unpack[OptionValues],
    ) -> CassetteContext: ...
    @overload
    def use_cassette(self, *, path: PathBuilder, **options: Unpack[OptionValues]) -> CassetteContext: ...
    def use_cassette(self, *path: Any, path_builder: Any = None, **options: Any) -> Any:
        """As `reqsnap.use_cassette`, with a path relative to the library's directory.

        A path that is given stands above `path_builder`, that above the library's own,
        and that above the default, `<module>/<Class>.<test>.yaml` in the directory.
        """
        builder = self._named(path_builder) or self._builder
        return _make(path, options, self.options, self.directory, builder)

    def _named(self, builder: Any) -> PathBuilder | None:
        if builder is None:
            return None
        if not isinstance(builder, str):
            return checked_builder("path_builder", builder)
        if builder not in self.builders:
            allowed = f"Named path builder {builder!r} is not known; there are {sorted(self.builders)}"
            raise ConfigurationError("path_builder", builder, allowed)
        return self.builders[builder]


def _checked_builders(builders: Any) -> Mapping[str, PathBuilder]:
    if not isinstance(builders or {}, Mapping):
        raise ConfigurationError("builders", builders, "it is a mapping of names and functions")
    checked = {name: checked_builder(f"builders[{name!r}]", each) for name, each in (builders or {}).items()}
    return MappingProxyType(checked)
