"""Exact, reference-counted patches: in place while a block needs them, and not a moment longer.

A patch wraps one function where it is defined, process-wide; which cassette applies is
asked when the function is called. Patches go in when the first user arrives and out
when the last has gone. Modules imported later are patched when they are imported.

Mock libraries answer above us. Where one has put a mock in the place of a function that is
to be wrapped, as respx does, the wrapper goes beneath it: to where the mock keeps the original.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

Wrapper = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]
"""wrapt's shape of a wrapper: (wrapped, instance, args, kwargs) -> result."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A function to wrap: the module's name, the path of the attribute in it, the wrapper.

    An attribute that this version of the client does not define itself is passed over.
    """

    module: str
    attribute: str
    wrapper: Wrapper
    path: tuple[str, ...] = field(init=False, repr=False, compare=False)
    name: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        *path, name = self.attribute.split(".")
        # Asked for in every block, so worked out once.
        object.__setattr__(self, "path", tuple(path))
        object.__setattr__(self, "name", name)


class _Applied(NamedTuple):
    owner: Any
    name: str
    original: Any
    replacement: Any


_MISSING = object()
guard = threading.RLock()
"""Held while the patches change."""
_users = 0
_generation = 0
_table: Mapping[str, str] = {}
_KEEPER = "reqsnap.interceptors"
"""Where the table is that is used unless another is set; not loaded before there is a user."""
_watched: dict[str, ModuleType] = {}
"""The clients whose import is waited for, with the wrapt that is to tell of it."""
_loaded: dict[str, tuple[Patch, ...]] = {}
_applied: dict[str, list[_Applied]] = {}
_replacements: dict[tuple[int, str], _Applied] = {}


def use_table(table: Mapping[str, str]) -> None:
    """Set which module of ours holds the `PATCHES` of which client module."""
    global _table
    _table = table
    _loaded.clear()


def acquire() -> None:
    """Count a user in; the first one has every patch installed."""
    global _users
    if _users == 0:
        _prepare()
    with guard:
        if _users == 0:
            _install()
        _users += 1


def release() -> None:
    """Count a user out; the last one has every patch removed."""
    global _users
    with guard:
        _users -= 1
        if _users == 0:
            _remove()


def wrapped(function: Callable[..., Any], patch: Patch) -> Any:
    """A function that a patch is for, wrapped, wherever it is now.

    What is one of a class is called with its instance first.
    """
    return _wrapper_class(bool(patch.path))(function, patch.wrapper)


def forked(users: int) -> None:
    """Count anew in a forked process, where only its open blocks are users and what threads held is gone."""
    global _users, _generation
    _generation += 1
    if _users and not users:
        _remove()
    _users = users


class Hold:
    """A user of the patches that is not a block: an exchange under way, a thread.

    Released by `release()`, once, or when nothing refers to it any more.
    """

    __slots__ = ("_generation", "_held")

    def __init__(self) -> None:
        global _users
        self._held = True
        self._generation = _generation
        with guard:
            if _users:
                _users += 1
                return
        acquire()

    def release(self) -> None:
        """Let the patches go."""
        if self._held:
            self._held = False
            if self._generation == _generation:
                release()

    def __del__(self) -> None:
        # A daemon thread that was stopped for good, as the program ends, may hold the lock.
        if self._held and not sys.is_finalizing():
            self.release()


def _prepare() -> None:
    """Import what patching needs. Never under the lock: another thread may be importing a client."""
    import wrapt
    from wrapt.importer import ImportHookFinder

    if not _table:
        use_table(importlib.import_module(_KEEPER).TABLE)
    for client in _table:
        if client in sys.modules:
            _load(client)
        elif _watched.get(client) is not wrapt:
            # Once until it is imported, since wrapt cannot be told to forget.
            _watched[client] = wrapt
            wrapt.register_post_import_hook(_imported, client)
    if not any(isinstance(finder, ImportHookFinder) for finder in sys.meta_path):
        # It was put there once in the life of a process (wrapt 1.16 to 2.5), and somebody took it away.
        sys.meta_path.insert(0, ImportHookFinder())


def _load(client: str) -> None:
    if client not in _loaded:
        # Another thread may be importing it, and not have come to what is patched.
        importlib.import_module(client)
        _loaded[client] = importlib.import_module(_table[client]).PATCHES


def _install() -> None:
    try:
        for client in _table:
            if client in sys.modules and client in _loaded and client not in _applied:
                _apply(client)
    except BaseException:
        _remove()
        raise


def _imported(module: ModuleType) -> None:
    client = module.__name__
    # It has told us, and tells no more of this one.
    _watched.pop(client, None)
    if client in _table:
        _load(client)
        with guard:
            if _users and client not in _applied:
                _apply(client)


def _apply(client: str) -> None:
    done = _applied.setdefault(client, [])
    for patch in _loaded[client]:
        module = sys.modules.get(patch.module)
        if module is not None:
            applied = _wrap(module, patch)
            if applied is not None:
                done.append(applied)


def _wrap(module: ModuleType, patch: Patch) -> _Applied | None:
    owner: Any = module
    for step in patch.path:
        owner = getattr(owner, step, None)
    name = patch.name
    applied = _replacements.get((id(owner), name))
    if applied is not None and applied.owner is owner and vars(owner).get(name) is applied.original:
        setattr(owner, name, applied.replacement)
        return applied
    found = _MISSING if owner is None else _beneath_mocks(owner, name)
    if found is _MISSING:
        return None
    # A mock that outlived its block may have put our wrapper back after it was removed.
    known = applied is not None and (found is applied.original or found is applied.replacement)
    if applied is None or applied.owner is not owner or not known:
        replacement = _wrapper_class(isinstance(owner, type))(found, patch.wrapper)
        applied = _replacements[id(owner), name] = _Applied(owner, name, found, replacement)
    _substitute(owner, name, found, applied.replacement)
    return applied


@cache
def _wrapper_class(of_methods: bool) -> Any:
    """wrapt's wrapper; that of a method knows its instance even where it is called as a plain function.

    So does a mock that takes a method from its class's `__dict__` and calls it later.
    """
    import wrapt

    def call(wrapper: Any, instance: Any, /, *args: Any, **kwargs: Any) -> Any:
        return wrapper.__get__(instance, type(instance))(*args, **kwargs)

    if not of_methods:
        return wrapt.FunctionWrapper
    return type("MethodWrapper", (wrapt.FunctionWrapper,), {"__call__": call})


def _remove() -> None:
    """Put the very objects back, except where somebody has since wrapped ours in turn."""
    for done in _applied.values():
        for owner, name, original, replacement in reversed(done):
            if vars(owner).get(name) is replacement:
                setattr(owner, name, original)
            else:
                _substitute_beneath_mocks(owner, name, replacement, original)
    _applied.clear()


def _mocks(owner: Any, name: str) -> list[Any]:
    """The patches of `unittest.mock` that were started on an attribute, the lowest first."""
    library = sys.modules.get("unittest.mock")
    started = [] if library is None else library._patch._active_patches
    return [mock for mock in started if getattr(mock, "attribute", None) == name and mock.target is owner]


def _beneath_mocks(owner: Any, name: str) -> Any:
    """What an attribute that `owner` defines itself would be without mocks."""
    for lowest in _mocks(owner, name):
        return lowest.temp_original if lowest.is_local else _MISSING
    return vars(owner).get(name, _MISSING)


def _substitute(owner: Any, name: str, old: Any, new: Any) -> None:
    """Put `new` where `old` is: in its place, or in the keeping of the mock that took its place."""
    if vars(owner).get(name) is old:
        setattr(owner, name, new)
    else:
        _substitute_beneath_mocks(owner, name, old, new)


def _substitute_beneath_mocks(owner: Any, name: str, old: Any, new: Any) -> None:
    mocks = _mocks(owner, name)
    if mocks and mocks[0].temp_original is old:
        # What the mock puts back at its end, and what it calls until then.
        mocks[0].temp_original = new
        standing = mocks[1].temp_original if len(mocks) > 1 else vars(owner).get(name)
        for cell in getattr(standing, "__closure__", None) or ():
            with suppress(ValueError):  # an empty cell
                if cell.cell_contents is old:
                    cell.cell_contents = new
