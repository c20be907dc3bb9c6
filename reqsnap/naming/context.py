"""What a cassette may be named after: the naming context of this task or thread, and the test.

The context is a chain of frames in one context variable, so a task starts with its
parent's and changes only its own, and each `naming` takes exactly its own frame away.
Threads and their jobs are given it by the patches, which are in place meanwhile.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from reqsnap.errors import ConfigurationError
from reqsnap.patching import Hold

P = ParamSpec("P")
R = TypeVar("R")

Value = str | int | float | bool
"""What can stand in a name."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TestContext:
    """What a cassette can be named after; given to the functions that make its path.

    test: the name of the test, or None in a `with` block, which belongs to no function.
    cls: the class that it is run on, with those around it (`Outer.Inner`), if there is one.
    module: the last part of its module's name.
    file: the file that it is in.
    params: the arguments of the call by name, defaults included, without `self`.
    extra: the naming context that is in force.
    """

    # Keeps pytest from collecting it as a test where it is imported.
    __test__ = False

    test: str | None = None
    cls: str | None = None
    module: str | None = None
    file: Path | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, hash=False)
    extra: Mapping[str, Value] = field(default_factory=lambda: _NOTHING, hash=False)


class NamingContext:
    """Values for the names of cassettes: with `with`, or as a decorator. Made by `naming`.

    It may be entered again, also while it is open, and from several threads and tasks.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self._holds: list[Hold] = []

    def __enter__(self) -> Mapping[str, Value]:
        self._holds.append(Hold())
        _frames.set((*_frames.get(), _Frame(self, self._values)))
        return current_naming()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # It may be left in another context than it was entered in, where its frame is not.
        if self._holds:
            self._holds.pop().release()
        frames = _frames.get()
        for index in range(len(frames) - 1, -1, -1):
            if frames[index].owner is self:
                _frames.set(frames[:index] + frames[index + 1 :])
                return

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function or coroutine function: the values are in force while it runs."""
        if isinstance(function, staticmethod | classmethod):
            return cast(Callable[P, R], type(function)(self(function.__func__)))
        is_generator = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
        if isinstance(function, type) or not callable(function) or is_generator:
            allowed = "naming decorates functions and coroutine functions"
            raise ConfigurationError("naming", function, allowed, "Write `with naming(...):` inside it.")
        if inspect.iscoroutinefunction(function):
            return cast(Callable[P, R], self._coroutine(function))

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return call

    def _coroutine(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            with self:
                return await function(*args, **kwargs)

        return call


class _Frame(NamedTuple):
    """One entering of a naming context."""

    owner: NamingContext
    values: Mapping[str, Value]


Frames = tuple[_Frame, ...]
"""A naming context as threads and jobs take it along."""

_frames: ContextVar[Frames] = ContextVar("reqsnap_naming", default=())


def frames() -> Frames:
    """What is in force here and now, to be put in force elsewhere."""
    return _frames.get()


def inherit_frames(given: Frames) -> None:
    """Put in force, in this thread that is new, what is where it was started."""
    _frames.set(given)


@contextmanager
def carried_frames(given: Frames) -> Iterator[None]:
    """Put in force, for a job that this thread runs, what was where it was handed on."""
    token = _frames.set(given)
    try:
        yield
    finally:
        _frames.reset(token)


def naming(**context: Value) -> NamingContext:
    """Give values to the names of the cassettes that are opened in a block or function.

    Path templates and the functions that make paths see them. They belong to this task
    or thread; tasks, threads and executor jobs that are started in it begin with them.
    Nested ones add to those around them, and the innermost wins.

    Raises ConfigurationError for a value that is no string, number or bool.

    >>> with naming(provider="google"), naming(model="gemini"):
    ...     dict(current_naming())
    {'provider': 'google', 'model': 'gemini'}
    """
    return NamingContext({name: _checked(name, value) for name, value in context.items()})


def current_naming() -> Mapping[str, Value]:
    """The naming context that is in force here and now, read-only; empty where there is none."""
    merged: dict[str, Value] = {}
    for frame in _frames.get():
        merged.update(frame.values)
    return MappingProxyType(merged)


def plain(value: Any) -> Value | None:
    """The string, number or bool that a value is, without a subclass's own spelling; None for any other.

    A member of a StrEnum or IntEnum is its value: how one is spelt differs between Pythons.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        return float.__float__(value)
    return None


def _checked(name: str, value: Any) -> Value:
    if not name.isidentifier():
        raise ConfigurationError("naming", name, "a name is an identifier, as a path template writes it")
    found = plain(value)
    if found is None:
        # The value itself is not shown: it may be a secret.
        raise ConfigurationError(name, type(value), "it is a string, a number or a bool")
    return found
