"""What is known of a decorated function that is called, and where its cassette lives by default."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, MappingProxyType
from typing import Any

from reqsnap.errors import ConfigurationError
from reqsnap.locations import Location
from reqsnap.naming.context import TestContext, current_naming, plain
from reqsnap.naming.path_names import LONGEST_PART, fit, fit_part

FOLDER = "cassettes"
_PREFIX = "test"
_LOCAL = ".<locals>"


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a decorated function.

    `around` and `name` are what it runs under: inherited tests have a name for each class,
    and generated ones that of the attribute they are. `owner` is the class it is run on.
    """

    function: Callable[..., Any]
    around: str
    name: str
    owner: type | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @classmethod
    def on(cls, owner: type, name: str, function: Any, args: tuple[Any, ...], kwargs: Any) -> Called:
        """A call of the test that a class has under a name; `args` begins with its `self`, if it has one."""
        return cls(function, owner.__qualname__, name, owner, args, kwargs)

    @classmethod
    def find(cls, function: Any, wrapper: Any, args: tuple[Any, ...], kwargs: Any) -> Called:
        """A call of a function that was decorated by itself, `wrapper` being what it became."""
        if not hasattr(function, "__name__"):
            return cls(function, "", "", None, args, kwargs)
        name = wrapper.__name__
        if args:
            owner = args[0] if isinstance(args[0], type) else type(args[0])
            found = _attribute([vars(base) for base in owner.__mro__], name, wrapper)
            if found is not None:
                return cls.on(owner, found, function, args, kwargs)
        module = sys.modules.get(wrapper.__module__)
        found = _attribute([{} if module is None else vars(module)], name, wrapper)
        if found is not None and found != name:
            return cls(function, "", found, None, args, kwargs)
        return cls(function, wrapper.__qualname__.rpartition(".")[0], name, None, args, kwargs)

    def context(self) -> TestContext:
        """What is known of the call, with the naming context that is in force."""
        cls = "" if self.around.endswith(_LOCAL) else self.around.replace(_LOCAL, "")
        file = self._file()
        module = self._module(file)
        params = MappingProxyType(self._params())
        return TestContext(self.name or None, cls or None, module or None, file, params, current_naming())

    def path(self, directory: Location | None) -> Location:
        """`<module>/<Class>.<test>.yaml` in the directory, or in `cassettes` beside the test's file.

        A parametrised test has its case in brackets after its name, a subTest what it is of.
        Raises ConfigurationError for a function that has no name or is not in a file.
        """
        file = self._file()
        if not self.name or (file is None and directory is None):
            what = self.name or "a function without a name"
            allowed = f"{what} is not defined in a file, so its cassette needs a path"
            raise ConfigurationError("path", None, allowed)
        folder = file.parent / FOLDER if directory is None and file is not None else directory or Path()
        name = f"{self.around.replace(_LOCAL, '')}.{self.name}" if self.around else self.name
        name = fit(name + self._case(), longest=LONGEST_PART)
        return folder / fit_part(fit(self._module(file))) / fit_part(f"{name}.yaml")

    def _case(self) -> str:
        """Which of the cases of a test this is, as its runner calls it; empty where it has no cases."""
        running = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        test, bracket, case = running.partition("[")
        found = f"[{case}" if bracket and test.rpartition("::")[2] == self.name else ""
        subtest = getattr(self.args[0], "_subtest", None) if self.args else None
        params = getattr(subtest, "params", None)
        if isinstance(params, Mapping):
            found += f"({', '.join(f'{name}={_shown(value)}' for name, value in params.items())})"
        return found

    def _place(self) -> Any:
        if self.owner is not None:
            return self.owner
        function = self.function
        while isinstance(function, functools.partial):
            function = function.func
        return inspect.unwrap(function)

    def _file(self) -> Path | None:
        module = sys.modules.get(getattr(self._place(), "__module__", ""))
        file = getattr(module, "__file__", None)
        return None if file is None else Path(file).resolve()

    def _module(self, file: Path | None) -> str:
        name: str = getattr(self._place(), "__module__", "").rpartition(".")[2]
        return file.stem if name == "__main__" and file is not None else name

    def _is_bound(self) -> bool:
        """Whether the first argument is the `self` or `cls` of a method, which a static one has not."""
        first = self.args[0] if self.args else None
        return self.owner is not None and (isinstance(first, self.owner) or first is self.owner)

    def _params(self) -> dict[str, Any]:
        """The arguments by name. A call that does not fit is left to fail by itself."""
        try:
            signature = inspect.signature(self.function)
            bound = signature.bind_partial(*self.args, **self.kwargs)
        except (TypeError, ValueError):
            return dict(self.kwargs)
        bound.apply_defaults()
        found = dict(bound.arguments)
        if self._is_bound():
            found.pop(next(iter(signature.parameters)))
        for name, parameter in signature.parameters.items():
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                found.update(found.pop(name))
            elif parameter.kind is inspect.Parameter.VAR_POSITIONAL and not found.get(name):
                found.pop(name, None)
        return found


def _shown(value: Any) -> str:
    """A value as it is the same in every run, which the address in a `repr` is not."""
    known = plain(value)
    return type(value).__name__ if known is None else repr(known)


def _attribute(spaces: Iterable[Mapping[str, Any]], name: str, wrapper: Any) -> str | None:
    """The name under which a function is found: its own, else one that a test runner looks for.

    Tests that are made in a loop have one name in common; only where they were put differs.
    """
    spaces = list(spaces)
    if any(_is(space.get(name), wrapper) for space in spaces):
        return name
    for space in spaces:
        for key, value in list(space.items()):
            if key.startswith(_PREFIX) and _is(value, wrapper):
                return key
    return None


def _is(value: Any, wrapper: Any) -> bool:
    """Whether a value is a function, or one that decorators have put around it."""
    while isinstance(value, FunctionType | staticmethod | classmethod):
        if value is wrapper:
            return True
        value = getattr(value, "__wrapped__", None)
    return False
