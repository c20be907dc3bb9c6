"""A cassette of VCR.py's kind around a block or a function."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from reqsnap.blocks.decorators import decorate_function, in_block
from reqsnap.errors import ConfigurationError
from reqsnap.vcr.cassette_like import CassetteLike

if TYPE_CHECKING:
    from reqsnap.blocks.decorators import Ends
    from reqsnap.vcr.opening import Block

C = TypeVar("C", bound=CassetteLike)
R = TypeVar("R")
Arguments = Callable[[], dict[str, Any]]
"""Returns the options of a cassette, and what makes its path."""


class CassetteContextDecorator(Generic[C]):
    """A cassette to be put in force: with `with`, `async with`, or as a decorator.

    Made by `use_cassette`, `Cassette.use` and `Cassette.use_arg_getter`. Its options are asked
    for whenever it is entered or what it decorates is called, and each time make another cassette.
    """

    def __init__(self, cls: Callable[..., C], args_getter: Arguments) -> None:
        self.cls = cls
        self._args_getter = args_getter
        self._open: list[Block] = []

    @classmethod
    def from_args(cls, cassette_class: Callable[..., C], **kwargs: Any) -> CassetteContextDecorator[C]:
        """One whose options are known now."""
        return cls(cassette_class, lambda: dict(kwargs))

    @staticmethod
    def get_function_name(function: Any) -> str:
        """What a cassette is called that has no path: as the function that it decorates."""
        name: str = function.__name__
        return name

    def __enter__(self) -> C:
        cassette = self._new(None)
        self._open.append(_opened(cassette))
        return cassette

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        _ends()(self._open.pop(), error)

    async def __aenter__(self) -> C:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    @overload
    def __call__(self, function: Callable[..., R]) -> Callable[..., R]: ...
    @overload
    def __call__(self, function: Any) -> Any: ...
    def __call__(self, function: Any) -> Any:
        """Decorate a function, coroutine function, generator, method or test class."""
        if isinstance(function, type):
            return _decorated(function, lambda called: _opened(self._new(called.function)))
        if not callable(function) and not isinstance(function, staticmethod | classmethod):
            raise ConfigurationError("path", function, "a cassette decorates functions and classes")
        # Here, because it takes long to import, and is needed with the first block anyway.
        import wrapt

        # A method is known by what it is bound to, before the cassette that may be injected.
        return wrapt.FunctionWrapper(function, self._call)

    def _call(self, function: Any, instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        cassette = self._new(function)
        called = functools.partial(function, cassette) if cassette.inject else function
        if inspect.isgeneratorfunction(function):
            return _generated(called(*args, **kwargs), cassette)
        return decorate_function(called, lambda args, kwargs: _opened(cassette), _ends())(*args, **kwargs)

    def _new(self, function: Any) -> C:
        """A cassette that is not open yet, for a call of a function or, without one, for a block."""
        arguments = dict(self._args_getter())
        transformer, generator, records = (
            arguments.pop(name, default)
            for name, default in (
                ("path_transformer", None),
                ("func_path_generator", None),
                ("record_on_exception", True),
            )
        )
        if "path" not in arguments:
            if function is None:
                raise MissingPathError
            arguments["path"] = (generator or self.get_function_name)(function)
        if transformer is not None:
            arguments["path"] = transformer(arguments["path"])
        cassette = self.cls(**arguments)
        cassette.record_on_exception = bool(records)
        return cassette


def _generated(generator: Generator[Any, Any, R], cassette: CassetteLike) -> Generator[Any, Any, R]:
    """A generator with its cassette in force between its steps too, as pytest's fixtures need."""
    with in_block(_opened(cassette), _ends()):
        return (yield from generator)


# What follows is loaded with the first block, because much stands behind it.


def _opened(cassette: CassetteLike) -> Block:
    from reqsnap.vcr.opening import Block

    return Block(cassette)


def _ends() -> Ends:
    """What ends a block; called as it is, so that its warnings name the code of the user."""
    from reqsnap.api import end_block

    return end_block


def _decorated(cls: type, opens: Callable[[Any], Block]) -> type:
    from reqsnap.blocks.class_decorator import decorate_class

    return decorate_class(cls, opens, _ends())


class MissingPathError(ConfigurationError, TypeError):
    """A block whose cassette has no path: only a decorator can name it after a function."""

    def __init__(self) -> None:
        hint = "It can be left out where use_cassette decorates a function, which it is then named after."
        super().__init__("path", None, "a block needs a path", hint)
