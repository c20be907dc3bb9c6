"""Exact, reference-counted patches: in place while a block needs them, and not a moment longer.

A patch wraps one function where it is defined, process-wide; which cassette applies is
asked when the function is called. Patches go in when the first user arrives and out
when the last has gone. Modules imported later are patched when they are imported.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

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


@dataclass(frozen=True, slots=True)
class _Applied:
    owner: Any
    name: str
    original: Any
    replacement: Any


_MISSING = object()
_lock = threading.RLock()
_users = 0
_table: Mapping[str, str] = {}
_watched: set[str] = set()
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
    with _lock:
        if _users == 0:
            _install()
        _users += 1


def release() -> None:
    """Count a user out; the last one has every patch removed."""
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            _remove()


class Hold:
    """A user of the patches that is not a block: an exchange under way, a thread.

    Released by `release()`, once, or when nothing refers to it any more.
    """

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = True
        acquire()

    def release(self) -> None:
        """Let the patches go."""
        if self._held:
            self._held = False
            release()

    def __del__(self) -> None:
        self.release()


def _prepare() -> None:
    """Import what patching needs. Never under the lock: another thread may be importing a client."""
    import wrapt

    for client in _table:
        if client in sys.modules:
            _load(client)
        if client not in _watched:
            # Once, since wrapt cannot be told to forget. It tells at once of what is imported.
            _watched.add(client)
            wrapt.register_post_import_hook(_imported, client)


def _load(client: str) -> None:
    if client not in _loaded:
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
    if client in _table:
        _load(client)
        with _lock:
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
    *path, name = patch.attribute.split(".")
    for step in path:
        owner = getattr(owner, step, None)
    original: Any = vars(owner).get(name, _MISSING) if owner is not None else _MISSING
    if original is _MISSING:
        return None
    applied = _replacements.get((id(owner), name))
    if applied is None or applied.original is not original or applied.owner is not owner:
        import wrapt

        replacement = wrapt.FunctionWrapper(original, patch.wrapper)
        applied = _replacements[id(owner), name] = _Applied(owner, name, original, replacement)
    setattr(owner, name, applied.replacement)
    return applied


def _remove() -> None:
    """Put the very objects back, except where somebody has since wrapped ours in turn."""
    for done in _applied.values():
        for applied in reversed(done):
            if vars(applied.owner).get(applied.name) is applied.replacement:
                setattr(applied.owner, applied.name, applied.original)
    _applied.clear()
