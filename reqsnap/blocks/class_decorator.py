"""A cassette around each test of a class.

For a unittest.TestCase the block also covers `setUp`, `tearDown` and the clean-ups, so
that what a fixture requests is recorded with the test. Other classes have it around
each method whose name starts with `test`, as `unittest.mock.patch` does, static and class
methods too. Test classes within a class are decorated with it.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from reqsnap.blocks.decorators import Ends, decorate_function
from reqsnap.naming.default_paths import Called

if TYPE_CHECKING:
    from reqsnap.blocks.opening import OpenBlock

OpensFor = Callable[[Called], "OpenBlock"]
"""Opens a block for a test that is called."""

_PREFIX = "test"
_STATE = "_reqsnap_running"
"""Where a test keeps its blocks while it runs: one for each decorator on its class and bases."""


def decorate_class(cls: type, opens: OpensFor, ends: Ends) -> type:
    """The class itself, each of its tests in a block of its own."""
    if _is_test_case(cls):
        _decorate_test_case(cls, opens, ends)
    else:
        for name, method in _tests(cls):
            setattr(cls, name, _method(name, method, opens, ends))
        for name, method in _tests(cls, staticmethod | classmethod):
            setattr(cls, name, _unbound(cls, name, method, opens, ends))
    for within in _classes_within(cls):
        decorate_class(within, opens, ends)
    return cls


def _is_test_case(cls: type) -> bool:
    """Asked without importing unittest: a class that derives from it has imported it."""
    case = sys.modules.get("unittest.case")
    return case is not None and issubclass(cls, case.TestCase)


def _tests(cls: type, kind: Any = FunctionType) -> list[tuple[str, Any]]:
    names = [name for name in dir(cls) if name.startswith(_PREFIX)]
    found = [(name, inspect.getattr_static(cls, name)) for name in names]
    return [(name, method) for name, method in found if isinstance(method, kind)]


def _classes_within(cls: type) -> list[type]:
    """The classes that are defined in a class and that pytest takes for tests."""
    return [
        value
        for name, value in vars(cls).items()
        if name.lower().startswith(_PREFIX)
        and isinstance(value, type)
        and value.__qualname__ == f"{cls.__qualname__}.{name}"
    ]


def _method(name: str, method: Any, opens: OpensFor, ends: Ends) -> Any:
    """A test method; its cassette belongs to the class that it is called on."""

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        def opens_it(given: tuple[Any, ...], named: dict[str, Any]) -> OpenBlock:
            return opens(Called.on(type(self), name, method, given, named))

        bound = decorate_function(method, opens_it, ends)
        return bound(self, *args, **kwargs)

    return _of_the_same_kind(method, call)


def _unbound(cls: type, name: str, method: Any, opens: OpensFor, ends: Ends) -> Any:
    """A static or class method that is a test."""
    function = method.__func__

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        # That of a subclass is its own, as far as the method is told.
        owner = args[0] if isinstance(method, classmethod) else cls

        def opens_it(given: tuple[Any, ...], named: dict[str, Any]) -> OpenBlock:
            return opens(Called.on(owner, name, function, given, named))

        return decorate_function(function, opens_it, ends)(*args, **kwargs)

    return type(method)(_of_the_same_kind(function, call))


def _of_the_same_kind(method: Any, call: Any) -> Any:
    """Test runners ask what kind of function a test is; a coroutine function must look like one."""
    if not inspect.iscoroutinefunction(method):
        return call

    @functools.wraps(method)
    async def awaits(*args: Any, **kwargs: Any) -> Any:
        return await call(*args, **kwargs)

    return awaits


_SKIPS = ("SkipTest", "Skipped")
"""How unittest and pytest call the exception by which a test skips itself."""


class _Running:
    """The block of a test that is being run, and the error that it ended with."""

    def __init__(self, block: OpenBlock) -> None:
        self.block = block
        self.error: BaseException | None = None


def _decorate_test_case(cls: Any, opens: OpensFor, ends: Ends) -> None:
    def end(test: Any) -> None:
        running: _Running = test.__dict__[_STATE].pop()
        error = running.error
        if error is None and _failed_elsewhere(test):
            error = AssertionError("a fixture of the test failed")
        ends(running.block, error)

    original = cls.setUp

    @functools.wraps(original)
    def set_up(self: Any) -> None:
        name = self._testMethodName
        test = getattr(self, name)
        function = inspect.unwrap(getattr(test, "__func__", test))
        running = _Running(opens(Called.on(type(self), name, function, (self,), {})))
        self.__dict__.setdefault(_STATE, []).append(running)
        self.addCleanup(end, self)
        try:
            original(self)
        except BaseException as error:
            _note(self, error)
            raise

    changed = {name: _noting_errors(method) for name, method in _tests(cls)} | {"setUp": set_up}
    for name, method in changed.items():
        setattr(cls, name, method)


def _failed_elsewhere(test: Any) -> bool:
    outcome = getattr(test, "_outcome", None)
    return outcome is not None and not outcome.success and not getattr(outcome, "skipped", None)


def _note(test: Any, error: BaseException) -> None:
    """Keep a test's error; say on it, before the runner prints it, what it hides."""
    running: list[_Running] = test.__dict__.get(_STATE, [])
    if type(error).__name__ not in _SKIPS:
        for each in running:
            each.error = error
            each.block.annotate(error)


def _noting_errors(method: Any) -> Any:
    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def awaits(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return await method(self, *args, **kwargs)
            except BaseException as error:
                _note(self, error)
                raise

        return awaits

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except BaseException as error:
            _note(self, error)
            raise

    return call
