"""Has the modules of reqsnap loaded as they are, from the bytecode that Python keeps of them.

pytest rewrites the assertions of every module of a distribution that has a plugin, not of the plugin
alone (`_mark_plugins_for_rewrite`, seen in pytest 8.0 to 9.2). It parses and compiles each of them
anew, and keeps the result only where bytecode may be written. The 200 modules that a replay loads have
no assertion that a test's author is to read: that was half a second in each process of a fresh checkout.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class AsWritten:
    """A finder of modules that stands in front of pytest's (the import system's `sys.meta_path`)."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the package where Python does; others are none of its business."""
        if not name.startswith("reqsnap."):
            return None
        known = _loaded.get(name)
        return PathFinder.find_spec(name, path, target) if known is None else ModuleSpec(name, Known(known))


class Known(Loader):
    """Gives a module again that this process has had before."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module as it is."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing; what the import system has told the module of its loading was not so."""
        module.__spec__ = self._spec


_loaded: dict[str, ModuleType] = {}
"""The modules that a run of pytest has had at its end.

pytest's `pytester` takes from a process what a run within it has loaded (`SysModulesSnapshot`, pytest
9.2). Loaded again, half of reqsnap would not know the classes of the other half.
"""


def begin() -> None:
    """Load them so from now on. Runs of pytest within one of another each begin and end it."""
    sys.meta_path.insert(0, AsWritten)


def end() -> None:
    """Load them as pytest likes."""
    _loaded.update({name: each for name, each in sys.modules.items() if name.startswith("reqsnap.")})
    # Whoever ran pytest in this process may have put the finders back before.
    with suppress(ValueError):
        sys.meta_path.remove(AsWritten)
