"""Whether what objects look up is as its client wrote it: others wrap it, derive from it and mock it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from inspect import CO_VARKEYWORDS
from operator import is_, itemgetter
from types import FunctionType, MethodType
from typing import Any, NamedTuple


class Look(NamedTuple):
    """What a class itself, without its bases, had under some names when it was looked at."""

    members: Any
    read: Callable[[Any], tuple[object, ...]]
    found: tuple[object, ...]
    lacks: Callable[[tuple[str, ...]], bool]
    missing: tuple[str, ...]

    @classmethod
    def at(cls, owner: type, names: tuple[str, ...]) -> Look:
        """Look at a class."""
        members = vars(owner)
        # With two that every class has, since a getter of a single item gives no tuple.
        read: Any = itemgetter("__doc__", "__module__", *filter(members.__contains__, names))
        missing = tuple([name for name in names if name not in members])
        return cls(members, read, read(members), members.keys().isdisjoint, missing)


def still_hold(looks: list[Look]) -> bool:
    """Whether all that was seen is there, and no more. By identity: a wrapper equals what it wraps."""
    try:
        for members, read, found, lacks, missing in looks:
            if not (all(map(is_, read(members), found)) and (not missing or lacks(missing))):
                return False
    except KeyError:
        return False
    return True


def function_of(method: Any) -> FunctionType | None:
    """The function that a method is, if it is one and wrapped by nobody but us."""
    wrapper = getattr(method, "_self_wrapper", None)
    function = method.__wrapped__ if getattr(wrapper, "__module__", "").startswith(_OURS) else method
    return function if type(function) is FunctionType else None


def file_of(method: Any) -> str | None:
    """Where that function was written; None where there is none."""
    function = function_of(method)
    return None if function is None else function.__code__.co_filename


_OURS = f"{__name__.partition('.')[0]}."


class Known:
    """Tells of bound methods whether they are a function that a module holds, and take what is known here."""

    __slots__ = ("_functions", "_module", "_takes")

    def __init__(self, module: str, *takes: str) -> None:
        self._module, self._takes = module, takes
        self._functions: Callable[[Any], bool] = lru_cache(maxsize=16)(self.is_function)

    def __call__(self, method: Any) -> bool:
        """Whether a method is such a one, and nobody's wrapper."""
        return type(method) is MethodType and self._functions(method.__func__)

    def is_function(self, function: Any) -> bool:
        """The same of a function."""
        if type(function) is not FunctionType:
            return False
        code = function.__code__
        count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & CO_VARKEYWORDS)
        is_there = code.co_filename == getattr(sys.modules[self._module], "__file__", None)
        return is_there and code.co_varnames[:count] == self._takes


class AsWritten:
    """Tells of objects whether all their methods of some names are those that one file holds.

    What those override must be as it was written too, since they call it. Judged once for each
    class, for as long as nothing changes there.
    """

    __slots__ = ("_judged", "_names", "_own")

    def __init__(self, *names: str) -> None:
        self._names, self._own = names, frozenset(names)
        self._judged: dict[type, tuple[list[Look], str | None]] = {}

    def file(self, instance: Any) -> str | None:
        """The file that holds all of them; None where there is no such file, or one is missing."""
        if not instance.__dict__.keys().isdisjoint(self._own):
            return None
        judged = self._judged.get(type(instance))
        if judged is None or not still_hold(judged[0]):
            judged = self._judged[type(instance)] = self._judge(type(instance))
        return judged[1]

    def _judge(self, kind: type) -> tuple[list[Look], str | None]:
        looks: list[Look] = []
        first: dict[str, str | None] = {}
        for owner in kind.__mro__[:-1]:
            look = Look.at(owner, self._names)
            if len(first) < len(self._names) or len(look.missing) < len(self._names):
                looks.append(look)
            written_in = getattr(sys.modules.get(owner.__module__), "__file__", None)
            for name in self._names:
                if name not in look.members:
                    continue
                if file_of(look.members[name]) != written_in:
                    return looks, None
                first.setdefault(name, written_in)
        files = set(first.values())
        return looks, files.pop() if len(files) == 1 and len(first) == len(self._names) else None
