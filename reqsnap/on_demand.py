"""The names of a package, each loaded from its module when it is first asked for (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def on_demand(package: str, names: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package.

    Takes the package's name and, by module, the names that are defined there, with blanks
    between them. What was loaded stays in the package, where it is found from then on like
    anything else.
    """
    this = sys.modules[package]
    modules = {name: module for module, those in names.items() for name in those.split()}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=this)
        found = getattr(__import__(modules[name], fromlist=[name]), name)
        setattr(this, name, found)
        return found

    def listed() -> list[str]:
        return sorted(vars(this).keys() | modules.keys())

    return load, listed
